// Expressions with what they give, one a line, from the files of expression_table/:
//
//   # a remark
//   @ {"a": 1}                      TRIGGER of the cases that follow; back to the usual one without a value
//   expression  =>  JSON            what the expression gives
//   expression  !!  a part of the message with which it is refused or fails
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <string>

#include "expression_scope.hpp"

using namespace reprise;
using workflow::Template;

namespace {

class TableScope final : public workflow::Scope {
 public:
  explicit TableScope(const JsonValue* trigger) : trigger_(trigger) {}
  const JsonValue* action(std::uint32_t task) const override { return usual_.action(task); }
  const JsonValue* action_result(std::uint32_t task) const override { return usual_.action_result(task); }
  const JsonValue* trigger() const override { return trigger_ == nullptr ? usual_.trigger() : trigger_; }
  const JsonValue* inputs() const override { return usual_.inputs(); }
  const JsonValue* env() const override { return usual_.env(); }
  const JsonValue* var(std::string_view name) const override { return usual_.var(name); }
  Time now() const override { return usual_.now(); }
  std::uint64_t random() const override { return usual_.random(); }

 private:
  workflow::test::FixedScope usual_;
  const JsonValue* trigger_;
};

std::string run(std::string_view expression, const JsonValue* trigger) {
  const auto compiled = Template::compile_expression(expression, workflow::test::resolve);
  if (!compiled) return "fault: " + compiled.error().detail;
  const TableScope scope(trigger);
  JsonPool pool(512);
  const auto value = compiled->evaluate(scope, pool);
  return value ? to_json(**value) : "error: " + value.error().detail;
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(' ');
  return first == text.npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

// The number of cases in the file.
std::size_t check(const std::string& name) {
  std::ifstream file(std::string(REPRISE_EXPRESSION_TABLE) + "/" + name + ".txt");
  BOOST_REQUIRE_MESSAGE(file.is_open(), name);
  JsonDocument trigger;
  bool own_trigger = false;
  std::size_t cases = 0;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    BOOST_TEST_CONTEXT(name << ".txt:" << number << ": " << line) {
      if (line[0] == '@') {
        own_trigger = line.size() > 1;
        if (!own_trigger) continue;
        auto parsed = parse_json(trimmed(line.substr(1)));
        BOOST_REQUIRE(parsed.has_value());
        trigger = std::move(*parsed);
        continue;
      }
      const auto arrow = line.find("  =>  ");
      const auto mark = arrow == line.npos ? line.find("  !!  ") : arrow;
      BOOST_REQUIRE(mark != line.npos);
      const std::string expected = trimmed(line.substr(mark + 6));
      const std::string found = run(trimmed(line.substr(0, mark)), own_trigger ? &trigger.root() : nullptr);
      if (arrow != line.npos) {
        BOOST_TEST(found == expected);
      } else {
        BOOST_TEST((found.starts_with("error: ") || found.starts_with("fault: ")), found);
        BOOST_TEST(found.find(expected) != found.npos, found);
      }
      ++cases;
    }
  }
  return cases;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expression_table)

BOOST_AUTO_TEST_CASE(every_case) {
  std::size_t cases = 0;
  for (const char* name : {"values", "paths", "text", "format", "lists", "data", "time", "indicators"})
    cases += check(name);
  BOOST_TEST(cases >= 400u);
}

BOOST_AUTO_TEST_SUITE_END()
