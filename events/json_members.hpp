// A JSON object that is being written, member by member: the comma is put where it belongs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "events/json.hpp"
#include "events/json_time.hpp"
#include "events/uuid.hpp"

namespace reprise {

// Appends to a string that outlives it, and which may be written to between two members: a member whose value no
// function here writes is key() and then the value. Names are ours and need no escapes.
class JsonMembers {
 public:
  explicit JsonMembers(std::string& out) : out_(out) { out_ += '{'; }
  void end() { out_ += '}'; }

  std::string& key(std::string_view name) {
    out_ += first_ ? "\"" : ",\"";
    first_ = false;
    return out_.append(name).append("\":");
  }
  void text(std::string_view name, std::string_view value) { append_json_string(key(name), value); }
  // Null where it is empty.
  void text_or_null(std::string_view name, std::string_view value) {
    if (value.empty()) return null(name);
    text(name, value);
  }
  void id(std::string_view name, const Uuid& value) {
    key(name) += '"';
    append_uuid(out_, value);
    out_ += '"';
  }
  void number(std::string_view name, std::uint64_t value) { key(name) += std::to_string(value); }
  void boolean(std::string_view name, bool value) { key(name) += value ? "true" : "false"; }
  void null(std::string_view name) { key(name) += "null"; }
  // Null for the epoch, which stands for "none".
  void time(std::string_view name, Time value) { append_json_time(key(name), value); }
  // `value` is JSON; null where it is empty.
  void json(std::string_view name, std::string_view value) { key(name) += value.empty() ? "null" : value; }

 private:
  std::string& out_;
  bool first_ = true;
};

// `[…]` of what append(element) writes of each.
template <class Iterator, class Append>
void append_json_list(std::string& out, Iterator begin, Iterator end, Append&& append) {
  out += '[';
  for (Iterator at = begin; at != end; ++at) {
    if (at != begin) out += ',';
    append(*at);
  }
  out += ']';
}
template <class Range, class Append>
void append_json_list(std::string& out, const Range& range, Append&& append) {
  append_json_list(out, range.begin(), range.end(), append);
}

}  // namespace reprise
