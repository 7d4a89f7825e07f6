// YAML 1.1 as PyYAML reads and writes it: what functions of expressions give and take. Definitions have a reader of
// their own (definition_yaml), which follows YAML 1.2 and keeps places.
#pragma once

#include <string>
#include <string_view>

#include "workflow/evaluation.hpp"

namespace reprise::workflow {

// What a plain scalar stands for.
enum class YamlKind : std::uint8_t { text, null, boolean, integer, number, moment, merge };
YamlKind yaml_kind(std::string_view scalar);

// yaml.dump(value): block style, keys sorted, lines folded near 80 columns. False: the evaluation says why.
bool append_yaml(Evaluation& evaluation, const JsonValue& value, std::string& out);

// yaml.safe_load(text): one document, aliases shared, depth bounded. Times become their ISO text.
bool read_yaml(Evaluation& evaluation, std::string_view text, JsonValue& out);

}  // namespace reprise::workflow
