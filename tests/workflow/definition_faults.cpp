// Every fault of a definition: its pointer, its place in JSON and in YAML, and what it says.
#include <boost/test/unit_test.hpp>

#include <string>

#include "workflow/plan.hpp"

using namespace reprise::workflow;

// What a wait_until may be.
#define FORMS                                                                                                  \
  "an ISO 8601 date-time such as 2026-02-23T16:30:00Z, or English in UTC such as 'in 5 minutes', 'in 2 hours " \
  "and 30 minutes', 'tomorrow at 9am', '9am tomorrow', 'today at 17:00', 'next monday at 10:00', 'noon' or "   \
  "'midnight'"

namespace {

std::string json_faults(std::string_view source) {
  return to_string(compile_definition(source, DefinitionFormat::json, "wf").faults);
}
std::string yaml_faults(std::string_view source) {
  return to_string(compile_definition(source, DefinitionFormat::yaml, "wf").faults);
}

struct Case {
  const char* source;
  const char* faults;
};

void check(std::string (*compile)(std::string_view), const auto& cases) {
  for (const Case& c : cases) {
    BOOST_TEST_CONTEXT(c.source) { BOOST_TEST(compile(c.source) == c.faults); }
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(definition_faults)

BOOST_AUTO_TEST_CASE(of_the_whole) {
  constexpr Case cases[] = {
      {"", "1:1 the JSON is empty"},
      {"{", "1:2 an object of the JSON has no key where one is expected"},
      {"{}\n x", "2:2 something follows the JSON's value"},
      {"[]", "1:1 a definition must be an object, found a list"},
      {"{}", "1:1 a definition needs 'actions', a list of one or more"},
      {R"({"actions": []})", "1:13 /actions: no action: a definition needs one or more"},
      {R"({"actions": {}})", "1:13 /actions: 'actions' must be a list, found an object"},
      {R"({"actions": [1]})", "1:14 /actions/0: an action must be an object, found an integer"},
      {"{\"titel\": 1,\n \"actions\": [{\"ref\": \"a\", \"action\": \"x\"}]}",
       "1:2 /titel: unknown member 'titel'; allowed are title, description, entrypoint, actions, config, triggers, "
       "inputs, "
       "returns, error_handler"},
      {R"({"title": 1, "description": [], "config": {"timeout": -1, "zone": 1}, "inputs": [], "triggers": {},
"error_handler": "other", "actions": [{"ref": "a", "action": "x"}]})",
       "1:11 /title: 'title' must be a string, found an integer\n"
       "1:29 /description: 'description' must be a string, found a list\n"
       "1:55 /config/timeout: 'timeout' must be a number of 0 or more, found -1\n"
       "1:59 /config/zone: unknown member 'zone'; allowed are environment, timeout\n"
       "1:81 /inputs: 'inputs' must be an object, found a list\n"
       "1:97 /triggers: 'triggers' must be a list, found an object"},
  };
  check(json_faults, cases);
}

BOOST_AUTO_TEST_CASE(of_actions) {
  constexpr Case cases[] = {
      {R"({"actions": [{}]})",
       "1:14 /actions/0/ref: an action needs a 'ref', the name by which others refer to it\n"
       "1:14 /actions/0/action: an action needs 'action', the name of what it does"},
      {R"({"actions": [{"ref": "A b", "action": "x-y"}]})",
       "1:22 /actions/0/ref: 'ref' must match ^[a-z0-9_]+$, found 'A b'\n"
       "1:39 /actions/0/action: 'action' must match ^[a-z0-9_.]+$, found 'x-y'"},
      {R"({"actions": [{"ref": "a", "action": "x"}, {"ref": "a", "action": "y", "colour": 1}]})",
       "1:51 /actions/1/ref: duplicate ref 'a': /actions/0 has it too\n"
       "1:71 /actions/1/colour: unknown member 'colour'; allowed are ref, description, action, args, depends_on, "
       "interaction, run_if, for_each, retry_policy, start_delay, wait_until, join_strategy, queue"},
      {R"({"actions": [{"ref": "a", "action": "core.noop", "for_each": "${{ for var.x in [1] }}", "interaction": {}, "queue": "q"}]})",
       "1:104 /actions/0/interaction/type: an interaction needs a 'type', 'response' or 'approval'\n"
       "1:104 /actions/0/interaction: 'interaction' cannot stand together with 'for_each'\n"
       "1:117 /actions/0/queue: 'queue' is for actions of workers; 'core.noop' runs inside the server"},
      {R"({"actions": [{"ref": "a", "action": "core.nope"}]})",
       "1:37 /actions/0/action: unknown built-in action 'core.nope'; there are core.noop, core.log, core.fail, "
       "core.require, "
       "core.transform.reshape, core.transform.filter, core.transform.map, core.transform.apply, core.transform.is_in, "
       "core.transform.not_in, core.transform.deduplicate, core.transform.compact, core.http_request, core.http_poll, "
       "core.workflow.execute, core.workflow.continue_as_new, core.interact.response"},
      {R"({"actions": [{"ref": "a", "action": "core.interact.response"}]})",
       "1:37 /actions/0/action: 'core.interact.response' needs an 'interaction', the question that it asks"},
      {R"({"actions": [{"ref": "a", "action": "core.workflow.execute"}, {"ref": "b", "action": "core.http_poll"}]})",
       "1:14 /actions/0/args: core.workflow.execute needs the argument 'workflow_id' or 'workflow_alias'\n"
       "1:63 /actions/1/args: core.http_poll needs the argument 'url'\n"
       "1:63 /actions/1/args: core.http_poll needs the argument 'method'"},
      {R"({"actions": [{"ref": "a", "action": "core.log", "args": {"text": 1}}]})",
       "1:57 /actions/0/args: core.log needs the argument 'message'\n"
       "1:58 /actions/0/args/text: unknown argument 'text' of core.log; it takes message, level"},
      {R"({"actions": [{"ref": "a", "action": "core.noop", "args": []}]})",
       "1:58 /actions/0/args: 'args' must be an object, found a list"},
      {R"({"actions": [{"ref": "a", "action": "x", "start_delay": "1", "join_strategy": "most", "queue": "a b", "wait_until": "soon",
"retry_policy": {"max_attempts": -1, "backoff": 0.5, "timeout": "x", "tries": 1}}]})",
       "1:57 /actions/0/start_delay: 'start_delay' must be a number of 0 or more, found '1'\n"
       "1:79 /actions/0/join_strategy: 'join_strategy' must be 'all' or 'any', found 'most'\n"
       "1:96 /actions/0/queue: 'queue' must be 1 to 200 printable ASCII characters without spaces, found 'a b'\n"
       "1:117 /actions/0/wait_until: 'wait_until' must be " FORMS ", found 'soon'\n"
       "2:34 /actions/0/retry_policy/max_attempts: 'max_attempts' must be an integer from 0 to 4294967295, found -1\n"
       "2:49 /actions/0/retry_policy/backoff: 'backoff' must be a number of 1 or more, found 0.5\n"
       "2:65 /actions/0/retry_policy/timeout: 'timeout' must be a number of 0 or more, found 'x'\n"
       "2:70 /actions/0/retry_policy/tries: unknown member 'tries'; allowed are max_attempts, timeout, "
       "initial_interval, "
       "backoff, max_interval, retry_until"},
  };
  check(json_faults, cases);
}

BOOST_AUTO_TEST_CASE(of_the_graph) {
  constexpr Case cases[] = {
      {R"({"actions": [{"ref": "a", "action": "x", "depends_on": ["b"]}, {"ref": "b", "action": "x", "depends_on": ["a"]}]})",
       "1:13 /actions: no root: every action depends on another one\n"
       "1:56 /actions/0/depends_on: a cycle: a -> b -> a"},
      {R"({"actions": [{"ref": "r", "action": "x"}, {"ref": "a", "action": "x", "depends_on": ["a", "r"]}]})",
       "1:85 /actions/1/depends_on: a cycle: a -> a"},
      {R"({"actions": [{"ref": "r", "action": "x"}, {"ref": "a", "action": "x", "depends_on": ["c", "r"]},
{"ref": "b", "action": "x", "depends_on": ["a"]}, {"ref": "c", "action": "x", "depends_on": ["b"]},
{"ref": "d", "action": "x", "depends_on": ["c", "e"]}, {"ref": "e", "action": "x", "depends_on": ["d"]}]})",
       "1:85 /actions/1/depends_on: a cycle: a -> b -> c -> a"},
      {R"({"actions": [{"ref": "a", "action": "x", "depends_on": ["z", "z.success", 1, "z.done"]}]})",
       "1:57 /actions/0/depends_on/0: unknown dependency 'z': there is no action with that ref\n"
       "1:62 /actions/0/depends_on/1: unknown dependency 'z.success': there is no action with that ref\n"
       "1:75 /actions/0/depends_on/2: a dependency must be a string, found an integer\n"
       "1:78 /actions/0/depends_on/3: a dependency is 'ref', 'ref.success' or 'ref.error', found 'z.done'"},
      {R"({"actions": [{"ref": "a", "action": "x"}, {"ref": "b", "action": "x", "depends_on": ["a", "a.success"]}]})",
       "1:91 /actions/1/depends_on/1: the dependency 'a.success' stands twice"},
      {R"({"actions": [{"ref": "a", "action": "x"}, {"ref": "b", "action": "x", "depends_on": "a"}]})",
       "1:85 /actions/1/depends_on: 'depends_on' must be a list, found a string"},
      {R"({"actions": [{"ref": "a", "action": "x"}, {"ref": "b", "action": "x", "depends_on": ["a", "a.error"]}]})",
       "1:85 /actions/1/depends_on: warning: 'b' can never run: it needs both the success and the error of 'a' "
       "(join_strategy any takes either)"},
      {R"({"entrypoint": {"ref": "z"}, "actions": [{"ref": "a", "action": "x"}]})",
       "1:24 /entrypoint/ref: there is no action 'z'"},
  };
  check(json_faults, cases);
}

BOOST_AUTO_TEST_CASE(of_expressions) {
  constexpr Case cases[] = {
      {R"({"actions": [{"ref": "a", "action": "x", "args": {"v": "n ${{ ACTIONS.b.result }}", "w": "${{ ACTIONS.z.result }}"}},
{"ref": "b", "action": "x"}]})",
       "1:70 /actions/0/args/v: expression at character 9: 'b' is not upstream of 'a': its result is not known there "
       "(at \".b.result }}\")\n"
       "1:102 /actions/0/args/w: expression at character 9: there is no action 'z' (at \".z.result }}\")"},
      {R"({"actions": [{"ref": "a", "action": "x"}, {"ref": "b", "action": "x", "depends_on": ["a"], "args": {"v": "${{ ACTIONS.a.output }}"}}]})",
       "1:120 /actions/1/args/v: expression at character 11: ACTIONS.a has result, result_typename, error, "
       "error_typename, "
       "interaction, interaction_id and interaction_type, nothing else (at \".output }}\")"},
      {R"({"inputs": {"a": {"b": [1]}}, "actions": [{"ref": "a", "action": "x", "args": {"v": "${{ INPUTS.a.c }}", "w": "${{ INPUTS.a.b[0] }}",
"x": "${{ INPUTS.a.b[1] }}", "y": "${{ INPUTS.a[*].zz }}"}}]})",
       "1:96 /actions/0/args/v: expression at character 8: INPUTS.a.c does not exist: `inputs` has no such value (at "
       "\".a.c }}\")\n"
       "2:17 /actions/0/args/x: expression at character 8: INPUTS.a.b[1] does not exist: `inputs` has no such value "
       "(at \".a.b[1] }}\")"},
      {R"({"inputs": {"a": "${{ 1 }}", "b": [{"${{ 2 }}": 1}]}, "actions": [{"ref": "a", "action": "x"}]})",
       "1:18 /inputs/a: an expression inside 'inputs': they are constants\n"
       "1:37 /inputs/b/0/${{ 2 }}: an expression inside 'inputs': they are constants"},
      {R"({"actions": [{"ref": "a", "action": "x", "run_if": "", "wait_until": "", "args": {"s": "${{ SECRETS.a }}", "v": "${{ var.x }}"},
"retry_policy": {"retry_until": "${{ 1 }} x"}}], "returns": {"r": "${{ FN.nope() }}"}})",
       "1:52 /actions/0/run_if: 'run_if' must be exactly one ${{ }} template, found ''\n"
       "1:70 /actions/0/wait_until: 'wait_until' must be " FORMS ", found ''\n"
       "1:100 /actions/0/args/s: expression at character 9: a secret is named as SECRETS.name.KEY, with exactly one "
       "key "
       "(at \".a }}\")\n"
       "1:121 /actions/0/args/v: expression at character 5: var has values only in the args of an action "
       "with for_each (at \".x }}\")\n"
       "2:33 /actions/0/retry_policy/retry_until: 'retry_until' must be exactly one ${{ }} template, found '${{ 1 }} "
       "x'\n"
       "2:75 /returns/r: expression at character 5: unknown function FN.nope (at \"nope() }}\")"},
      {
          R"({"actions": [{"ref": "a", "action": "x", "args": {"v":
"${{ ACTIONS.q.result + ACTIONS['r'].error + FN.nope(var.x, TRIGER.n) + FN.length() -> int }} ${{ TRIGGER.n }} ${{ hello world }}",
"w": "${{ ACTIONS.q.result + ) }}"}}]})",
          R"(2:13 /actions/0/args/v: expression at character 9: there is no action 'q' (at ".q.result + ACTIONS['r'].error + FN.nope")
2:32 /actions/0/args/v: expression at character 28: there is no action 'r' (at "['r'].error + FN.nope(var.x, TRIGER.n) +")
2:49 /actions/0/args/v: expression at character 45: unknown function FN.nope (at "nope(var.x, TRIGER.n) + FN.length() -> i")
2:57 /actions/0/args/v: expression at character 53: var has values only in the args of an action with for_each (at ".x, TRIGER.n) + FN.length() -> int }} ${")
2:61 /actions/0/args/v: expression at character 57: unknown name 'TRIGER'; expected ACTIONS, TRIGGER, INPUTS, ENV, SECRETS, var, FN, a cast or a literal (at "TRIGER.n) + FN.length() -> int }} ${{ TR")
2:76 /actions/0/args/v: expression at character 72: FN.length takes 1 argument, found 0 (at "length() -> int }} ${{ TRIGGER.n }} ${{ ")
2:116 /actions/0/args/v: expression at character 2: unknown name 'hello'; expected ACTIONS, TRIGGER, INPUTS, ENV, SECRETS, var, FN, a cast or a literal (at "hello world }}")
3:18 /actions/0/args/w: expression at character 9: there is no action 'q' (at ".q.result + ) }}"))",
      },
  };
  check(json_faults, cases);
}

BOOST_AUTO_TEST_CASE(of_expects) {
  constexpr Case cases[] = {
      {R"({"entrypoint": {"expects": {"a": {"type": "long"}, "b": {}, "c": "int", "d": {"type": "int", "default": "x"}, "e": {"type": "list[int"},
"f": {"type": "enum[]"}}}, "actions": [{"ref": "a", "action": "x"}]})",
       "1:43 /entrypoint/expects/a/type: unknown type 'long' at character 1: expected int, str, bool, float, datetime, "
       "duration, any, None, "
       "list[T], dict[K, V], enum['a', 'b'] or A | B, found 'long'\n"
       "1:57 /entrypoint/expects/b/type: an expected input needs a 'type'\n"
       "1:66 /entrypoint/expects/c: an expected input must be an object {type, description, default}, found a string\n"
       "1:105 /entrypoint/expects/d/default: the default must be of the type int, found 'x'\n"
       "1:125 /entrypoint/expects/e/type: unknown type 'list[int' at character 9: expected ']', found the end\n"
       "2:15 /entrypoint/expects/f/type: unknown type 'enum[]' at character 6: expected a quoted string, found ']'"},
  };
  check(json_faults, cases);
}

BOOST_AUTO_TEST_CASE(of_yaml) {
  constexpr Case cases[] = {
      {"", "1:1 the YAML is empty"},
      {"a: [1, 2", "1:9 the YAML is malformed: end of sequence flow not found"},
      {"- 1", "1:1 a definition must be an object, found a list"},
      {"a: 1\na: 2", "2:1 the key 'a' stands twice"},
      {"a: &x [*x]", "1:8 an alias stands inside of what it names"},
      {"a: *x", "1:4 the YAML is malformed: the referenced anchor is not defined"},
      {"a: !!set {}", "1:4 an unknown tag: tag:yaml.org,2002:set"},
      {"a: !!int x", "1:4 a value that is no int, as its tag has it"},
      {"a: .inf", "1:4 a number that is not finite: .inf"},
      {"a: &x {b: 1}\nc:\n  <<: *x\n  d: 2",
       "3:3 merge keys ('<<') are not supported; an alias can only stand for a whole value"},
      {"a: 99999999999999999999", "1:4 an integer that does not fit 64 bits"},
      {"? [1]\n: 2", "1:3 a key must be text, found a list or a map"},
      {"a: 1\n---\nb: 2", "2:1 a second document in the text; expected one"},
      {"a: \x01", "1:4 a byte that is no UTF-8 text, or a control character"},
      {"a: \xff", "1:4 a byte that is no UTF-8 text, or a control character"},
  };
  check(yaml_faults, cases);
}

BOOST_AUTO_TEST_CASE(all_at_once_in_yaml) {
  const std::string found = yaml_faults(R"(title: Faults
inputs:
  k: ${{ 1 }}
actions:
  - ref: r
    action: core.nope
    depends_on: [z]
  - ref: b
    action: core.log
    args: {"é": "x ${{ FN.nope() }} y ${{ ACTIONS.q.result }}", message: 'ok ${{ 1 + }}'}
    run_if: |
      ${{ 1 + }}
  - ref: r
    action: x.y
    start_delay: soon
)");
  BOOST_TEST(found ==
             "3:6 /inputs/k: an expression inside 'inputs': they are constants\n"
             "6:13 /actions/0/action: unknown built-in action 'core.nope'; there are core.noop, core.log, core.fail, "
             "core.require, core.transform.reshape, core.transform.filter, core.transform.map, core.transform.apply, "
             "core.transform.is_in, core.transform.not_in, core.transform.deduplicate, core.transform.compact, "
             "core.http_request, core.http_poll, core.workflow.execute, core.workflow.continue_as_new, "
             "core.interact.response\n"
             "7:18 /actions/0/depends_on/0: unknown dependency 'z': there is no action with that ref\n"
             "10:12 /actions/1/args/\u00e9: unknown argument '\u00e9' of core.log; it takes message, level\n"
             "10:27 /actions/1/args/\u00e9: expression at character 5: unknown function FN.nope "
             "(at \"nope() }} y ${{ ACTIONS.q.result }}\")\n"
             "10:50 /actions/1/args/\u00e9: expression at character 9: there is no action 'q' (at \".q.result }}\")\n"
             "10:86 /actions/1/args/message: expression at character 6: expected a value, found '}' (at \"}}\")\n"
             "11:13 /actions/1/run_if: expression at character 6: expected a value, found '}' (at \"}}\")\n"
             "13:10 /actions/2/ref: duplicate ref 'r': /actions/0 has it too\n"
             "15:18 /actions/2/start_delay: 'start_delay' must be a number of 0 or more, found 'soon'");
}

BOOST_AUTO_TEST_CASE(bounds) {
  const std::string big(2u << 20, ' ');
  BOOST_TEST(json_faults(big) == "a definition of more than 1 MiB");
  BOOST_TEST(json_faults(std::string(1000, '[')).find("nested deeper") != std::string::npos);
  BOOST_TEST(yaml_faults("a: " + std::string(1000, '[') + std::string(1000, ']')).find("nested deeper than 64") !=
             std::string::npos);
  BOOST_TEST(yaml_faults(std::string(100'000, '[')) != "");
  std::string indented;
  for (int i = 0; i < 500; ++i) indented += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  BOOST_TEST(yaml_faults(indented).find("nested deeper than 64") != std::string::npos);
  std::string laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string n = std::to_string(i), m = std::to_string(i - 1);
    laughs += "a" + n + ": &a" + n + " [*a" + m;
    for (int k = 0; k < 9; ++k) laughs += ",*a" + m;
    laughs += "]\n";
  }
  BOOST_TEST(yaml_faults(laughs).find("too much content, with all aliases expanded") != std::string::npos);
  std::string many = R"({"actions": [)";
  for (int i = 0; i < 5'001; ++i)
    many += std::string(i > 0 ? "," : "") + R"({"ref": "a)" + std::to_string(i) + R"(", "action": "x"})";
  BOOST_TEST(json_faults(many + "]}").find("more than 5000 actions") != std::string::npos);
  std::string faulty = R"({"actions": [)";
  for (int i = 0; i < 4'000; ++i) faulty += std::string(i > 0 ? "," : "") + R"({"ref": "A", "zzz": 1})";
  const auto compiled = compile_definition(faulty + "]}", DefinitionFormat::json, "wf");
  BOOST_TEST(compiled.faults.size() == 1'000u);
  BOOST_TEST(!compiled.plan);
}

BOOST_AUTO_TEST_SUITE_END()
