// Literals, operators, casts: what expressions without functions give.
#include <boost/test/unit_test.hpp>

#include "expression_scope.hpp"

using reprise::workflow::test::run;

namespace {

struct Case {
  const char* expression;
  const char* result;
};

void check(const auto& cases) {
  for (const Case& c : cases) {
    BOOST_TEST_CONTEXT(c.expression) { BOOST_TEST(run(c.expression) == c.result); }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expression_values)

BOOST_AUTO_TEST_CASE(literals) {
  constexpr Case cases[] = {
      {"1", "1"},
      {"-1", "-1"},
      {"0", "0"},
      {"1.5", "1.5"},
      {"-0.25", "-0.25"},
      {"1e3", "1000.0"},
      {"2.0", "2.0"},
      {"9223372036854775807", "9223372036854775807"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"'a'", "\"a\""},
      {"\"a\"", "\"a\""},
      {"'say \"hi\"'", R"("say \"hi\"")"},
      {"\"it's\"", "\"it's\""},
      {R"('a\nb')", R"("a\\nb")"},
      {"''", "\"\""},
      {"'}}'", "\"}}\""},
      {"True", "true"},
      {"False", "false"},
      {"None", "null"},
      {"true", "true"},
      {"false", "false"},
      {"null", "null"},
      {"[]", "[]"},
      {"[1, 'a', None]", "[1,\"a\",null]"},
      {"[1, [2, [3]],]", "[1,[2,[3]]]"},
      {"{}", "{}"},
      {"{'a': 1, 'b': {'c': [2]}}", R"({"a":1,"b":{"c":[2]}})"},
      {"{1: 'x'}", R"({"1":"x"})"},
      {"{'a': 1, 'b': 2, 'a': 3}", R"({"a":3,"b":2})"},
      {"  ( 1 )  ", "1"},
      {"\n1\t+\n2", "3"},
      {"{TRIGGER.name: 1}", R"({"Ada":1})"},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(arithmetic) {
  constexpr Case cases[] = {
      {"1 + 2 * 3", "7"},
      {"(1 + 2) * 3", "9"},
      {"10 - 2 - 3", "5"},
      {"10 / 4", "2.5"},
      {"10 / 5", "2.0"},
      {"2 * 3 % 4", "2"},
      {"7 % 3", "1"},
      {"-7 % 3", "2"},
      {"7 % -3", "-2"},
      {"-7.5 % 2", "0.5"},
      {"1 + 2.0", "3.0"},
      {"True + True", "2"},
      {"'a' + 'b'", "\"ab\""},
      {"[1] + [2]", "[1,2]"},
      {"'ab' * 3", "\"ababab\""},
      {"2 * [1, 2]", "[1,2,1,2]"},
      {"'a' * -1", "\"\""},
      {"[] * 100000000", "[]"},
      {"- - 1", "1"},
      {"-(1 + 2)", "-3"},
      {"+5", "5"},
      {"1 - -1", "2"},
      {"1-1", "0"},
      {"2 -1", "1"},
      {"-True", "-1"},
      {"0.1 + 0.2", "0.30000000000000004"},
      {"-9223372036854775808 % -1", "0"},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(comparisons) {
  constexpr Case cases[] = {
      {"1 == 1.0", "true"},
      {"True == 1", "true"},
      {"1 == '1'", "false"},
      {"None == False", "false"},
      {"'a' != 'b'", "true"},
      {"[1, 2] == [1, 2.0]", "true"},
      {"{'a': 1, 'b': 2} == {'b': 2, 'a': 1}", "true"},
      {"{'a': 1} == {'a': 2}", "false"},
      {"1 < 2", "true"},
      {"2 <= 2", "true"},
      {"'a' < 'b'", "true"},
      {"'Z' < 'a'", "true"},
      {"[1, 2] < [1, 3]", "true"},
      {"[1] < [1, 0]", "true"},
      {"2 > 1.5", "true"},
      {"3 >= 4", "false"},
      {"9007199254740993 == 9007199254740992.0", "false"},
      {"'a'+'b'=='ab'", "true"},
      {"1 in [1, 2]", "true"},
      {"3 not in [1, 2]", "true"},
      {"'a' in 'cat'", "true"},
      {"'k' in {'k': 1}", "true"},
      {"1 in {'1': 1}", "false"},
      {"None is None", "true"},
      {"1 is True", "false"},
      {"1 is not None", "true"},
      {"TRIGGER.no is None", "true"},
      {"TRIGGER.missing is None", "true"},
      {"1 < 2 == True", "true"},
      {"(1 < 2) in [True]", "true"},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(logic) {
  constexpr Case cases[] = {
      {"1 && 2", "2"},
      {"0 && 2", "0"},
      {"0 || 'x'", "\"x\""},
      {"1 || 2", "1"},
      {"None || False", "false"},
      {"False || True && False", "false"},
      {"(True || True) && False", "false"},
      {"!True", "false"},
      {"not 0", "true"},
      {"!''", "true"},
      {"!!'x'", "true"},
      {"not 1 == 2", "false"},
      {"!(1 == 2)", "true"},
      {"True || 1 / 0", "true"},
      {"False && 1 / 0", "false"},
      {"1 if True else 1 / 0", "1"},
      {"1 / 0 if False else 2", "2"},
      {"1 if 0 else 2 if 0 else 3", "3"},
      {"'y' if 1 < 2 && 2 < 3 else 'n'", "\"y\""},
      {"(1 if True else 2) + 1", "2"},
      {"[] || {} || 'last'", "\"last\""},
      {"TRIGGER.missing || 'default'", "\"default\""},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(casts) {
  constexpr Case cases[] = {
      {"int('3')", "3"},
      {"int(' -3 ')", "-3"},
      {"int(3.9)", "3"},
      {"int(-3.9)", "-3"},
      {"int(True)", "1"},
      {"float('1.5')", "1.5"},
      {"float(2)", "2.0"},
      {"str(1)", "\"1\""},
      {"str(None)", "\"None\""},
      {"str(True)", "\"True\""},
      {"str(2.0)", "\"2.0\""},
      {"str([1, 'x', None])", "\"[1, 'x', None]\""},
      {"str({'k': 'v'})", "\"{'k': 'v'}\""},
      {"bool('true')", "true"},
      {"bool('1')", "true"},
      {"bool('yes')", "false"},
      {"bool('')", "false"},
      {"bool(2)", "true"},
      {"bool([])", "false"},
      {"(1 + 10) > 3 -> str", "\"True\""},
      {"'5' -> int", "5"},
      {"'5' -> int -> float", "5.0"},
      {"1 + 2 -> str", "\"3\""},
      {"1 + ('2' -> int)", "3"},
      {"str('x')", "\"x\""},
      {"int( '7' )", "7"},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(text_form_is_pythons) {
  constexpr Case cases[] = {
      {"str(1e16)", "\"1e+16\""},
      {"str(123456789012345.0)", "\"123456789012345.0\""},
      {"str(0.0001)", "\"0.0001\""},
      {"str(0.00001)", "\"1e-05\""},
      {"str(-0.0)", "\"-0.0\""},
      {"str(1.5e300)", "\"1.5e+300\""},
      {"str(TRIGGER.mixed)", "\"[1, 'x', None, 2.0, True, {'k': 'v'}]\""},
      {"str([TRIGGER.quote])", "\"[\\\"it's\\\"]\""},
      {"str([TRIGGER.line])", R"("['a\\nb']")"},
      {"str(TRIGGER.uni)", "\"h\u00e9llo\""},
      {"str([TRIGGER.uni])", "\"['h\u00e9llo']\""},
      {"str({})", "\"{}\""},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(errors_name_expression_and_reason) {
  constexpr Case cases[] = {
      {"1 / 0", "error: ${{ 1 / 0 }}: division by zero"},
      {"1 % 0", "error: ${{ 1 % 0 }}: division by zero"},
      {"1 + 'a'", "error: ${{ 1 + 'a' }}: '+' does not work on the int 1 and the str 'a'"},
      {"1 < 'a'", "error: ${{ 1 < 'a' }}: '<' cannot compare the int 1 and the str 'a'"},
      {"None < 1", "error: ${{ None < 1 }}: '<' cannot compare None and the int 1"},
      {"TRIGGER.big + 1", "error: ${{ TRIGGER.big + 1 }}: the integer result does not fit 64 bits"},
      {"TRIGGER.big * 2", "error: ${{ TRIGGER.big * 2 }}: the integer result does not fit 64 bits"},
      {"-'a'", "error: ${{ -'a' }}: unary '-' does not work on the str 'a'"},
      {"1 in 2", "error: ${{ 1 in 2 }}: 'in' needs a list, a dict or a str, found the int 2"},
      {"int(TRIGGER.name)",
       "error: ${{ int(TRIGGER.name) }}: int() does not take the str 'Ada', which is no whole number"},
      {"1e308 * 10", "error: ${{ 1e+308 * 10 }}: the result is no finite number"},
      {"int(1e300)", "fault: expression at character 1: the integer result does not fit 64 bits (at \"int(1e300)\")"},
      {"{None: 1}", "error: ${{ {None: 1} }}: the key of a dict must be a str or an int, found None"},
      {"SECRETS.mail.KEY", R"("${{ SECRETS.mail.KEY }}")"},
      {"SECRETS.mail.KEY + 'x'",
       "fault: expression at character 1: a secret stands alone in its ${{ }}, beside text: not in a function, an "
       "operator or a cast (at \"SECRETS.mail.KEY + 'x'\")"},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(faults_name_place_and_expectation) {
  constexpr Case cases[] = {
      {"", "fault: expression at character 1: expected a value, found the end"},
      {"1 +", "fault: expression at character 4: expected a value, found the end"},
      {"1 2", "fault: expression at character 3: expected the end of the expression, found '2' (at \"2\")"},
      {"(1", "fault: expression at character 3: expected ')', found the end"},
      {"[1", "fault: expression at character 3: expected ',' or ']', found the end"},
      {"{1}", "fault: expression at character 3: expected ':' after a key, found '}' (at \"}\")"},
      {"'abc", "fault: expression at character 1: a string that starts here does not end (at \"'abc\")"},
      {"1 if 2", "fault: expression at character 7: expected 'else', found the end"},
      {"x -> long",
       "fault: expression at character 1: unknown name 'x'; expected ACTIONS, TRIGGER, INPUTS, ENV, SECRETS, "
       "var, FN, a cast or a literal (at \"x -> long\")"},
      {"1 -> long",
       "fault: expression at character 6: expected int, float, str or bool after '->', found 'long' (at \"long\")"},
      {"9223372036854775808",
       "fault: expression at character 1: an integer that does not fit 64 bits (at \"9223372036854775808\")"},
      {"1a", "fault: expression at character 1: a name cannot start with a digit (at \"1a\")"},
      {"FN.uppercas('x')",
       "fault: expression at character 4: unknown function FN.uppercas; did you mean FN.uppercase? "
       "(at \"uppercas('x')\")"},
      {"FN.add(1)", "fault: expression at character 4: FN.add takes 2 arguments, found 1 (at \"add(1)\")"},
      {"FN.sum([1], 2, 3)",
       "fault: expression at character 4: FN.sum takes 1 to 2 arguments, found 3 (at \"sum([1], 2, 3)\")"},
      {"FN.uuid4(1)", "fault: expression at character 4: FN.uuid4 takes 0 arguments, found 1 (at \"uuid4(1)\")"},
      {"SECRETS.mail",
       "fault: expression at character 8: a secret is named as SECRETS.name.KEY, with exactly one key (at \".mail\")"},
      {"SECRETS.a.b.c",
       "fault: expression at character 8: a secret is named as SECRETS.name.KEY, with exactly one key (at \".a.b.c\")"},
      {"'x' -> int",
       "fault: expression at character 5: int() does not take the str 'x', which is no whole number (at \"-> int\")"},
      {"ACTIONS.nope.result", "fault: expression at character 8: there is no action 'nope' (at \".nope.result\")"},
      {"ACTIONS",
       "fault: expression at character 8: expected '.' and the ref of an action after ACTIONS, found the end"},
      {"ACTIONS.done.output",
       "fault: expression at character 13: ACTIONS.done has result, result_typename, error, "
       "error_typename, interaction, interaction_id and interaction_type, nothing else (at \".output\")"},
      {"1 = 2", "fault: expression at character 3: expected the end of the expression, found '=' (at \"= 2\")"},
      {"@", "fault: expression at character 1: expected a value, found '@' (at \"@\")"},
      {"h\u00e9",
       "fault: expression at character 1: unknown name 'h'; expected ACTIONS, TRIGGER, INPUTS, ENV, SECRETS, var, "
       "FN, a cast or a literal (at \"h\u00e9\")"},
      {"TRIGGER.a[?b =~ '(']",
       "fault: expression at character 17: a pattern that is no RE2 pattern: missing ): ( (at \"'(']\")"},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(depth_is_limited) {
  const std::string open(10'000, '(');
  BOOST_TEST(run(open + "1").find("fault: ") == 0u);
  BOOST_TEST(run(std::string(10'000, '[')).find("nested too deeply") != std::string::npos);
  BOOST_TEST(run(std::string(10'000, '-') + "1").find("nested too deeply") != std::string::npos);
  BOOST_TEST(run(std::string(10'000, '!') + "1").find("nested too deeply") != std::string::npos);
  std::string sum = "1", choice = "1", filter = "TRIGGER", casts = "1", dicts;
  for (int i = 0; i < 10'000; ++i) {
    sum += " + 1";
    choice += " if 0 else 1";
    filter += "[?a";
    casts += " -> str";
    dicts += "{1:";
  }
  for (const auto& text : {sum, choice, filter, casts, dicts}) BOOST_TEST(run(text).find("fault: ") == 0u);
  BOOST_TEST(run("1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1") == "10");
  BOOST_TEST(run(std::string(60, '(') + "1" + std::string(60, ')')) == "1");
}

BOOST_AUTO_TEST_CASE(evaluation_is_limited) {
  using reprise::workflow::EvaluationLimits;
  BOOST_TEST(run("'x' * 100000000").find("it builds more than 8388608 bytes") != std::string::npos);
  BOOST_TEST(run("FN.range(0, 10000000)").find("it builds more than") != std::string::npos);
  BOOST_TEST(run("[1] * 9223372036854775807").find("it builds more than") != std::string::npos);
  EvaluationLimits few;
  few.max_steps = 5;
  BOOST_TEST(run("1 + 2 + 3 + 4", few) == "error: ${{ 1 + 2 + 3 + 4 }}: it takes more than 5 steps");
  EvaluationLimits small;
  small.max_result_bytes = 64;
  BOOST_TEST(run("TRIGGER.name * 30", small).find("it builds more than 64 bytes") != std::string::npos);
  BOOST_TEST(run("[TRIGGER.items, TRIGGER.items]", small).find("error: ") == 0u);
  EvaluationLimits flat;
  flat.max_depth = 2;
  BOOST_TEST(run("1 + (2 + 3)", flat).find("nested deeper than 2") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
