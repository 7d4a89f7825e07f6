"""Expressions that fail when a run evaluates them: what the task says, and that the server goes on."""

import sys

from harness import main, server

INPUTS = {"s": "x", "zero": 0, "list": [1, "a"], "object": {"k": 1}, "big": 2 ** 62, "many": 10 ** 7}

FAILING = {  # what stands in the template, how the error prints it, and why
    "int(TRIGGER.s)": "int",
    "1 / TRIGGER.zero": "zero",
    "TRIGGER.s + 1": "str",
    "-TRIGGER.list": "list",
    "TRIGGER.s > 1": "str",
    "1 in TRIGGER.zero": "in",
    "TRIGGER.big * 16": "64 bits",
    "FN.split(TRIGGER.s, '')": "separator must not be empty",
    "FN.capitalize(TRIGGER.zero)": "FN.capitalize: argument 1",
    "FN.mod(1, TRIGGER.zero)": "FN.mod",
    "FN.map_keys(TRIGGER.object, {})": "FN.map_keys",
    "FN.regex_extract('(', TRIGGER.s)": "RE2 pattern",
    "FN.deserialize_json(TRIGGER.s)": "FN.deserialize_json",
    "FN.parse_datetime(TRIGGER.s, '%Y')": "FN.parse_datetime",
    "FN.set_timezone(FN.now(), TRIGGER.s)": "FN.set_timezone",
    "FN.from_base64(TRIGGER.s)": "FN.from_base64",
    "FN.flatten(FN.range(0, TRIGGER.many))": "more than",
    "FN.add.map(TRIGGER.list, 1)": "FN.add",
}


def task_error(workflow, ref="a"):
    run = server().run(workflow, INPUTS)
    events = server().get(f"/api/executions/{run['execution_id']}/events?limit=1000").json["events"]
    failed = [e["data"] for e in events if e["type"] == "reprise.task.failed.v1" and e["data"]["ref"] == ref]
    assert server().post(f"/api/executions/{run['execution_id']}/replay").json["matches"], run
    return run, failed


def test_a_failing_expression_fails_its_task_alone():
    for text, reason in FAILING.items():
        server().put_workflow("failing", {"actions": [
            {"ref": "a", "action": "core.transform.reshape", "args": {"value": {"in": ["${{ " + text + " }}"]}}},
            {"ref": "saved", "action": "core.noop", "depends_on": ["a.error"]},
            {"ref": "not_reached", "action": "core.noop", "depends_on": ["a"]}], "returns": "${{ ACTIONS.a.error }}"})
        run, failed = task_error("failing")
        assert run["status"] == "completed" and len(failed) == 1, (text, run)
        error = run["result"]
        assert set(error) == {"ref", "message", "type", "expr_context", "attempt"}, error
        assert (error["ref"], error["type"], error["expr_context"], error["attempt"]) == ("a", "ExpressionError", "ACTIONS", 1)
        message = error["message"]
        assert message.startswith("args: ${{ ") and " }}: " in message, (text, message)
        expression, why = message[len("args: ${{ "):].split(" }}: ", 1)
        assert expression.replace('"', "'").replace(" ", "") == text.replace(" ", ""), (text, message)
        assert reason in why, (text, message)
        assert failed[0]["message"] == message and not failed[0]["retryable"], failed
    assert server().get("/healthz").status == 200
    server().put_workflow("fine", {"actions": [{"ref": "a", "action": "core.noop"}], "returns": 1})
    assert server().run("fine")["result"] == 1


def test_a_failing_expression_without_an_error_edge_fails_the_run():
    server().put_workflow("failing", {"actions": [
        {"ref": "a", "action": "core.transform.reshape", "args": {"value": "${{ 1 / TRIGGER.zero }}"}}]})
    run, failed = task_error("failing")
    assert run["status"] == "failed" and run["error"].startswith("a: args: ${{ 1 / TRIGGER.zero }}: "), run


def test_each_place_of_an_expression_says_which_it_is():
    bad = "${{ 1 / TRIGGER.zero }}"
    for members, kind, message in (
            ({"run_if": bad}, "RunIfError", "${{ 1 / TRIGGER.zero }}: "),
            ({"wait_until": bad}, "ExpressionError", "${{ 1 / TRIGGER.zero }}: "),
            ({"wait_until": "${{ TRIGGER.s }}"}, "ExpressionError", "wait_until must be an ISO 8601 date-time"),
            ({"for_each": "${{ for var.x in 1 / TRIGGER.zero }}"}, "ExpressionError", "for_each: ${{ 1 / TRIGGER.zero }}: "),
            ({"for_each": "${{ for var.x in TRIGGER.zero }}"}, "ExpressionError",
             "for_each: var.x needs a list to run through, found an integer"),
            ({"retry_policy": {"retry_until": bad}}, "ExpressionError", "retry_until: ${{ 1 / TRIGGER.zero }}: ")):
        server().put_workflow("failing", {"actions": [
            {"ref": "a", "action": "core.noop", **members},
            {"ref": "saved", "action": "core.noop", "depends_on": ["a.error"]}]})
        run, failed = task_error("failing")
        assert run["status"] == "completed" and len(failed) == 1, (members, run)
        assert failed[0]["type"] == kind and failed[0]["message"].startswith(message), (members, failed)
    server().put_workflow("failing", {"actions": [{"ref": "a", "action": "core.noop"}], "returns": {"x": bad}})
    run, failed = task_error("failing")
    assert run["status"] == "failed" and failed == [] and run["error"].startswith("returns: ${{ 1 / TRIGGER.zero }}: "), run


def test_arguments_that_only_a_run_knows():
    for of, members, message in (
            ("core.log", {"message": 1, "level": "${{ TRIGGER.s }}"}, "'level' must be DEBUG, INFO, WARNING or ERROR, found"),
            ("core.transform.filter", {"items": "${{ TRIGGER.zero }}", "python_lambda": "lambda x: x"},
             "'items' must be a list, found the int 0"),
            ("core.workflow.execute", {"workflow_id": "${{ TRIGGER.zero }}"}, "'workflow_id' must be a string that is not empty, found"),
            ("core.transform.map", {"items": [1], "python_lambda": "${{ TRIGGER.s }}"}, "python_lambda"),
            ("core.transform.map", {"items": "${{ TRIGGER.list }}", "python_lambda": "lambda x: x + 1"}, "python_lambda")):
        server().put_workflow("failing", {"actions": [
            {"ref": "a", "action": of, "args": members},
            {"ref": "saved", "action": "core.noop", "depends_on": ["a.error"]}]})
        run, failed = task_error("failing")
        assert run["status"] == "completed" and len(failed) == 1, (members, run)
        assert message in failed[0]["message"], (members, failed)


if __name__ == "__main__":
    main(sys.modules[__name__])
