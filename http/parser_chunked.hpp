// The chunked transfer coding up to its last chunk; the trailer after it is header lines, which the parser reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace reprise::http {

class ChunkedBody {
 public:
  enum class State : std::uint8_t { more, last_chunk, malformed, too_large };

  void start(std::size_t max_body) { *this = ChunkedBody(max_body); }
  // Appends what belongs to the body; returns how many bytes of `in` were read. Stops when state() is not `more`.
  std::size_t feed(std::string_view in, std::string& body);
  State state() const { return state_; }

  ChunkedBody() = default;

 private:
  explicit ChunkedBody(std::size_t max_body) : max_body_(max_body) {}
  void read_byte(char c, std::size_t body_size);
  void read_size(char c);
  void end_of_size(std::size_t body_size);

  enum class Expect : std::uint8_t { first_digit, digits, extension, size_lf, data, data_cr, data_lf };
  static constexpr std::size_t kMaxExtensions = 16u << 10;  // bytes, of all chunks of a body
  static constexpr unsigned kMaxDigits = 16;

  std::size_t max_body_ = 0;
  std::uint64_t size_ = 0;  // of the chunk; while its data comes: what is left
  std::size_t extensions_ = 0;
  unsigned digits_ = 0;
  State state_ = State::more;
  Expect expect_ = Expect::first_digit;
};

}  // namespace reprise::http
