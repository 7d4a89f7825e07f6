#include "workflow/functions.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "events/nearest_name.hpp"

namespace reprise::workflow {
namespace {

const std::vector<const Function*>& sorted() {
  static const std::vector<const Function*> all = [] {
    std::vector<const Function*> list;
    for (const auto table :
         {text_functions(), case_functions(), list_functions(), dict_functions(), number_functions(), logic_functions(),
          data_functions(), html_functions(), table_functions(), yaml_functions(), base64_functions(), time_functions(),
          calendar_functions(), address_functions(), extract_functions()}) {
      for (const Function& function : table) list.push_back(&function);
    }
    std::sort(list.begin(), list.end(), [](auto* a, auto* b) { return a->name < b->name; });
    return list;
  }();
  return all;
}

}  // namespace

const Function* find_function(std::string_view name) {
  const auto& all = sorted();
  const auto at = std::lower_bound(all.begin(), all.end(), name, [](auto* f, auto n) { return f->name < n; });
  return at != all.end() && (*at)->name == name ? *at : nullptr;
}

std::string_view nearest_function(std::string_view name) {
  NearestName nearest(name);
  for (const Function* function : sorted()) nearest.offer(function->name);
  return nearest.found();
}

bool call(Evaluation& evaluation, const Function& function, Arguments arguments, Value& out) {
  if (!evaluation.spend(1)) return false;
  if (function.body(evaluation, arguments, out)) return true;
  evaluation.blame(function.name);
  return false;
}

bool call_map(Evaluation& evaluation, const Function& function, Arguments arguments, Value& out) {
  bool any = false;
  rapidjson::SizeType size = 0;
  std::vector<Value> given(arguments.begin(), arguments.end());
  for (Value& argument : given) {
    if (!evaluation.expand(argument, argument)) return false;
    if (!argument.is(Type::list)) continue;
    if (any && argument.json().Size() != size) {
      return evaluation.fail("FN." + std::string(function.name) + ".map needs lists of one length, found " +
                             std::to_string(size) + " and " + std::to_string(argument.json().Size()));
    }
    any = true;
    size = argument.json().Size();
  }
  if (!any) return evaluation.fail("FN." + std::string(function.name) + ".map needs a list among its arguments");
  std::vector<Value> one = given;
  ListBuilder list(evaluation, size);
  for (rapidjson::SizeType i = 0; i < size; ++i) {
    if (!evaluation.spend(given.size() / 8)) return false;
    for (std::size_t a = 0; a < given.size(); ++a) {
      if (given[a].is(Type::list)) one[a] = Value::of(given[a].json()[i]);
    }
    Value value;
    if (!call(evaluation, function, one, value) || !list.add(value)) return false;
  }
  return list.finish(out);
}

bool ArgumentReader::refuse(std::size_t index, std::string_view expected) const {
  return evaluation.fail("FN." + std::string(function) + ": argument " + std::to_string(index + 1) + " must be " +
                         std::string(expected) + ", found " + describe(arguments[index]));
}

bool ArgumentReader::text(std::size_t index, std::string_view& out) const {
  if (!arguments[index].is(Type::string)) return refuse(index, "a str");
  out = arguments[index].text();
  return true;
}

bool ArgumentReader::list(std::size_t index, const JsonValue*& out) const {
  Value list;
  if (!evaluation.expand(arguments[index], list)) return false;
  if (!list.is(Type::list)) return refuse(index, "a list");
  out = &list.json();
  return true;
}

bool ArgumentReader::dict(std::size_t index, const JsonValue*& out) const {
  if (!arguments[index].is(Type::dict)) return refuse(index, "a dict");
  out = &arguments[index].json();
  return true;
}

bool ArgumentReader::integer(std::size_t index, std::int64_t& out) const {
  if (!arguments[index].is_integral()) return refuse(index, "an int");
  out = arguments[index].integer();
  return true;
}

bool ArgumentReader::moment(std::size_t index, DateTime& out) const {
  const Value& value = arguments[index];
  if (value.is(Type::moment)) {
    out = value.moment();
    return true;
  }
  if (value.is(Type::date)) {
    out = DateTime{from_millis(value.integer()), 0, true};
    return true;
  }
  if (value.is(Type::string)) {
    if (const auto parsed = parse_date_time(value.text())) {
      out = *parsed;
      return true;
    }
  }
  return refuse(index, "a date-time or its ISO 8601 text");
}

bool ArgumentReader::zone(std::size_t index, ZoneId& out) const {
  out = 0;
  if (!has(index) || arguments[index].is(Type::null)) return true;
  if (arguments[index].is(Type::string)) out = find_zone(arguments[index].text());
  return out != 0 || refuse(index, "the name of a time zone, such as 'Europe/Berlin'");
}

bool ArgumentReader::flag(std::size_t index, bool& out) const {
  if (!has(index)) return true;
  if (!arguments[index].is(Type::boolean)) return refuse(index, "a bool");
  out = arguments[index].boolean();
  return true;
}

}  // namespace reprise::workflow
