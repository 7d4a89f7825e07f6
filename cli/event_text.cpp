#include "cli/event_text.hpp"

namespace reprise::cli {

std::string_view short_event_type(std::string_view type) {
  constexpr std::string_view prefix = "reprise.";
  if (type.starts_with(prefix)) type.remove_prefix(prefix.size());
  return type.substr(0, type.rfind(".v"));
}

std::string event_summary(const JsonValue& data) {
  if (!data.IsObject()) return {};
  std::string out;
  for (const auto& member : data.GetObject()) {
    const std::string_view key = text_of(member.name);
    const JsonValue& value = member.value;
    if (key == "ref" || value.IsNull() || (value.IsString() && value.GetStringLength() == 0)) continue;
    if (!out.empty()) out += ' ';
    out += key;
    out += '=';
    out += value.IsString() ? text_of(value) : std::string_view(to_json(value));
  }
  return out;
}

Colour colour_of_event(std::string_view short_type) {
  if (short_type.ends_with("failed") || short_type.ends_with("timed_out")) return Colour::red;
  return short_type.ends_with("completed") ? Colour::green : Colour::none;
}

}  // namespace reprise::cli
