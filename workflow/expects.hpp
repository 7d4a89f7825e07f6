// `entrypoint.expects`: what the inputs of a workflow must look like.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/json.hpp"
#include "workflow/plan.hpp"

namespace reprise::workflow {

// int str bool float datetime duration any None list[T] dict[K, V] A | B enum['a', 'b'].
struct ExpectedType {
  enum class Kind : std::uint8_t {
    integer,
    text,
    boolean,
    number,
    date_time,
    duration,
    any,
    none,
    list,
    dict,
    either,
    choice
  };
  Kind kind = Kind::any;
  std::vector<ExpectedType> parts;   // list: T; dict: K, V; either: the alternatives
  std::vector<std::string> choices;  // enum
};

// The type's canonical text, as messages name it.
std::string to_string(const ExpectedType& type);
// Errors: errc::invalid with what was expected and found.
Expected<ExpectedType> parse_expected_type(std::string_view text);
bool fits(const ExpectedType& type, const JsonValue& value);

struct ExpectedInput {
  std::string name;
  ExpectedType type;
  std::string description;
  std::optional<Json> default_value;
};

}  // namespace reprise::workflow
