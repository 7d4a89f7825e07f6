// One value by its specification: [[fill]align][sign][#][0][width][grouping][.precision][type].
#include <algorithm>
#include <charconv>
#include <cmath>

#include "workflow/date_format.hpp"
#include "workflow/text_format.hpp"
#include "workflow/unicode.hpp"

namespace reprise::workflow {
namespace {

constexpr int kMostPrecision = 1000;

struct Specification {
  std::string fill = " ";
  char align = '\0';  // < > = ^
  char sign = '-';    // + - or a space
  bool alternate = false;
  std::size_t width = 0;
  char grouping = '\0';  // , or _
  int precision = -1;
  char type = '\0';
};

bool is_align(char c) { return c == '<' || c == '>' || c == '=' || c == '^'; }

bool read_number(std::string_view& text, std::size_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || out > 1'000'000'000) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool parse(std::string_view text, Specification& out) {
  std::size_t first = 0;
  if (!text.empty()) static_cast<void>(next_character(text, first));
  if (first < text.size() && is_align(text[first])) {
    out.fill = text.substr(0, first);
    out.align = text[first];
    text.remove_prefix(first + 1);
  } else if (!text.empty() && is_align(text[0])) {
    out.align = text[0];
    text.remove_prefix(1);
  }
  const auto take = [&text](std::string_view choices, char& into) {
    if (text.empty() || choices.find(text[0]) == choices.npos) return false;
    into = text[0];
    text.remove_prefix(1);
    return true;
  };
  char ignored = '\0';
  take("+- ", out.sign);
  take("z", ignored);  // no difference but for a rounded -0.0
  out.alternate = take("#", ignored);
  if (take("0", ignored) && out.align == '\0') {
    out.fill = "0";
    out.align = '0';  // `=` for numbers, `<` for text
  }
  if (!text.empty() && text[0] >= '0' && text[0] <= '9' && !read_number(text, out.width)) return false;
  take(",_", out.grouping);
  if (take(".", ignored)) {
    std::size_t precision = 0;
    if (text.empty() || text[0] < '0' || text[0] > '9' || !read_number(text, precision)) return false;
    out.precision = static_cast<int>(precision);
  }
  if (!text.empty()) {
    out.type = text[0];
    text.remove_prefix(1);
  }
  return text.empty();
}

class Writer {
 public:
  Writer(Evaluation& evaluation, const Value& value, std::string_view source, std::string& out)
      : evaluation_(evaluation), value_(value), source_(source), out_(out) {}

  bool run() {
    if (source_.empty()) return evaluation_.stringify(out_, value_);
    switch (value_.type()) {
      case Type::moment:
      case Type::date:
      case Type::clock: return append_strftime(evaluation_, value_, source_, out_);
      case Type::string:
      case Type::boolean:
      case Type::integer:
      case Type::number: break;
      default: return evaluation_.fail(what() + " does not fit " + describe(value_) + ", which takes none");
    }
    if (!parse(source_, spec_) || spec_.precision > kMostPrecision) {
      return evaluation_.fail(what() + " is not one that Python's format() knows");
    }
    if (!evaluation_.fits(out_.size() + spec_.width)) return false;
    if (value_.is(Type::string)) return text();
    if (value_.is(Type::number)) return number(value_.number());
    return integer();
  }

 private:
  std::string what() const { return "FN.format: the specification '" + std::string(source_.substr(0, 40)) + "'"; }
  bool wrong_type() { return evaluation_.fail(what() + " does not fit " + describe(value_)); }

  bool text() {
    if ((spec_.type != '\0' && spec_.type != 's') || spec_.align == '=' || spec_.sign != '-' || spec_.alternate ||
        spec_.grouping != '\0') {
      return wrong_type();
    }
    std::string_view bytes = value_.text();
    if (spec_.precision >= 0) {
      std::size_t end = 0;
      for (int i = 0; i < spec_.precision && end < bytes.size(); ++i) static_cast<void>(next_character(bytes, end));
      bytes = bytes.substr(0, end);
    }
    return padded("", bytes, '<');
  }

  // `sign` stays on the left of what is filled in with `=`.
  bool padded(std::string_view sign, std::string_view body, char usual) {
    const std::size_t length = count_characters(sign) + count_characters(body);
    const std::size_t missing = spec_.width > length ? spec_.width - length : 0;
    if (!evaluation_.fits(out_.size() + missing * spec_.fill.size() + body.size())) return false;
    char align = spec_.align == '\0' ? usual : spec_.align;
    if (align == '0') align = usual == '<' ? '<' : '=';
    const std::size_t before = align == '>' ? missing : align == '^' ? missing / 2 : 0;
    fill(before);
    out_ += sign;
    if (align == '=') fill(missing);
    out_ += body;
    if (align != '=') fill(missing - before);
    return evaluation_.spend((missing + body.size()) / 64);
  }

  void fill(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) out_ += spec_.fill;
  }

  // Digits with separators, and with zeros before them where these fill the width.
  bool finish(bool negative, std::string_view prefix, std::string digits, std::string_view rest) {
    std::string sign = negative ? "-" : spec_.sign == '-' ? "" : std::string(1, spec_.sign);
    sign += prefix;
    if (spec_.grouping != '\0') {
      const bool binary = spec_.type == 'b' || spec_.type == 'o' || spec_.type == 'x' || spec_.type == 'X';
      const std::size_t size = binary ? 4 : 3;
      const bool zeros = spec_.fill == "0" && (spec_.align == '0' || spec_.align == '=');
      const auto length = [&] { return sign.size() + digits.size() + (digits.size() - 1) / size + rest.size(); };
      if (zeros && length() < spec_.width) {
        const std::size_t room = spec_.width - sign.size() - rest.size();
        const std::size_t wanted = room - room / (size + 1);
        if (wanted > digits.size()) digits.insert(0, wanted - digits.size(), '0');
      }
      std::string grouped;
      grouped.reserve(digits.size() * 4 / 3 + 1);
      for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % size == 0) grouped += spec_.grouping;
        grouped += digits[i];
      }
      digits = std::move(grouped);
    }
    digits += rest;
    return padded(sign, digits, '>');
  }

  bool integer() {
    const std::int64_t value = value_.integer();
    if (spec_.type != '\0' && std::string_view("eEfFgG%").find(spec_.type) != std::string_view::npos) {
      return number(static_cast<double>(value));
    }
    if (spec_.precision >= 0) return evaluation_.fail(what() + ": an int has no precision");
    std::uint64_t magnitude = value < 0 ? -static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    int base = 10;
    std::string_view prefix;
    switch (spec_.type) {
      case '\0':
      case 'd':
      case 'n': break;
      case 'b': base = 2, prefix = "0b"; break;
      case 'o': base = 8, prefix = "0o"; break;
      case 'x': base = 16, prefix = "0x"; break;
      case 'X': base = 16, prefix = "0X"; break;
      case 'c': {
        if (value < 0 || value > 0x10ffff || spec_.sign != '-') return wrong_type();
        std::string character;
        append_character(character, static_cast<char32_t>(value));
        return padded("", character, '>');
      }
      default: return wrong_type();
    }
    if (spec_.grouping == ',' && base != 10) return wrong_type();
    char buffer[72];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, magnitude, base).ptr;
    std::string digits(buffer, end);
    if (spec_.type == 'X') {
      for (char& c : digits) c = static_cast<char>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
    }
    return finish(value < 0, spec_.alternate ? prefix : std::string_view(), std::move(digits), {});
  }

  bool number(double value) {
    const bool negative = std::signbit(value);
    value = std::fabs(value);
    std::string digits;
    const int precision = spec_.precision < 0 ? 6 : spec_.precision;
    bool exponent_capital = false;
    std::string_view tail;
    switch (spec_.type) {
      case '\0':
        if (spec_.precision < 0) {
          append_number_text(digits, value);
        } else {
          general(digits, value, precision, true);
        }
        break;
      case 'E': exponent_capital = true; [[fallthrough]];
      case 'e': write(digits, value, std::chars_format::scientific, precision); break;
      case 'F':
      case 'f': write(digits, value, std::chars_format::fixed, precision); break;
      case 'G': exponent_capital = true; [[fallthrough]];
      case 'g':
      case 'n': general(digits, value, precision, false); break;
      case '%':
        if (!std::isfinite(value * 100)) return wrong_type();
        write(digits, value * 100, std::chars_format::fixed, precision);
        tail = "%";
        break;
      default: return wrong_type();
    }
    if (exponent_capital) std::replace(digits.begin(), digits.end(), 'e', 'E');
    const std::size_t end = std::min(digits.find_first_of(".eE"), digits.size());
    std::string rest = digits.substr(end);
    if (spec_.alternate && rest.find('.') == rest.npos) rest.insert(0, ".");
    rest += tail;
    digits.resize(end);
    return finish(negative, {}, std::move(digits), rest);
  }

  static void write(std::string& out, double value, std::chars_format format, int precision) {
    char buffer[kMostPrecision + 400];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, format, precision).ptr;
    out.append(buffer, end);
  }

  // %g; `point`: with a digit after the point, and an exponent one digit earlier, as floats without a type have it.
  static void general(std::string& out, double value, int precision, bool point) {
    precision = std::max(precision, 1);
    write(out, value, std::chars_format::general, precision);
    if (!point || out.find_first_of(".e") != out.npos) return;
    if (static_cast<int>(out.size()) < precision || out == "0") {
      out += ".0";
      return;
    }
    out.clear();
    write(out, value, std::chars_format::scientific, precision - 1);
    const auto e = out.find('e');
    std::string mantissa = out.substr(0, e);
    if (mantissa.find('.') != mantissa.npos) {
      mantissa.resize(mantissa.find_last_not_of('0') + 1);
      if (mantissa.back() == '.') mantissa.pop_back();
    }
    out = mantissa + out.substr(e);
  }

  Evaluation& evaluation_;
  const Value& value_;
  std::string_view source_;
  std::string& out_;
  Specification spec_;
};

}  // namespace

bool append_formatted(Evaluation& evaluation, const Value& value, std::string_view specification, std::string& out) {
  return Writer(evaluation, value, specification, out).run();
}

}  // namespace reprise::workflow
