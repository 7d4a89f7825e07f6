// The primitives of the stored form: varints, strings, and a reader that refuses every deviation and says where.
// Writing goes in two passes, size and bytes, so that a chunk is one allocation of the right size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "events/error.hpp"
#include "events/event_fields.hpp"

namespace reprise::events::wire {

inline constexpr std::size_t kMaxVarint = 10;

// ---- sizes

constexpr std::size_t size_of(std::uint64_t value) {
  std::size_t size = 1;
  for (; value >= 0x80; value >>= 7) ++size;
  return size;
}
constexpr std::size_t size_of(std::uint32_t value) { return size_of(std::uint64_t{value}); }
inline std::size_t size_of(std::string_view bytes) { return size_of(std::uint64_t{bytes.size()}) + bytes.size(); }
inline std::size_t size_of(const std::string& bytes) { return size_of(std::string_view(bytes)); }
inline std::size_t size_of(const Json& json) { return size_of(std::string_view(json.bytes)); }
constexpr std::size_t size_of(bool) { return 1; }
template <class E>
requires std::is_enum_v<E>
constexpr std::size_t size_of(E) { return 1; }
// Instants before 1970 are their two's complement: rare, and ten bytes long.
inline std::size_t size_of(Time t) { return size_of(static_cast<std::uint64_t>(to_millis(t))); }
inline std::size_t size_of(Duration d) { return size_of(static_cast<std::uint64_t>(d.count())); }
constexpr std::size_t size_of(const Sha256& hash) { return hash.size(); }

template <class S>
requires requires { Described<S>::fields; }
std::size_t size_of(const S& object);
inline std::size_t size_of(const std::vector<LogLine>& lines);

template <class S>
requires requires { Described<S>::fields; }
std::size_t size_of(const S& object) {
  std::size_t size = 0;
  each_field(object, [&](std::string_view, const auto& member) {
    size += size_of(member);
    return true;
  });
  return size;
}
inline std::size_t size_of(const std::vector<LogLine>& lines) {
  std::size_t size = size_of(std::uint64_t{lines.size()});
  for (const LogLine& line : lines) size += size_of(line);
  return size;
}

// ---- writing into room that size_of() measured

class Writer {
 public:
  explicit Writer(char* at) : at_(at) {}
  char* at() const { return at_; }

  void raw(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
  }
  void byte(std::uint8_t value) { *at_++ = static_cast<char>(value); }

  void put(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
    byte(static_cast<std::uint8_t>(value));
  }
  void put(std::uint32_t value) { put(std::uint64_t{value}); }
  void put(std::string_view bytes) {
    put(std::uint64_t{bytes.size()});
    raw(bytes);
  }
  void put(const std::string& bytes) { put(std::string_view(bytes)); }
  void put(const Json& json) { put(std::string_view(json.bytes)); }
  void put(bool value) { byte(value ? 1 : 0); }
  template <class E>
  requires std::is_enum_v<E>
  void put(E value) { byte(static_cast<std::uint8_t>(value)); }
  void put(Time t) { put(static_cast<std::uint64_t>(to_millis(t))); }
  void put(Duration d) { put(static_cast<std::uint64_t>(d.count())); }
  void put(const Sha256& hash) { raw({reinterpret_cast<const char*>(hash.data()), hash.size()}); }
  void put(const std::vector<LogLine>& lines) {
    put(std::uint64_t{lines.size()});
    for (const LogLine& line : lines) put(line);
  }
  template <class S>
  requires requires { Described<S>::fields; }
  void put(const S& object) {
    each_field(object, [&](std::string_view, const auto& member) {
      put(member);
      return true;
    });
  }

 private:
  char* at_;
};

// ---- reading: every get() is false after the first deviation, which fault() describes

class Reader {
 public:
  Reader(std::string_view bytes, std::size_t begin, std::size_t end)
      : base_(bytes.data()), at_(bytes.data() + begin), end_(bytes.data() + end) {}

  std::size_t offset() const { return static_cast<std::size_t>(at_ - base_); }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  const Error& fault() const { return fault_; }

  // Narrows the reader to the next `length` bytes; widen() gives back the old end.
  const char* narrow(std::size_t length) { return std::exchange(end_, at_ + length); }
  void widen(const char* end) { end_ = end; }

  [[gnu::cold]] bool refuse(std::string what, std::size_t at, errc code = errc::corrupt);
  [[gnu::cold]] bool refuse(std::string what) { return refuse(std::move(what), offset()); }

  bool get(std::uint64_t& value) {
    if (at_ != end_ && static_cast<std::uint8_t>(*at_) < 0x80) {
      value = static_cast<std::uint8_t>(*at_++);
      return true;
    }
    return get_long(value);
  }
  bool get(std::uint32_t& value) {
    const std::size_t start = offset();
    std::uint64_t wide = 0;
    if (!get(wide)) return false;
    value = static_cast<std::uint32_t>(wide);
    return value == wide || refuse("a number is larger than 32 bits", start);
  }
  bool get(std::string_view& bytes) {
    const std::size_t start = offset();
    std::uint64_t size = 0;
    if (!get(size)) return false;
    if (size > left()) return refuse("a string is longer than what holds it", start);
    bytes = {at_, static_cast<std::size_t>(size)};
    at_ += size;
    return true;
  }
  bool get(std::string& bytes) {
    std::string_view found;
    if (!get(found)) return false;
    bytes.assign(found);
    return true;
  }
  bool get(Json& json) { return get(json.bytes); }
  bool get(bool& value) {
    if (left() < 1) return cut();
    if (static_cast<std::uint8_t>(*at_) > 1) return refuse("a truth value is neither 0 nor 1");
    value = *at_++ == 1;
    return true;
  }
  template <class E>
  requires std::is_enum_v<E>
  bool get(E& value) {
    if (left() < 1) return cut();
    if (static_cast<std::uint8_t>(*at_) >= Names<E>::list.size()) return refuse("an enumeration has an unknown value");
    value = static_cast<E>(*at_++);
    return true;
  }
  bool get(Time& t) {
    std::uint64_t value = 0;
    if (!get(value)) return false;
    t = from_millis(static_cast<std::int64_t>(value));
    return true;
  }
  bool get(Duration& d) {
    std::uint64_t value = 0;
    if (!get(value)) return false;
    d = Duration{static_cast<std::int64_t>(value)};
    return true;
  }
  bool get(Sha256& hash) {
    if (left() < hash.size()) return cut();
    std::memcpy(hash.data(), at_, hash.size());
    at_ += hash.size();
    return true;
  }
  bool get(std::vector<LogLine>& lines) {
    const std::size_t start = offset();
    std::uint64_t count = 0;
    if (!get(count)) return false;
    if (count > left() / 3) return refuse("a list counts more lines than there are bytes for", start);
    lines.resize(static_cast<std::size_t>(count));
    for (LogLine& line : lines) {
      if (!get(line)) return false;
    }
    return true;
  }
  template <class S>
  requires requires { Described<S>::fields; }
  bool get(S& object) {
    return each_field(object, [&](std::string_view, auto& member) { return get(member); });
  }

 private:
  bool get_long(std::uint64_t& value);
  [[gnu::cold]] bool cut() { return refuse("the bytes end too early"); }

  const char* base_;
  const char* at_;
  const char* end_;
  Error fault_;
};

// ---- one event: type, version, payload's length, payload

std::size_t size_of_event(const Event& event);
void put_event(Writer& out, const Event& event);
bool get_event(Reader& in, Event& event);

}  // namespace reprise::events::wire
