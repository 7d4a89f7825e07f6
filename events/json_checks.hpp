// The checks that RapidJSON leaves to its caller, as a filter between its reader and whatever takes the values: depth,
// repeated keys, lone surrogates, integers beyond 64 bits, numbers beyond a double; and the bytes of one root member.
#pragma once

#include <rapidjson/memorystream.h>
#include <rapidjson/rapidjson.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include "events/error.hpp"

namespace reprise {

// Where RapidJSON's stacks live: in this object while they are small, on the heap beyond. Its own allocator would take
// a block from the heap for each stack of each parse.
class ScratchAllocator {
 public:
  static const bool kNeedFree = true;
  ScratchAllocator() = default;
  ScratchAllocator(const ScratchAllocator&) = delete;
  ScratchAllocator& operator=(const ScratchAllocator&) = delete;

  void* Malloc(std::size_t size) { return size == 0 ? nullptr : place(size) + 1; }
  void* Realloc(void* old, std::size_t old_size, std::size_t size);
  static void Free(void* block);

 private:
  struct alignas(16) Header {
    bool on_heap;
  };
  Header* place(std::size_t size);

  static constexpr std::size_t kRoom = 3072;
  alignas(16) std::array<std::byte, kRoom> room_;
  std::size_t used_ = 0;
};

// The keys of all objects that are open, to refuse one that stands twice in the same object.
class OpenKeys {
 public:
  OpenKeys() { entries_.reserve(24), text_.reserve(256); }
  void add(std::string_view key, std::size_t offset) {
    entries_.push_back({text_.size(), key.size(), offset});
    text_.append(key);
  }
  // Closes the innermost object, which has `count` keys. False when two of them are equal: `key` and `offset` then tell
  // the later one.
  bool close(std::size_t count, std::string& key, std::size_t& offset);

 private:
  struct Entry {
    std::size_t start, size, offset;
  };
  std::string_view text(const Entry& e) const { return {text_.data() + e.start, e.size}; }
  const Entry* repeated_of_few(std::size_t first) const;
  const Entry* repeated_of_many(std::size_t first) const;

  std::array<std::byte, 1536> room_;
  std::pmr::monotonic_buffer_resource memory_{room_.data(), room_.size()};
  std::pmr::vector<Entry> entries_{&memory_};
  std::pmr::string text_{&memory_};
};

// Takes the reader's calls, checks, and passes them on to Sink.
template <class Sink>
class JsonChecks {
 public:
  JsonChecks(Sink& sink, rapidjson::MemoryStream& in, std::string_view text, std::size_t max_depth)
      : sink_(sink), in_(in), text_(text), escapes_(text.find('\\') != std::string_view::npos), max_depth_(max_depth) {}

  // Remembers where the root's member of this name begins and ends.
  void keep(std::string_view member) { kept_name_ = member, keeping_ = true; }
  std::string_view kept() const { return text_.substr(kept_from_, kept_to_ - kept_from_); }

  bool failed() const { return !fault_.detail.empty(); }
  Error take_fault() { return std::move(fault_); }

  bool Null() { return sink_.Null() && end_value(0); }
  bool Bool(bool b) { return sink_.Bool(b) && end_value(0); }
  bool Int(int i) { return sink_.Int(i) && end_value(0); }
  bool Uint(unsigned i) { return sink_.Uint(i) && end_value(0); }
  bool Int64(std::int64_t i) { return sink_.Int64(i) && end_value(0); }
  bool Uint64(std::uint64_t i) { return sink_.Uint64(i) && end_value(0); }
  bool Double(double approximate);
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return false; }  // the reader is not asked for these
  bool String(const char* s, rapidjson::SizeType size, bool copy) {
    return check_text({s, size}) && sink_.String(s, size, copy) && end_value(0);
  }
  bool Key(const char* s, rapidjson::SizeType size, bool copy) {
    const std::string_view key(s, size);
    if (!check_text(key)) return false;
    keys_.add(key, in_.Tell());
    if (keeping_ && depth_ == 1) kept_key_ends_ = key == kept_name_ ? in_.Tell() : 0;
    return sink_.Key(s, size, copy);
  }
  bool StartObject() { return deeper() && sink_.StartObject(); }
  bool StartArray() { return deeper() && sink_.StartArray(); }
  // RapidJSON calls these before it takes the closing bracket.
  bool EndObject(rapidjson::SizeType count) {
    --depth_;
    return check_keys(count) && sink_.EndObject(count) && end_value(1);
  }
  bool EndArray(rapidjson::SizeType count) {
    --depth_;
    return sink_.EndArray(count) && end_value(1);
  }

 private:
  bool refuse(std::string what, std::size_t at) {
    fault_ = {errc::malformed, std::move(what), "byte " + std::to_string(at)};
    return false;
  }
  bool deeper() {
    if (++depth_ <= max_depth_) return true;
    return refuse("the JSON is nested deeper than " + std::to_string(max_depth_) + " levels", in_.Tell());
  }
  // An escape \uDC00 to \uDFFF without the half before it comes out as three bytes that are no UTF-8.
  bool check_text(std::string_view s) {
    if (!escapes_) return true;
    for (std::size_t i = s.find('\xED'); i != std::string_view::npos; i = s.find('\xED', i + 1)) {
      if (i + 1 < s.size() && static_cast<unsigned char>(s[i + 1]) >= 0xA0) {
        return refuse("a string of the JSON has half of a surrogate pair", in_.Tell());
      }
    }
    return true;
  }
  bool check_keys(std::size_t count) {
    std::string key;
    std::size_t offset = 0;
    if (keys_.close(count, key, offset)) return true;
    return refuse("an object of the JSON has the key \"" + key + "\" more than once", offset);
  }
  // A value ends `more` bytes from here.
  bool end_value(std::size_t more) {
    if (depth_ == 1 && kept_key_ends_ != 0) {
      kept_from_ = text_.find_first_not_of(" \t\r\n:", kept_key_ends_);
      kept_to_ = in_.Tell() + more;
      kept_key_ends_ = 0;
    }
    return true;
  }

  Sink& sink_;
  rapidjson::MemoryStream& in_;
  std::string_view text_;
  bool escapes_;
  std::size_t max_depth_;
  std::size_t depth_ = 0;
  OpenKeys keys_;
  Error fault_;
  bool keeping_ = false;
  std::string_view kept_name_;
  std::size_t kept_key_ends_ = 0;  // 0: the member that is being read is not the one to keep
  std::size_t kept_from_ = 0, kept_to_ = 0;
};

// RapidJSON gives a double for every integer beyond 64 bits too, and its quick conversion is not always the nearest
// double: the number's own text decides.
template <class Sink>
bool JsonChecks<Sink>::Double(double approximate) {
  const std::size_t end = in_.Tell();
  std::size_t begin = end;
  bool integer = true;
  for (; begin > 0; --begin) {
    const char c = text_[begin - 1];
    if (c == '.' || c == 'e' || c == 'E') {
      integer = false;
    } else if ((c < '0' || c > '9') && c != '-' && c != '+') {
      break;
    }
  }
  if (integer) return refuse("an integer of the JSON does not fit into 64 bits", begin);
  double value = 0;
  const auto [last, error] = std::from_chars(text_.data() + begin, text_.data() + end, value);
  if (error == std::errc::result_out_of_range) {
    if (std::fabs(approximate) > 1) return refuse("a number of the JSON does not fit into a double", begin);
    value = std::copysign(0.0, approximate);
  } else if (error != std::errc{} || last != text_.data() + end) {
    return refuse("a number of the JSON cannot be read", begin);
  }
  return sink_.Double(value) && end_value(0);
}

}  // namespace reprise
