// FN: numbers, and logic on any values.
#include <cmath>
#include <string>

#include "workflow/functions.hpp"

namespace reprise::workflow {
namespace {

template <Op op>
bool operate(Evaluation& e, Arguments a, Value& out) {
  return apply_binary(e, op, a[0], a[1], out);
}

bool sum(Evaluation& e, Arguments a, Value& out) {
  const JsonValue* list = nullptr;
  if (a.size() > 1 && a[1].is(Type::string)) return ArgumentReader{e, "sum", a}.refuse(1, "a number");
  if (!ArgumentReader{e, "sum", a}.list(0, list)) return false;
  Value total = a.size() > 1 ? a[1] : Value::of(std::int64_t{0});
  for (const auto& element : list->GetArray()) {
    Value next;
    if (!e.spend(1) || !apply_binary(e, Op::add, total, Value::of(element), next)) return false;
    total = next;
  }
  out = total;
  return true;
}

bool power(Evaluation& e, Arguments a, Value& out) {
  const ArgumentReader arguments{e, "pow", a};
  for (std::size_t i = 0; i < 2; ++i) {
    if (!a[i].is_numeric()) return arguments.refuse(i, "a number");
  }
  if (a[0].is_integral() && a[1].is_integral() && a[1].integer() >= 0) {
    std::int64_t base = a[0].integer(), exponent = a[1].integer(), result = 1;
    while (exponent > 0) {
      if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result)) {
        return e.fail("FN.pow: the result does not fit 64 bits");
      }
      exponent >>= 1;
      if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) {
        return e.fail("FN.pow: the result does not fit 64 bits");
      }
    }
    out = Value::of(result);
    return true;
  }
  const double result = std::pow(a[0].number(), a[1].number());
  if (!std::isfinite(result)) return e.fail("FN.pow: the result is no finite number");
  out = Value::of(result);
  return true;
}

bool logical_not(Evaluation&, Arguments a, Value& out) {
  out = Value::of(!truthy(a[0]));
  return true;
}

bool is_null(Evaluation&, Arguments a, Value& out) {
  out = Value::of(a[0].is(Type::null));
  return true;
}

bool not_null(Evaluation&, Arguments a, Value& out) {
  out = Value::of(!a[0].is(Type::null));
  return true;
}

constexpr Function kNumbers[] = {
    {"add", 2, 2, operate<Op::add>},
    {"div", 2, 2, operate<Op::divide>},
    {"mod", 2, 2, operate<Op::modulo>},
    {"mul", 2, 2, operate<Op::multiply>},
    {"pow", 2, 2, power},
    {"sub", 2, 2, operate<Op::subtract>},
    {"sum", 1, 2, sum},
};

constexpr Function kLogic[] = {
    {"and", 2, 2, operate<Op::both>},
    {"greater_than", 2, 2, operate<Op::greater>},
    {"greater_than_or_equal", 2, 2, operate<Op::greater_equal>},
    {"is_equal", 2, 2, operate<Op::equal>},
    {"is_not_equal", 2, 2, operate<Op::not_equal>},
    {"is_not_null", 1, 1, not_null},
    {"is_null", 1, 1, is_null},
    {"less_than", 2, 2, operate<Op::less>},
    {"less_than_or_equal", 2, 2, operate<Op::less_equal>},
    {"not", 1, 1, logical_not},
    {"not_equal", 2, 2, operate<Op::not_equal>},
    {"not_null", 1, 1, not_null},
    {"or", 2, 2, operate<Op::either>},
};

}  // namespace

std::span<const Function> number_functions() { return kNumbers; }
std::span<const Function> logic_functions() { return kLogic; }

}  // namespace reprise::workflow
