// References to secrets: made by the definition alone, revealed at hand-out, concealed in what comes back.
#include "workflow/secret_text.hpp"

#include <boost/test/unit_test.hpp>
#include <map>
#include <string>

#include "expression_scope.hpp"
#include "workflow/plan.hpp"

using namespace reprise;
using namespace reprise::workflow;

namespace {

const std::map<std::string, std::string> kValues{{"SECRETS.mail.KEY", "p$w\"\n"}, {"SECRETS.db.URL", "pg://x"}};

const std::string* value_of(const SecretName& secret) {
  const auto found = kValues.find(to_string(secret));
  return found == kValues.end() ? nullptr : &found->second;
}

std::string revealed(std::string_view args) {
  const auto out = reveal_secrets(args, value_of);
  return out ? *out : "error: " + out.error().detail;
}

// The recorded args of an action with these args.
std::string recorded(const std::string& args, const std::string& action = "acme.x") {
  const std::string source = R"({"actions": [{"ref": "a", "action": ")" + action + R"(", "args": )" + args + "}]}";
  const auto compiled = compile_definition(source, DefinitionFormat::json, "w");
  if (!compiled.plan) return "fault: " + compiled.faults.front().message;
  JsonPool pool(512);
  const test::FixedScope scope;
  const auto value = compiled.plan->tasks[0].args.evaluate(scope, pool);
  return value ? to_json(**value) : "error: " + value.error().detail;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(secret_text)

BOOST_AUTO_TEST_CASE(args_hold_references_and_double_every_other_dollar) {
  BOOST_TEST(recorded(R"({"auth": "Bearer ${{ SECRETS.mail.KEY }}", "price": "$5"})") ==
             R"({"auth":"Bearer ${{ SECRETS.mail.KEY }}","price":"$$5"})");
  BOOST_TEST(recorded(R"({"all": ["${{ SECRETS.mail.KEY }}${{ SECRETS.db.URL }}"]})") ==
             R"({"all":["${{ SECRETS.mail.KEY }}${{ SECRETS.db.URL }}"]})");
  // Without secrets nothing is doubled.
  BOOST_TEST(recorded(R"({"price": "$5"})") == R"({"price":"$5"})");
}

BOOST_AUTO_TEST_CASE(what_comes_from_outside_is_no_reference) {
  // The text of a literal stands for any value that an expression can have.
  const auto args = recorded(
      R"({"forged": "${{ '$' + '{{ SECRETS.db.URL }' + '}' }}", "text": "a ${{ '$' + '{{ SECRETS.db.URL }' + '}' }}",
                                 "deep": "${{ [{'k': '$' + '{{ SECRETS.db.URL }' + '}'}] }}", "real": "${{ SECRETS.mail.KEY }}"})");
  BOOST_TEST(revealed(args) == R"({"forged":"${{ SECRETS.db.URL }}","text":"a ${{ SECRETS.db.URL }}",)"
                               R"("deep":[{"k":"${{ SECRETS.db.URL }}"}],"real":"p$w\"\n"})");
}

BOOST_AUTO_TEST_CASE(revealing_names_what_has_no_value) {
  BOOST_TEST(revealed(R"({"a":"${{ SECRETS.mail.KEY }}","b":["x$$y ${{ SECRETS.db.URL }}",1,null]})") ==
             R"({"a":"p$w\"\n","b":["x$y pg://x",1,null]})");
  BOOST_TEST(revealed(R"({"a":"${{ SECRETS.no.KEY }}"})") == "error: SECRETS.no.KEY has no value on this server");
  BOOST_TEST(revealed(R"({"a":"$5"})").starts_with("error: the recorded args"));
  BOOST_TEST(revealed(R"({"a":"${{ SECRETS.no"})").starts_with("error: the recorded args"));
  BOOST_TEST(revealed("{").starts_with("error: "));
}

BOOST_AUTO_TEST_CASE(a_secret_stands_alone_and_only_where_it_is_not_recorded) {
  for (const std::string args :
       {R"({"a": "${{ FN.uppercase(SECRETS.mail.KEY) }}"})", R"({"a": "${{ SECRETS.mail.KEY + 'x' }}"})",
        R"({"a": "${{ SECRETS.mail.KEY -> str }}"})", R"({"a": "${{ [SECRETS.mail.KEY] }}"})"}) {
    BOOST_TEST(recorded(args).find("a secret stands alone") != std::string::npos, args << ": " << recorded(args));
  }
  BOOST_TEST(
      recorded(R"({"value": "${{ SECRETS.mail.KEY }}"})", "core.transform.reshape").find("SECRETS has values only") !=
      std::string::npos);
  for (const std::string member :
       {R"("run_if": "${{ SECRETS.mail.KEY }}")", R"("wait_until": "${{ SECRETS.mail.KEY }}")"}) {
    const auto compiled = compile_definition(R"({"actions": [{"ref": "a", "action": "acme.x", )" + member + "}]}",
                                             DefinitionFormat::json, "w");
    BOOST_TEST(!compiled.plan, member);
  }
  BOOST_TEST(
      !compile_definition(R"({"actions": [{"ref": "a", "action": "acme.x"}], "returns": "${{ SECRETS.mail.KEY }}"})",
                          DefinitionFormat::json, "w")
           .plan);
}

BOOST_AUTO_TEST_CASE(a_plan_knows_its_secrets) {
  const auto compiled = compile_definition(
      R"({"actions": [{"ref": "a", "action": "acme.x", "args": {"p": "${{ SECRETS.b.K }} ${{ SECRETS.a.K }}"}},
                      {"ref": "b", "action": "core.http_request", "args": {"url": "http://x", "method": "GET", "headers": {"k": "${{ SECRETS.b.K }}"}}}]})",
      DefinitionFormat::json, "w");
  BOOST_TEST_REQUIRE(compiled.plan);
  BOOST_TEST(compiled.plan->secrets.size() == 2u);
  BOOST_TEST(to_string(compiled.plan->secrets.front()) == "SECRETS.a.K");
}

BOOST_AUTO_TEST_CASE(answers_lose_the_values) {
  SecretConcealer concealer;
  concealer.add({"mail", "KEY"}, "p$w\"\n!");
  concealer.add({"pin", "CODE"}, "12345678");
  concealer.add({"short", "X"}, "abc");
  const auto concealed = [&](std::string text) {
    Json json{std::move(text)};
    concealer.conceal(json);
    return json.bytes;
  };
  BOOST_TEST(concealed(R"({"echo":["you sent p$w\"\n!"],"p$w\"\n!":1})") ==
             R"({"echo":["you sent ${{ SECRETS.mail.KEY }}"],"${{ SECRETS.mail.KEY }}":1})");
  BOOST_TEST(concealed(R"({"number":12345678,"other":123456789})") ==
             R"({"number":"${{ SECRETS.pin.CODE }}","other":"${{ SECRETS.pin.CODE }}9"})");
  BOOST_TEST(concealed(R"({"escaped":"\u0031\u0032345678"})") == R"({"escaped":"${{ SECRETS.pin.CODE }}"})");
  BOOST_TEST(concealed(R"({"url":"/?k=p%24w%22%0A%21"})") == R"({"url":"/?k=${{ SECRETS.mail.KEY }}"})");
  BOOST_TEST(concealed(R"({"a": "abc",  "b": 1.0})") == R"({"a": "abc",  "b": 1.0})");
  std::string text = "refused: 12345678 is wrong";
  concealer.conceal(text);
  BOOST_TEST(text == "refused: ${{ SECRETS.pin.CODE }} is wrong");
}

BOOST_AUTO_TEST_SUITE_END()
