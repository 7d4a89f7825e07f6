// A place in the text of an expression and what can be read there. Parsing takes characters straight from it: what a
// character means depends on where it stands (`}}` ends a template, but also two dicts).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "workflow/value.hpp"

namespace reprise::workflow {

class Lexer {
 public:
  explicit Lexer(std::string_view text, std::size_t start = 0) : text_(text), at_(start) {}

  std::size_t position() const { return at_; }
  void move_to(std::size_t position) { at_ = position; }
  bool done() const { return at_ >= text_.size(); }
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  std::string_view text() const { return text_; }

  void skip_space();
  bool take(char c);  // no space skipped
  bool take(std::string_view s);
  std::string_view peek_name() const;  // [A-Za-z0-9_]*, not consumed
  std::string_view take_name();
  bool take_word(std::string_view word);  // a whole name

  // A quoted string, without its quotes; no escapes. False with an error when it does not end.
  bool quoted(std::string_view& out);
  // Digits, fraction, exponent, with an optional minus sign before them.
  bool number(Value& out);
  bool integer(std::int64_t& out);  // digits with an optional minus sign

  // A fault that leaves the text readable, such as a name that stands for nothing: reading goes on, and what is read
  // must not be used. Gives true; false once there are too many.
  bool note_at(std::size_t position, std::string message);
  struct Note {
    std::size_t position;
    std::string message;
  };
  const std::vector<Note>& notes() const { return notes_; }

  // Records the first failure and gives false.
  bool fail(std::string message) { return fail_at(at_, std::move(message)); }
  bool fail_at(std::size_t position, std::string message);
  bool expected(std::string_view what);  // "expected <what>, found <what stands here>"
  const std::string& error() const { return error_; }
  std::size_t error_position() const { return error_position_; }

 private:
  std::string_view text_;
  std::size_t at_;
  std::string error_;
  std::size_t error_position_ = 0;
  std::vector<Note> notes_;
};

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
inline bool is_name_character(char c) { return is_name_start(c) || is_digit(c); }

}  // namespace reprise::workflow
