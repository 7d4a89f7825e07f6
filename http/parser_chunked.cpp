#include "http/parser_chunked.hpp"

#include <algorithm>

#include "http/parser_text.hpp"

namespace reprise::http {

std::size_t ChunkedBody::feed(std::string_view in, std::string& body) {
  std::size_t used = 0;
  while (used < in.size() && state_ == State::more) {
    if (expect_ == Expect::data) {
      const std::size_t n = static_cast<std::size_t>(std::min<std::uint64_t>(size_, in.size() - used));
      body.append(in.data() + used, n);
      used += n;
      size_ -= n;
      if (size_ == 0) expect_ = Expect::data_cr;
    } else {
      read_byte(in[used++], body.size());
    }
  }
  return used;
}

void ChunkedBody::read_byte(char c, std::size_t body_size) {
  const auto only = [&](char wanted, Expect next) {
    if (c == wanted) {
      expect_ = next;
    } else {
      state_ = State::malformed;
    }
  };
  switch (expect_) {
    case Expect::first_digit:
    case Expect::digits: read_size(c); break;
    case Expect::extension:
      if (c == '\r') {
        expect_ = Expect::size_lf;
      } else if (!character::is(c, character::field) || ++extensions_ > kMaxExtensions) {
        state_ = State::malformed;
      }
      break;
    case Expect::size_lf:
      only('\n', Expect::data);
      if (state_ == State::more) end_of_size(body_size);
      break;
    case Expect::data: break;
    case Expect::data_cr: only('\r', Expect::data_lf); break;
    case Expect::data_lf: only('\n', Expect::first_digit); break;
  }
}

void ChunkedBody::read_size(char c) {
  if (const int digit = hex_digit(c); digit >= 0) {
    if (expect_ == Expect::first_digit) digits_ = 0, size_ = 0;
    expect_ = Expect::digits;
    size_ = size_ << 4 | static_cast<unsigned>(digit);
    if (++digits_ > kMaxDigits) state_ = State::malformed;
  } else if (expect_ == Expect::digits && c == '\r') {
    expect_ = Expect::size_lf;
  } else if (expect_ == Expect::digits && c == ';') {
    expect_ = Expect::extension;
  } else {
    state_ = State::malformed;
  }
}

void ChunkedBody::end_of_size(std::size_t body_size) {
  if (size_ == 0) {
    state_ = State::last_chunk;
  } else if (size_ > max_body_ - body_size) {
    state_ = State::too_large;
  }
}

}  // namespace reprise::http
