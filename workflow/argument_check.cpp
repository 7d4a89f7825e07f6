#include "workflow/argument_check.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>

#include "events/event.hpp"

namespace reprise::workflow {
namespace {

constexpr double kMostSeconds = 1e10;

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return out;
}

bool one_of(const JsonValue& value, std::initializer_list<std::string_view> names) {
  return value.IsString() && std::find(names.begin(), names.end(), text_of(value)) != names.end();
}

bool is_url(const JsonValue& value) {
  if (!value.IsString()) return false;
  const auto text = text_of(value);
  return (text.starts_with("http://") || text.starts_with("https://")) && text.find_first_of("\r\n") == text.npos;
}

bool is_method(const JsonValue& value) {
  if (!value.IsString()) return false;
  const std::string name = upper(text_of(value));
  for (const auto known : {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}) {
    if (name == known) return true;
  }
  return false;
}

bool is_whole(const JsonValue& value, std::int64_t least, std::int64_t most) {
  return value.IsInt64() && value.GetInt64() >= least && value.GetInt64() <= most;
}

bool fits(ArgumentType type, const JsonValue& value) {
  switch (type) {
    case ArgumentType::any: return true;
    case ArgumentType::boolean: return value.IsBool();
    case ArgumentType::list:
    case ArgumentType::objects: return value.IsArray();
    case ArgumentType::names: return value.IsArray() && !value.Empty();
    case ArgumentType::conditions: return value.IsBool() || value.IsArray();
    case ArgumentType::lambda: return value.IsString();
    case ArgumentType::log_level: return value.IsString() && events::parse_log_level(upper(text_of(value))).has_value();
    case ArgumentType::text: return value.IsString() && value.GetStringLength() != 0;
    case ArgumentType::url: return is_url(value);
    case ArgumentType::http_method: return is_method(value);
    case ArgumentType::object:
    case ArgumentType::credentials: return value.IsObject();
    case ArgumentType::http_timeout: return value.IsNumber() && value.GetDouble() > 0 && value.GetDouble() <= 3600;
    case ArgumentType::seconds: return value.IsNumber() && value.GetDouble() >= 0 && value.GetDouble() <= kMostSeconds;
    case ArgumentType::redirects: return is_whole(value, 0, 100);
    case ArgumentType::count: return is_whole(value, 1, INT32_MAX);
    case ArgumentType::status_codes: return value.IsArray() || is_whole(value, 100, 599);
    case ArgumentType::loop_strategy: return one_of(value, {"parallel", "batch", "sequential"});
    case ArgumentType::fail_strategy: return one_of(value, {"isolated", "all"});
    case ArgumentType::wanted_version: return is_whole(value, 1, INT32_MAX) || one_of(value, {"newest"});
    case ArgumentType::wait_strategy: return one_of(value, {"wait", "detach"});
  }
  return false;
}

bool open(const JsonValue& value, bool templates) {
  return templates && value.IsString() && holds_template(text_of(value));
}

template <class Fits>
const JsonValue* element_misfit(const JsonValue& list, bool templates, Fits fits_one) {
  for (const auto& element : list.GetArray()) {
    if (!open(element, templates) && !fits_one(element)) return &element;
  }
  return nullptr;
}

}  // namespace

bool holds_template(std::string_view text) { return text.find("${{") != std::string_view::npos; }

std::string_view expectation(ArgumentType type, const JsonValue& found) {
  const auto beyond = [&found](double most) { return found.IsNumber() && found.GetDouble() > most; };
  switch (type) {
    case ArgumentType::any: return "any value";
    case ArgumentType::boolean: return "true or false";
    case ArgumentType::list: return "a list";
    case ArgumentType::objects: return "a list of objects";
    case ArgumentType::names: return "a list of one or more names";
    case ArgumentType::conditions: return "a boolean or a list of them";
    case ArgumentType::lambda: return "the text of a lambda, such as \"lambda x: x['a'] > 1\"";
    case ArgumentType::log_level: return "DEBUG, INFO, WARNING or ERROR";
    case ArgumentType::text: return "a string that is not empty";
    case ArgumentType::url: return "an http:// or https:// address";
    case ArgumentType::http_method: return "one of GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS";
    case ArgumentType::object: return "an object";
    case ArgumentType::credentials: return "an object with 'username' and 'password'";
    case ArgumentType::http_timeout: return "a number of seconds above 0 and up to 3600";
    case ArgumentType::seconds:
      return beyond(kMostSeconds) ? "a number of seconds from 0 to 10000000000" : "a number of seconds, 0 or more";
    case ArgumentType::redirects: return "a whole number from 0 to 100";
    case ArgumentType::count:
      return beyond(INT32_MAX) ? "a whole number from 1 to 2147483647" : "a whole number of 1 or more";
    case ArgumentType::status_codes: return "a status code, 100 to 599, or a list of them";
    case ArgumentType::loop_strategy: return "'parallel', 'batch' or 'sequential'";
    case ArgumentType::fail_strategy: return "'isolated' or 'all'";
    case ArgumentType::wanted_version:
      return beyond(INT32_MAX) ? "a whole number from 1 to 2147483647, or 'newest'"
                               : "a whole number of 1 or more, or 'newest'";
    case ArgumentType::wait_strategy: return "'wait' or 'detach'";
  }
  return "";
}

const JsonValue* misfit(ArgumentType type, const JsonValue& value, bool templates) {
  if (open(value, templates)) return nullptr;
  if (!fits(type, value)) return &value;
  switch (type) {
    case ArgumentType::objects:
      return element_misfit(value, templates, [](const JsonValue& element) { return element.IsObject(); });
    case ArgumentType::names:
      return element_misfit(value, templates, [](const JsonValue& element) { return element.IsString(); });
    case ArgumentType::status_codes:
      if (!value.IsArray()) return nullptr;
      return element_misfit(value, templates, [](const JsonValue& element) { return is_whole(element, 100, 599); });
    case ArgumentType::credentials:
      for (const auto name : {"username", "password"}) {
        const JsonValue* part = find(value, name);
        if (part == nullptr || !part->IsString()) return &value;
      }
      return nullptr;
    default: return nullptr;
  }
}

}  // namespace reprise::workflow
