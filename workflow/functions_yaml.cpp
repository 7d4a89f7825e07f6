// FN: YAML text.
#include <string>

#include "workflow/functions.hpp"
#include "workflow/yaml_text.hpp"

namespace reprise::workflow {
namespace {

bool serialize_yaml(Evaluation& e, Arguments a, Value& out) {
  JsonValue json;
  std::string text;
  return e.json(a[0], json) && append_yaml(e, json, text) && e.text(text, out);
}

bool deserialize_yaml(Evaluation& e, Arguments a, Value& out) {
  std::string_view text;
  if (!ArgumentReader{e, "deserialize_yaml", a}.text(0, text)) return false;
  auto* value = e.container(rapidjson::kNullType);
  if (!read_yaml(e, text, *value)) return false;
  out = Value::of(*value);
  return true;
}

constexpr Function kYamlFunctions[] = {{"deserialize_yaml", 1, 1, deserialize_yaml},
                                       {"serialize_yaml", 1, 1, serialize_yaml}};

}  // namespace

std::span<const Function> yaml_functions() { return kYamlFunctions; }

}  // namespace reprise::workflow
