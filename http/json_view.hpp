// A look into JSON text that check_json has accepted: members and items by their bytes, with no document built. What is
// not looked at costs a scan; payloads stay the bytes that came.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reprise::http {

class JsonView {
 public:
  enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

  // Precondition: a checked JSON text, whitespace around it allowed, that outlives the view.
  explicit JsonView(std::string_view checked);

  Kind kind() const;
  bool is(Kind kind_wanted) const { return kind() == kind_wanted; }
  std::string_view bytes() const { return bytes_; }  // without whitespace around

  std::string text() const;  // precondition: a string
  bool boolean() const { return bytes_ == "true"; }
  std::optional<std::int64_t> integer()
      const;  // nothing unless a number written without fraction or exponent that fits
  std::optional<double> number() const;

  // Calls f(key, value) for each member until it returns false; false when it was stopped. Precondition: an object.
  template <class F>
  bool members(F&& f) const {
    std::size_t at = 1;
    std::string scratch;
    while (at_element(at)) {
      const std::string_view key = take_key(at, scratch);
      if (!f(key, take_value(at))) return false;
    }
    return true;
  }
  // Calls f(value) for each item until it returns false. Precondition: an array.
  template <class F>
  bool items(F&& f) const {
    std::size_t at = 1;
    while (at_element(at)) {
      if (!f(take_value(at))) return false;
    }
    return true;
  }

 private:
  struct Exact {};
  JsonView(std::string_view bytes, Exact) : bytes_(bytes) {}
  bool at_element(std::size_t& at) const;  // moves over whitespace and a comma; false at the closing bracket
  std::string_view take_key(std::size_t& at, std::string& scratch) const;  // and its colon
  JsonView take_value(std::size_t& at) const;

  std::string_view bytes_;
};

std::string_view name(JsonView::Kind kind);  // "a string"

}  // namespace reprise::http
