// Operators, indexes and slices of lambdas: what the expressions' operators do, and what only Python has.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "workflow/lambda_run.hpp"
#include "workflow/lambda_text.hpp"
#include "workflow/unicode.hpp"

namespace reprise::workflow {
namespace {

bool number(Evaluation& evaluation, double value, Value& out) {
  if (!std::isfinite(value)) return evaluation.fail("the result is no finite number");
  out = Value::of(value);
  return true;
}

bool refuse(Evaluation& evaluation, std::string_view symbol, const Value& left, const Value& right) {
  return evaluation.fail("'" + std::string(symbol) + "' does not work on " + describe(left) + " and " +
                         describe(right));
}

bool floor_divide(Evaluation& evaluation, const Value& left, const Value& right, Value& out) {
  if (!left.is_numeric() || !right.is_numeric()) return refuse(evaluation, "//", left, right);
  if (left.is_integral() && right.is_integral()) {
    const std::int64_t a = left.integer(), b = right.integer();
    if (b == 0) return evaluation.fail("division by zero");
    if (b == -1) return lambda_unary(evaluation, LambdaOp::negate, Value::of(a), out);
    std::int64_t quotient = a / b;
    if (a % b != 0 && (a < 0) != (b < 0)) --quotient;
    out = Value::of(quotient);
    return true;
  }
  const double a = left.number(), b = right.number();
  if (b == 0.0) return evaluation.fail("division by zero");
  // As Python does it: from the remainder, so that quotient and remainder fit each other.
  const double rest = std::fmod(a, b);
  double quotient = (a - rest) / b;
  if (rest != 0.0 && (b < 0) != (rest < 0)) quotient -= 1.0;
  if (quotient == 0.0) return number(evaluation, std::copysign(0.0, a / b), out);
  double floored = std::floor(quotient);
  if (quotient - floored > 0.5) floored += 1.0;
  return number(evaluation, floored, out);
}

bool integer_power(Evaluation& evaluation, std::int64_t base, std::int64_t exponent, Value& out) {
  std::int64_t result = 1;
  for (;;) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result)) break;
    exponent >>= 1;
    if (exponent == 0) {
      out = Value::of(result);
      return true;
    }
    if (__builtin_mul_overflow(base, base, &base)) break;
  }
  return evaluation.fail("the integer result does not fit 64 bits");
}

bool power(Evaluation& evaluation, const Value& left, const Value& right, Value& out) {
  if (!left.is_numeric() || !right.is_numeric()) return refuse(evaluation, "**", left, right);
  if (left.is_integral() && right.is_integral() && right.integer() >= 0) {
    return integer_power(evaluation, left.integer(), right.integer(), out);
  }
  const double base = left.number(), exponent = right.number();
  if (base == 0.0 && exponent < 0) return evaluation.fail("0 cannot be raised to a negative power");
  if (base < 0 && exponent != std::floor(exponent)) {
    return evaluation.fail("a negative number to a power that is not whole is no real number");
  }
  return number(evaluation, std::pow(base, exponent), out);
}

// Where a slice begins, how many steps it makes, and how far each goes.
struct Range {
  std::int64_t start = 0, step = 1;
  std::size_t count = 0;
};

bool bound(Evaluation& evaluation, const Value& value, std::int64_t absent, std::int64_t least, std::int64_t most,
           std::int64_t size, std::int64_t& out) {
  out = absent;
  if (value.is(Type::null)) return true;
  if (!value.is_integral())
    return evaluation.fail("the ends and the step of a slice are ints, found " + describe(value));
  out = value.integer();
  if (out < 0) out = out < -size ? least : out + size;
  if (out < least) out = least;
  if (out > most) out = most;
  return true;
}

bool range_of(Evaluation& evaluation, std::size_t length, const Value& from, const Value& to, const Value& step,
              Range& out) {
  const auto size = static_cast<std::int64_t>(length);
  if (!step.is(Type::null)) {
    if (!step.is_integral())
      return evaluation.fail("the ends and the step of a slice are ints, found " + describe(step));
    // A step of more than the whole length takes one element, whatever it is.
    out.step = std::clamp(step.integer(), -size - 1, size + 1);
    if (step.integer() == 0) return evaluation.fail("the step of a slice must not be 0");
  }
  const bool back = out.step < 0;
  const std::int64_t least = back ? -1 : 0, most = back ? size - 1 : size;
  std::int64_t end = 0;
  if (!bound(evaluation, from, back ? most : least, least, most, size, out.start)) return false;
  if (!bound(evaluation, to, back ? least : most, least, most, size, end)) return false;
  const std::int64_t distance = back ? out.start - end : end - out.start;
  const std::int64_t stride = back ? -out.step : out.step;
  out.count = distance <= 0 ? 0 : static_cast<std::size_t>((distance - 1) / stride + 1);
  return evaluation.spend(out.count / 8);
}

bool slice_text(Evaluation& evaluation, std::string_view text, const Value& from, const Value& to, const Value& step,
                Value& out) {
  if (!evaluation.spend(text.size() / 16)) return false;
  std::vector<std::size_t> starts;  // of the characters, and the end
  for (std::size_t at = 0; at < text.size(); at += first_character(text.substr(at)).size()) starts.push_back(at);
  Range range;
  if (!range_of(evaluation, starts.size(), from, to, step, range)) return false;
  starts.push_back(text.size());
  std::string result;
  std::int64_t at = range.start;
  for (std::size_t i = 0; i < range.count; ++i, at += range.step) {
    const auto place = static_cast<std::size_t>(at);
    result += text.substr(starts[place], starts[place + 1] - starts[place]);
  }
  return evaluation.text(result, out);
}

bool out_of_range(Evaluation& evaluation, const Value& of, const Value& index) {
  return evaluation.fail("the index " + std::to_string(index.integer()) + " is out of range of the " +
                         std::string(python_name(of.type())));
}

}  // namespace

bool lambda_key(Evaluation& evaluation, const Value& key, std::string& out) {
  if (!key.is(Type::string) && !key.is(Type::integer)) {
    return evaluation.fail("the key of a dict must be a str or an int, found " + describe(key));
  }
  return evaluation.stringify(out, key);
}

const JsonValue* lambda_member(const JsonValue& dict, std::string_view key) { return find(dict, key); }

bool lambda_arithmetic(Evaluation& evaluation, LambdaOp op, const Value& left, const Value& right, Value& out) {
  switch (op) {
    case LambdaOp::floor_divide: return floor_divide(evaluation, left, right, out);
    case LambdaOp::power: return power(evaluation, left, right, out);
    case LambdaOp::add: return apply_binary(evaluation, Op::add, left, right, out);
    case LambdaOp::subtract: return apply_binary(evaluation, Op::subtract, left, right, out);
    case LambdaOp::multiply: return apply_binary(evaluation, Op::multiply, left, right, out);
    case LambdaOp::divide: return apply_binary(evaluation, Op::divide, left, right, out);
    default: return apply_binary(evaluation, Op::modulo, left, right, out);
  }
}

bool lambda_unary(Evaluation& evaluation, LambdaOp op, const Value& operand, Value& out) {
  return apply_unary(evaluation,
                     op == LambdaOp::negate ? Op::negate
                     : op == LambdaOp::plus ? Op::plus
                                            : Op::negation,
                     operand, out);
}

bool lambda_compare(Evaluation& evaluation, LambdaOp op, const Value& left, const Value& right, bool& out) {
  Op same{};
  switch (op) {
    case LambdaOp::equal: same = Op::equal; break;
    case LambdaOp::not_equal: same = Op::not_equal; break;
    case LambdaOp::less: same = Op::less; break;
    case LambdaOp::less_equal: same = Op::less_equal; break;
    case LambdaOp::greater: same = Op::greater; break;
    case LambdaOp::greater_equal: same = Op::greater_equal; break;
    case LambdaOp::is: same = Op::is; break;
    case LambdaOp::is_not: same = Op::is_not; break;
    default:
      // Keys that are ints became text when the dict was built.
      if (right.is(Type::dict) && left.is(Type::integer)) {
        out = (lambda_member(right.json(), std::to_string(left.integer())) != nullptr) == (op == LambdaOp::in);
        return evaluation.spend(right.json().MemberCount() / 8);
      }
      same = op == LambdaOp::in ? Op::in : Op::not_in;
      break;
  }
  Value result;
  if (!apply_binary(evaluation, same, left, right, result)) return false;
  out = result.boolean();
  return true;
}

bool lambda_index(Evaluation& evaluation, const Value& of, const Value& index, Value& out) {
  if (of.is(Type::dict)) {
    std::string key;
    if (!lambda_key(evaluation, index, key) || !evaluation.spend(of.json().MemberCount() / 8)) return false;
    const JsonValue* found = lambda_member(of.json(), key);
    if (found == nullptr) return evaluation.fail("the dict has no key '" + key.substr(0, 100) + "'");
    out = Value::of(*found);
    return true;
  }
  if (!of.is(Type::list) && !of.is(Type::string)) return evaluation.fail(describe(of) + " has no elements to index");
  if (!index.is_integral()) {
    return evaluation.fail("the index of a " + std::string(python_name(of.type())) + " is an int, found " +
                           describe(index));
  }
  const auto size = static_cast<std::int64_t>(of.is(Type::list) ? of.json().Size() : count_characters(of.text()));
  std::int64_t at = index.integer();
  if (at < 0) at = at < -size ? -1 : at + size;
  if (at < 0 || at >= size) return out_of_range(evaluation, of, index);
  if (of.is(Type::list)) {
    out = Value::of(of.json()[static_cast<rapidjson::SizeType>(at)]);
    return true;
  }
  if (!evaluation.spend(of.text().size() / 64)) return false;
  return evaluation.text(
      first_character(of.text().substr(offset_of_character(of.text(), static_cast<std::size_t>(at)))), out);
}

bool lambda_slice(Evaluation& evaluation, const Value& of, const Value& from, const Value& to, const Value& step,
                  Value& out) {
  if (of.is(Type::string)) return slice_text(evaluation, of.text(), from, to, step, out);
  if (!of.is(Type::list)) return evaluation.fail(describe(of) + " has no elements to slice");
  Range range;
  if (!range_of(evaluation, of.json().Size(), from, to, step, range)) return false;
  ListBuilder list(evaluation, range.count);
  std::int64_t at = range.start;
  for (std::size_t i = 0; i < range.count; ++i, at += range.step) {
    if (!list.add(of.json()[static_cast<rapidjson::SizeType>(at)])) return false;
  }
  return list.finish(out);
}

}  // namespace reprise::workflow
