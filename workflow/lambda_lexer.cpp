#include "workflow/lambda_lexer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "workflow/expression_lexer.hpp"
#include "workflow/unicode.hpp"

namespace reprise::workflow {
namespace {

int digit_of(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

// Longest first. What Python has and the subset does not stands here as well, so that the parser can name it.
constexpr std::array<std::string_view, 40> kSymbols = {
    "**=", "//=", "<<=", ">>=", "...", "**", "//", "==", "!=", "<=", ">=", "<<", ">>", ":=",
    "->",  "+=",  "-=",  "*=",  "/=",  "%=", "(",  ")",  "[",  "]",  "{",  "}",  ",",  ":",
    ".",   "+",   "-",   "*",   "/",   "%",  "<",  ">",  "=",  "|",  "&",  "^"};
constexpr std::array<std::string_view, 35> kKeywords = {
    "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
    "class", "continue", "def",   "del",    "elif", "else",   "except", "finally",  "for",
    "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
    "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield"};

constexpr std::string_view kOtherSymbols = "~@;!";

class Words {
 public:
  explicit Words(std::string_view text) : text_(text) {}

  std::vector<LambdaToken> run() {
    while (next()) {
    }
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  LambdaToken& add(LambdaToken::Kind kind, std::size_t from) {
    LambdaToken& token = tokens_.emplace_back();
    token.kind = kind;
    token.at = from;
    token.text = text_.substr(from, at_ - from);
    return token;
  }

  bool bad(std::size_t at, std::string message) {
    add(LambdaToken::Kind::bad, std::min(at, at_)).bytes = std::move(message);
    tokens_.back().at = at;
    return false;
  }

  bool next() {
    while (at_ < text_.size() && std::string_view(" \t\r\n\f").find(text_[at_]) != std::string_view::npos) ++at_;
    const std::size_t from = at_;
    if (at_ >= text_.size()) {
      add(LambdaToken::Kind::end, from);
      return false;
    }
    if (is_digit(peek()) || (peek() == '.' && is_digit(peek(1)))) return number();
    if (peek() == '\'' || peek() == '"') return string(false);
    if (is_name_start(peek())) return name();
    for (const auto symbol : kSymbols) {
      if (!text_.substr(at_).starts_with(symbol)) continue;
      at_ += symbol.size();
      add(LambdaToken::Kind::symbol, from);
      return true;
    }
    if (kOtherSymbols.find(peek()) != std::string_view::npos) {
      ++at_;
      add(LambdaToken::Kind::symbol, from);
      return true;
    }
    if (peek() == '#') return bad(from, "a comment has no place in a lambda");
    if (peek() == '\\') return bad(from, "a backslash has no meaning outside of strings");
    return bad(from, "an unexpected character; names have letters, digits and '_' of ASCII");
  }

  bool name() {
    const std::size_t from = at_;
    while (is_name_character(peek())) ++at_;
    if (peek() == '\'' || peek() == '"') {
      const auto prefix = text_.substr(from, at_ - from);
      if (prefix == "r" || prefix == "R") return string(true);
      if (prefix == "u" || prefix == "U") return string(false);
      if (prefix.find_first_of("fF") != prefix.npos && prefix.size() <= 2) {
        return bad(from, "f-strings are not in the subset; use + and str()");
      }
      return bad(from, "a string with the prefix '" + std::string(prefix.substr(0, 20)) + "' is not in the subset");
    }
    add(LambdaToken::Kind::name, from);
    return true;
  }

  // The digits of a base into `digits`; an underscore may stand between two of them.
  bool digits(int base, std::string& digits) {
    const std::size_t before = digits.size();
    for (;;) {
      if (digit_of(peek()) < base) {
        digits += peek();
      } else if (!(peek() == '_' && digits.size() > before && digit_of(peek(1)) < base)) {
        return digits.size() > before;
      }
      ++at_;
    }
  }

  bool number() {
    const std::size_t from = at_;
    int base = 10;
    if (peek() == '0') {
      const char kind = static_cast<char>(peek(1) | 0x20);
      base = kind == 'x' ? 16 : kind == 'o' ? 8 : kind == 'b' ? 2 : 10;
    }
    std::string written;
    bool whole = true;
    if (base != 10) {
      at_ += 2;
      if (peek() == '_') ++at_;
      if (!digits(base, written)) return bad(from, "a number without digits");
    } else {
      digits(10, written);
      whole = fraction_and_exponent(written);
    }
    if (is_name_character(peek())) return bad(from, "a malformed number");
    if (whole && base == 10 && written.size() > 1 && written[0] == '0' &&
        written.find_first_not_of('0') != written.npos)
      return bad(from, "an integer does not begin with 0");
    LambdaToken& token = add(LambdaToken::Kind::number, from);
    const char* end = written.data() + written.size();
    if (whole) {
      std::int64_t value = 0;
      const auto result = std::from_chars(written.data(), end, value, base);
      if (result.ec == std::errc{} && result.ptr == end) {
        token.number = Value::of(value);
        return true;
      }
      return refuse(token, "an integer that does not fit 64 bits");
    }
    double value = 0;
    const auto result = std::from_chars(written.data(), end, value);
    if (result.ec == std::errc::result_out_of_range && written.find("e-") != written.npos)
      value = 0;
    else if (result.ec != std::errc{} || !std::isfinite(value))
      return refuse(token, "a number out of range");
    token.number = Value::of(value);
    return true;
  }

  static bool refuse(LambdaToken& token, std::string_view message) {
    token.kind = LambdaToken::Kind::bad;
    token.bytes = message;
    return false;
  }

  // What may follow the digits of a float, in a form that from_chars takes. False when there was some.
  bool fraction_and_exponent(std::string& written) {
    bool whole = true;
    if (peek() == '.') {
      ++at_;
      whole = false;
      if (written.empty()) written = "0";
      written += '.';
      if (!digits(10, written)) written += '0';
    }
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if ((peek() | 0x20) == 'e' && is_digit(peek(1 + sign))) {
      whole = false;
      written += 'e';
      if (peek(1) == '-') written += '-';
      at_ += 1 + sign;
      digits(10, written);
    }
    return whole;
  }

  bool string(bool raw) {
    const std::size_t from = raw ? at_ - 1 : at_;
    const char quote = peek();
    const bool triple = peek(1) == quote && peek(2) == quote;
    at_ += triple ? 3 : 1;
    std::string value;
    for (;;) {
      if (at_ >= text_.size() || (!triple && peek() == '\n')) return bad(from, "a string that does not end");
      if (peek() == quote && (!triple || (peek(1) == quote && peek(2) == quote))) break;
      if (peek() != '\\') {
        value += text_[at_++];
      } else if (raw) {
        value += text_[at_++];
        if (at_ < text_.size()) value += text_[at_++];
      } else if (!escape(value)) {
        return false;
      }
    }
    at_ += triple ? 3 : 1;
    add(LambdaToken::Kind::string, from).bytes = std::move(value);
    return true;
  }

  bool escape(std::string& value) {
    constexpr std::string_view kLetters = "\\'\"abfnrtv";
    constexpr std::string_view kMeanings = "\\'\"\a\b\f\n\r\t\v";
    const std::size_t from = at_++;
    const char c = peek();
    if (at_ >= text_.size()) return bad(from, "a string that does not end");
    if (const auto letter = kLetters.find(c); letter != kLetters.npos) {
      value += kMeanings[letter];
      ++at_;
      return true;
    }
    if (c == '\n') {
      ++at_;
      return true;
    }
    if (c >= '0' && c <= '7') return code(from, 0, 8, 1, 3, value);
    if (c == 'x') return code(from, 1, 16, 2, 2, value);
    if (c == 'u') return code(from, 1, 16, 4, 4, value);
    if (c == 'U') return code(from, 1, 16, 8, 8, value);
    if (c == 'N') return bad(from, "characters by name, \\N{...}, are not in the subset; use \\u");
    value += '\\';  // as Python does with an escape that it does not know
    return true;
  }

  bool code(std::size_t from, std::size_t letters, int base, int least, int most, std::string& value) {
    at_ += letters;
    std::uint32_t code = 0;
    int count = 0;
    for (; count < most && digit_of(peek()) < base; ++count, ++at_) {
      code = code * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(digit_of(peek()));
    }
    if (count < least) return bad(from, "an escape with too few digits");
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      return bad(from, "an escape that is no Unicode character");
    }
    append_character(value, code);
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<LambdaToken> tokens_;
};

}  // namespace

bool is_python_keyword(std::string_view name) {
  return std::find(kKeywords.begin(), kKeywords.end(), name) != kKeywords.end();
}

std::vector<LambdaToken> lambda_tokens(std::string_view text) { return Words(text).run(); }

}  // namespace reprise::workflow
