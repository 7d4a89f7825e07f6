"""The command line against a real server: exit codes, tables, errors that say what to do."""

import concurrent.futures
import contextlib
import json
import os
import pty
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time

from harness import BINARY, Server, eventually, main, server

ECHO = '{"actions": [{"ref": "echo", "action": "core.transform.reshape", "args": {"value": "${{ TRIGGER.n }}"}}], ' \
       '"returns": "${{ ACTIONS.echo.result }}"}'


def reprise(*words, server=None, env=None):
    environment = dict(os.environ, NO_COLOR="1")
    if server:
        environment["REPRISE_SERVER"] = f"http://127.0.0.1:{server.port}"
    environment.update(env or {})
    return subprocess.run([BINARY, *words], capture_output=True, text=True, env=environment, timeout=60)


@contextlib.contextmanager
def listening(answer, taken=None):
    """A port where every connection gets these bytes; `taken` grows with each."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            while True:
                try:
                    connection = listener.accept()[0]
                except OSError:
                    return
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)
                    connection.shutdown(socket.SHUT_WR)
                    connection.recv(65536)
                if taken is not None:
                    taken.append(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def file_of(text, suffix):
    handle, path = tempfile.mkstemp(suffix=suffix)
    os.write(handle, text.encode())
    os.close(handle)
    return path


def test_an_empty_value_of_a_flag_is_an_empty_value():
    out = reprise("config", "--data", "")
    assert out.returncode == 2 and "--data must not be empty" in out.stderr, out
    out = reprise("config", "--principals", "", "--rate-limits")
    assert out.returncode == 0 and 'principals = ""' in out.stdout and "rate_limits = true" in out.stdout, out


def test_a_variable_that_is_no_setting_is_named():
    wrong = {"REPRISE_MAX_LIFE": "9"}
    sentence = "REPRISE_MAX_LIFE is no setting; did you mean REPRISE_MAX_LIVE?"
    plain, out = reprise("config"), reprise("config", env=wrong)
    assert "REPRISE_MAX_LIFE" not in plain.stderr, plain
    assert out.returncode == 0 and out.stdout == plain.stdout and f"warning: {sentence}\n" in out.stderr, out
    with Server(env=wrong) as s:
        assert s.stderr().count(sentence) == 1, s.stderr()


def test_a_principals_file_that_is_named_has_to_be_there():
    with tempfile.TemporaryDirectory() as folder:
        out = reprise("serve", "--data", f"{folder}/store", "--listen", "127.0.0.1:0", "--principals", f"{folder}/typo.json")
        assert out.returncode == 2 and f"no principals file at {folder}/typo.json" in out.stderr, out
        assert os.listdir(folder) == []


def test_a_principals_file_that_cannot_be_used_is_named():
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/principals.json"
        assert reprise("token", "create", "--data", folder, "--principals", file, "--user", "ada").returncode == 0
        good = open(file).read()
        with open(file, "w") as broken:
            broken.write("[{")
        out = reprise("serve", "--data", f"{folder}/store", "--listen", "127.0.0.1:0", "--principals", file)
        assert out.returncode == 2 and f"the principals file {file} cannot be used: " in out.stderr, out
        with open(file, "w") as mended:
            mended.write(good)
        with Server("--principals", file) as s:
            def told(text, line):
                with open(file + ".changed", "w") as changed:
                    changed.write(text)
                os.replace(file + ".changed", file)

                def logged():
                    s.get("/api/executions")
                    return line in s.stderr()
                eventually(logged, what=line)
            told("[{", f"the principals file {file} cannot be used: ")
            told(good, f"the principals file {file} can be used again")
            assert s.stderr().count("cannot be used") == 1, s.stderr()


def test_nobody_waits_for_the_disk_that_holds_the_principals():
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/principals.json"
        assert reprise("token", "create", "--data", folder, "--principals", file, "--user", "ada").returncode == 0
        with Server("--principals", file) as s:
            os.remove(file)
            os.mkfifo(file)  # whoever opens it waits for a writer
            end = time.time() + 3
            while time.time() < end:
                assert s.get("/healthz").status == 200
                time.sleep(0.05)
            with open(file, "w") as pipe:
                pipe.write("[]")
            eventually(lambda: "has no principals any more" in s.stderr(), what="what was written being read")


def test_output_that_cannot_be_written_is_an_error():
    with open("/dev/full", "w", encoding="ascii") as full:
        out = subprocess.run([BINARY, "config"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert out.returncode == 1 and "cannot write to stdout" in out.stderr, out


def test_bench_tells_its_usage():
    out = reprise("bench", "--help")
    assert out.returncode == 0 and out.stdout.startswith("usage: reprise bench [three|"), out


def test_a_message_of_several_lines_cannot_pass_for_several():
    path = file_of(json.dumps({"actions": [{"ref": "note", "action": "core.log", "args": {"message": "${{ TRIGGER.text }}"}}]}),
                   ".json")
    out = reprise("run", path, "--id", "notes", "--input", "text=one\n[2026] INFO - two\rthree", server=server())
    assert out.returncode == 0 and " INFO [note] - one\n    [2026] INFO - two\n    three\n" in out.stderr, out
    run = server().get("/api/executions?workflow_id=notes").json["executions"][0]["execution_id"]
    download = server().get(f"/api/executions/{run}/logs/download").body.decode()
    for text in (download, reprise("logs", run, "--table", server=server()).stdout):
        assert " INFO [note] - one\n    [2026] INFO - two\n    three\n[" in text, text


def test_logs_of_a_loop_are_those_of_its_iterations_too():
    path = file_of(json.dumps({"actions": [{"ref": "note", "action": "core.log", "args": {"message": "of ${{ var.x }}"},
                                            "for_each": "${{ for var.x in FN.range(0, 2) }}"}]}), ".json")
    assert reprise("run", path, "--id", "looped", server=server()).returncode == 0
    run = server().get("/api/executions?workflow_id=looped").json["executions"][0]["execution_id"]
    for more in ((), ("--follow",)):
        lines = reprise("logs", run, "--table", "--node", "note", *more, server=server()).stdout
        assert "Execution started" not in lines and " [note] - Node 'note' completed\n" in lines, lines
        assert " [note[0]] - of 0\n" in lines and " [note[1]] - of 1\n" in lines, lines


def test_run_show_history_logs_replay():
    path = file_of(ECHO, ".json")
    out = reprise("run", path, "--id", "echo", "--input", "n=5", server=server())
    assert out.returncode == 0 and "5" in out.stdout, out
    runs = json.loads(reprise("ls", "--json", server=server()).stdout)["executions"]
    run = runs[0]["execution_id"]
    assert run in reprise("ls", "--table", server=server()).stdout
    assert "completed" in reprise("show", run, server=server()).stdout
    assert "reprise.execution.started" in reprise("history", run, "--json", server=server()).stdout
    assert "Execution" in reprise("logs", run, server=server()).stdout
    out = reprise("replay", run, server=server())
    assert out.returncode == 0 and "match" in out.stdout, out
    out = reprise("cancel", run, server=server())
    assert out.returncode == 1 and "completed" in out.stderr, out
    failing = file_of('{"actions": [{"ref": "no", "action": "core.fail", "args": {"message": "broken"}}]}', ".json")
    out = reprise("run", failing, "--id", "failing", server=server())
    assert out.returncode == 1 and "broken" in out.stdout + out.stderr, out


def test_validate():
    good, bad = file_of(ECHO, ".json"), file_of("actions:\n  - ref: A!\n    action: core.nothing\n", ".yaml")
    assert reprise("validate", good).returncode == 0
    out = reprise("validate", bad)
    assert out.returncode == 2 and ":2:" in out.stdout + out.stderr, out
    assert "/actions/0/ref" in out.stdout + out.stderr


def test_errors_say_what_to_do():
    out = reprise("ls", env={"REPRISE_SERVER": "http://127.0.0.1:9"})
    assert out.returncode == 1 and "reprise serve" in out.stderr, out
    assert reprise("nonsense").returncode == 2
    assert reprise("serve", "--max-live", "many").returncode == 2
    out = reprise("serve", "--data", server().data, "--listen", "127.0.0.1:0")
    assert out.returncode == 3 and "use" in out.stderr, out
    out = reprise("serve", "--data", tempfile.mkdtemp() + "/s", "--listen", "0.0.0.0:0")
    assert out.returncode == 2 and "authentication" in out.stderr, out
    foreign = tempfile.mkdtemp()
    open(os.path.join(foreign, "diary.txt"), "w").write("dear diary")
    out = reprise("serve", "--data", foreign, "--listen", "127.0.0.1:0")
    assert out.returncode == 3 and out.stderr.strip(), out
    assert os.listdir(foreign) == ["diary.txt"]


def test_what_answers_may_be_no_server_of_ours():
    with listening(b"SSH-2.0-Other_1.0\r\n") as port:
        for words in (("ls",), ("tail",)):
            out = reprise(*words, env={"REPRISE_SERVER": f"http://127.0.0.1:{port}"})
            assert out.returncode == 1 and "does not speak HTTP, it sent: SSH-2.0-Other_1.0" in out.stderr, out
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
    with listening(page) as port:
        for words in (("tail",), ("logs", "-f", "0" * 36)):
            out = reprise(*words, env={"REPRISE_SERVER": f"http://127.0.0.1:{port}"})
            assert out.returncode == 1 and "is no server of Reprise" in out.stderr, out


def test_a_stream_that_ends_is_begun_again_and_that_is_said_once():
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
    taken = []
    with listening(head, taken) as port:
        tail = subprocess.Popen([BINARY, "tail", "--server", f"http://127.0.0.1:{port}"], stderr=subprocess.PIPE, text=True)
        eventually(lambda: len(taken) >= 3, what="the third connection")
        tail.terminate()
        told = tail.communicate(timeout=10)[1]
    assert told == "reprise: the server ended the stream; trying again\n", told


def test_config_and_completion():
    out = reprise("config", "--json", env={"REPRISE_MAX_LIVE": "77"})
    assert out.returncode == 0 and "77" in out.stdout, out
    assert "complete" in reprise("completion", "bash").stdout
    for words in (("completion",), ("completion", "zsh")):
        out = reprise(*words)
        assert out.returncode == 2 and "name a shell that it knows: bash" in out.stderr, out
    with tempfile.TemporaryDirectory() as folder:
        out = reprise("serve", "--config", folder)
        assert out.returncode == 2 and f"the configuration file {folder} is a folder" in out.stderr, out


def test_rebuild_gives_the_same_answers():
    with Server() as s:
        path = file_of(ECHO, ".json")
        for n in range(5):
            assert reprise("run", path, "--id", "echo", "--input", f"n={n}", server=s).returncode == 0
        before = s.get("/api/executions").json
        bodies = [s.get(f"/api/executions/{e['execution_id']}").json for e in before["executions"]]
        assert s.stop() == 0
        assert reprise("rebuild", "--data", s.data).returncode == 0
        s.start()
        assert s.get("/api/executions").json == before
        assert [s.get(f"/api/executions/{e['execution_id']}").json for e in before["executions"]] == bodies
        assert s.stop() == 0
        out = reprise("replay", "--all", "--data", s.data)
        assert out.returncode == 0 and "all match" in out.stdout, out


def kill_rebuild_half_way(data):
    """On a terminal a rebuild tells every thousand executions: that is the moment."""
    terminal, its_end = pty.openpty()
    try:
        rebuild = subprocess.Popen([BINARY, "rebuild", "--data", data], stdout=subprocess.DEVNULL, stderr=its_end,
                                   preexec_fn=lambda: os.nice(5))
        assert select.select([terminal], [], [], 60)[0], "a rebuild that tells nothing"
        rebuild.kill()
        rebuild.wait()
        assert b"1000 executions" in os.read(terminal, 100)
    finally:
        os.close(terminal)
        os.close(its_end)


def test_a_rebuild_that_was_killed_is_done_again_before_anything_else():
    with Server() as s:
        s.put_workflow("echo", json.loads(ECHO))
        with concurrent.futures.ThreadPoolExecutor(16) as clients:
            begun = clients.map(lambda n: s.post("/api/workflows/echo/execute", {"inputs": {"n": n}}).status, range(1500))
            assert set(begun) == {200}
        eventually(lambda: s.get("/api/executions?status=completed&limit=1").json["total"] == 1500)
        before = s.get("/api/executions?limit=100").json
        assert s.stop() == 0
        refused = 0
        for _ in range(20):  # one that outran the signal is whole
            kill_rebuild_half_way(s.data)
            out = reprise("compact", "--data", s.data)
            if out.returncode == 0:
                whole = reprise("replay", "--all", "--data", s.data)
                assert whole.returncode == 0 and "all match" in whole.stdout, whole
                continue
            refused += 1
            assert out.returncode == 3 and f"`reprise rebuild --data {s.data}` again" in out.stderr, out
            for words in (("serve", "--listen", "127.0.0.1:0"), ("replay", "--all")):
                other = reprise(*words, "--data", s.data)
                assert other.returncode == 3 and other.stderr.endswith(out.stderr), other
            if refused == 3:
                break
        assert refused > 0, "no rebuild was killed half-way"
        assert reprise("rebuild", "--data", s.data).returncode == 0
        s.start()
        assert s.get("/api/executions?limit=100").json == before
        assert s.stop() == 0
        out = reprise("replay", "--all", "--data", s.data)
        assert out.returncode == 0 and "1500 executions" in out.stdout and "all match" in out.stdout, out


if __name__ == "__main__":
    main(sys.modules[__name__])
