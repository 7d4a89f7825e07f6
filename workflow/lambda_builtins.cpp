#include "workflow/lambda_builtins.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "workflow/expression_lexer.hpp"
#include "workflow/lambda_sort.hpp"
#include "workflow/lambda_text.hpp"
#include "workflow/unicode.hpp"

namespace reprise::workflow {
namespace {

// The first argument's value: of functions that take exactly one.
bool only(LambdaRun& run, const LambdaNode& call, Value& out) { return run.value(call.children[0], out); }

bool length(LambdaRun& run, const LambdaNode& call, Value& out) {
  Value of;
  if (!only(run, call, of)) return false;
  std::size_t size = 0;
  switch (of.type()) {
    case Type::string:
      if (!run.evaluation().spend(of.text().size() / 64)) return false;
      size = count_characters(of.text());
      break;
    case Type::list: size = of.json().Size(); break;
    case Type::dict: size = of.json().MemberCount(); break;
    default: return run.fail(describe(of) + " has no len()");
  }
  out = Value::of(static_cast<std::int64_t>(size));
  return true;
}

bool text(LambdaRun& run, const LambdaNode& call, Value& out) {
  if (!only(run, call, out)) return false;
  return apply_cast(run.evaluation(), Cast::to_str, out, out);
}

// Python takes an underscore between two digits.
std::string without_underscores(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool between = i > 0 && i + 1 < text.size() && is_name_character(text[i - 1]) && text[i - 1] != '_' &&
                         is_name_character(text[i + 1]) && text[i + 1] != '_';
    if (text[i] != '_' || !between) out += text[i];
  }
  return out;
}

bool of_base(LambdaRun& run, const Value& operand, const Value& base, Value& out) {
  if (!operand.is(Type::string)) return run.fail("int() with a base takes a str, found " + describe(operand));
  if (!base.is_integral() || base.integer() < 2 || base.integer() > 36) {
    return run.fail("the base of int() is 2 to 36, found " + describe(base));
  }
  const std::string digits = without_underscores(strip_white_space(operand.text()));
  std::string_view rest = digits;
  const bool negative = rest.starts_with('-');
  if (negative || rest.starts_with('+')) rest.remove_prefix(1);
  const std::int64_t radix = base.integer();
  if (rest.size() > 2 && rest[0] == '0') {
    const char kind = static_cast<char>(rest[1] | 0x20);
    if ((kind == 'x' && radix == 16) || (kind == 'o' && radix == 8) || (kind == 'b' && radix == 2))
      rest.remove_prefix(2);
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value, static_cast<int>(radix));
  if (rest.empty() || end != rest.data() + rest.size() || error == std::errc::invalid_argument) {
    return run.fail("int() does not take " + describe(operand) + " in base " + std::to_string(radix));
  }
  constexpr std::uint64_t kMost = INT64_MAX;
  if (error != std::errc{} || value > kMost + (negative ? 1 : 0)) {
    return run.fail("the integer result does not fit 64 bits");
  }
  out = Value::of(static_cast<std::int64_t>(negative ? ~value + 1 : value));
  return true;
}

// A number of a value; a str of which may hold underscores.
bool to_number(LambdaRun& run, Cast cast, const Value& operand, Value& out) {
  Evaluation& evaluation = run.evaluation();
  if (!operand.is(Type::string)) return apply_cast(evaluation, cast, operand, out);
  if (!evaluation.spend(operand.text().size() / 64)) return false;
  Value plain = operand;
  if (operand.text().find('_') != std::string_view::npos &&
      !evaluation.text(without_underscores(operand.text()), plain)) {
    return false;
  }
  return apply_cast(evaluation, cast, plain, out);
}

bool integer(LambdaRun& run, const LambdaNode& call, Value& out) {
  const LambdaArguments given(call, 0);
  Value operand;
  if (!run.value(*given.at(0), operand)) return false;
  const LambdaNode* base = given.at(1, "base");
  if (base == nullptr) return to_number(run, Cast::to_int, operand, out);
  Value value;
  return run.value(*base, value) && of_base(run, operand, value, out);
}

bool floating(LambdaRun& run, const LambdaNode& call, Value& out) {
  Value operand;
  return only(run, call, operand) && to_number(run, Cast::to_float, operand, out);
}

bool boolean(LambdaRun& run, const LambdaNode& call, Value& out) {
  Value operand;
  if (!only(run, call, operand)) return false;
  out = Value::of(truthy(operand));
  return true;
}

bool any_or_all(LambdaRun& run, const LambdaNode& call, bool stop_at, Value& out) {
  bool found = false;
  const auto look = [&](const Value& element, bool& enough) {
    enough = found = truthy(element) == stop_at;
    return true;
  };
  if (!run.each(call.children[0], look)) return false;
  out = Value::of(found == stop_at);
  return true;
}

bool any(LambdaRun& run, const LambdaNode& call, Value& out) { return any_or_all(run, call, true, out); }
bool all(LambdaRun& run, const LambdaNode& call, Value& out) { return any_or_all(run, call, false, out); }

bool sum(LambdaRun& run, const LambdaNode& call, Value& out) {
  const LambdaArguments given(call, 0);
  out = Value::of(std::int64_t{0});
  if (const LambdaNode* start = given.at(1, "start"); start != nullptr && !run.value(*start, out)) return false;
  if (out.is(Type::string)) return run.fail("sum() does not add strings; use ''.join(...)");
  return run.each(call.children[0], [&](const Value& element, bool&) {
    return apply_binary(run.evaluation(), Op::add, out, element, out);
  });
}

bool keyed(LambdaRun& run, const LambdaNode* key, const Value& element, Value& out) {
  if (key == nullptr || key->kind == LambdaKind::literal) {
    out = element;
    return true;
  }
  return run.apply(*key, element, out);
}

bool extreme(LambdaRun& run, const LambdaNode& call, LambdaOp better, Value& out) {
  const LambdaArguments given(call, 0);
  const LambdaNode* key = given.named("key");
  const LambdaNode* absent = given.named("default");
  bool found = false;
  Value best;
  const auto look = [&](const Value& element, bool&) {
    Value weight;
    bool replace = !found;
    if (!keyed(run, key, element, weight)) return false;
    if (found && !lambda_compare(run.evaluation(), better, weight, best, replace)) return false;
    if (!replace) return true;
    found = true;
    best = weight;
    out = element;
    return true;
  };
  if (given.placed() == 1) {
    if (!run.each(call.children[0], look)) return false;
  } else {
    if (absent != nullptr) return run.fail(call.name + "() of several values takes no default");
    bool enough = false;
    for (std::size_t i = 0; i < given.placed(); ++i) {
      Value element;
      if (!run.value(call.children[i], element) || !look(element, enough)) return false;
    }
  }
  if (found) return true;
  return absent != nullptr ? run.value(*absent, out) : run.fail(call.name + "() of nothing");
}

bool least(LambdaRun& run, const LambdaNode& call, Value& out) { return extreme(run, call, LambdaOp::less, out); }
bool most(LambdaRun& run, const LambdaNode& call, Value& out) { return extreme(run, call, LambdaOp::greater, out); }

bool sorted(LambdaRun& run, const LambdaNode& call, Value& out) {
  const LambdaArguments given(call, 0);
  const LambdaNode* key = given.named("key");
  std::vector<SortEntry> entries;
  const auto collect = [&](const Value& element, bool&) {
    SortEntry& entry = entries.emplace_back();
    entry.element = element;
    return run.evaluation().reserve(sizeof(SortEntry)) && keyed(run, key, element, entry.weight);
  };
  if (!run.each(call.children[0], collect)) return false;
  Value reverse = Value::of(false);
  if (const LambdaNode* wanted = given.named("reverse"); wanted != nullptr && !run.value(*wanted, reverse))
    return false;
  if (!sort_entries(run.evaluation(), truthy(reverse), entries)) return false;
  ListBuilder list(run.evaluation(), entries.size());
  for (const SortEntry& entry : entries) {
    if (!list.add(entry.element)) return false;
  }
  return list.finish(out);
}

bool absolute(LambdaRun& run, const LambdaNode& call, Value& out) {
  Value operand;
  if (!only(run, call, operand)) return false;
  if (!operand.is_numeric()) return run.fail("abs() takes a number, found " + describe(operand));
  if (operand.is(Type::number)) {
    out = Value::of(std::fabs(operand.number()));
    return true;
  }
  if (operand.integer() < 0) return apply_unary(run.evaluation(), Op::negate, operand, out);
  out = Value::of(operand.integer());
  return true;
}

// The double nearest to `value` rounded to `digits` behind the point (before it, when negative), halves to even.
double rounded(double value, std::int64_t digits) {
  if (value == 0.0 || digits > 330) return value;
  char buffer[800];
  std::to_chars_result written{};
  if (digits >= 0) {
    written = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, static_cast<int>(digits));
  } else {
    if (digits < -320) return std::copysign(0.0, value);
    // All digits of the whole part are exact, so the rounding is done on them.
    written = std::to_chars(buffer, buffer + sizeof buffer, std::fabs(value), std::chars_format::fixed, 30);
    std::string text(buffer, written.ptr);
    const auto point = text.find('.');
    const auto drop = static_cast<std::size_t>(-digits);
    std::string whole = text.substr(0, point);
    if (whole.size() < drop) return std::copysign(0.0, value);
    const std::string dropped = whole.substr(whole.size() - drop) + text.substr(point + 1);
    std::string kept = "0" + whole.substr(0, whole.size() - drop);
    const bool above = dropped[0] > '5' || (dropped[0] == '5' && dropped.find_first_not_of('0', 1) != dropped.npos);
    const bool tie = dropped[0] == '5' && !above;
    if (above || (tie && ((kept.back() - '0') & 1) != 0)) {
      std::size_t at = kept.size() - 1;
      while (kept[at] == '9') kept[at--] = '0';
      ++kept[at];
    }
    kept.append(drop, '0');
    double result = 0;
    std::from_chars(kept.data(), kept.data() + kept.size(), result);
    return std::copysign(result, value);
  }
  double result = value;
  std::from_chars(buffer, written.ptr, result);
  return result;
}

// Of an int, to tens, hundreds and so on, halves to even.
bool rounded(LambdaRun& run, std::int64_t value, std::int64_t digits, Value& out) {
  out = Value::of(value);
  if (digits >= 0) return true;
  std::int64_t unit = 1;
  for (std::int64_t i = digits; i < 0; ++i) {
    if (!__builtin_mul_overflow(unit, 10, &unit)) continue;
    out = Value::of(std::int64_t{0});
    // 64 bits end below half of the next power of ten, but for one.
    if (digits != -19 || (value <= 5'000'000'000'000'000'000 && value >= -5'000'000'000'000'000'000)) return true;
    return run.fail("the integer result does not fit 64 bits");
  }
  std::int64_t rest = value % unit;
  std::int64_t below = value / unit;
  if (rest < 0) {
    rest += unit;
    --below;
  }
  const std::int64_t half = unit / 2;
  std::int64_t result = 0;
  const bool up = rest > half || (rest == half && below % 2 != 0);
  const bool overflowed =
      up ? __builtin_add_overflow(value, unit - rest, &result) : __builtin_sub_overflow(value, rest, &result);
  if (overflowed) return run.fail("the integer result does not fit 64 bits");
  out = Value::of(result);
  return true;
}

bool round(LambdaRun& run, const LambdaNode& call, Value& out) {
  const LambdaArguments given(call, 0);
  Value operand, digits;
  if (!run.value(*given.at(0), operand)) return false;
  if (const LambdaNode* wanted = given.at(1, "ndigits"); wanted != nullptr && !run.value(*wanted, digits)) return false;
  if (!operand.is_numeric()) return run.fail("round() takes a number, found " + describe(operand));
  if (!digits.is(Type::null) && !digits.is_integral()) {
    return run.fail("the digits of round() are an int, found " + describe(digits));
  }
  if (operand.is_integral()) {
    return rounded(run, operand.integer(), digits.is(Type::null) ? 0 : digits.integer(), out);
  }
  if (digits.is(Type::null)) {
    return apply_cast(run.evaluation(), Cast::to_int, Value::of(rounded(operand.number(), 0)), out);
  }
  const double result = rounded(operand.number(), digits.integer());
  if (!std::isfinite(result)) return run.fail("the result is no finite number");
  out = Value::of(result);
  return true;
}

constexpr std::string_view kBase[] = {"base"};
constexpr std::string_view kStart[] = {"start"};
constexpr std::string_view kDigits[] = {"ndigits"};
constexpr std::string_view kExtreme[] = {"key", "default"};
constexpr std::string_view kSorted[] = {"key", "reverse"};

constexpr LambdaBuiltin kLambdaBuiltins[] = {
    {"len", 1, 1, {}, kOnlyNamed, false, length},
    {"str", 1, 1, {}, kOnlyNamed, false, text},
    {"int", 1, 2, kBase, 1, false, integer},
    {"float", 1, 1, {}, kOnlyNamed, false, floating},
    {"bool", 1, 1, {}, kOnlyNamed, false, boolean},
    {"any", 1, 1, {}, kOnlyNamed, true, any},
    {"all", 1, 1, {}, kOnlyNamed, true, all},
    {"min", 1, UINT8_MAX, kExtreme, kOnlyNamed, true, least},
    {"max", 1, UINT8_MAX, kExtreme, kOnlyNamed, true, most},
    {"sum", 1, 2, kStart, 1, true, sum},
    {"sorted", 1, 1, kSorted, kOnlyNamed, true, sorted},
    {"abs", 1, 1, {}, kOnlyNamed, false, absolute},
    {"round", 1, 2, kDigits, 1, false, round},
};

}  // namespace

std::span<const LambdaBuiltin> lambda_builtins() { return kLambdaBuiltins; }

const LambdaBuiltin* find_lambda_builtin(std::string_view name) {
  const auto found = std::find_if(std::begin(kLambdaBuiltins), std::end(kLambdaBuiltins),
                                  [&](const auto& each) { return each.name == name; });
  return found == std::end(kLambdaBuiltins) ? nullptr : found;
}

bool call_lambda_builtin(LambdaRun& run, const LambdaBuiltin& builtin, const Value& argument, Value& out) {
  LambdaNode call;
  call.kind = LambdaKind::call;
  call.name = builtin.name;
  call.children.resize(1);
  call.children[0].literal = argument;
  return builtin.body(run, call, out);
}

}  // namespace reprise::workflow
