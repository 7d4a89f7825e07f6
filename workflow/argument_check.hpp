// What the arguments of the built-in actions may be: one rule, for the constants of a definition and for values at run
// time.
#pragma once

#include <cstdint>
#include <string_view>

#include "events/json.hpp"

namespace reprise::workflow {

enum class ArgumentType : std::uint8_t {
  any,
  boolean,
  list,
  objects,      // a list of objects
  names,        // a list of one or more strings
  conditions,   // a boolean or a list
  lambda,       // a string; that it compiles is checked where it is compiled
  log_level,    // DEBUG, INFO, WARNING or ERROR, in any case
  text,         // a string that is not empty
  url,          // http:// or https://, one line
  http_method,  // in any case
  object,
  credentials,     // {username, password}
  http_timeout,    // seconds above 0 and up to an hour
  seconds,         // 0 or more, up to three centuries
  redirects,       // 0 to 100
  count,           // 1 or more
  status_codes,    // one or a list of them
  loop_strategy,   // parallel, batch or sequential
  fail_strategy,   // isolated or all
  wanted_version,  // a count, or newest
  wait_strategy,   // wait or detach
};

struct Argument {
  std::string_view name;
  ArgumentType type = ArgumentType::any;
  bool required = false;  // others may be left out or null
};

// "a list": what is expected, for sentences. An upper bound that few numbers reach is named where `found` is beyond it.
std::string_view expectation(ArgumentType type, const JsonValue& found);

// Null when the value fits, else what does not: the value itself or one of its elements. With `templates`, a string
// that holds an expression fits everything.
const JsonValue* misfit(ArgumentType type, const JsonValue& value, bool templates);

bool holds_template(std::string_view text);  // "${{"

}  // namespace reprise::workflow
