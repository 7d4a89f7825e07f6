// FN: what each function gives, and refuses.
#include <boost/test/unit_test.hpp>

#include "expression_scope.hpp"

using reprise::workflow::test::run;

namespace {

struct Case {
  const char* expression;
  const char* result;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(expression_functions)

BOOST_AUTO_TEST_CASE(results) {
  constexpr Case cases[] = {
      {"FN.uppercase('abC1')", "\"ABC1\""},
      {"FN.lowercase('ABc')", "\"abc\""},
      {"FN.capitalize('hELLO you')", "\"Hello you\""},
      {"FN.titleize('the old man')", "\"The Old Man\""},
      {"FN.concat('a', 'b', 'c')", "\"abc\""},
      {"FN.join(['a', 'b'], ', ')", "\"a, b\""},
      {R"(FN.join(['a', 'b'], '\n'))", R"("a\nb")"},
      {"FN.join([], ',')", "\"\""},
      {R"(FN.join(['a', 'b'], '\\'))", R"("a\\b")"},
      {"FN.split('a,b,c', ',')", R"(["a","b","c"])"},
      {"FN.split('abc', ',')", R"(["abc"])"},
      {"FN.split(',', ',')", R"(["",""])"},
      {"FN.replace('aXbX', 'X', '-')", "\"a-b-\""},
      {"FN.replace('ab', '', '.')", "\".a.b.\""},
      {"FN.startswith('abc', 'ab')", "true"},
      {"FN.endswith('abc', 'ab')", "false"},
      {"FN.strip('xxaxx', 'x')", "\"a\""},
      {"FN.strip('xx', 'x')", "\"\""},
      {"FN.strip('éaé', 'è')", "\"éaé\""},
      {"FN.strip('éaé', 'xé')", "\"a\""},
      {"FN.slice('hello', 1, 3)", "\"ell\""},
      {"FN.slice('hello', 3, 10)", "\"lo\""},
      {"FN.slice(TRIGGER.uni, 1, 2)", "\"\u00e9l\""},
      {"FN.slice('hello', 9, 1)", "\"\""},
      {"FN.format('{} and {}', 1, 'x')", "\"1 and x\""},
      {"FN.format('{1}{0}', 'a', 'b')", "\"ba\""},
      {"FN.format('{{{}}}', None)", "\"{None}\""},
      {"FN.format('{name} {n}', TRIGGER)", "\"Ada 3\""},
      {"FN.format('plain')", "\"plain\""},
      {"FN.length('h')", "1"},
      {"FN.length(TRIGGER.uni)", "5"},
      {"FN.length([1, 2])", "2"},
      {"FN.length({'a': 1})", "1"},
      {"FN.is_null(None)", "true"},
      {"FN.is_null(0)", "false"},
      {"FN.not_null(TRIGGER.missing)", "false"},
      {"FN.is_not_null(1)", "true"},
      {"FN.is_empty('')", "true"},
      {"FN.is_empty([1])", "false"},
      {"FN.not_empty({'a': 1})", "true"},
      {"FN.is_not_empty('')", "false"},
      {"FN.contains(1, [1, 2])", "true"},
      {"FN.does_not_contain(3, [1, 2])", "true"},
      {"FN.is_in('a', 'abc')", "true"},
      {"FN.not_in('k', {'k': 1})", "false"},
      {"FN.compact(TRIGGER.holes)", R"([0,"x"])"},
      {"FN.flatten(TRIGGER.nested)", "[1,2,3]"},
      {"FN.unique([1, 2, 1.0, 'a', 'a'])", R"([1,2,"a"])"},
      {"FN.range(0, 3)", "[0,1,2]"},
      {"FN.range(5, 0, -2)", "[5,3,1]"},
      {"FN.range(3, 0)", "[]"},
      {"FN.zip([1, 2], ['a', 'b', 'c'])", R"([[1,"a"],[2,"b"]])"},
      {"FN.lookup({'a': 1}, 'a')", "1"},
      {"FN.lookup({'a': 1}, 'b')", "null"},
      {"FN.merge([{'a': 1, 'b': 1}, {'b': 2}])", R"({"a":1,"b":2})"},
      {"FN.to_keys({'a': 1, 'b': 2})", R"(["a","b"])"},
      {"FN.to_values({'a': 1, 'b': 2})", "[1,2]"},
      {"FN.add(1, 2)", "3"},
      {"FN.add('a', 'b')", "\"ab\""},
      {"FN.sub(5, 7)", "-2"},
      {"FN.mul(2, 2.5)", "5.0"},
      {"FN.div(4, 2)", "2.0"},
      {"FN.mod(-1, 3)", "2"},
      {"FN.pow(2, 10)", "1024"},
      {"FN.pow(2, -1)", "0.5"},
      {"FN.pow(-3, 3)", "-27"},
      {"FN.sum([1, 2, 3.5])", "6.5"},
      {"FN.sum([1], 10)", "11"},
      {"FN.sum([])", "0"},
      {"FN.is_equal(1, 1.0)", "true"},
      {"FN.not_equal(1, 2)", "true"},
      {"FN.is_not_equal(1, 1)", "false"},
      {"FN.greater_than(2, 1)", "true"},
      {"FN.less_than_or_equal(2, 2)", "true"},
      {"FN.and(1, 0)", "0"},
      {"FN.or('', 'x')", "\"x\""},
      {"FN.not([])", "true"},
      {"FN.serialize_json({'a': [1, None]})", R"("{\"a\":[1,null]}")"},
      {"FN.deserialize_json('[1, {\"a\": 2}]')", R"([1,{"a":2}])"},
      {"FN.regex_extract('[0-9]+', 'ab 12 c 3')", "\"12\""},
      {"FN.regex_extract('x', 'ab')", "null"},
      {"FN.regex_match('b', 'ab')", "false"},
      {"FN.regex_match('a', 'ab')", "true"},
      {"FN.regex_not_match('a', 'ab')", "false"},
      {"FN.utcnow()", "\"2024-01-01T00:00:00.250000Z\""},
      {"FN.now()", "\"2024-01-01T00:00:00.250000\""},
      {"str(FN.to_datetime('2024-01-01T00:00:00'))", "\"2024-01-01 00:00:00\""},
      {"str(FN.minutes(5))", "\"0:05:00\""},
      {"FN.minutes(5)", "\"PT5M\""},
      {"FN.days(1) + FN.hours(2)", "\"P1DT2H\""},
      {"str(FN.days(2))", "\"2 days, 0:00:00\""},
      {"FN.to_datetime('2024-01-31T00:00:00Z') + FN.days(1)", "\"2024-02-01T00:00:00Z\""},
      {"FN.to_datetime('2024-01-02') - FN.to_datetime('2024-01-01')", "\"P1D\""},
      {"FN.utcnow() > FN.to_datetime('2020-01-01T00:00:00Z')", "true"},
      {"FN.to_timestamp('2024-01-01T00:00:00Z')", "1704067200"},
      {"FN.to_timestamp('2024-01-01T00:00:00.5Z', 'ms')", "1704067200500"},
      {"FN.from_timestamp(1704067200)", "\"2024-01-01T00:00:00Z\""},
      {"FN.to_isoformat(FN.from_timestamp(0))", "\"1970-01-01T00:00:00+00:00\""},
      {"FN.to_isoformat('2024-01-01T00:00:00+02:00')", "\"2024-01-01T00:00:00+02:00\""},
      {"FN.weeks(1) == FN.days(7)", "true"},
      {"FN.seconds(90) -> str", "\"0:01:30\""},
      {"FN.length(FN.uuid4())", "36"},
      {"FN.uppercase.map(['a', 'b'])", R"(["A","B"])"},
      {"FN.add.map([1, 2], 10)", "[11,12]"},
      {"FN.concat.map(['a', 'b'], '-', ['x', 'y'])", R"(["a-x","b-y"])"},
      {"FN.uppercase.map([])", "[]"},
  };
  for (const Case& c : cases) {
    BOOST_TEST_CONTEXT(c.expression) { BOOST_TEST(run(c.expression) == c.result); }
  }
}

BOOST_AUTO_TEST_CASE(refusals) {
  constexpr Case cases[] = {
      {"FN.uppercase(1)", "FN.uppercase: argument 1 must be a str, found the int 1"},
      {"FN.split('a', '')", "FN.split: the separator must not be empty"},
      {"FN.join([1], ',')", "FN.join: every element must be a str, found the int 1"},
      {"FN.length(1)", "FN.length: argument 1 must be a str, a list or a dict, found the int 1"},
      {"FN.is_empty(None)", "FN.is_empty: argument 1 must be a str, a list or a dict, found None"},
      {"FN.range(0, 1, 0)", "FN.range: the step must not be 0"},
      {"FN.format('{')", "FN.format: a single '{'"},
      {"FN.format('{}')", "FN.format: the template asks for value 0, but there are 0"},
      {"FN.format('{x}', {'y': 1})", "FN.format: there is no value named 'x'"},
      {"FN.deserialize_json('[')", "FN.deserialize_json: "},
      {"FN.regex_match('(', 'a')", "FN.regex_match: no RE2 pattern"},
      {R"(FN.regex_extract('\C', TRIGGER.uni[0:] || 'é'))", "FN.regex_extract: the match cuts a character in two"},
      {"FN.pow(10, 100)", "FN.pow: the result does not fit 64 bits"},
      {"FN.add.map(1, 2)", "FN.add.map needs a list among its arguments"},
      {"FN.add.map([1], [2, 3])", "FN.add.map needs lists of one length, found 1 and 2"},
      {"FN.to_timestamp('soon')",
       "FN.to_timestamp: argument 1 must be a date-time or its ISO 8601 text, found the str 'soon'"},
      {"FN.to_datetime('9999-12-31') + FN.days(3)", "outside of the years 1 to 9999"},
      {"FN.merge([1])", "FN.merge: every element must be a dict, found the int 1"},
  };
  for (const Case& c : cases) {
    BOOST_TEST_CONTEXT(c.expression) {
      const std::string found = run(c.expression);
      BOOST_TEST(found.find("error: ${{ ") == 0u);
      BOOST_TEST(found.find(c.result) != std::string::npos, found);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
