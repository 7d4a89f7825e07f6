// What this version checks and keeps but does not run, and what can never run.
#include <boost/test/unit_test.hpp>
#include <string>

#include "workflow/plan.hpp"

using namespace reprise;
using namespace reprise::workflow;

namespace {

struct Case {
  const char* members;  // of the action `b`, which depends on `a`, or of the definition
  const char* faults;   // without those of the gate
};

std::string faults_of(const std::string& source) {
  const auto compiled = compile_definition(source, DefinitionFormat::json, "wf");
  std::vector<Fault> kept;
  for (const Fault& fault : compiled.faults) {
    const bool gate = fault.message.starts_with('\'') && fault.message.ends_with("' is not supported by this version");
    if (!gate) kept.push_back(fault);
  }
  return to_string(kept);
}

std::string of_action(const std::string& members) {
  return faults_of(R"({"inputs": {"l": [1]}, "actions": [{"ref": "a", "action": "x"}, {"ref": "c", "action": "x"},
{"ref": "b", "action": "x", "depends_on": ["a"], )" +
                   members + "}]}");
}
std::string of_definition(const std::string& members) {
  return faults_of("{" + members + R"(, "actions": [{"ref": "a", "action": "x"}]})");
}

void check(const auto& cases, std::string (*faults)(const std::string&)) {
  for (const Case& c : cases) BOOST_TEST_CONTEXT(c.members) {
      BOOST_TEST(faults(c.members) == c.faults);
    }
}

// Warnings of a definition of these actions, which has no faults.
std::string warnings(const std::string& actions) {
  const auto compiled = compile_definition(R"({"actions": [)" + actions + "]}", DefinitionFormat::json, "wf");
  BOOST_TEST(compiled.plan);
  std::string out;
  for (const Fault& fault : compiled.faults) {
    BOOST_TEST(fault.warning);
    out += (out.empty() ? "" : "\n") + fault.pointer + " " + fault.message;
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(definition_features)

BOOST_AUTO_TEST_CASE(for_each) {
  constexpr Case cases[] = {
      {R"-("for_each": "${{ for var.x in INPUTS.l }}", "args": {"v": "${{ var.x.n + 1 }}"})-", ""},
      {R"-("for_each": "\n ${{for var.x in ACTIONS.a.result}} \n")-", ""},
      {R"-("for_each": ["${{ for var.x in INPUTS.l }}", "${{ for var.y in FN.range(0, 3) }}"])-", ""},
      {R"-("for_each": 1)-",
       "2:62 /actions/2/for_each: 'for_each' must be ${{ for var.name in expression }}, or a list of such templates, "
       "found an integer"},
      {R"-("for_each": [])-",
       "2:62 /actions/2/for_each: 'for_each' must be ${{ for var.name in expression }}, or a list of such templates, "
       "found an empty list"},
      {R"-("for_each": ["x", 1])-",
       "2:63 /actions/2/for_each/0: 'for_each' must be ${{ for var.name in expression }}, or a list of such templates, "
       "found 'x'\n"
       "2:68 /actions/2/for_each/1: 'for_each' must be ${{ for var.name in expression }}, or a list of such templates, "
       "found an integer"},
      {R"-("for_each": "")-",
       "2:62 /actions/2/for_each: 'for_each' must be ${{ for var.name in expression }}, or a list of such templates, "
       "found ''"},
      {R"-("for_each": "${{ INPUTS.l }}")-",
       "2:62 /actions/2/for_each: 'for_each' must be ${{ for var.name in expression }}, or a list of such templates, "
       "found '${{ INPUTS.l }}'"},
      {R"-("for_each": "${{ for x in INPUTS.l }}")-",
       "2:62 /actions/2/for_each: 'for_each' must be ${{ for var.name in expression }}, or a list of such templates, "
       "found '${{ for x in INPUTS.l }}'"},
      {R"-("for_each": "${{ for var. in INPUTS.l }}")-",
       "2:62 /actions/2/for_each: 'for_each' must be ${{ for var.name in expression }}, or a list of such templates, "
       "found '${{ for var. in INPUTS.l }}'"},
      {R"-("for_each": "${{ for var.1 in INPUTS.l }}")-",
       "2:62 /actions/2/for_each: 'for_each' must be ${{ for var.name in expression }}, or a list of such templates, "
       "found '${{ for var.1 in INPUTS.l }}'"},
      {R"-("for_each": "${{ for var.x of INPUTS.l }}")-",
       "2:62 /actions/2/for_each: 'for_each' must be ${{ for var.name in expression }}, or a list of such templates, "
       "found '${{ for var.x of INPUTS.l }}'"},
      {R"-("for_each": "all ${{ for var.x in INPUTS.l }}")-",
       "2:62 /actions/2/for_each: 'for_each' must be ${{ for var.name in expression }}, or a list of such templates, "
       "found 'all ${{ for var.x in INPUTS.l }}'"},
      {R"-("for_each": "${{ for var.x in }}")-",
       "2:80 /actions/2/for_each: expression at character 15: expected a value, found the end"},
      {R"-("for_each": "${{ for var.x in INPUTS.l }} ${{ 1 }}")-",
       R"-(2:89 /actions/2/for_each: expression at character 24: expected the end of the expression, found '}' (at "}} ${{ 1 "))-"},
      {R"-("for_each": "${{ for var.x in INPUTS.m }}")-",
       R"-(2:86 /actions/2/for_each: expression at character 21: INPUTS.m does not exist: `inputs` has no such value (at ".m "))-"},
      {R"-("for_each": "${{ for var.x in ACTIONS.c.result }}")-",
       R"-(2:87 /actions/2/for_each: expression at character 22: 'c' is not upstream of 'b': its result is not known there (at ".c.result "))-"},
      {R"-("for_each": "${{ for var.x in FN.nope() }}")-",
       R"-(2:83 /actions/2/for_each: expression at character 18: unknown function FN.nope (at "nope() "))-"},
      {R"-("for_each": "${{ for var.x in var.y }}")-",
       R"-(2:83 /actions/2/for_each: expression at character 18: var has values only in the args of an action with for_each (at ".y "))-"},
      {R"-("for_each": ["${{ for var.x in INPUTS.l }}", "${{ for var.x in INPUTS.l }}"])-",
       "2:95 /actions/2/for_each/1: var.x stands in two loops of 'for_each'"},
  };
  check(cases, of_action);
  // var has values in args alone.
  for (const char* member : {"run_if", "wait_until"}) {
    const std::string found =
        faults_of(R"({"actions": [{"ref": "a", "action": "x", "for_each": "${{ for var.x in [1] }}", ")" +
                  std::string(member) + R"(": "${{ var.x }}"}]})");
    BOOST_TEST(found.find("var has values only in") != std::string::npos);
  }
}

BOOST_AUTO_TEST_CASE(interaction) {
  constexpr Case cases[] = {
      {R"-("interaction": {"type": "response", "timeout": 60, "message": "ok ${{ ACTIONS.a.result }}?", "schema": {"type": "object"}})-",
       ""},
      {R"-("interaction": {"type": "approval", "required_approvers": 2, "approver_groups": ["ops"], "message": "go?", "approve_if": "${{ ACTIONS.b.interaction.ok }}"})-",
       ""},
      {R"-("interaction": {"type": "approval", "required_approvers": 1001})-",
       "2:108 /actions/2/interaction/required_approvers: 'required_approvers' must be an integer from 1 to 1000, found "
       "1001"},
      {R"-("interaction": {"type": "response", "schema": {"properties": {"n": {"type": "number of items"}}}})-",
       "2:126 /actions/2/interaction/schema/properties/n/type: 'type' must be one or a list of array, boolean, "
       "integer, "
       "null, number, object and string"},
      {R"-("interaction": "response")-",
       "2:65 /actions/2/interaction: 'interaction' must be an object, found a string"},
      {R"-("interaction": {})-",
       "2:65 /actions/2/interaction/type: an interaction needs a 'type', 'response' or 'approval'"},
      {R"-("interaction": {"type": "question", "timeout": -1, "colour": 1})-",
       "2:74 /actions/2/interaction/type: the 'type' of an interaction must be 'response' or 'approval', found "
       "'question'\n"
       "2:97 /actions/2/interaction/timeout: 'timeout' must be a number of 0 or more, found -1\n"
       "2:101 /actions/2/interaction/colour: unknown member 'colour'; allowed are type, timeout, required_approvers, "
       "approver_groups, message, approve_if, schema"},
      {R"-("interaction": {"type": 1})-",
       "2:74 /actions/2/interaction/type: 'type' must be a string, found an integer"},
      {R"-("interaction": {"type": "response", "required_approvers": 2, "approver_groups": ["a"], "approve_if": "${{ 1 }}"})-",
       "2:108 /actions/2/interaction/required_approvers: 'required_approvers' is for interactions of type 'approval'\n"
       "2:130 /actions/2/interaction/approver_groups: 'approver_groups' is for interactions of type 'approval'\n"
       "2:151 /actions/2/interaction/approve_if: 'approve_if' is for interactions of type 'approval'"},
      {R"-("interaction": {"type": "approval", "required_approvers": 0, "approver_groups": [1], "approve_if": "yes", "message": 1, "schema": []})-",
       "2:108 /actions/2/interaction/required_approvers: 'required_approvers' must be an integer from 1 to 1000, found "
       "0\n"
       "2:130 /actions/2/interaction/approver_groups: 'approver_groups' must be a list of names, found an integer in "
       "it\n"
       "2:149 /actions/2/interaction/approve_if: 'approve_if' must be exactly one ${{ }} template, found 'yes'\n"
       "2:167 /actions/2/interaction/message: 'message' must be a string, found an integer\n"
       "2:180 /actions/2/interaction/schema: 'schema' must be an object, found a list"},
      {R"-("interaction": {"type": "approval", "approver_groups": "ops", "approve_if": "${{ ACTIONS.c.result }}", "message": "${{ ACTIONS.b.result }}"})-",
       "2:105 /actions/2/interaction/approver_groups: 'approver_groups' must be a list, found a string"
       "\n"
       R"-(2:138 /actions/2/interaction/approve_if: expression at character 9: 'c' is not upstream of 'b': its result is not known there (at ".c.result }}"))-"
       "\n"
       R"-(2:176 /actions/2/interaction/message: expression at character 9: 'b' is not upstream of 'b': its result is not known there (at ".b.result }}"))-"},
      {R"-("interaction": {"type": "response"}, "for_each": "${{ for var.x in INPUTS.l }}")-",
       "2:65 /actions/2/interaction: 'interaction' cannot stand together with 'for_each'"},
  };
  check(cases, of_action);
}

BOOST_AUTO_TEST_CASE(handler_and_triggers) {
  constexpr Case cases[] = {
      {R"-("error_handler": "wf_other")-", ""},
      {R"-("error_handler": 1)-", "1:19 /error_handler: 'error_handler' must be a string, found an integer"},
      {R"-("error_handler": "")-",
       "1:19 /error_handler: 'error_handler' must be the id or alias of a workflow, found ''"},
      {R"-("triggers": [{"type": "webhook"}, {"type": "schedule", "ref": "daily", "args": {"cron": "0 9 * * *"}}])-",
       "1:36 /triggers/1: warning: a schedule is kept, but starts nothing by itself: make one with PUT /api/schedules"},
      {R"-("triggers": [{"type": "webhook", "args": {"headers": ["X-Event", "x-id"]}}])-", ""},
      {R"-("triggers": [{"type": "webhook", "args": {"headers": "X-Event"}}])-",
       "1:55 /triggers/0/args/headers: 'headers' must be a list of header names, found 'X-Event'"},
      {R"-("triggers": [{"type": "webhook", "args": {"headers": ["X-Event", ""]}}])-",
       "1:55 /triggers/0/args/headers: 'headers' must be a list of header names, found a list"},
      {R"-("triggers": [1, {}, {"type": "mail"}, {"type": 1}, {"type": "webhook", "args": [], "ref": 1, "x": 1}])-",
       "1:15 /triggers/0: a trigger must be an object {type, ref, args}, found an integer\n"
       "1:18 /triggers/1/type: the 'type' of a trigger must be 'schedule' or 'webhook', found none\n"
       "1:31 /triggers/2/type: the 'type' of a trigger must be 'schedule' or 'webhook', found 'mail'\n"
       "1:49 /triggers/3/type: 'type' must be a string, found an integer\n"
       "1:81 /triggers/4/args: 'args' must be an object, found a list\n"
       "1:92 /triggers/4/ref: 'ref' must be a string, found an integer\n"
       "1:95 /triggers/4/x: unknown member 'x'; allowed are type, ref, args"},
  };
  check(cases, of_definition);
}

BOOST_AUTO_TEST_CASE(references_upstream_only) {
  constexpr Case cases[] = {
      {R"-("args": {"v": "${{ ACTIONS.a.result }}"}, "run_if": "${{ ACTIONS.a.result }}", "wait_until": "${{ ACTIONS.a.result }}")-",
       ""},
      {R"-("args": {"v": "${{ ACTIONS.c.result }}", "l": ["${{ ACTIONS.b.result }}"], "${{ ACTIONS.c.result }}": 1})-",
       R"-(2:76 /actions/2/args/v: expression at character 9: 'c' is not upstream of 'b': its result is not known there (at ".c.result }}"))-"
       "\n"
       R"-(2:109 /actions/2/args/l/0: expression at character 9: 'b' is not upstream of 'b': its result is not known there (at ".b.result }}"))-"
       "\n"
       R"-(2:152 /actions/2/args/${{ ACTIONS.c.result }}: expression at character 9: 'c' is not upstream of 'b': its result is not known there (at ".c.result }}"))-"},
      {R"-("run_if": "${{ ACTIONS.c.result }}", "wait_until": "${{ ACTIONS.b.error }}")-",
       R"-(2:72 /actions/2/run_if: expression at character 9: 'c' is not upstream of 'b': its result is not known there (at ".c.result }}"))-"
       "\n"
       R"-(2:113 /actions/2/wait_until: expression at character 9: 'b' is not upstream of 'b': its result is not known there (at ".b.error }}"))-"},
      {R"-("retry_policy": {"retry_until": "${{ ACTIONS.b.result && ACTIONS.a.result && ACTIONS.c.result }}"})-",
       R"-(2:134 /actions/2/retry_policy/retry_until: expression at character 49: 'c' is not upstream of 'b': its result is not known there (at ".c.result }}"))-"},
      {R"-("retry_policy": {"retry_until": "${{ 1 }}${{ 2 }}"}, "run_if": "x ${{ 1 }}")-",
       "2:82 /actions/2/retry_policy/retry_until: 'retry_until' must be exactly one ${{ }} template, found '${{ 1 "
       "}}${{ 2 }}'\n"
       "2:113 /actions/2/run_if: 'run_if' must be exactly one ${{ }} template, found 'x ${{ 1 }}'"},
  };
  check(cases, of_action);
  // Transitively; and `returns` may name any.
  BOOST_TEST(
      faults_of(R"({"actions": [{"ref": "a", "action": "x"}, {"ref": "b", "action": "x", "depends_on": ["a.error"]},
{"ref": "c", "action": "x", "depends_on": ["b"], "args": {"v": "${{ ACTIONS.a.error }}"}}, {"ref": "d", "action": "x"}],
"returns": ["${{ ACTIONS.a.result }}", "${{ ACTIONS.d.result }}"]})") == "");
}

BOOST_AUTO_TEST_CASE(expressions_that_are_refused) {
  constexpr std::pair<const char*, const char*> refused[] = {
      {"FN.nope()", "unknown function FN.nope"},
      {"FN.length()", "FN.length takes 1 argument, found 0"},
      {"FN.length(1, 2)", "FN.length takes 1 argument, found 2"},
      {"INPUTS.zz", "INPUTS.zz does not exist"},
      {"SECRETS.a", "a secret is named as SECRETS.name.KEY"},
      {"SECRETS.a.B.C", "a secret is named as SECRETS.name.KEY"},
      {"ACTIONS.a.output", "ACTIONS.a has result"},
      {"ACTIONS.z.result", "there is no action 'z'"},
      {"int('x')", "int() does not take the str 'x'"},
      {"'x' -> float", "float() does not take the str 'x'"},
      {"1 +", "expected a value"},
  };
  for (const auto& [expression, sentence] : refused) {
    const std::string template_text = "${{ " + std::string(expression) + " }}";
    for (const std::string& member :
         {R"("args": {"v": ")" + template_text + "\"}", R"("run_if": ")" + template_text + "\"",
          R"("wait_until": ")" + template_text + "\"",
          R"("retry_policy": {"retry_until": ")" + template_text + "\"}"}) {
      const std::string found = of_action(member);
      BOOST_TEST_CONTEXT(member << " gives " << found) { BOOST_TEST(found.find(sentence) != std::string::npos); }
    }
  }
}

BOOST_AUTO_TEST_CASE(actions_that_can_never_run) {
  const std::string a = R"({"ref": "a", "action": "x"})", fail = R"({"ref": "f", "action": "core.fail"})";
  const auto then = [](const std::string& ref, const std::string& depends, const std::string& more = "") {
    return R"(,{"ref": ")" + ref + R"(", "action": "x", "depends_on": [)" + depends + "]" + more + "}";
  };
  const std::string any = R"(, "join_strategy": "any")";
  BOOST_TEST(
      warnings(a + then("b", R"("a", "a.error")")) ==
      "/actions/1/depends_on 'b' can never run: it needs both the success and the error of 'a' (join_strategy any "
      "takes either)");
  BOOST_TEST(warnings(a + then("b", R"("a", "a.error")", any)) == "");
  // At a distance: c comes after a's error only.
  BOOST_TEST(
      warnings(a + then("c", R"("a.error")") + then("d", R"("c")") + then("e", R"("a", "d")")) ==
      "/actions/3/depends_on 'e' can never run: it needs both the success and the error of 'a' (join_strategy any "
      "takes either)");
  BOOST_TEST(warnings(a + then("c", R"("a.error")") + then("d", R"("a")") + then("e", R"("c", "d")", any)) == "");
  // Its error comes also when it cannot be reached.
  BOOST_TEST(warnings(a + then("c", R"("a.error")") + then("e", R"("a", "c.error")")) == "");
  BOOST_TEST(warnings(a + then("b", R"("a", "a.error")") + then("c", R"("b.error")")).find("'c'") == std::string::npos);
  // What never runs never succeeds.
  BOOST_TEST(
      warnings(a + then("b", R"("a", "a.error")") + then("c", R"("b")")) ==
      "/actions/1/depends_on 'b' can never run: it needs both the success and the error of 'a' (join_strategy any "
      "takes either)\n"
      "/actions/2/depends_on 'c' can never run: it needs the success of 'b', which can never run");
  BOOST_TEST(warnings(fail + then("b", R"("f.error")")) == "");
  BOOST_TEST(warnings(fail + then("b", R"("f")") + then("c", R"("b", "f.error")", any)) ==
             "/actions/1/depends_on 'b' can never run: it needs the success of 'f', which always fails");
  // Every way to d leads over a's success.
  BOOST_TEST(
      warnings(a + then("b", R"("a")") + then("c", R"("a")") + then("d", R"("b", "c")", any) +
               then("e", R"("d", "a.error")")) ==
      "/actions/4/depends_on 'e' can never run: it needs both the success and the error of 'a' (join_strategy any "
      "takes either)");
}

BOOST_AUTO_TEST_SUITE_END()
