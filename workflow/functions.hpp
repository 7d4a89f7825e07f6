// The functions of expressions, FN.name(...): a table to which others may be added.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "workflow/evaluation.hpp"

namespace reprise::workflow {

using Arguments = std::span<const Value>;
using FunctionBody = bool (*)(Evaluation& evaluation, Arguments arguments, Value& out);

inline constexpr std::uint8_t kAnyNumber = 255;

struct Function {
  std::string_view name;
  std::uint8_t min_arguments;
  std::uint8_t max_arguments;  // kAnyNumber: no bound
  FunctionBody body;           // number of arguments already checked
  bool zones = false;          // may name a time zone: the parser sees to it that they are known
};

// One table a topic; no name stands in two of them.
std::span<const Function> text_functions();
std::span<const Function> case_functions();
std::span<const Function> list_functions();
std::span<const Function> dict_functions();
std::span<const Function> number_functions();
std::span<const Function> logic_functions();
std::span<const Function> data_functions();
std::span<const Function> html_functions();
std::span<const Function> table_functions();
std::span<const Function> yaml_functions();
std::span<const Function> base64_functions();
std::span<const Function> time_functions();
std::span<const Function> calendar_functions();
std::span<const Function> address_functions();
std::span<const Function> extract_functions();

const Function* find_function(std::string_view name);      // null: unknown
std::string_view nearest_function(std::string_view name);  // empty: none looks alike
bool call(Evaluation& evaluation, const Function& function, Arguments arguments, Value& out);
// FN.f.map(...): lists are zipped (all of one length), everything else is given to each call.
bool call_map(Evaluation& evaluation, const Function& function, Arguments arguments, Value& out);

// Argument access for bodies: false with a sentence that names function and argument.
struct ArgumentReader {
  Evaluation& evaluation;
  std::string_view function;
  Arguments arguments;

  bool text(std::size_t index, std::string_view& out) const;
  bool list(std::size_t index, const JsonValue*& out) const;
  bool dict(std::size_t index, const JsonValue*& out) const;
  bool integer(std::size_t index, std::int64_t& out) const;
  // A date-time, a date (its midnight, naive) or an ISO text of one.
  bool moment(std::size_t index, DateTime& out) const;
  // The name of a time zone; 0 for None and where the argument is absent.
  bool zone(std::size_t index, ZoneId& out) const;
  bool flag(std::size_t index, bool& out) const;  // unchanged when the argument is absent
  bool has(std::size_t index) const { return index < arguments.size(); }
  bool refuse(std::size_t index, std::string_view expected) const;
};

}  // namespace reprise::workflow
