// What is no lambda, and where; what fails when it runs; and the bounds.
#include <boost/test/unit_test.hpp>

#include "lambda_case.hpp"

using namespace reprise;
using namespace reprise::workflow;
using namespace reprise::workflow::test;

namespace {

struct Refused {
  const char* lambda;
  const char* fault;
};

void check_faults(const auto& faults) {
  for (const Refused& f : faults) {
    JsonPool pool(512);
    const auto compiled = Lambda::compile(f.lambda, pool);
    BOOST_TEST_CONTEXT(f.lambda) {
      BOOST_TEST(!compiled);
      if (!compiled) BOOST_TEST(to_string(compiled.error(), f.lambda) == f.fault);
    }
  }
}

constexpr const char* kAny = "1";

}  // namespace

BOOST_AUTO_TEST_SUITE(lambda_faults)

BOOST_AUTO_TEST_CASE(of_the_form) {
  constexpr Refused faults[] = {
      {"", "at character 1: expected 'lambda', found the end"},
      {"x + 1", R"(at character 1: expected 'lambda', found 'x' (at "x + 1"))"},
      {"lambda: 1", R"(at character 7: expected the name of the lambda's one argument, found ':' (at ": 1"))"},
      {"lambda x", "at character 9: expected ':' and the body of the lambda, found the end"},
      {"lambda x:", "at character 10: expected a value, found the end"},
      {"lambda x, y: x", R"(at character 9: a lambda takes one argument here, without a default (at ", y: x"))"},
      {"lambda x=1: x", R"(at character 9: a lambda takes one argument here, without a default (at "=1: x"))"},
      {"lambda *x: x", R"(at character 8: expected the name of the lambda's one argument, found '*' (at "*x: x"))"},
      {"lambda in: 1", R"(at character 8: expected the name of the lambda's one argument, found 'in' (at "in: 1"))"},
      {"lambda x: x x", R"(at character 13: expected an operator or the end, found 'x' (at "x"))"},
      {"lambda x: (x", "at character 13: expected ')' that closes the '(', found the end"},
      {"lambda x: x)", R"-(at character 12: expected an operator or the end, found ')' (at ")"))-"},
      {"lambda x: [1, 2", "at character 16: expected ',' or ']', found the end"},
      {"lambda x: [1 2]", R"(at character 14: expected ',' or ']', found '2' (at "2]"))"},
      {"lambda x: [,]", R"(at character 12: expected a value, found ',' (at ",]"))"},
      {"lambda x: {'a' 1}", R"(at character 16: expected ':' and the value of the key, found '1' (at "1}"))"},
      {"lambda x: {'a': 1 'b': 2}", R"(at character 19: expected ',' or '}', found 'b' (at "'b': 2}"))"},
      {"lambda x: x[", "at character 13: expected a value, found the end"},
      {"lambda x: x[]", R"(at character 13: expected an index, found ']' (at "]"))"},
      {"lambda x: x +", "at character 14: expected a value, found the end"},
      {"lambda x: + ", "at character 13: expected a value, found the end"},
      {"lambda x: not", "at character 14: expected a value, found the end"},
      {"lambda x: 1 if x", "at character 17: expected 'else', found the end"},
      {"lambda x: if x", R"(at character 11: expected a value, found 'if' (at "if x"))"},
      {"lambda x: x is", "at character 15: expected a value, found the end"},
      {"lambda x: x not 1", R"(at character 13: expected an operator or the end, found 'not' (at "not 1"))"},
      {"lambda x: x == == 1", R"(at character 16: expected a value, found '==' (at "== 1"))"},
      {"lambda x: x = 1", R"(at character 13: expected an operator or the end, found '=' (at "= 1"))"},
  };
  check_faults(faults);
}

BOOST_AUTO_TEST_CASE(of_words) {
  constexpr Refused faults[] = {
      {"lambda x: 'abc", R"(at character 11: a string that does not end (at "'abc"))"},
      {"lambda x: 'a\nb'", "at character 11: a string that does not end (at \"'a\nb'\")"},
      {"lambda x: '''abc''", R"(at character 11: a string that does not end (at "'''abc''"))"},
      {"lambda x: f'{x}'", R"(at character 11: f-strings are not in the subset; use + and str() (at "f'{x}'"))"},
      {"lambda x: b'x'", R"(at character 11: a string with the prefix 'b' is not in the subset (at "b'x'"))"},
      {R"(lambda x: '\x4')", R"(at character 12: an escape with too few digits (at "\x4'"))"},
      {R"(lambda x: 'a\ud800')", R"(at character 13: an escape that is no Unicode character (at "\ud800'"))"},
      {R"(lambda x: '\U00110000')", R"(at character 12: an escape that is no Unicode character (at "\U00110000'"))"},
      {R"(lambda x: '\N{BULLET}')",
       R"(at character 12: characters by name, \N{...}, are not in the subset; use \u (at "\N{BULLET}'"))"},
      {R"(lambda x: '\)", R"(at character 12: a string that does not end (at "\"))"},
      {"lambda x: 012", R"(at character 11: an integer does not begin with 0 (at "012"))"},
      {"lambda x: 0x", R"(at character 11: a number without digits (at "0x"))"},
      {"lambda x: 1j", R"(at character 11: a malformed number (at "1j"))"},
      {"lambda x: 1__0", R"(at character 11: a malformed number (at "1__0"))"},
      {"lambda x: 9223372036854775808",
       R"(at character 11: an integer that does not fit 64 bits (at "9223372036854775808"))"},
      {"lambda x: 1e999", R"(at character 11: a number out of range (at "1e999"))"},
      {"lambda x: x # why", R"(at character 13: a comment has no place in a lambda (at "# why"))"},
      {"lambda x: x \\ + 1", R"(at character 13: a backslash has no meaning outside of strings (at "\ + 1"))"},
      {"lambda x: $x",
       R"(at character 11: an unexpected character; names have letters, digits and '_' of ASCII (at "$x"))"},
      {"lambda x: \xc3\xa9 + 1",
       R"(at character 11: an unexpected character; names have letters, digits and '_' of ASCII (at "é + 1"))"},
      {"lambda x: '\xc3\xa9\xc3\xa9' + ?",
       R"(at character 18: an unexpected character; names have letters, digits and '_' of ASCII (at "?"))"},
  };
  check_faults(faults);
}

BOOST_AUTO_TEST_CASE(of_what_the_subset_leaves_out) {
  constexpr Refused faults[] = {
      {"lambda x: x, 1", R"(at character 12: a tuple is not in the subset; a list has [ ] around it (at ", 1"))"},
      {"lambda x: (x, 1)",
       R"-(at character 11: a tuple is not in the subset; a list has [ ] around it (at "(x, 1)"))-"},
      {"lambda x: ()", R"-(at character 11: a tuple is not in the subset; a list has [ ] around it (at "()"))-"},
      {"lambda x: {1, 2}", R"(at character 11: a set is not in the subset; a list has [ ] around it (at "{1, 2}"))"},
      {"lambda x: {i for i in x}",
       R"(at character 11: a set is not in the subset; a list has [ ] around it (at "{i for i in x}"))"},
      {"lambda x: x | 1", R"(at character 13: '|' is not in the subset of Python that a lambda may use (at "| 1"))"},
      {"lambda x: ~x", R"(at character 11: '~' is not in the subset of Python that a lambda may use (at "~x"))"},
      {"lambda x: x << 1", R"(at character 13: '<<' is not in the subset of Python that a lambda may use (at "<< 1"))"},
      {"lambda x: x @ x", R"(at character 13: '@' is not in the subset of Python that a lambda may use (at "@ x"))"},
      {"lambda x: (y := x)",
       R"-(at character 14: ':=' is not in the subset of Python that a lambda may use (at ":= x)"))-"},
      {"lambda x: x.name",
       R"(at character 13: attributes are not in the subset: a member of a dict is x['name'] (at "name"))"},
      {"lambda x: x.__class__.__mro__",
       R"(at character 13: attributes are not in the subset: a member of a dict is x['__class__'] (at "__class__.__mro__"))"},
      {"lambda x: x.append(1)",
       R"-(at character 13: unknown method 'append'; known are lower upper strip split join replace startswith endswith get keys values items (at "append(1)"))-"},
      {"lambda x: x.format(1)",
       R"-(at character 13: unknown method 'format'; known are lower upper strip split join replace startswith endswith get keys values items (at "format(1)"))-"},
      {"lambda x: y", R"(at character 11: unknown name 'y'; known are 'x' (at "y"))"},
      {"lambda x: [y for z in x]", R"(at character 12: unknown name 'y'; known are 'x', 'z' (at "y for z in x]"))"},
      {"lambda x: [i for i in i]", R"(at character 23: unknown name 'i'; known are 'x' (at "i]"))"},
      {"lambda x: len", R"(at character 11: 'len' is a function: call it (at "len"))"},
      {"lambda x: eval('1')",
       R"-(at character 11: unknown function 'eval'; known are len str int float bool any all min max sum sorted abs round (at "eval('1')"))-"},
      {"lambda x: open('/etc/passwd')",
       R"-(at character 11: unknown function 'open'; known are len str int float bool any all min max sum sorted abs round (at "open('/etc/passwd')"))-"},
      {"lambda x: __import__('os')",
       R"-(at character 11: unknown function '__import__'; known are len str int float bool any all min max sum sorted abs round (at "__import__('os')"))-"},
      {"lambda x: x()", R"-(at character 11: 'x' is a value, not a function (at "x()"))-"},
      {"lambda x: x[0]()", R"-(at character 15: only functions and methods can be called (at "()"))-"},
      {"lambda len: len(1)", R"-(at character 13: 'len' is a value, not a function (at "len(1)"))-"},
      {"lambda x: lambda y: y",
       R"(at character 11: a lambda inside a lambda is only known as key=lambda ... (at "lambda y: y"))"},
      {"lambda x: [lambda y: y]",
       R"(at character 12: a lambda inside a lambda is only known as key=lambda ... (at "lambda y: y]"))"},
      {"lambda x: (i for i in x)",
       R"-(at character 12: a generator is only known as the argument of any, all, min, max, sum, sorted or join, or in a comprehension; a list has [ ] around it (at "i for i in x)"))-"},
      {"lambda x: len(i for i in x)",
       R"-(at character 15: a generator is only known as the argument of any, all, min, max, sum, sorted or join, or in a comprehension; a list has [ ] around it (at "i for i in x)"))-"},
      {"lambda x: [i for i in x for j in i]",
       R"(at character 25: a comprehension goes over one iterable here (at "for j in i]"))"},
      {"lambda x: [i for i in x if i if i]",
       R"(at character 30: a comprehension has one 'if' here; join conditions with 'and' (at "if i]"))"},
      {"lambda x: sorted(i for i in x, reverse=True)",
       R"-(at character 30: a generator beside other arguments needs ( ) around it (at ", reverse=True)"))-"},
      {"lambda x: sorted(x, i for i in x)",
       R"-(at character 23: a generator beside other arguments needs ( ) around it (at "for i in x)"))-"},
      {"lambda x: max((i for i in x), 2)",
       R"-(at character 16: a generator is only known as the argument of any, all, min, max, sum, sorted or join, or in a comprehension; a list has [ ] around it (at "i for i in x), 2)"))-"},
      {"lambda x: [*x]", R"(at character 12: unpacking with * is not in the subset (at "*x]"))"},
      {"lambda x: {**x}", R"(at character 12: unpacking with * is not in the subset (at "**x}"))"},
      {"lambda x: max(*x)", R"-(at character 15: unpacking with * is not in the subset (at "*x)"))-"},
      {"lambda x: x[1, 2]", R"(at character 14: an index of several parts is not in the subset (at ", 2]"))"},
      {"lambda x: await x",
       R"(at character 11: 'await' is not in the subset of Python that a lambda may use (at "await x"))"},
      {"lambda x: yield",
       R"(at character 11: 'yield' is not in the subset of Python that a lambda may use (at "yield"))"},
      {"lambda x: x; 1", R"(at character 12: ';' is not in the subset of Python that a lambda may use (at "; 1"))"},
      {"lambda x: x != 1 <> 2", R"(at character 19: expected a value, found '>' (at "> 2"))"},
      {"lambda x: {'a': i, 'b': i for i in x}",
       R"(at character 27: expected ',' or '}', found 'for' (at "for i in x}"))"},
      {"lambda x: [i for i.a in x]", R"(at character 19: expected 'in', found '.' (at ".a in x]"))"},
      {"lambda x: [i for 1 in x]",
       R"(at character 18: expected a name that takes each element, found '1' (at "1 in x]"))"},
  };
  check_faults(faults);
}

BOOST_AUTO_TEST_CASE(of_arguments) {
  constexpr Refused faults[] = {
      {"lambda x: len()", R"-(at character 11: len() takes 1 argument, found 0 (at "len()"))-"},
      {"lambda x: len(x, x)", R"-(at character 11: len() takes 1 argument, found 2 (at "len(x, x)"))-"},
      {"lambda x: int(x, 2, 3)", R"-(at character 11: int() takes 1 to 2 arguments, found 3 (at "int(x, 2, 3)"))-"},
      {"lambda x: min()", R"-(at character 11: min() takes 1 or more arguments, found 0 (at "min()"))-"},
      {"lambda x: len(obj=x)",
       R"-(at character 11: len() has no argument named 'obj'; it has none with a name (at "len(obj=x)"))-"},
      {"lambda x: sorted(x, None)", R"-(at character 11: sorted() takes 1 argument, found 2 (at "sorted(x, None)"))-"},
      {"lambda x: sorted(x, keys=len)",
       R"-(at character 11: sorted() has no argument named 'keys'; it has key, reverse (at "sorted(x, keys=len)"))-"},
      {"lambda x: sorted(x, key=x)",
       R"-(at character 25: key= takes a lambda of one argument, the name of a function, or None (at "x)"))-"},
      {"lambda x: sorted(x, key=lambda a, b: a)",
       R"-(at character 33: a lambda takes one argument here, without a default (at ", b: a)"))-"},
      {"lambda x: sorted(x, key=1)",
       R"-(at character 25: key= takes a lambda of one argument, the name of a function, or None (at "1)"))-"},
      {"lambda x: sorted(reverse=True)",
       R"-(at character 11: sorted() takes 1 argument, found 0 (at "sorted(reverse=True)"))-"},
      {"lambda x: sorted(x, reverse=True, reverse=True)",
       R"-(at character 35: the argument 'reverse' stands twice (at "reverse=True)"))-"},
      {"lambda x: sorted(key=len, x)",
       R"-(at character 27: an argument without a name behind one with a name (at "x)"))-"},
      {"lambda x: sum(x, 1, start=2)",
       R"-(at character 11: the argument 'start' of sum() stands twice (at "sum(x, 1, start=2)"))-"},
      {"lambda x: round(x, 1, ndigits=2)",
       R"-(at character 11: the argument 'ndigits' of round() stands twice (at "round(x, 1, ndigits=2)"))-"},
      {"lambda x: x.split(',', sep=',')",
       R"-(at character 13: the argument 'sep' of split() stands twice (at "split(',', sep=',')"))-"},
      {"lambda x: x.lower(1)", R"-(at character 13: lower() takes 0 arguments, found 1 (at "lower(1)"))-"},
      {"lambda x: x.replace('a')",
       R"-(at character 13: replace() takes 2 to 3 arguments, found 1 (at "replace('a')"))-"},
      {"lambda x: ','.join()", R"-(at character 15: join() takes 1 argument, found 0 (at "join()"))-"},
      {"lambda x: x.get()", R"-(at character 13: get() takes 1 to 2 arguments, found 0 (at "get()"))-"},
      {"lambda x: x.strip(chars='a')",
       R"-(at character 13: strip() has no argument named 'chars'; it has none with a name (at "strip(chars='a')"))-"},
  };
  check_faults(faults);
}

BOOST_AUTO_TEST_CASE(when_it_runs) {
  constexpr LambdaCase cases[] = {
      {"lambda x: x + 1", "\"a\"", "at character 13: '+' does not work on the str 'a' and the int 1"},
      {"lambda x: 1 / 0", kAny, "at character 13: division by zero"},
      {"lambda x: 1 // 0", kAny, "at character 13: division by zero"},
      {"lambda x: 1.5 // 0", kAny, "at character 15: division by zero"},
      {"lambda x: 1 % 0", kAny, "at character 13: division by zero"},
      {"lambda x: 'a' // 2", kAny, "at character 15: '//' does not work on the str 'a' and the int 2"},
      {"lambda x: '%s' % x", kAny, "at character 16: '%' does not work on the str '%s' and the int 1"},
      {"lambda x: 2 ** 63", kAny, "at character 13: the integer result does not fit 64 bits"},
      {"lambda x: (-2) ** 0.5", kAny,
       "at character 16: a negative number to a power that is not whole is no real number"},
      {"lambda x: 0 ** -1", kAny, "at character 13: 0 cannot be raised to a negative power"},
      {"lambda x: 10.0 ** 400", kAny, "at character 16: the result is no finite number"},
      {"lambda x: 9223372036854775807 + x", kAny, "at character 31: the integer result does not fit 64 bits"},
      {"lambda x: -9223372036854775807 - 2", kAny, "at character 32: the integer result does not fit 64 bits"},
      {"lambda x: (-9223372036854775807 - 1) // -1", kAny, "at character 38: the integer result does not fit 64 bits"},
      {"lambda x: abs(-9223372036854775807 - 1)", kAny, "at character 11: the integer result does not fit 64 bits"},
      {"lambda x: -x", "\"a\"", "at character 11: unary '-' does not work on the str 'a'"},
      {"lambda x: x < 1", "null", "at character 13: '<' cannot compare None and the int 1"},
      {"lambda x: 1 < x < 'a'", "2", "at character 13: '<' cannot compare the int 2 and the str 'a'"},
      {"lambda x: 1 in x", "\"a1\"", "at character 13: only a str can be in a str, found the int 1"},
      {"lambda x: 1 in x", kAny, "at character 13: 'in' needs a list, a dict or a str, found the int 1"},
      {"lambda x: x['b']", R"({"a": 1})", "at character 12: the dict has no key 'b'"},
      {"lambda x: x[None]", R"({"a": 1})", "at character 12: the key of a dict must be a str or an int, found None"},
      {"lambda x: x[2]", "[1, 2]", "at character 12: the index 2 is out of range of the list"},
      {"lambda x: x[-3]", "[1, 2]", "at character 12: the index -3 is out of range of the list"},
      {"lambda x: x['a']", "[1]", "at character 12: the index of a list is an int, found the str 'a'"},
      {"lambda x: x[0]", kAny, "at character 12: the int 1 has no elements to index"},
      {"lambda x: x[9]", "\"abc\"", "at character 12: the index 9 is out of range of the str"},
      {"lambda x: x[::0]", "[1]", "at character 12: the step of a slice must not be 0"},
      {"lambda x: x['a':]", "[1]", "at character 12: the ends and the step of a slice are ints, found the str 'a'"},
      {"lambda x: x[1:]", R"({"a": 1})", "at character 12: the dict has no elements to slice"},
      {"lambda x: [i for i in x]", kAny, "at character 11: the int 1 is not iterable"},
      {"lambda x: [a for a, b in x]", "[[1, 2, 3]]",
       "at character 11: there are 2 names to take apart an element of 3"},
      {"lambda x: [a for a, b in x]", "[1]", "at character 11: the int 1 is not iterable"},
      {"lambda x: {i: 1 for i in x}", "[null]",
       "at character 11: the key of a dict must be a str or an int, found None"},
      {"lambda x: {x: 1}", "[1]", "at character 11: the key of a dict must be a str or an int, found the list"},
      {"lambda x: len(x)", kAny, "at character 11: the int 1 has no len()"},
      {"lambda x: int(x)", "\"1.5\"", "at character 11: int() does not take the str '1.5', which is no whole number"},
      {"lambda x: int(x)", "null", "at character 11: int() does not take None"},
      {"lambda x: int(x, 16)", "\"xyz\"", "at character 11: int() does not take the str 'xyz' in base 16"},
      {"lambda x: int(x, 99)", "\"1\"", "at character 11: the base of int() is 2 to 36, found the int 99"},
      {"lambda x: int(1, 2)", kAny, "at character 11: int() with a base takes a str, found the int 1"},
      {"lambda x: int('9223372036854775808', 10)", kAny, "at character 11: the integer result does not fit 64 bits"},
      {"lambda x: int(1e30)", kAny, "at character 11: the integer result does not fit 64 bits"},
      {"lambda x: int('1__0')", kAny, "at character 11: int() does not take the str '1__0', which is no whole number"},
      {"lambda x: float(x)", "\"inf\"", "at character 11: the result is no finite number"},
      {"lambda x: min(x)", "[]", "at character 11: min() of nothing"},
      {"lambda x: max(1, 'a')", kAny, "at character 11: '>' cannot compare the str 'a' and the int 1"},
      {"lambda x: min(1, 2, default=3)", kAny, "at character 11: min() of several values takes no default"},
      {"lambda x: sum(x)", "[\"a\"]", "at character 11: '+' does not work on the int 0 and the str 'a'"},
      {"lambda x: sum(x, '')", "[\"a\"]", "at character 11: sum() does not add strings; use ''.join(...)"},
      {"lambda x: sorted(x)", "[1, \"a\"]", "at character 11: '<' cannot compare the str 'a' and the int 1"},
      {"lambda x: sorted(x, key=lambda i: i['n'])", "[{\"n\": 1}, {}]", "at character 36: the dict has no key 'n'"},
      {"lambda x: abs(x)", "\"a\"", "at character 11: abs() takes a number, found the str 'a'"},
      {"lambda x: round(x)", "\"a\"", "at character 11: round() takes a number, found the str 'a'"},
      {"lambda x: round(x, 1.5)", kAny, "at character 11: the digits of round() are an int, found the float 1.5"},
      {"lambda x: round(9223372036854775807, -1)", kAny, "at character 11: the integer result does not fit 64 bits"},
      {"lambda x: round(9223372036854775807, -19)", kAny, "at character 11: the integer result does not fit 64 bits"},
      {"lambda x: x.lower()", kAny, "at character 13: 'lower' is a method of str, not of the int 1"},
      {"lambda x: x.keys()", "[]", "at character 13: 'keys' is a method of dict, not of the list"},
      {"lambda x: x.split('')", "\"a\"", "at character 13: split() takes a separator that is not empty"},
      {"lambda x: x.split(1)", "\"a\"", "at character 13: split() takes a str as its separator, found the int 1"},
      {"lambda x: x.split(',', 'a')", "\"a\"",
       "at character 13: split() takes an int as its maxsplit, found the str 'a'"},
      {"lambda x: ','.join(x)", "[1]", "at character 15: join() takes strs, found the int 1"},
      {"lambda x: x.replace('a', 1)", "\"a\"",
       "at character 13: replace() takes a str as its second argument, found the int 1"},
      {"lambda x: x.startswith(1)", "\"a\"",
       "at character 13: startswith() takes a str as its argument, found the int 1"},
      {"lambda x: x.strip(1)", "\"a\"", "at character 13: strip() takes a str as its characters, found the int 1"},
      {"lambda x: x['a']['b'].upper()", R"({"a": {"b": null}})",
       "at character 23: 'upper' is a method of str, not of None"},
  };
  check(cases);
}

BOOST_AUTO_TEST_CASE(depth) {
  const auto fault = [](const std::string& text) {
    JsonPool pool(512);
    const auto lambda = Lambda::compile(text, pool);
    return lambda ? std::string("none") : lambda.error().message;
  };
  const auto many = [](std::string_view text, int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += text;
    return out;
  };
  for (const auto& [open, close] : {std::pair{"(", ")"},
                                    {"[", "]"},
                                    {"not ", ""},
                                    {"-", ""},
                                    {"{'a': ", "}"},
                                    {"len(", ")"},
                                    {"x[", "]"},
                                    {"1 if 1 else ", ""},
                                    {"2 ** ", ""},
                                    {"sorted(x, key=lambda x: ", ")"},
                                    {"[i for i in ", "]"}}) {
    BOOST_TEST_CONTEXT(open) {
      BOOST_TEST(fault("lambda x: " + many(open, 10) + "x" + many(close, 10)) == "none");
      BOOST_TEST(fault("lambda x: " + many(open, 500) + "x" + many(close, 500)) == "nested too deeply");
    }
  }
  for (const char* next : {" + 1", "[0]", ".lower()", " * 2", " - x"}) {
    BOOST_TEST(fault("lambda x: x" + many(next, 60)) == "none");
    BOOST_TEST(fault("lambda x: x" + many(next, 900)) == "nested too deeply");
  }
  BOOST_TEST(fault("lambda x: x" + many(" or x", 1000)) == "none");
  BOOST_TEST(fault("lambda x: x" + many(" < x", 1000)) == "none");
  BOOST_TEST(fault("lambda x: '" + std::string(20'000, 'a') + "'") == "a lambda of more than 16384 bytes");
}

BOOST_AUTO_TEST_CASE(cost) {
  EvaluationLimits limits;
  limits.max_steps = 1'000;
  limits.max_result_bytes = 10'000;
  const std::string steps = ": it takes more than 1000 steps", bytes = ": it builds more than 10000 bytes";
  std::string list = "[0";
  for (int i = 1; i < 200; ++i) list += "," + std::to_string(i * 7919 % 200);
  list += "]";
  const auto ends = [&](std::string_view lambda, const std::string& sentence) {
    const std::string found = run_lambda(lambda, list, limits);
    BOOST_TEST_CONTEXT(lambda << " gives " << found.substr(0, 100)) { BOOST_TEST(found.ends_with(sentence)); }
  };
  ends("lambda x: len(x)", "200");
  ends("lambda x: [[j for j in x] for i in x]", steps);
  ends("lambda x: sum(i * i + i for i in x)", steps);
  ends("lambda x: sorted(x)", steps);
  ends("lambda x: max(x, key=lambda i: i + i + i)", steps);
  ends("lambda x: {i: 1 for i in x}", steps);
  ends("lambda x: 'a' * 10001", bytes);
  ends("lambda x: [0] * 1000", bytes);
  ends("lambda x: 'ab' * 4611686018427387904", bytes);
  ends("lambda x: ('a' * 100).replace('a', 'b' * 200)", bytes);
  ends("lambda x: ('b' * 90).join(str(i) for i in x)", bytes);
  ends("lambda x: (' a' * 300).split()", bytes);
}

BOOST_AUTO_TEST_SUITE_END()
