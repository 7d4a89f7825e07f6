// Random expressions: printing one and compiling it again changes neither its text nor its value.
#include <boost/test/unit_test.hpp>
#include <random>

#include "expression_scope.hpp"

using namespace reprise;
using workflow::Template;

namespace {

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::string expression(int depth) {
    if (depth <= 0) return leaf();
    switch (pick(12)) {
      case 0: return leaf();
      case 1: return "(" + expression(depth - 1) + ")";
      case 2: return one({"-", "+", "!", "not "}) + expression(depth - 1);
      case 3: return "(" + expression(depth - 1) + ") if (" + expression(depth - 1) + ") else " + expression(depth - 1);
      case 4: return one({"int", "float", "str", "bool"}) + "(" + expression(depth - 1) + ")";
      case 5: return "(" + expression(depth - 1) + " -> " + one({"int", "str", "bool"}) + ")";
      case 6: return "[" + expression(depth - 1) + ", " + expression(depth - 1) + "]";
      case 7: return "{'k': " + expression(depth - 1) + ", 'x y': " + leaf() + "}";
      case 8:
        return one({"FN.add(", "FN.is_equal(", "FN.and(", "FN.contains("}) + expression(depth - 1) + ", " +
               expression(depth - 1) + ")";
      case 9:
        return "FN." + one({"length", "is_null", "compact.map", "serialize_json"}) + "(" + expression(depth - 1) + ")";
      default:
        return expression(depth - 1) +
               one({" + ", " - ", " * ", " / ", " % ", " == ", " != ", "<", " >= ", " in ", " not in ", " is ",
                    " is not ", "&&", " || "}) +
               expression(depth - 1);
    }
  }

 private:
  std::string leaf() {
    return one({"1",
                "-2",
                "0",
                "2.5",
                "'a'",
                "\"it's\"",
                "''",
                "True",
                "None",
                "[]",
                "{}",
                "TRIGGER.n",
                "TRIGGER.list[-1]",
                "TRIGGER.items[?a == 1 & b > 2].s",
                "TRIGGER.items[*].a",
                "TRIGGER..c",
                "TRIGGER['obj'].'a b'",
                "INPUTS.tags",
                "ACTIONS.done.result.v",
                "ACTIONS.bad.error.message",
                "ACTIONS.skipped",
                "TRIGGER.list[::2]",
                "var.x",
                "ENV.environment",
                "TRIGGER.items[?(@.s =~ '^t' | @.a >= 2)]",
                "1e300",
                "9223372036854775807",
                "TRIGGER.list[0, -1]",
                "TRIGGER.obj['a', 'b']",
                "TRIGGER.words.`len`",
                "TRIGGER.text.`split(',', 1, -1)`",
                "TRIGGER.words[*].`sub(/(a)|b/, [\\1])`",
                "FN.range(0, 5)",
                "FN.minutes(5)",
                "FN.to_datetime('2024-01-01')",
                "FN.today()"});
  }
  std::string one(std::initializer_list<const char*> choices) { return choices.begin()[pick(choices.size())]; }
  std::size_t pick(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_); }

  std::mt19937_64 random_;
};

std::string value(const Template& compiled) {
  const workflow::test::FixedScope scope;
  JsonPool pool(512);
  const auto result = compiled.evaluate(scope, pool);
  return result ? to_json(**result) : "error: " + result.error().detail;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expression_property)

BOOST_AUTO_TEST_CASE(print_and_compile_again) {
  constexpr std::uint64_t kSeed = 20240101;
  Generator generator(kSeed);
  std::size_t values = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = generator.expression(i % 6);
    const auto first = Template::compile_expression(text, workflow::test::resolve);
    if (!first) {  // a constant cast that fails: the only fault that this grammar can make
      const std::string& detail = first.error().detail;
      const bool cast = detail.find(") does not take ") != detail.npos || detail.find("fit 64") != detail.npos;
      BOOST_TEST(cast, detail);
      continue;
    }
    const std::string printed = first->print();
    std::vector<workflow::Fault> faults;
    const Template second = Template::compile(parse_json(printed)->root(), workflow::test::resolve, "", faults);
    BOOST_TEST_CONTEXT("seed " << kSeed << ", text " << text << ", printed " << printed) {
      BOOST_REQUIRE(faults.empty());
      BOOST_REQUIRE(second.print() == printed);
      BOOST_REQUIRE(value(*first) == value(second));
    }
    if (value(*first).find("error: ") != 0) ++values;
  }
  BOOST_TEST(values > 5'000u);  // the property is about values, not about failures
}

BOOST_AUTO_TEST_SUITE_END()
