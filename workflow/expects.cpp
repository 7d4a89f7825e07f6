#include "workflow/expects.hpp"

#include <charconv>
#include <cmath>

#include "workflow/date_time.hpp"
#include "workflow/expression_lexer.hpp"
#include "workflow/value.hpp"

namespace reprise::workflow {
namespace {

using Kind = ExpectedType::Kind;

struct Named {
  std::string_view name;
  Kind kind;
};
constexpr Named kNames[] = {
    {"int", Kind::integer},        {"str", Kind::text},          {"bool", Kind::boolean}, {"float", Kind::number},
    {"datetime", Kind::date_time}, {"duration", Kind::duration}, {"any", Kind::any},      {"Any", Kind::any},
    {"None", Kind::none},          {"null", Kind::none},         {"list", Kind::list},    {"dict", Kind::dict},
    {"enum", Kind::choice}};
constexpr std::string_view kAllNames =
    "int, str, bool, float, datetime, duration, any, None, list[T], dict[K, V], enum['a', 'b'] or A | B";

class TypeParser {
 public:
  explicit TypeParser(std::string_view text) : lexer_(text) {}

  Expected<ExpectedType> run() {
    ExpectedType out;
    if (either(out)) {
      lexer_.skip_space();
      if (lexer_.done() || lexer_.expected("'|' or the end of the type")) return out;
    }
    return fail(errc::invalid, "at character " + std::to_string(lexer_.error_position() + 1) + ": " + lexer_.error());
  }

 private:
  bool either(ExpectedType& out) {
    constexpr std::uint32_t kMostNested = 16;
    if (++depth_ > kMostNested) return lexer_.fail("nested too deeply");
    if (!one(out)) return false;
    for (lexer_.skip_space(); lexer_.take('|'); lexer_.skip_space()) {
      if (out.kind != Kind::either) {
        ExpectedType first = std::move(out);
        out = ExpectedType{};
        out.kind = Kind::either;
        out.parts.push_back(std::move(first));
      }
      if (!one(out.parts.emplace_back())) return false;
    }
    --depth_;
    return true;
  }

  bool one(ExpectedType& out) {
    lexer_.skip_space();
    const auto name = lexer_.peek_name();
    const Named* known = nullptr;
    for (const Named& named : kNames) {
      if (named.name == name) known = &named;
    }
    if (known == nullptr) return lexer_.expected(kAllNames);
    lexer_.take_name();
    out.kind = known->kind;
    lexer_.skip_space();
    if (out.kind == Kind::choice) return choices(out);
    const std::size_t wanted = out.kind == Kind::list ? 1 : out.kind == Kind::dict ? 2 : 0;
    if (wanted == 0) return true;
    if (!lexer_.take('[')) {  // bare `list` and `dict`: of anything
      out.parts.resize(wanted);
      if (out.kind == Kind::dict) out.parts[0].kind = Kind::text;
      return true;
    }
    for (std::size_t i = 0; i < wanted; ++i) {
      if (i > 0 && !lexer_.take(',')) return lexer_.expected("','");
      if (!either(out.parts.emplace_back())) return false;
      lexer_.skip_space();
    }
    return lexer_.take(']') || lexer_.expected("']'");
  }

  bool choices(ExpectedType& out) {
    if (!lexer_.take('[')) return lexer_.expected("'[' after enum");
    for (;;) {
      lexer_.skip_space();
      std::string_view choice;
      if (lexer_.peek() != '\'' && lexer_.peek() != '"') return lexer_.expected("a quoted string");
      if (!lexer_.quoted(choice)) return false;
      out.choices.emplace_back(choice);
      lexer_.skip_space();
      if (lexer_.take(']')) return true;
      if (!lexer_.take(',')) return lexer_.expected("',' or ']'");
    }
  }

  Lexer lexer_;
  std::uint32_t depth_ = 0;
};

bool all_of_text(std::string_view text, auto& number) {
  const auto first = text.find_first_not_of(" \t\n\r");
  if (first == text.npos) return false;
  text = text.substr(first, text.find_last_not_of(" \t\n\r") - first + 1);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

bool fits_integer(const JsonValue& value) {
  if (value.IsInt64() || value.IsUint64()) return true;
  if (value.IsDouble()) return std::trunc(value.GetDouble()) == value.GetDouble();
  std::int64_t number = 0;
  return value.IsString() && all_of_text(text_of(value), number);
}

bool fits_number(const JsonValue& value) {
  if (value.IsNumber()) return true;
  double number = 0;
  return value.IsString() && all_of_text(text_of(value), number) && std::isfinite(number);
}

bool fits_boolean(const JsonValue& value) {
  if (value.IsBool()) return true;
  if (value.IsInt64()) return value.GetInt64() == 0 || value.GetInt64() == 1;
  if (!value.IsString()) return false;
  std::string text(text_of(value));
  for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return text == "true" || text == "false" || text == "1" || text == "0";
}

}  // namespace

Expected<ExpectedType> parse_expected_type(std::string_view text) { return TypeParser(text).run(); }

std::string to_string(const ExpectedType& type) {
  switch (type.kind) {
    case Kind::list: return "list[" + to_string(type.parts[0]) + "]";
    case Kind::dict: return "dict[" + to_string(type.parts[0]) + ", " + to_string(type.parts[1]) + "]";
    case Kind::either: {
      std::string out;
      for (const ExpectedType& part : type.parts) {
        if (!out.empty()) out += " | ";
        out += to_string(part);
      }
      return out;
    }
    case Kind::choice: {
      std::string out = "enum[";
      for (const std::string& choice : type.choices) {
        if (out.size() > 5) out += ", ";
        const char quote = choice.find('\'') == choice.npos ? '\'' : '"';
        out += quote + choice + quote;
      }
      return out + "]";
    }
    default: break;
  }
  for (const Named& named : kNames) {
    if (named.kind == type.kind) return std::string(named.name);
  }
  return {};
}

bool fits(const ExpectedType& type, const JsonValue& value) {
  switch (type.kind) {
    case Kind::integer: return fits_integer(value);
    case Kind::text: return value.IsString();
    case Kind::boolean: return fits_boolean(value);
    case Kind::number: return fits_number(value);
    case Kind::date_time: return value.IsNumber() || (value.IsString() && parse_date_time(text_of(value)));
    case Kind::duration: return value.IsNumber() || (value.IsString() && parse_duration(text_of(value)));
    case Kind::any: return true;
    case Kind::none: return value.IsNull();
    case Kind::list:
      if (!value.IsArray()) return false;
      for (const auto& element : value.GetArray()) {
        if (!fits(type.parts[0], element)) return false;
      }
      return true;
    case Kind::dict:
      if (!value.IsObject()) return false;
      for (const auto& m : value.GetObject()) {
        if (!fits(type.parts[0], m.name) || !fits(type.parts[1], m.value)) return false;
      }
      return true;
    case Kind::either:
      for (const ExpectedType& part : type.parts) {
        if (fits(part, value)) return true;
      }
      return false;
    case Kind::choice:
      if (!value.IsString()) return false;
      for (const std::string& choice : type.choices) {
        if (choice == text_of(value)) return true;
      }
      return false;
  }
  return false;
}

}  // namespace reprise::workflow
