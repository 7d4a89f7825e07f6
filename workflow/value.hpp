// A value on its way through an expression: scalars by value, strings, lists and objects as borrowed JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "events/json.hpp"
#include "events/time.hpp"
#include "workflow/date_time.hpp"

namespace reprise::workflow {

// The types of the language. `moment`, `span`, `date`, `clock` (a date-time, a duration, a day, a time of day) and
// `range` exist only inside an expression: a result, and a list or dict, has them in their JSON form.
enum class Type : std::uint8_t { null, boolean, integer, number, string, list, dict, moment, span, date, clock, range };

// The integers from `start` to before `end`, not written out. `step` is not 0.
struct IntegerRange {
  std::int64_t start = 0;
  std::int64_t end = 0;
  std::int64_t step = 1;

  std::uint64_t size() const;
  bool holds(std::int64_t number) const;
  bool operator==(const IntegerRange&) const = default;
};

// Python's name of a type, as sentences about values use it: NoneType, bool, int, float, str, list, dict, ...
std::string_view python_name(Type type);

class Value {
 public:
  Value() : type_(Type::null), integer_(0) {}
  static Value of(bool boolean) {
    Value v(Type::boolean);
    v.integer_ = boolean ? 1 : 0;
    return v;
  }
  static Value of(std::int64_t integer) {
    Value v(Type::integer);
    v.integer_ = integer;
    return v;
  }
  static Value of(double number) {
    Value v(Type::number);
    v.number_ = number;
    return v;
  }
  static Value of(const DateTime& moment) {
    Value v(Type::moment);
    v.integer_ = to_millis(moment.utc);
    v.offset_minutes_ = moment.offset_minutes;
    v.naive_ = moment.naive;
    v.zone_ = moment.zone;
    return v;
  }
  static Value of(Duration span) {
    Value v(Type::span);
    v.integer_ = span.count();
    return v;
  }
  static Value date(std::int64_t day_milliseconds) {
    Value v(Type::date);
    v.integer_ = day_milliseconds;
    return v;
  }
  static Value clock(std::int64_t of_day) {
    Value v(Type::clock);
    v.integer_ = of_day;
    return v;
  }
  static Value of(const IntegerRange* range) {  // borrows
    Value v(Type::range);
    v.range_ = range;
    return v;
  }
  // Borrows: `json` lives as long as the value is used. Integers beyond int64 become numbers.
  static Value of(const JsonValue& json);
  static Value of(const void*) = delete;

  Type type() const { return type_; }
  bool is(Type type) const { return type_ == type; }
  bool is_integral() const { return type_ == Type::integer || type_ == Type::boolean; }
  bool is_numeric() const { return is_integral() || type_ == Type::number; }

  // Preconditions: the type fits. A boolean is also the integer 0 or 1.
  bool boolean() const { return integer_ != 0; }
  std::int64_t integer() const { return integer_; }
  double number() const { return type_ == Type::number ? number_ : static_cast<double>(integer_); }
  const JsonValue& json() const { return *json_; }
  std::string_view text() const { return {json_->GetString(), json_->GetStringLength()}; }
  DateTime moment() const { return {from_millis(integer_), offset_minutes_, naive_, zone_}; }
  const IntegerRange& range() const { return *range_; }
  Duration span() const { return Duration{integer_}; }

 private:
  explicit Value(Type type) : type_(type), integer_(0) {}

  Type type_;
  bool naive_ = false;
  std::int16_t offset_minutes_ = 0;
  ZoneId zone_ = 0;
  union {
    std::int64_t integer_;  // boolean, integer; milliseconds of moment, span, date and clock
    double number_;
    const IntegerRange* range_;
    const JsonValue* json_;  // string, list, dict
  };
};

bool truthy(const Value& value);
bool hollow(const JsonValue& value);  // null, "", [] or {}: what `compact` leaves out

// Appends Python's str() of the value. False, and cut short, once `out` is longer than `limit`.
bool append_text(std::string& out, const Value& value, std::size_t limit = std::string::npos);
bool append_text(std::string& out, const JsonValue& value, std::size_t limit = std::string::npos);
void append_repr(std::string& out, std::string_view text, bool ascii = false);  // Python's repr (ascii) of a str
void append_number_text(std::string& out, double number);                       // Python's repr: 2.0, 1e+16

// A second JsonValue for the same storage: strings, elements and members are shared, not copied. Sound because values
// of a JsonPool free nothing and nobody changes a value once it is built.
JsonValue alias(const JsonValue& value);
// A string with its bytes in `pool`. Takes the empty view that points nowhere, which RapidJSON does not.
JsonValue json_string(std::string_view text, JsonPool& pool);
// A value of its own in `pool`, strings and all.
JsonValue deep_copy(const JsonValue& value, JsonPool& pool);

}  // namespace reprise::workflow
