// No expression takes a thread away: what could go on for long, or build without bound, ends with a sentence about the
// limit, and soon.
#include <boost/test/unit_test.hpp>
#include <chrono>

#include "expression_scope.hpp"

using namespace reprise;
using workflow::Template;

namespace {

// TRIGGER: a text of a million characters, long lists, and the like.
class LargeScope final : public workflow::Scope {
 public:
  LargeScope() {
    std::string json = R"({"text":")" + std::string(1'000'000, 'a') + R"(","list":[0)";
    for (int i = 1; i < 50'000; ++i) json += "," + std::to_string(i);
    json += R"(],"words":["a")";
    for (int i = 1; i < 20'000; ++i) json += ",\"a\"";
    json += R"(],"open":")";
    for (int i = 0; i < 200'000; ++i) json += "<!--";
    json += R"(","quotes":")";
    for (int i = 0; i < 100'000; ++i) json += "<a='";
    json += R"(","mails":")";
    for (int i = 0; i < 100'000; ++i) json += "a@a.";
    json += R"(","colons":")";
    for (int i = 0; i < 200'000; ++i) json += "1::";
    json += R"(","yaml":")";
    for (int i = 0; i < 60; ++i)
      json += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + ", *a" +
              std::to_string(i - 1) + "]\\n";
    json += R"(","rows":[)";
    for (int i = 0; i < 2'000; ++i)
      json +=
          std::string(i == 0 ? "" : ",") + R"({"id":)" + std::to_string(i) + R"(,"k)" + std::to_string(i) + R"(":1})";
    json += "]}";
    // The first alias names what is there.
    const auto first = json.find("a0: &a0 [*a-1, *a-1]");
    json.replace(first, 20, "a0: &a0 [x, x, x, x]");
    trigger_ = *parse_json(json);
  }
  const JsonValue* action(std::uint32_t) const override { return nullptr; }
  const JsonValue* action_result(std::uint32_t) const override { return nullptr; }
  const JsonValue* trigger() const override { return &trigger_.root(); }
  const JsonValue* inputs() const override { return nullptr; }
  const JsonValue* env() const override { return nullptr; }
  const JsonValue* var(std::string_view) const override { return nullptr; }
  Time now() const override { return from_millis(0); }
  std::uint64_t random() const override { return 1; }

 private:
  JsonDocument trigger_;
};

std::string nested(const std::string& open, const std::string& inside, const std::string& close, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += open;
  out += inside;
  for (int i = 0; i < times; ++i) out += close;
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expression_cost)

BOOST_AUTO_TEST_CASE(every_evaluation_ends_soon) {
  const LargeScope scope;
  std::string many = "TRIGGER.text";
  for (int i = 0; i < 100; ++i) many += ", TRIGGER.text";
  const std::vector<std::string> expressions = {
      "'x' * 9000000000000000000",
      "TRIGGER.list * 1000000",
      "FN.concat(" + many + ")",
      "FN.format('" + nested("{0}", "", "", 100) + "', TRIGGER.text)",
      "FN.format('{:>999999999}', 1)",
      "FN.format('{:.1000f}', 1e300)",
      "FN.join(TRIGGER.list[*], ',')",
      "FN.join(TRIGGER.words, TRIGGER.text)",
      "FN.replace(TRIGGER.text, 'a', TRIGGER.text)",
      "FN.replace(TRIGGER.text, '', 'xxxxxxxxxxxxxxxxxxxx')",
      "FN.replace(TRIGGER.text, 'aaaaaaaaaaaaaaaaaaaaab', 'x')",
      "FN.split(TRIGGER.text, 'a')",
      "FN.strip(TRIGGER.text, 'ba')",
      "FN.range(0, 9000000000000000000) + [1]",
      "FN.sum(FN.range(0, 9000000000000000000))",
      "FN.range(0, 9000000000000000000) == FN.range(0, 9000000000000000000, 1)",
      "str(FN.range(0, 9000000000000000000))",
      "9000000000000000001 in FN.range(0, 9000000000000000000)",
      "FN.iter_product(TRIGGER.list, TRIGGER.list)",
      "FN.iter_product(" + nested("[1, 2], ", "[1, 2]", "", 62) + ")",
      "FN.zip(TRIGGER.list, TRIGGER.list, TRIGGER.list)",
      "FN.unique(TRIGGER.list)",
      "FN.contains.map(TRIGGER.list, 5)",
      "FN.regex_extract('(a?){900}(a?){900}b', TRIGGER.text)",
      "FN.regex_match('((a{30}){30}){10}', TRIGGER.text)",
      "FN.regex_match('(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)[^a]', TRIGGER.text)",
      "FN.regex_match.map(TRIGGER.words, 'aaa')",
      "FN.regex_match.map('(x+x+)+y', TRIGGER.words)",
      "TRIGGER.text.`sub(/a/, bbbbbbbbbbbbbbbbbbbb)`",
      "TRIGGER.text.`sub(/a.*b|a/, x)`",
      "TRIGGER.text.`split(a, *, -1)`",
      "TRIGGER..*..*..*",
      "TRIGGER.words[?(@ =~ '(a|b)*c')]",
      "FN.serialize_yaml(TRIGGER)",
      "FN.deserialize_yaml(TRIGGER.text)",
      "FN.deserialize_yaml(TRIGGER.yaml)",
      "str(FN.deserialize_yaml(TRIGGER.yaml))",
      "FN.flatten([FN.deserialize_yaml(TRIGGER.yaml)])",
      "FN.unique([FN.deserialize_yaml(TRIGGER.yaml)])",
      "FN.serialize_yaml(FN.deserialize_yaml(TRIGGER.yaml))",
      "FN.deserialize_yaml(TRIGGER.yaml) == FN.deserialize_yaml(TRIGGER.yaml)",
      "FN.deserialize_yaml('" + nested("[", "", "", 300) + "')",
      "FN.deserialize_json('" + nested("[", "", "]", 300) + "')",
      "FN.extract_text_from_html(TRIGGER.open)",
      "FN.extract_text_from_html(TRIGGER.quotes)",
      "FN.extract_emails(TRIGGER.mails)",
      "FN.extract_domains(TRIGGER.mails, True)",
      "FN.extract_ipv6(TRIGGER.colons)",
      "FN.extract_urls('http://' + TRIGGER.text + '.a')",
      "FN.extract_urls('http://a.b' + ')' * 500000)",
      "FN.tabulate(TRIGGER.rows, 'csv')",
      "FN.tabulate(TRIGGER.rows, 'html')",
      "FN.index_by_key(TRIGGER.rows, 'id')",
      "FN.merge(TRIGGER.rows)",
      "FN.parse_csv(TRIGGER.text + FN.replace(TRIGGER.mails, '@', ','))",
      "FN.format_datetime('2024-01-01', '%c' * 1000000)",
      "FN.parse_datetime(TRIGGER.text, '%H' * 100000)",
      "FN.slugify(TRIGGER.text)",
      "FN.uppercase(TRIGGER.text)",
      "FN.pow(9007199254740993, 9007199254740993)",
      "FN.prefix(TRIGGER.words, TRIGGER.text)",
      "FN.prettify_json(TRIGGER)",
      "FN.to_base64(TRIGGER.text)",
  };
  for (const std::string& expression : expressions) {
    BOOST_TEST_CONTEXT(expression.substr(0, 100)) {
      const auto compiled = Template::compile_expression(expression, workflow::test::resolve);
      BOOST_REQUIRE_MESSAGE(compiled.has_value(), compiled.error().detail);
      JsonPool pool(1024);
      const auto start = std::chrono::steady_clock::now();
      const auto value = compiled->evaluate(scope, pool);
      const auto took = std::chrono::steady_clock::now() - start;
      const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
      BOOST_TEST_MESSAGE(milliseconds << " ms, " << pool.Size() / 1024 << " KiB, "
                                      << (value ? std::string("a value") : value.error().detail.substr(0, 300))
                                      << " <- " << expression.substr(0, 60));
      BOOST_TEST(milliseconds < 5'000);  // with sanitizers, on a busy machine
      BOOST_TEST(pool.Size() < (64u << 20));
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
