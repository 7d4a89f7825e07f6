#include "workflow/expression_lexer.hpp"

#include <charconv>

namespace reprise::workflow {

void Lexer::skip_space() {
  while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
}

bool Lexer::take(char c) {
  if (done() || text_[at_] != c) return false;
  ++at_;
  return true;
}

bool Lexer::take(std::string_view s) {
  if (text_.substr(at_, s.size()) != s) return false;
  at_ += s.size();
  return true;
}

std::string_view Lexer::peek_name() const {
  std::size_t end = at_;
  while (end < text_.size() && is_name_character(text_[end])) ++end;
  return text_.substr(at_, end - at_);
}

std::string_view Lexer::take_name() {
  const auto name = peek_name();
  at_ += name.size();
  return name;
}

bool Lexer::take_word(std::string_view word) {
  if (peek_name() != word) return false;
  at_ += word.size();
  return true;
}

bool Lexer::quoted(std::string_view& out) {
  const char quote = peek();
  const auto end = text_.find(quote, at_ + 1);
  if (end == text_.npos) return fail("a string that starts here does not end");
  out = text_.substr(at_ + 1, end - at_ - 1);
  at_ = end + 1;
  return true;
}

bool Lexer::number(Value& out) {
  const std::size_t start = at_;
  bool floating = false;
  take('-');
  if (!is_digit(peek())) return expected("a digit");
  while (is_digit(peek())) ++at_;
  if (peek() == '.' && is_digit(peek(1))) {
    floating = true;
    ++at_;
    while (is_digit(peek())) ++at_;
  }
  if (peek() == 'e' || peek() == 'E') {
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if (is_digit(peek(1 + sign))) {
      floating = true;
      at_ += 1 + sign;
      while (is_digit(peek())) ++at_;
    }
  }
  const char* first = text_.data() + start;
  const char* last = text_.data() + at_;
  if (is_name_character(peek())) return fail_at(start, "a name cannot start with a digit");
  if (floating) {
    double value = 0;
    if (std::from_chars(first, last, value).ec != std::errc{}) return fail_at(start, "a number out of range");
    out = Value::of(value);
    return true;
  }
  std::int64_t value = 0;
  if (std::from_chars(first, last, value).ec != std::errc{}) {
    return fail_at(start, "an integer that does not fit 64 bits");
  }
  out = Value::of(value);
  return true;
}

bool Lexer::integer(std::int64_t& out) {
  const std::size_t start = at_;
  take('-');
  if (!is_digit(peek())) {
    at_ = start;
    return expected("an integer");
  }
  while (is_digit(peek())) ++at_;
  if (std::from_chars(text_.data() + start, text_.data() + at_, out).ec != std::errc{}) {
    return fail_at(start, "an integer that does not fit 64 bits");
  }
  return true;
}

bool Lexer::note_at(std::size_t position, std::string message) {
  constexpr std::size_t kMost = 100;
  notes_.push_back({position, std::move(message)});
  return notes_.size() < kMost || fail_at(at_, "there are too many faults");
}

bool Lexer::fail_at(std::size_t position, std::string message) {
  if (error_.empty()) {
    error_ = std::move(message);
    error_position_ = position;
  }
  return false;
}

bool Lexer::expected(std::string_view what) {
  std::string message = "expected ";
  message += what;
  message += ", found ";
  if (done()) {
    message += "the end";
  } else if (is_name_character(peek())) {
    message += '\'';
    message += peek_name().substr(0, 60);
    message += '\'';
  } else {
    // A whole UTF-8 character, so that the sentence stays valid text.
    std::size_t length = 1;
    while ((static_cast<unsigned char>(peek(length)) & 0xc0) == 0x80) ++length;
    message += '\'';
    message += text_.substr(at_, length);
    message += '\'';
  }
  return fail(std::move(message));
}

}  // namespace reprise::workflow
