"""Children and runs that went on, as /workflow-executions shows them."""

import sys

from child_runs import COUNTS, DOUBLE, FAILS, WAITS, calling, ended, of_type, start
from harness import Server, eventually, main


def test_the_full_read_of_a_parent_and_its_child():
    with Server() as s:
        s.put_workflow("double", {**DOUBLE, "title": "Doubles a number"})
        s.put_workflow("parent", calling("double", trigger_inputs={"n": 4}, environment="staging"))
        run = s.run("parent")
        parent = s.get(f"/workflow-executions/{run['execution_id']}").json
        assert parent["parent_wf_exec_id"] is None
        assert [e["event_type"] for e in parent["events"]] == [
            "WORKFLOW_EXECUTION_STARTED", "START_CHILD_WORKFLOW_EXECUTION_INITIATED", "CHILD_WORKFLOW_EXECUTION_STARTED",
            "CHILD_WORKFLOW_EXECUTION_COMPLETED", "WORKFLOW_EXECUTION_COMPLETED"], parent["events"]
        children = parent["events"][1:4]
        related = children[0]["event_group"]["related_wf_exec_id"]
        for event in children:
            group = event["event_group"]
            assert group["udf_key"] == "core.workflow.execute" and group["udf_namespace"] == "core.workflow", group
            assert group["action_ref"] is None and group["action_title"] == "Doubles a number", group
            assert group["event_id"] == children[0]["event_id"] and group["related_wf_exec_id"] == related, group
            given = group["action_input"]
            assert list(given) == ["role", "dsl", "wf_id", "trigger_inputs", "parent_run_context", "runtime_config",
                                   "timeout", "schedule_id"], given
            assert given["trigger_inputs"] == {"n": 4} and given["runtime_config"]["environment"] == "staging", given
            assert given["parent_run_context"]["wf_exec_id"] == parent["id"], given
            assert related.startswith(given["wf_id"] + "/exec_"), (related, given)
        assert children[2]["result"] == 8 and children[2]["event_group"]["action_result"] == 8
        child = s.get(f"/workflow-executions/{related}").json
        assert child["parent_wf_exec_id"] == parent["id"] and child["id"] == related, child
        assert child["events"][0]["parent_wf_exec_id"] == parent["id"], child["events"][0]
        assert child["events"][1]["event_group"]["action_input"]["run_context"]["environment"] == "staging"
        listed = s.get("/workflow-executions").json
        assert {r["id"]: r["parent_wf_exec_id"] for r in listed} == {parent["id"]: None, related: parent["id"]}


def test_the_compact_read_of_children():
    with Server() as s:
        s.put_workflow("waits", WAITS)
        s.put_workflow("fails", FAILS)
        s.put_workflow("parent", {"config": {"timeout": 0}, "actions": [
            {"ref": ref, "action": "core.workflow.execute",
             "args": {"workflow_id": child, "trigger_inputs": {"n": 1}, "wait_strategy": wait},
             **({"for_each": "${{ for var.x in [1, 2, 3] }}"} if ref == "loop" else {})}
            for ref, child, wait in (("open", "waits", "wait"), ("alone", "waits", "detach"), ("loop", "waits", "wait"),
                                     ("bad", "fails", "wait"))]
            + [{"ref": "saved", "action": "core.noop", "depends_on": ["bad.error"]}]})
        run = start(s, "parent")
        eventually(lambda: len(of_type(s, run, "task.child_started")) == 6 and of_type(s, run, "task.failed"),
                   what="six children")
        rows = {r["action_ref"]: r for r in s.get(f"/workflow-executions/{run}/compact").json["events"]}

        def look(ref):
            r = rows[ref]
            return r["curr_event_type"], r["status"], r["child_wf_wait_strategy"], r["child_wf_count"], r["loop_index"]
        assert look("open") == ("CHILD_WORKFLOW_EXECUTION_STARTED", "STARTED", "wait", 0, None), rows["open"]
        assert look("alone") == ("CHILD_WORKFLOW_EXECUTION_STARTED", "DETACHED", "detach", 0, None), rows["alone"]
        assert look("loop") == ("CHILD_WORKFLOW_EXECUTION_STARTED", "STARTED", "wait", 2, 0), rows["loop"]
        assert look("bad") == ("CHILD_WORKFLOW_EXECUTION_FAILED", "FAILED", "wait", 0, None), rows["bad"]
        for ref in ("open", "alone", "loop", "bad"):
            assert rows[ref]["action_input"] == {"n": 1} and rows[ref]["action_name"] == "core.workflow.execute", rows
            child = s.get("/workflow-executions/" + rows[ref]["child_wf_exec_id"]).json
            assert child["parent_wf_exec_id"].endswith(s.get(f"/workflow-executions/{run}").json["id"]), child
        assert rows["saved"]["child_wf_exec_id"] is None and rows["saved"]["child_wf_wait_strategy"] is None
        assert s.post(f"/workflow-executions/{run}/terminate", {}).status == 204
        ended(s, run)
        types = [e["event_type"] for e in s.get(f"/workflow-executions/{run}").json["events"]]
        assert types.count("CHILD_WORKFLOW_EXECUTION_TERMINATED") == 4 and "CHILD_WORKFLOW_EXECUTION_FAILED" in types, types
        assert "CHILD_WORKFLOW_EXECUTION_CANCELED" not in types, types
        rows = {r["action_ref"]: r for r in s.get(f"/workflow-executions/{run}/compact").json["events"]}
        for ref in ("open", "loop"):
            assert look(ref)[:2] == ("CHILD_WORKFLOW_EXECUTION_TERMINATED", "TERMINATED"), rows[ref]
        paged, cursor = [], ""
        while cursor is not None:  # what was read before does not change what is read behind it
            page = s.get(f"/workflow-executions/{run}?limit=2{cursor}")
            paged += [e["event_type"] for e in page.json["events"]]
            cursor = "&cursor=" + page.headers["x-next-cursor"] if "x-next-cursor" in page.headers else None
        assert paged == types, paged
        cancelled = start(s, "parent")
        eventually(lambda: len(of_type(s, cancelled, "task.child_started")) == 6, what="six children")
        assert s.post(f"/workflow-executions/{cancelled}/cancel").status == 204
        ended(s, cancelled)
        types = [e["event_type"] for e in s.get(f"/workflow-executions/{cancelled}").json["events"]]
        assert types.count("CHILD_WORKFLOW_EXECUTION_CANCELED") == 4, types


def test_a_run_that_went_on_is_shown_so():
    with Server() as s:
        s.put_workflow("counts", COUNTS)
        run = s.run("counts", {"left": 1})["execution_id"]
        body = s.get(f"/workflow-executions/{run}").json
        assert body["status"] == "CONTINUED_AS_NEW", body
        assert body["events"][-1]["event_type"] == "WORKFLOW_EXECUTION_CONTINUED_AS_NEW", body


if __name__ == "__main__":
    main(sys.modules[__name__])
