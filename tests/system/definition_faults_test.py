"""Every rule of a definition broken through the API: the pointer, the place in the text and the message of each fault, as
JSON and as YAML."""

import json
import sys

from harness import main, server

MARK = "\u00a7"  # stands before the place of a fault: in front of the value, of the key, or inside of the text


def put(text, media_type):
    return server().call("PUT", "/api/workflows/broken", text.encode(), {"Content-Type": media_type})


def places(marked):
    """The text without its marks, and line and column of each."""
    found, text = [], ""
    for part in marked.split(MARK)[:-1]:
        text += part
        found.append((text.count("\n") + 1, len(text) - (text.rfind("\n") + 1) + 1))
    return marked.replace(MARK, ""), found


def check(marked, faults, media_types):
    text, marks = places(marked)
    if not marks:
        marks = [(1, 1)] * len(faults)
    assert len(marks) == len(faults), (marked, marks, faults)
    for media_type in media_types:
        answer = put(text, media_type)
        assert answer.status == 422 and answer.json["error_code"] == "VALIDATION_ERROR", (marked, answer)
        found = [((e["line"], e["column"]), e["pointer"], e["message"]) for e in answer.json["errors"]]
        wanted = [(mark, pointer, message) for mark, (pointer, message) in zip(marks, faults)]
        assert len(found) == len(wanted), (media_type, marked, found)
        for is_, ought in zip(found, wanted):
            same = is_[2] == ought[2] or ought[2].endswith("...") and is_[2].startswith(ought[2][:-3])
            assert is_[:2] == ought[:2] and same, f"{media_type} of {text}\nfound    {is_}\nexpected {ought}"


# JSON is YAML too: the places are the same.
def both(marked, *faults):
    check(marked, faults, ("application/json", "application/yaml"))


def yaml(marked, *faults):
    check(marked, faults, ("application/yaml", "text/yaml"))


def of_json(marked, *faults):
    check(marked, faults, ("application/json",))


def action(members, *faults, before="", top=""):
    """Of one action `b` beside an action `a`; pointers are relative to it."""
    marked = ('{' + top + '"actions": [{"ref": "a", "action": "acme.do"}, ' + before + '{"ref": "b", ' + members + '}]}')
    index = 1 + before.count('"ref"')
    both(marked, *[(f"/actions/{index}{pointer}", message) for pointer, message in faults])


def definition(members, *faults):
    both('{' + members + ', "actions": [{"ref": "a", "action": "acme.do"}]}', *faults)


def args(of, members, *faults):
    action(f'"action": "{of}", "args": {MARK if members.startswith("{" + "}") else ""}' + members,
           *[("/args" + pointer, message) for pointer, message in faults])


def expression(text, message):
    """In an argument; the mark is the place inside the text."""
    action('"action": "acme.do", "args": {"v": "' + text + '"}', ("/args/v", message))


KINDS = {"1": "an integer", "1.5": "a number", "true": "a boolean", "[]": "a list", "{}": "an object", '"x"': "a string"}


def wrong_types(build, member, pointer, wanted, fitting, shows_value=False):
    for text, kind in KINDS.items():
        if text in fitting:
            continue
        found = text.replace('"', "'") if shows_value and text in ("1", "1.5", '"x"') else kind
        build(f'"{member}": {MARK}{text}', (f"{pointer}/{member}", f"'{member}' must be {wanted}, found {found}"))


# ---- the text as such

def test_text_that_is_no_definition():
    for text, media_type, code in (("", "application/json", "MALFORMED_JSON"), ("", "application/yaml", "MALFORMED_YAML")):
        answer = put(text, media_type)
        assert answer.status == 400 and answer.json["error_code"] == code, answer
    for text, place in (('{"actions": [}', "(line 1, column 14)"), ('{"title": "x",\n "actions" []}', "(line 2, column 12)"),
                        ('{"title": "x", }', "(line 1, column 16)")):
        answer = put(text, "application/json")
        assert answer.status == 400 and answer.json["error_code"] == "MALFORMED_JSON", answer
        assert answer.json["detail"].endswith(place), answer
    answer = put("actions: []", "text/plain")
    assert answer.status == 415 and "application/yaml" in answer.json["detail"], answer
    yaml("a: [1, 2" + MARK, ("", "the YAML is malformed: end of sequence flow not found"))
    yaml("a: 1\n" + MARK + "a: 2", ("", "the key 'a' stands twice"))
    yaml(f"a: &x [{MARK}*x]", ("", "an alias stands inside of what it names"))
    yaml(f"a: {MARK}*x", ("", "the YAML is malformed: the referenced anchor is not defined"))
    yaml(f"a: {MARK}!!set {{}}", ("", "an unknown tag: tag:yaml.org,2002:set"))
    yaml(f"a: {MARK}!!int x", ("", "a value that is no int, as its tag has it"))
    yaml(f"a: {MARK}.inf", ("", "a number that is not finite: .inf"))
    yaml(f"a: {MARK}99999999999999999999", ("", "an integer that does not fit 64 bits"))
    yaml(f"? {MARK}[1]\n: 2", ("", "a key must be text, found a list or a map"))
    yaml(f"a: 1\n{MARK}---\nb: 2", ("", "a second document in the text; expected one"))
    yaml(f"a: {MARK}\x01", ("", "a byte that is no UTF-8 text, or a control character"))


def test_text_beyond_the_bounds():
    for media_type in ("application/json", "application/yaml"):
        answer = put(" " * (2 << 20), media_type)
        assert answer.status in (400, 413, 422), answer
        answer = put('{"a": ' * 1000 + "1" + "}" * 1000, media_type)
        assert answer.status in (400, 422) and "nested deeper" in answer.body.decode(), answer
    laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
    for i in range(1, 12):
        laughs += f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]\n"
    answer = put(laughs, "application/yaml")
    assert answer.status == 422 and "all aliases expanded" in answer.body.decode(), answer
    many = json.dumps({"actions": [{"ref": f"a{i}", "action": "x"} for i in range(5001)]})
    answer = put(many, "application/json")
    assert answer.status == 422 and answer.json["errors"][0]["message"] == "more than 5000 actions: 5001", answer
    answer = put(json.dumps({"actions": [{"ref": "A", "zzz": 1}] * 3000}), "application/json")
    assert answer.status == 422 and len(answer.json["errors"]) == 1000, len(answer.json["errors"])


# ---- the definition as a whole

def test_members_of_the_definition():
    yaml("[]", ("", "a definition must be an object, found a list"))
    answer = put("[]", "application/json")
    assert answer.status == 422 and answer.json["detail"].startswith("The body must be an object, not a list"), answer
    both("{}", ("", "a definition needs 'actions', a list of one or more"))
    both('{"actions": §[]}', ("/actions", "no action: a definition needs one or more"))
    both('{"actions": [§1]}', ("/actions/0", "an action must be an object, found an integer"))
    definition('§"titel": 1', ("/titel", "unknown member 'titel'; allowed are title, description, entrypoint, actions, "
                               "config, triggers, inputs, returns, error_handler"))
    for member, wanted, fitting in (("title", "a string", '"x"'), ("description", "a string", '"x"'),
                                    ("config", "an object", "{}"), ("inputs", "an object", "{}"),
                                    ("entrypoint", "an object", "{}"), ("triggers", "a list", "[]"),
                                    ("error_handler", "a string", '"x"')):
        wrong_types(definition, member, "", wanted, [fitting])
    definition('"error_handler": §""', ("/error_handler", "'error_handler' must be the id or alias of a workflow, found ''"))
    definition('"config": {"environment": §1}', ("/config/environment", "'environment' must be a string, found an integer"))
    definition('"config": {"timeout": §-1}', ("/config/timeout", "'timeout' must be a number of 0 or more, found -1"))
    definition('"config": {"timeout": §"5m"}', ("/config/timeout", "'timeout' must be a number of 0 or more, found '5m'"))
    definition('"config": {"timeout": §1e11}',
               ("/config/timeout", "'timeout' must be at most 10000000000 seconds, found 1e+11"))
    definition('"config": {§"zone": 1}', ("/config/zone", "unknown member 'zone'; allowed are environment, timeout"))
    definition('"inputs": {"a": §"${{ 1 }}", "b": [{§"${{ 2 }}": 1}]}',
               ("/inputs/a", "an expression inside 'inputs': they are constants"),
               ("/inputs/b/0/${{ 2 }}", "an expression inside 'inputs': they are constants"))


def test_entrypoint_and_expects():
    definition('"entrypoint": {"ref": §"z"}', ("/entrypoint/ref", "there is no action 'z'"))
    definition('"entrypoint": {"ref": §1}', ("/entrypoint/ref", "'ref' must be a string, found an integer"))
    definition('"entrypoint": {§"x": 1}', ("/entrypoint/x", "unknown member 'x'; allowed are ref, expects"))
    definition('"entrypoint": {"expects": §[]}', ("/entrypoint/expects", "'expects' must be an object, found a list"))

    def expects(members, *faults):
        definition('"entrypoint": {"expects": {"n": ' + members + '}}',
                   *[("/entrypoint/expects/n" + pointer, message) for pointer, message in faults])
    expects('§"int"', ("", "an expected input must be an object {type, description, default}, found a string"))
    expects('§{}', ("/type", "an expected input needs a 'type'"))
    expects('{"type": §1}', ("/type", "'type' must be a string, found an integer"))
    expects('{"type": "int", "description": §1}', ("/description", "'description' must be a string, found an integer"))
    expects('{"type": "int", §"least": 1}', ("/least", "unknown member 'least'; allowed are type, description, default"))
    expects('{"type": §"long"}', ("/type", "unknown type 'long' at character 1: expected int, str, bool, float, datetime, "
                                  "duration, any, None, list[T], dict[K, V], enum['a', 'b'] or A | B, found 'long'"))
    expects('{"type": §"list[int"}', ("/type", "unknown type 'list[int' at character 9: expected ']', found the end"))
    expects('{"type": §"enum[]"}', ("/type", "unknown type 'enum[]' at character 6: expected a quoted string, found ']'"))
    expects('{"type": "int", "default": §"x"}', ("/default", "the default must be of the type int, found 'x'"))
    expects('{"type": "int", "default": §3.5}', ("/default", "the default must be of the type int, found 3.5"))
    expects('{"type": "str", "default": §3}', ("/default", "the default must be of the type str, found 3"))


def test_triggers():
    definition('"triggers": [§1]', ("/triggers/0", "a trigger must be an object {type, ref, args}, found an integer"))
    definition('"triggers": [§{}]',
               ("/triggers/0/type", "the 'type' of a trigger must be 'schedule' or 'webhook', found none"))
    definition('"triggers": [{"type": §"mail"}]',
               ("/triggers/0/type", "the 'type' of a trigger must be 'schedule' or 'webhook', found 'mail'"))
    definition('"triggers": [{"type": "webhook", "args": §[], "ref": §1, §"x": 1}]',
               ("/triggers/0/args", "'args' must be an object, found a list"),
               ("/triggers/0/ref", "'ref' must be a string, found an integer"),
               ("/triggers/0/x", "unknown member 'x'; allowed are type, ref, args"))
    definition('"triggers": [{"type": "webhook", "args": {"headers": §"X-Event"}}]',
               ("/triggers/0/args/headers", "'headers' must be a list of header names, found 'X-Event'"))


def test_warnings_refuse_nothing():
    answer = put(json.dumps({"triggers": [{"type": "schedule"}], "actions": [
        {"ref": "a", "action": "x"}, {"ref": "b", "action": "x", "depends_on": ["a", "a.error"]}]}), "application/json")
    assert answer.status in (200, 201), answer
    warnings = answer.json["warnings"]
    assert [w["pointer"] for w in warnings] == ["/triggers/0", "/actions/1/depends_on"], warnings
    assert "starts nothing by itself" in warnings[0]["message"] and "can never run" in warnings[1]["message"], warnings


# ---- actions

def test_members_of_an_action():
    both('{"actions": [§§{}]}', ("/actions/0/ref", "an action needs a 'ref', the name by which others refer to it"),
         ("/actions/0/action", "an action needs 'action', the name of what it does"))
    both('{"actions": [{"ref": §"A b", "action": §"x-y"}]}', ("/actions/0/ref", "'ref' must match ^[a-z0-9_]+$, found 'A b'"),
         ("/actions/0/action", "'action' must match ^[a-z0-9_.]+$, found 'x-y'"))
    both('{"actions": [{"ref": §1, "action": §2}]}', ("/actions/0/ref", "'ref' must be a string, found an integer"),
         ("/actions/0/action", "'action' must be a string, found an integer"))
    both('{"actions": [{"ref": "a", "action": "x"}, {"ref": §"a", "action": "x"}]}',
         ("/actions/1/ref", "duplicate ref 'a': /actions/0 has it too"))
    action('"action": §"core.nope"', ("/action", "unknown built-in action 'core.nope'; there are core.noop, ..."))
    x = '"action": "acme.do", '

    def member(text, *faults):
        action(x + text, *faults)
    member('§"colour": 1', ("/colour", "unknown member 'colour'; allowed are ref, description, action, args, depends_on, "
                            "interaction, run_if, for_each, retry_policy, start_delay, wait_until, join_strategy, queue"))
    for name, wanted, fitting in (("description", "a string", '"x"'), ("args", "an object", "{}"),
                                  ("depends_on", "a list", "[]"), ("interaction", "an object", "{}"),
                                  ("retry_policy", "an object", "{}"), ("join_strategy", "a string", '"x"'),
                                  ("queue", "a string", '"x"'), ("run_if", "a string", '"x"'),
                                  ("wait_until", "a string", '"x"')):
        wrong_types(member, name, "", wanted, [fitting])
    wrong_types(member, "start_delay", "", "a number of 0 or more", ["1", "1.5"], shows_value=True)
    member('"start_delay": §-1', ("/start_delay", "'start_delay' must be a number of 0 or more, found -1"))
    member('"start_delay": §1e11', ("/start_delay", "'start_delay' must be at most 10000000000 seconds, found 1e+11"))
    member('"join_strategy": §"most"', ("/join_strategy", "'join_strategy' must be 'all' or 'any', found 'most'"))
    member('"queue": §"a b"', ("/queue", "'queue' must be 1 to 200 printable ASCII characters without spaces, found 'a b'"))
    action('"action": "core.noop", "queue": §"q"',
           ("/queue", "'queue' is for actions of workers; 'core.noop' runs inside the server"))
    member('"wait_until": §"soon"', ("/wait_until", "'wait_until' must be an ISO 8601 date-time such as ..."))
    member('"run_if": §"1 > 0"', ("/run_if", "'run_if' must be exactly one ${{ }} template, found '1 > 0'"))
    member('"run_if": §"${{ 1 }} ${{ 2 }}"', ("/run_if", "'run_if' must be exactly one ${{ }} template, found '${{ 1 }} ${{ 2 }}'"))

    def retry(text, *faults):
        action(x + '"retry_policy": {' + text + '}', *[("/retry_policy" + pointer, message) for pointer, message in faults])
    retry('§"tries": 1', ("/tries", "unknown member 'tries'; allowed are max_attempts, timeout, initial_interval, backoff, "
                          "max_interval, retry_until"))
    wrong_types(retry, "max_attempts", "", "an integer from 0 to 4294967295", ["1"], shows_value=True)
    for value in ("-1", "4294967296"):
        retry('"max_attempts": §' + value,
              ("/max_attempts", "'max_attempts' must be an integer from 0 to 4294967295, found " + value))
    retry('"backoff": §0.5', ("/backoff", "'backoff' must be a number of 1 or more, found 0.5"))
    for name in ("timeout", "initial_interval", "max_interval"):
        wrong_types(retry, name, "", "a number of 0 or more", ["1", "1.5"], shows_value=True)
        retry(f'"{name}": §-0.5', ("/" + name, f"'{name}' must be a number of 0 or more, found -0.5"))
    retry('"retry_until": §"done"', ("/retry_until", "'retry_until' must be exactly one ${{ }} template, found 'done'"))


def test_edges():
    def edge(text, *faults):
        action('"action": "acme.do", "depends_on": ' + text, *faults)
    edge('[§"z"]', ("/depends_on/0", "unknown dependency 'z': there is no action with that ref"))
    edge('[§1]', ("/depends_on/0", "a dependency must be a string, found an integer"))
    edge('[§"a.done"]', ("/depends_on/0", "a dependency is 'ref', 'ref.success' or 'ref.error', found 'a.done'"))
    edge('["a", §"a.success"]', ("/depends_on/1", "the dependency 'a.success' stands twice"))
    edge('§["b", "a"]', ("/depends_on", "a cycle: b -> b"))
    both('{"actions": §[{"ref": "a", "action": "x", "depends_on": §["b"]}, {"ref": "b", "action": "x", "depends_on": ["a"]}]}',
         ("/actions", "no root: every action depends on another one"), ("/actions/0/depends_on", "a cycle: a -> b -> a"))


def test_for_each():
    form = "'for_each' must be ${{ for var.name in expression }}, or a list of such templates, found "

    def loop(text, *faults):
        action('"action": "acme.do", "for_each": ' + text, *[("/for_each" + p, m) for p, m in faults])
    for text, found in (("1", "an integer"), ("[]", "an empty list"), ('"x"', "'x'"), ('"${{ [1] }}"', "'${{ [1] }}'"),
                        ('"${{ for x in [1] }}"', "'${{ for x in [1] }}'")):
        loop("§" + text, ("", form + found))
    loop('["${{ for var.x in [1] }}", §2]', ("/1", form + "an integer"))
    loop('["${{ for var.x in [1] }}", §"${{ for var.x in [2] }}"]', ("/1", "var.x stands in two loops of 'for_each'"))
    loop('"${{ for var.x in §}}"', ("", "expression at character 15: expected a value, found the end"))
    action('"action": "core.workflow.execute", "args": {"workflow_id": "x", "batch_size": "${{ var§.x }}"}, '
           '"for_each": "${{ for var.x in [1] }}"',
           ("/args/batch_size", "expression at character 5: var has no value here: how a loop goes about its children is "
            "settled before the first of them (at \".x }}\")"))
    for name in ("for_each", "interaction"):
        value = '"${{ for var.x in [1] }}"' if name == "for_each" else '{"type": "response"}'
        answer = put('{"actions": [{"ref": "a", "action": "core.workflow.continue_as_new", "' + name + '": ' + value + '}]}',
                     "application/json")
        assert answer.status == 422 and any(
            e["pointer"] == "/actions/0/" + name and "has no place at core.workflow.continue_as_new" in e["message"]
            for e in answer.json["errors"]), answer


def test_interactions():
    def asks(text, *faults):
        action('"action": "acme.do", "interaction": ' + text, *[("/interaction" + p, m) for p, m in faults])
    asks('§{}', ("/type", "an interaction needs a 'type', 'response' or 'approval'"))
    asks('{"type": §"question"}', ("/type", "the 'type' of an interaction must be 'response' or 'approval', found 'question'"))
    asks('{"type": §1}', ("/type", "'type' must be a string, found an integer"))
    asks('{"type": "response", "timeout": §-1}', ("/timeout", "'timeout' must be a number of 0 or more, found -1"))
    asks('{"type": "response", §"colour": 1}', ("/colour", "unknown member 'colour'; allowed are type, timeout, "
                                                "required_approvers, approver_groups, message, approve_if, schema"))
    for name, value in (("required_approvers", "2"), ("approver_groups", '["ops"]'), ("approve_if", '"${{ 1 }}"')):
        asks('{"type": "response", "' + name + '": §' + value + '}',
             ("/" + name, f"'{name}' is for interactions of type 'approval'"))
    asks('{"type": "approval", "required_approvers": §0}',
         ("/required_approvers", "'required_approvers' must be an integer from 1 to 1000, found 0"))
    asks('{"type": "approval", "required_approvers": §1001}',
         ("/required_approvers", "'required_approvers' must be an integer from 1 to 1000, found 1001"))
    asks('{"type": "approval", "required_approvers": §1.5}',
         ("/required_approvers", "'required_approvers' must be an integer from 1 to 1000, found 1.5"))
    asks('{"type": "approval", "approver_groups": §[1]}',
         ("/approver_groups", "'approver_groups' must be a list of names, found an integer in it"))
    asks('{"type": "approval", "approve_if": §"yes"}',
         ("/approve_if", "'approve_if' must be exactly one ${{ }} template, found 'yes'"))
    asks('{"type": "response", "message": §1}', ("/message", "'message' must be a string, found an integer"))
    asks('{"type": "response", "schema": §[]}', ("/schema", "'schema' must be an object, found a list"))
    asks('{"type": "response", "schema": {"properties": {"n": {"type": §"number of items"}}}}',
         ("/schema/properties/n/type", "'type' must be one or a list of array, boolean, integer, null, number, object and string"))
    asks('{"type": "response", "schema": {"$ref": §"#/nowhere"}}', ("/schema/$ref", "'$ref' leads nowhere"))
    action('"action": "acme.do", "interaction": §{"type": "response"}, "for_each": "${{ for var.x in [1] }}"',
           ("/interaction", "'interaction' cannot stand together with 'for_each'"))
    action('"action": §"core.interact.response"',
           ("/action", "'core.interact.response' needs an 'interaction', the question that it asks"))


def test_arguments_of_built_in_actions():
    url = '"url": "https://example.org"'
    for of, given, place, wanted, wrong, found in (
            ("core.log", '"message": 1', "level", "DEBUG, INFO, WARNING or ERROR", '"loud"', "'loud'"),
            ("core.fail", "", "retryable", "true or false", '"no"', "'no'"),
            ("core.require", "", "conditions", "a boolean or a list of them", "1", "1"),
            ("core.require", '"conditions": true', "require_all", "true or false", "1", "1"),
            ("core.transform.filter", '"python_lambda": "lambda x: x"', "items", "a list", '"a"', "'a'"),
            ("core.transform.filter", '"items": []', "python_lambda", "the text of a lambda, such as \"lambda x: x['a'] > 1\"", "1", "1"),
            ("core.transform.is_in", '"items": []', "collection", "a list", "{}", "an object"),
            ("core.transform.deduplicate", '"items": []', "keys", "a list of one or more names", "[]", "a list"),
            ("core.transform.deduplicate", '"keys": ["a"]', "items", "a list of objects", "1", "1"),
            ("core.transform.compact", "", "items", "a list", "null", "null"),
            ("core.http_request", '"method": "GET"', "url", "an http:// or https:// address", '"ftp://x"', "'ftp://x'"),
            ("core.http_request", url, "method", "one of GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS", '"BREW"', "'BREW'"),
            ("core.http_request", url + ', "method": "GET"', "headers", "an object", "[]", "a list"),
            ("core.http_request", url + ', "method": "GET"', "auth", "an object with 'username' and 'password'", "{}", "an object"),
            ("core.http_request", url + ', "method": "GET"', "timeout", "a number of seconds above 0 and up to 3600", "0", "0"),
            ("core.http_request", url + ', "method": "GET"', "max_redirects", "a whole number from 0 to 100", "101", "101"),
            ("core.http_request", url + ', "method": "GET"', "verify_ssl", "true or false", '"yes"', "'yes'"),
            ("core.http_poll", url + ', "method": "GET"', "poll_interval", "a number of seconds, 0 or more", "-1", "-1"),
            ("core.http_poll", url + ', "method": "GET"', "poll_max_attempts", "a whole number of 1 or more", "0", "0"),
            ("core.http_poll", url + ', "method": "GET"', "poll_retry_codes", "a status code, 100 to 599, or a list of them", "99", "99"),
            ("core.workflow.execute", "", "workflow_id", "a string that is not empty", '""', "''"),
            ("core.workflow.execute", '"workflow_id": "x"', "version", "a whole number of 1 or more", "0", "0"),
            ("core.workflow.execute", '"workflow_id": "x"', "batch_size", "a whole number of 1 or more", "1.5", "1.5"),
            ("core.workflow.execute", '"workflow_id": "x"', "loop_strategy", "'parallel', 'batch' or 'sequential'", '"fast"', "'fast'"),
            ("core.workflow.execute", '"workflow_id": "x"', "fail_strategy", "'isolated' or 'all'", '"none"', "'none'"),
            ("core.workflow.execute", '"workflow_id": "x"', "wait_strategy", "'wait' or 'detach'", '"never"', "'never'"),
            ("core.workflow.execute", '"workflow_id": "x"', "timeout", "a number of seconds, 0 or more", '"5m"', "'5m'")):
        args(of, "{" + (given + ", " if given else "") + f'"{place}": §{wrong}' + "}",
             ("/" + place, f"'{place}' of {of} must be {wanted}, found {found}"))
    args("core.log", '§{§"text": 1}', ("", "core.log needs the argument 'message'"),
         ("/text", "unknown argument 'text' of core.log; it takes message, level"))
    args("core.http_request", '{"url": "https://x", "method": "POST", "payload": 1, "form_data": §{}}',
         ("/form_data", "'form_data' of core.http_request has no place beside 'payload'"))
    args("core.workflow.execute", '{"workflow_id": "x", "workflow_alias": §"y"}',
         ("/workflow_alias", "'workflow_alias' of core.workflow.execute has no place beside 'workflow_id'"))
    args("core.workflow.execute", '§{"version": 1}',
         ("", "core.workflow.execute needs the argument 'workflow_id' or 'workflow_alias'"))
    both('{"actions": [§{"ref": "a", "action": "core.transform.reshape"}]}',
         ("/actions/0/args", "core.transform.reshape needs the argument 'value'"))
    for body, at, message in (("lambda x: import os", 12, "..."), ("x + 1", 1, "..."), ("lambda x: x.secret", 12, "..."),
                              ("lambda x: nope(x)", 11, "...")):
        answer = put('{"actions": [{"ref": "a", "action": "core.transform.map", "args": {"items": [], "python_lambda": "'
                     + body + '"}}]}', "application/json")
        fault = answer.json["errors"][0]
        assert answer.status == 422 and fault["pointer"] == "/actions/0/args/python_lambda", answer
        assert fault["message"].startswith("'python_lambda' of core.transform.map "), fault


# ---- expressions

def test_expressions():
    expression("n ${{ ACTIONS§.b.result }}", "expression at character 9: 'b' is not upstream of 'b': its result is not known "
               "there (at \".b.result }}\")")
    expression("${{ ACTIONS§.z.result }}", "expression at character 9: there is no action 'z' (at \".z.result }}\")")
    expression("${{ var§.x }}", "expression at character 5: var has values only in the args of an action with for_each "
               "(at \".x }}\")")
    expression("${{ SECRETS§.a }}", "expression at character 9: a secret is named as SECRETS.name.KEY, with exactly one key "
               "(at \".a }}\")")
    expression("${{ FN.§nope() }}", "expression at character 5: unknown function FN.nope (at \"nope() }}\")")


def test_faults_in_block_yaml():
    yaml("""title: Faults
inputs:
  k: §${{ 1 }}
actions:
  - ref: r
    action: §core.nope
    depends_on: [§z]
  - ref: b
    action: core.log
    args: {§"text": "x ${{ FN.§nope() }} y ${{ ACTIONS§.q.result }}", message: 'ok ${{ 1 + §}}'}
    run_if: §|
      ${{ 1 + }}
  - ref: §r
    action: x.y
    start_delay: §soon
""", ("/inputs/k", "an expression inside 'inputs': they are constants"),
         ("/actions/0/action", "unknown built-in action 'core.nope'; there are core.noop, ..."),
         ("/actions/0/depends_on/0", "unknown dependency 'z': there is no action with that ref"),
         ("/actions/1/args/text", "unknown argument 'text' of core.log; it takes message, level"),
         ("/actions/1/args/text", "expression at character 5: unknown function FN.nope ..."),
         ("/actions/1/args/text", "expression at character 9: there is no action 'q' ..."),
         ("/actions/1/args/message", "expression at character 6: expected a value, found '}' ..."),
         ("/actions/1/run_if", "expression at character 6: expected a value, found '}' ..."),
         ("/actions/2/ref", "duplicate ref 'r': /actions/0 has it too"),
         ("/actions/2/start_delay", "'start_delay' must be a number of 0 or more, found 'soon'"))


if __name__ == "__main__":
    main(sys.modules[__name__])
