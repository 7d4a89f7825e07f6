#include "http/interaction_states.hpp"

#include "http/json_view.hpp"
#include "projections/queries.hpp"

namespace reprise::http {

void append_interaction_states(std::string& out, const projections::Interactions& interactions) {
  out += '{';
  for (const projections::InteractionView& view : interactions.all()) {
    if (out.back() != '{') out += ',';
    append_json_string(out, view.id);
    out += ':';
    projections::append_interaction_state(out, view);
  }
  out += '}';
}

Expected<void> append_stored_states(std::string& out, const actors::Gateway& gateway, const ExecutionId& id,
                                    std::string_view workspace, const std::vector<std::string>& refs) {
  out += '{';
  for (const std::string& ref : refs) {
    const Uuid interaction = interaction_uuid(id, ref);
    const auto bytes = gateway.queries().interaction_row(interaction, workspace, storage::Reach::disk);
    if (!bytes) {
      if (bytes.error().code == errc::not_found) continue;  // not asked yet
      return tl::unexpected(bytes.error());
    }
    const auto row = projections::parse_interaction_row(*bytes);
    if (!row) return tl::unexpected(row.error());
    if (out.back() != '{') out += ',';
    out += '"';
    append_uuid(out, interaction);
    out += "\":{";
    bool first = true;
    JsonView(row->json).members([&](std::string_view key, JsonView value) {
      if (key != "type" && key != "action_ref" && key != "status" && key != "data") return true;
      out.append(first ? "\"" : ",\"").append(key).append("\":").append(value.bytes());
      first = false;
      return true;
    });
    out += '}';
  }
  out += '}';
  return {};
}

}  // namespace reprise::http
