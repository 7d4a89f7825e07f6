#include "cli/inputs.hpp"

#include <algorithm>

#include "cli/definition_file.hpp"
#include "cli/json_fields.hpp"

namespace reprise::cli {
namespace {

// The type that the definition expects of an input; empty when it names none.
std::string expected_type(const JsonValue& definition, std::string_view input) {
  const JsonValue* at = &definition;
  for (const std::string_view step : {std::string_view("entrypoint"), std::string_view("expects"), input}) {
    at = find(*at, step);
    if (!at) return {};
  }
  return any_member(*at, "type");
}

}  // namespace

Expected<Json> read_inputs(const workflow::Plan& plan, const std::vector<std::string>& pairs, const std::string& file) {
  JsonDocument inputs;
  inputs.root().SetObject();
  if (!file.empty()) {
    const auto text = read_file(file);
    if (!text) return tl::unexpected(text.error());
    auto parsed = parse_json(*text);
    if (!parsed) return fail(errc::invalid, "holds no JSON: " + parsed.error().detail, file);
    if (!parsed->root().IsObject()) return fail(errc::invalid, "must hold a JSON object", file);
    inputs = std::move(*parsed);
  }
  const auto definition = parse_json(plan.canonical);
  JsonPool& pool = inputs.pool();
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(errc::invalid, "--input must be NAME=VALUE, not \"" + pair + "\"");
    const std::string name = pair.substr(0, equals), text = pair.substr(equals + 1);
    const bool is_text = definition && expected_type(definition->root(), name) == "str";
    JsonValue value;
    if (const auto parsed = parse_json(text); parsed && !is_text) {
      value.CopyFrom(parsed->root(), pool);
    } else {
      value.SetString(text.data(), static_cast<rapidjson::SizeType>(text.size()), pool);
    }
    inputs.root().RemoveMember(JsonValue(name.c_str(), pool));
    inputs.root().AddMember(JsonValue(name.data(), static_cast<rapidjson::SizeType>(name.size()), pool), value, pool);
  }
  return Json{to_json(inputs.root())};
}

}  // namespace reprise::cli
