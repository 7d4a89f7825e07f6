// Arguments of the built-in actions: what a definition's constants and a run's values must be; and the lambdas in them.
#include <boost/test/unit_test.hpp>
#include <string>

#include "workflow/plan.hpp"
#include "workflow/pure_action.hpp"

using namespace reprise;
using namespace reprise::workflow;

namespace {

struct Case {
  const char* action;
  const char* args;
  const char* result;
};

// The result as JSON, or "type: message".
std::string run(std::string_view action, std::string_view args) {
  const auto document = parse_json(args);
  BOOST_REQUIRE(document);
  JsonPool pool(512);
  const PureOutcome outcome = run_pure_action(action, document->root(), pool);
  return outcome.ok ? to_json(*outcome.result) : outcome.error_type + ": " + outcome.error_message;
}

// The faults of a definition with one action, without the one that says that the action is not supported yet.
std::string faults(std::string_view action, std::string_view args) {
  const std::string source = R"({"inputs": {"n": 1}, "actions": [{"ref": "a", "action": ")" + std::string(action) +
                             R"(", "args": )" + std::string(args) + "}]}";
  auto compiled = compile_definition(source, DefinitionFormat::json, "wf");
  std::string out;
  for (const Fault& fault : compiled.faults) {
    if (fault.pointer == "/actions/0/action") continue;

    if (!out.empty()) out += '\n';
    out += std::to_string(fault.line) + ":" + std::to_string(fault.column) + " " +
           fault.pointer.substr(std::string("/actions/0").size()) + ": " + fault.message;
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(pure_arguments)

BOOST_AUTO_TEST_CASE(lambdas_at_work) {
  constexpr Case cases[] = {
      {"core.transform.filter", R"-({"items": [1, 2, 3, 4], "python_lambda": "lambda x: x % 2 == 0"})-", "[2,4]"},
      {"core.transform.filter", R"-({"items": [], "python_lambda": "lambda x: 1 / 0"})-", "[]"},
      {"core.transform.filter", R"-({"items": ["", "a", null], "python_lambda": "lambda x: x"})-", "[\"a\"]"},
      {"core.transform.filter",
       R"-({"items": [{"a": {"b": 2}}, {"a": {"b": 3}}], "python_lambda": "lambda x: x['a']['b'] > 2"})-",
       R"([{"a":{"b":3}}])"},
      {"core.transform.map", R"-({"items": [1, 2], "python_lambda": "lambda x: {'n': x, 'twice': x * 2}"})-",
       R"([{"n":1,"twice":2},{"n":2,"twice":4}])"},
      {"core.transform.map", R"-({"items": ["a,b"], "python_lambda": "lambda x: [p.upper() for p in x.split(',')]"})-",
       R"([["A","B"]])"},
      {"core.transform.map", R"-({"items": [1, 2], "python_lambda": "lambda x: 'same'"})-", R"(["same","same"])"},
      {"core.transform.apply", R"-({"value": [3, 1], "python_lambda": "lambda x: sorted(x)"})-", "[1,3]"},
      {"core.transform.apply", R"-({"value": null, "python_lambda": "lambda x: x is None"})-", "true"},
      {"core.transform.apply", R"-({"value": 3, "python_lambda": "lambda x: x / 2"})-", "1.5"},
      {"core.transform.is_in",
       R"-({"items": [{"id": 1}, {"id": 2}], "collection": [2, 3], "python_lambda": "lambda x: x['id']"})-",
       R"([{"id":2}])"},
      {"core.transform.not_in",
       R"-({"items": ["A", "b"], "collection": ["a"], "python_lambda": "lambda x: x.lower()"})-", R"(["b"])"},
      {"core.transform.is_in", R"-({"items": [1], "collection": [1], "python_lambda": null})-", "[1]"},
      {"core.transform.filter", R"-({"items": [1, "x"], "python_lambda": "lambda x: x + 1"})-",
       "ValueError: core.transform.filter: 'python_lambda' on items[1] at character 13: '+' does not work on the str "
       "'x' "
       "and the int 1"},
      {"core.transform.apply", R"-({"value": {}, "python_lambda": "lambda x: x['a']"})-",
       "ValueError: core.transform.apply: 'python_lambda' at character 12: the dict has no key 'a'"},
      {"core.transform.map", R"-({"items": [1], "python_lambda": "lambda x: y"})-",
       "ValueError: core.transform.map: 'python_lambda' at character 11: unknown name 'y'; known are 'x' (at \"y\")"},
      {"core.transform.not_in", R"-({"items": [{}], "collection": [], "python_lambda": "lambda x: x['id']"})-",
       "ValueError: core.transform.not_in: 'python_lambda' on items[0] at character 12: the dict has no key 'id'"},
  };
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.action << " " << c.args) {
      BOOST_TEST(run(c.action, c.args) == c.result);
    }
}

BOOST_AUTO_TEST_CASE(values_at_run_time) {
  constexpr Case cases[] = {
      {"core.transform.filter", R"-({"items": {"a": 1}, "python_lambda": "lambda x: x"})-",
       "ValueError: core.transform.filter: 'items' must be a list, found the dict"},
      {"core.transform.map", R"-({"items": [1]})-",
       "ValueError: core.transform.map: 'python_lambda' must be the text of a lambda, such as \"lambda x: x['a'] > "
       "1\", "
       "found None"},
      {"core.transform.map", R"-({"items": null, "python_lambda": "lambda x: x"})-",
       "ValueError: core.transform.map: 'items' must be a list, found None"},
      {"core.transform.apply", R"-({"value": 1, "python_lambda": 5})-",
       "ValueError: core.transform.apply: 'python_lambda' must be the text of a lambda, such as \"lambda x: x['a'] > "
       "1\", "
       "found the int 5"},
      {"core.transform.compact", R"-({"items": "abc"})-",
       "ValueError: core.transform.compact: 'items' must be a list, found the str 'abc'"},
      {"core.transform.not_in", R"-({"items": [], "collection": {}})-",
       "ValueError: core.transform.not_in: 'collection' must be a list, found the dict"},
      {"core.transform.deduplicate", R"-({"items": [{}], "keys": "k"})-",
       "ValueError: core.transform.deduplicate: 'keys' must be a list of one or more names, found the str 'k'"},
      {"core.transform.deduplicate", R"-({"items": [{}], "keys": [1]})-",
       "ValueError: core.transform.deduplicate: 'keys' must be a list of one or more names, found the int 1"},
      {"core.require", R"-({"conditions": [true], "require_all": "yes"})-",
       "ValueError: core.require: 'require_all' must be true or false, found the str 'yes'"},
      {"core.require", R"-({"conditions": null})-",
       "ValueError: core.require: 'conditions' must be a boolean or a list of them, found None"},
      {"core.require", R"-({"conditions": [0, 1], "require_all": false, "raise_error": null})-", "true"},
      {"core.require", R"-({"conditions": [1, 0], "raise_error": false})-", "false"},
      {"core.require", R"-({"conditions": [], "require_all": false})-",
       "RequirementError: none of the conditions holds"},
      {"core.fail", R"-({"message": "no", "retryable": 0})-",
       "ValueError: core.fail: 'retryable' must be true or false, found the int 0"},
      {"core.fail", R"-({"message": [1, null]})-", "ApplicationError: [1, None]"},
      {"core.log", R"-({"message": null, "level": "Error"})-", "null"},
      {"core.transform.reshape", "{}", "null"},
  };
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.action << " " << c.args) {
      BOOST_TEST(run(c.action, c.args) == c.result);
    }
}

BOOST_AUTO_TEST_CASE(bounds_of_results) {
  const auto deep = run("core.transform.apply",
                        R"({"value": )" + std::string(60, '[') + std::string(60, ']') +
                            R"(, "python_lambda": "lambda x: [[[[[[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]]]]]"})");
  BOOST_TEST(deep.find("core.transform.apply: the result is nested deeper than 80") != std::string::npos);
  // Shares one large string: cheap to build, not to store.
  const auto large =
      run("core.transform.apply", R"({"value": ")" + std::string(100'000, 'a') +
                                      R"(", "python_lambda": "lambda x: [x for i in 'aaaaaaaaaa' * 10]"})");
  BOOST_TEST(large.find("or larger than 8388608 bytes") != std::string::npos);
  const auto endless =
      run("core.transform.apply",
          R"-({"value": null, "python_lambda": "lambda x: [sum([j for j in [0] * 9999]) for i in [0] * 9999]"})-");
  BOOST_TEST(endless.find("it builds more than") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(constants_of_definitions) {
  constexpr Case cases[] = {
      {"core.transform.filter", R"-({"items": 1, "python_lambda": "lambda x: x +"})-",
       "1:100 /args/items: 'items' of core.transform.filter must be a list, found 1\n"
       "1:134 /args/python_lambda: 'python_lambda' of core.transform.filter at character 14: expected a value, found "
       "the end"},
      {"core.transform.filter", R"-({"items": "${{ INPUTS.n }}", "python_lambda": "${{ INPUTS.n }}"})-", ""},
      {"core.transform.filter",
       R"-({"items": [1, "${{ INPUTS.n }}"], "python_lambda": "lambda x: x > ${{ INPUTS.n }} )"})-", ""},
      {"core.transform.map", R"-({"items": null, "python_lambda": null})-",
       "1:97 /args/items: 'items' of core.transform.map must be a list, found null"
       "\n"
       R"-(1:120 /args/python_lambda: 'python_lambda' of core.transform.map must be the text of a lambda, such as "lambda x: x['a'] > 1", found null)-"},
      {"core.transform.map", R"-({"${{ 'items' }}": []})-", ""},
      {"core.transform.is_in", R"-({"items": [], "collection": "x", "python_lambda": "x"})-",
       "1:117 /args/collection: 'collection' of core.transform.is_in must be a list, found 'x'"
       "\n"
       R"-(1:140 /args/python_lambda: 'python_lambda' of core.transform.is_in at character 1: expected 'lambda', found 'x' (at "x"))-"},
      {"core.transform.deduplicate", R"-({"items": [{}, "${{ INPUTS.n }}", 1], "keys": []})-",
       "1:105 /args/items: 'items' of core.transform.deduplicate must be a list of objects, found 1\n"
       "1:141 /args/keys: 'keys' of core.transform.deduplicate must be a list of one or more names, found a list"},
      {"core.require", R"-({"conditions": "yes", "require_all": 1})-",
       "1:96 /args/conditions: 'conditions' of core.require must be a boolean or a list of them, found 'yes'\n"
       "1:118 /args/require_all: 'require_all' of core.require must be true or false, found 1"},
      {"core.log", R"-({"message": 1, "level": "loud"})-",
       "1:101 /args/level: 'level' of core.log must be DEBUG, INFO, WARNING or ERROR, found 'loud'"},
      {"core.fail", R"-({"retryable": "no"})-",
       "1:92 /args/retryable: 'retryable' of core.fail must be true or false, found 'no'"},
      {"core.noop", R"-({"x": 1})-", "1:79 /args/x: unknown argument 'x' of core.noop; it takes none"},
      {"core.http_request",
       R"-({"url": "ftp://x", "method": "FETCH", "headers": [], "auth": {"username": "u"}, "timeout": 0,
"max_redirects": 101, "verify_ssl": "yes", "payload": 1, "form_data": {}})-",
       "1:94 /args/url: 'url' of core.http_request must be an http:// or https:// address, found 'ftp://x'\n"
       "1:115 /args/method: 'method' of core.http_request must be one of GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, "
       "found 'FETCH'\n"
       "1:135 /args/headers: 'headers' of core.http_request must be an object, found a list\n"
       "1:147 /args/auth: 'auth' of core.http_request must be an object with 'username' and 'password', found an "
       "object\n"
       "1:177 /args/timeout: 'timeout' of core.http_request must be a number of seconds above 0 and up to 3600, found "
       "0\n"
       "2:18 /args/max_redirects: 'max_redirects' of core.http_request must be a whole number from 0 to 100, found "
       "101\n"
       "2:37 /args/verify_ssl: 'verify_ssl' of core.http_request must be true or false, found 'yes'\n"
       "2:71 /args/form_data: 'form_data' of core.http_request has no place beside 'payload'"},
      {"core.http_request",
       R"-({"url": "https://${{ INPUTS.n }}", "method": "post", "auth": {"username": "u", "password": "${{ INPUTS.n }}"}, "timeout": 2.5})-",
       ""},
      {"core.http_poll",
       R"-({"url": "http://x", "method": "GET", "poll_interval": -1, "poll_max_attempts": 0, "poll_retry_codes": [503, 99], "poll_condition": "lambda r: r.status"})-",
       "1:137 /args/poll_interval: 'poll_interval' of core.http_poll must be a number of seconds, 0 or more, found -1"
       "\n"
       "1:162 /args/poll_max_attempts: 'poll_max_attempts' of core.http_poll must be a whole number of 1 or more, "
       "found 0"
       "\n"
       "1:185 /args/poll_retry_codes: 'poll_retry_codes' of core.http_poll must be a status code, 100 to 599, or a "
       "list of them, found 99"
       "\n"
       R"-(1:227 /args/poll_condition: 'poll_condition' of core.http_poll at character 13: attributes are not in the subset: a member of a dict is x['status'] (at "status"))-"},
      {"core.http_poll",
       R"-({"url": "http://x", "method": "GET", "poll_retry_codes": 404, "poll_condition": "lambda r: r['data']['done']"})-",
       ""},
      {"core.workflow.execute",
       R"-({"workflow_id": "a", "workflow_alias": "b", "loop_strategy": "all", "fail_strategy": "none", "wait_strategy": "no", "batch_size": 0, "version": "x", "timeout": -1})-",
       "1:129 /args/workflow_alias: 'workflow_alias' of core.workflow.execute has no place beside 'workflow_id'\n"
       "1:151 /args/loop_strategy: 'loop_strategy' of core.workflow.execute must be 'parallel', 'batch' or "
       "'sequential', found 'all'\n"
       "1:175 /args/fail_strategy: 'fail_strategy' of core.workflow.execute must be 'isolated' or 'all', found 'none'\n"
       "1:200 /args/wait_strategy: 'wait_strategy' of core.workflow.execute must be 'wait' or 'detach', found 'no'\n"
       "1:220 /args/batch_size: 'batch_size' of core.workflow.execute must be a whole number of 1 or more, found 0\n"
       "1:234 /args/version: 'version' of core.workflow.execute must be a whole number of 1 or more, found 'x'\n"
       "1:250 /args/timeout: 'timeout' of core.workflow.execute must be a number of seconds, 0 or more, found -1"},
      {"core.workflow.execute",
       R"-({"workflow_id": "a", "batch_size": 2147483648, "version": 4294967296, "timeout": 1e11})-",
       "1:125 /args/batch_size: 'batch_size' of core.workflow.execute must be a whole number from 1 to 2147483647, "
       "found 2147483648\n"
       "1:148 /args/version: 'version' of core.workflow.execute must be a whole number from 1 to 2147483647, "
       "found 4294967296\n"
       "1:171 /args/timeout: 'timeout' of core.workflow.execute must be a number of seconds from 0 to 10000000000, "
       "found 1e+11"},
      {"core.workflow.execute", R"-({"trigger_inputs": {"a": "${{ INPUTS.n }}"}})-",
       "1:90 /args: core.workflow.execute needs the argument 'workflow_id' or 'workflow_alias'"},
      {"core.workflow.execute",
       R"-({"workflow_alias": "child", "loop_strategy": "batch", "batch_size": 8, "fail_strategy": "all", "wait_strategy": "detach", "trigger_inputs": [1]})-",
       ""},
  };
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.action << " " << c.args) {
      BOOST_TEST(faults(c.action, c.args) == c.result);
    }
}

BOOST_AUTO_TEST_SUITE_END()
