// Operators and casts, with the meaning that Python gives them; integers have 64 bits.
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "workflow/evaluation.hpp"

namespace reprise::workflow {
namespace {

bool no_operator(Evaluation& evaluation, Op op, const Value& left, const Value& right) {
  return evaluation.fail("'" + std::string(symbol(op)) + "' does not work on " + describe(left) + " and " +
                         describe(right));
}

bool number(Evaluation& evaluation, double value, Value& out) {
  if (!std::isfinite(value)) return evaluation.fail("the result is no finite number");
  out = Value::of(value);
  return true;
}

bool overflow(Evaluation& evaluation) { return evaluation.fail("the integer result does not fit 64 bits"); }

bool integers(Evaluation& evaluation, Op op, std::int64_t a, std::int64_t b, Value& out) {
  std::int64_t result = 0;
  bool overflowed = false;
  switch (op) {
    case Op::add: overflowed = __builtin_add_overflow(a, b, &result); break;
    case Op::subtract: overflowed = __builtin_sub_overflow(a, b, &result); break;
    case Op::multiply: overflowed = __builtin_mul_overflow(a, b, &result); break;
    default:
      if (b == 0) return evaluation.fail("division by zero");
      result = b == -1 ? 0 : a % b;
      if (result != 0 && (result < 0) != (b < 0)) result += b;
      break;
  }
  if (overflowed) return overflow(evaluation);
  out = Value::of(result);
  return true;
}

bool numbers(Evaluation& evaluation, Op op, double a, double b, Value& out) {
  switch (op) {
    case Op::add: return number(evaluation, a + b, out);
    case Op::subtract: return number(evaluation, a - b, out);
    case Op::multiply: return number(evaluation, a * b, out);
    default: break;
  }
  if (b == 0.0) return evaluation.fail("division by zero");
  if (op == Op::divide) return number(evaluation, a / b, out);
  double rest = std::fmod(a, b);
  if (rest != 0.0 && (rest < 0) != (b < 0)) rest += b;
  return number(evaluation, rest, out);
}

bool concatenate_lists(Evaluation& evaluation, const JsonValue& left, const JsonValue& right, Value& out) {
  ListBuilder list(evaluation, left.Size() + right.Size());
  for (const JsonValue* part : {&left, &right}) {
    for (const auto& element : part->GetArray()) {
      if (!list.add(element)) return false;
    }
  }
  return list.finish(out);
}

bool repeat(Evaluation& evaluation, const Value& what, std::int64_t times, Value& out) {
  if (times < 0) times = 0;
  const std::size_t unit = what.is(Type::string) ? what.text().size() : what.json().Size() * sizeof(JsonValue);
  if (unit != 0 && static_cast<std::uint64_t>(times) > evaluation.room() / unit) {
    return evaluation.reserve(evaluation.room() + 1);  // gives the sentence about the limit
  }
  if (what.is(Type::string)) {
    std::string text;
    if (unit == 0) times = 0;
    text.reserve(unit * static_cast<std::size_t>(times));
    for (std::int64_t i = 0; i < times; ++i) text += what.text();
    return evaluation.text(text, out);
  }
  if (unit == 0) times = 0;
  ListBuilder list(evaluation, what.json().Size() * static_cast<std::size_t>(times));
  for (std::int64_t i = 0; i < times; ++i) {
    for (const auto& element : what.json().GetArray()) {
      if (!list.add(element)) return false;
    }
  }
  return list.finish(out);
}

// A moment moves by what its clocks show: a day later is the same time of day, also where the zone's offset changes.
bool moved(Evaluation& evaluation, const DateTime& moment, std::int64_t milliseconds, Value& out) {
  std::int64_t result = 0;
  const bool overflowed = __builtin_add_overflow(local_millis(moment), milliseconds, &result);
  if (overflowed || !in_calendar(result)) {
    return evaluation.fail("the date-time result is outside of the years 1 to 9999");
  }
  out = Value::of(from_local(result, moment));
  return true;
}

bool distance(Evaluation& evaluation, const DateTime& left, const DateTime& right, Value& out) {
  if (left.naive != right.naive) {
    return evaluation.fail("a date-time that has a time zone and one that has none have no distance");
  }
  // Within one named zone what the clocks show counts, as in Python.
  const bool one_zone = left.zone != 0 && left.zone == right.zone;
  out = Value::of(Duration{one_zone ? local_millis(left) - local_millis(right) : (left.utc - right.utc).count()});
  return true;
}

constexpr std::int64_t kDay = 86'400'000;

bool day_moved(Evaluation& evaluation, std::int64_t day, std::int64_t milliseconds, Value& out) {
  const std::int64_t days = milliseconds / kDay - (milliseconds % kDay < 0 ? 1 : 0);
  std::int64_t result = 0;
  if (__builtin_add_overflow(day, days * kDay, &result) || !in_calendar(result)) {
    return evaluation.fail("the date result is outside of the years 1 to 9999");
  }
  out = Value::date(result);
  return true;
}

bool times(Evaluation& evaluation, Op op, const Value& left, const Value& right, Value& out) {
  if (op == Op::multiply && (left.is_integral() || right.is_integral()) &&
      (left.is(Type::span) || right.is(Type::span))) {
    std::int64_t result = 0;
    if (__builtin_mul_overflow(left.integer(), right.integer(), &result)) return overflow(evaluation);
    out = Value::of(Duration{result});
    return true;
  }
  if (op == Op::divide && left.is(Type::span) && right.is(Type::span)) {
    return numbers(evaluation, op, static_cast<double>(left.integer()), static_cast<double>(right.integer()), out);
  }
  if (op == Op::divide && left.is(Type::span) && right.is_integral()) {
    if (right.integer() == 0) return evaluation.fail("division by zero");
    if (right.integer() == -1) return apply_unary(evaluation, Op::negate, left, out);
    out = Value::of(Duration{left.integer() / right.integer()});
    return true;
  }
  if (op != Op::add && op != Op::subtract) return no_operator(evaluation, op, left, right);
  const bool adds = op == Op::add;
  if (adds && left.is(Type::span) && (right.is(Type::moment) || right.is(Type::date))) {
    return times(evaluation, op, right, left, out);
  }
  if (!adds && left.is(Type::moment) && right.is(Type::moment)) {
    return distance(evaluation, left.moment(), right.moment(), out);
  }
  if (!adds && left.is(Type::date) && right.is(Type::date)) {
    out = Value::of(Duration{left.integer() - right.integer()});
    return true;
  }
  if (!right.is(Type::span)) return no_operator(evaluation, op, left, right);
  const std::int64_t span = right.integer();
  if (left.is(Type::moment) || left.is(Type::date)) {
    if (span == std::numeric_limits<std::int64_t>::min()) return overflow(evaluation);
    const std::int64_t by = adds ? span : -span;
    return left.is(Type::moment) ? moved(evaluation, left.moment(), by, out)
                                 : day_moved(evaluation, left.integer(), by, out);
  }
  if (!left.is(Type::span)) return no_operator(evaluation, op, left, right);
  std::int64_t result = 0;
  if (adds ? __builtin_add_overflow(left.integer(), span, &result)
           : __builtin_sub_overflow(left.integer(), span, &result)) {
    return overflow(evaluation);
  }
  out = Value::of(Duration{result});
  return true;
}

bool arithmetic(Evaluation& evaluation, Op op, const Value& left, const Value& right, Value& out) {
  if (left.is_numeric() && right.is_numeric()) {
    if (left.is_integral() && right.is_integral() && op != Op::divide) {
      return integers(evaluation, op, left.integer(), right.integer(), out);
    }
    return numbers(evaluation, op, left.number(), right.number(), out);
  }
  if (op == Op::add && left.is(Type::string) && right.is(Type::string)) {
    std::string text;
    if (!evaluation.fits(left.text().size() + right.text().size())) return false;
    text.reserve(left.text().size() + right.text().size());
    text += left.text();
    text += right.text();
    return evaluation.text(text, out);
  }
  if (op == Op::add && left.is(Type::list) && right.is(Type::list)) {
    return concatenate_lists(evaluation, left.json(), right.json(), out);
  }
  if (op == Op::multiply) {
    const auto sequence = [](const Value& v) { return v.is(Type::string) || v.is(Type::list); };
    if (sequence(left) && right.is_integral()) return repeat(evaluation, left, right.integer(), out);
    if (sequence(right) && left.is_integral()) return repeat(evaluation, right, left.integer(), out);
  }
  if (left.is(Type::range) || right.is(Type::range)) {
    Value a, b;
    return evaluation.expand(left, a) && evaluation.expand(right, b) && arithmetic(evaluation, op, a, b, out);
  }
  const auto timed = [](const Value& v) { return v.is(Type::moment) || v.is(Type::span) || v.is(Type::date); };
  if ((timed(left) && (timed(right) || right.is_integral())) || (timed(right) && left.is_integral())) {
    return times(evaluation, op, left, right, out);
  }
  return no_operator(evaluation, op, left, right);
}

// `is`: None, True and False are one object each; of other values it asks for the same type and an equal value.
bool same(Evaluation& evaluation, const Value& left, const Value& right, bool& out) {
  if (left.type() == right.type()) return equal(evaluation, left, right, out);
  out = false;
  return true;
}

bool to_integer(Evaluation& evaluation, const Value& operand, Value& out) {
  if (operand.is_integral()) {
    out = Value::of(operand.integer());
    return true;
  }
  if (operand.is(Type::number)) {
    const double whole = std::trunc(operand.number());
    if (!(whole >= -9223372036854775808.0 && whole < 9223372036854775808.0)) return overflow(evaluation);
    out = Value::of(static_cast<std::int64_t>(whole));
    return true;
  }
  if (!operand.is(Type::string)) return evaluation.fail("int() does not take " + describe(operand));
  std::string_view text = operand.text();
  const auto first = text.find_first_not_of(" \t\n\r\f\v");
  text = first == text.npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t\n\r\f\v") - first + 1);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return overflow(evaluation);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return evaluation.fail("int() does not take " + describe(operand) + ", which is no whole number");
  }
  out = Value::of(value);
  return true;
}

bool to_number(Evaluation& evaluation, const Value& operand, Value& out) {
  if (operand.is_numeric()) {
    out = Value::of(operand.number());
    return true;
  }
  if (!operand.is(Type::string)) return evaluation.fail("float() does not take " + describe(operand));
  std::string_view text = operand.text();
  const auto first = text.find_first_not_of(" \t\n\r\f\v");
  text = first == text.npos ? std::string_view() : text.substr(first, text.find_last_not_of(" \t\n\r\f\v") - first + 1);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) {
    return evaluation.fail("float() does not take " + describe(operand) + ", which is no number");
  }
  if (error != std::errc{}) return evaluation.fail("float() of a number out of range");
  return number(evaluation, value, out);
}

bool to_boolean(const Value& operand) {
  if (!operand.is(Type::string)) return truthy(operand);
  const auto text = operand.text();
  if (text == "1") return true;
  if (text.size() != 4) return false;
  for (std::size_t i = 0; i < 4; ++i) {
    if ((text[i] | 0x20) != "true"[i]) return false;
  }
  return true;
}

}  // namespace

bool apply_unary(Evaluation& evaluation, Op op, const Value& operand, Value& out) {
  if (op == Op::negation) {
    out = Value::of(!truthy(operand));
    return true;
  }
  const bool negative = op == Op::negate;
  if (operand.is(Type::number)) {
    out = Value::of(negative ? -operand.number() : operand.number());
    return true;
  }
  if (!operand.is_integral() && !operand.is(Type::span)) {
    return evaluation.fail("unary '" + std::string(symbol(op)) + "' does not work on " + describe(operand));
  }
  std::int64_t result = operand.integer();
  if (negative && __builtin_sub_overflow(std::int64_t{0}, operand.integer(), &result)) return overflow(evaluation);
  out = operand.is(Type::span) ? Value::of(Duration{result}) : Value::of(result);
  return true;
}

bool apply_binary(Evaluation& evaluation, Op op, const Value& left, const Value& right, Value& out) {
  bool truth = false;
  int sign = 0;
  switch (op) {
    case Op::equal:
    case Op::not_equal:
      if (!equal(evaluation, left, right, truth)) return false;
      out = Value::of(truth == (op == Op::equal));
      return true;
    case Op::is:
    case Op::is_not:
      if (!same(evaluation, left, right, truth)) return false;
      out = Value::of(truth == (op == Op::is));
      return true;
    case Op::in:
    case Op::not_in:
      if (!contains(evaluation, right, left, truth)) return false;
      out = Value::of(truth == (op == Op::in));
      return true;
    case Op::less:
    case Op::less_equal:
    case Op::greater:
    case Op::greater_equal:
      if (!order(evaluation, symbol(op), left, right, sign)) return false;
      out = Value::of(op == Op::less         ? sign < 0
                      : op == Op::less_equal ? sign <= 0
                      : op == Op::greater    ? sign > 0
                                             : sign >= 0);
      return true;
    case Op::either:
    case Op::both: out = truthy(left) == (op == Op::either) ? left : right; return true;
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::modulo: return arithmetic(evaluation, op, left, right, out);
    case Op::negate:
    case Op::plus:
    case Op::negation: break;
  }
  return evaluation.fail("unknown operator");
}

bool apply_cast(Evaluation& evaluation, Cast cast, const Value& operand, Value& out) {
  switch (cast) {
    case Cast::to_int: return to_integer(evaluation, operand, out);
    case Cast::to_float: return to_number(evaluation, operand, out);
    case Cast::to_bool: out = Value::of(to_boolean(operand)); return true;
    case Cast::to_str: break;
  }
  if (operand.is(Type::string)) {
    out = operand;
    return true;
  }
  std::string text;
  return evaluation.stringify(text, operand) && evaluation.text(text, out);
}

}  // namespace reprise::workflow
