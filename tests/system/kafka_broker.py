"""A real Kafka broker of a test's own (scripts/kafka): on free ports, in a folder that goes with it."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts", "kafka")
SKIPPED = 77  # ctest's SKIP_RETURN_CODE


given = set()


def free_port():
    """The first of two free ones in a row, below those that the system gives to clients, and none that was given before."""
    import random
    for _ in range(200):
        port = 20000 + 2 * random.randrange(5000)
        if port in given:
            continue
        given.add(port)
        try:
            with socket.socket() as one, socket.socket() as two:
                one.bind(("127.0.0.1", port))
                two.bind(("127.0.0.1", port + 1))
            return port
        except OSError:
            continue
    raise AssertionError("no free ports")


def need_kafka(*versions):
    """Ends the test as skipped, with the reason, where no broker can be had; fails where CI=true says that one must be. `versions`
    are those that are needed beside the usual one."""
    reason = ""
    for version in (None, *versions):
        environment = dict(os.environ, **({"REPRISE_KAFKA_VERSION": version} if version else {}))
        done = subprocess.run([SCRIPT, "fetch"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=300)
        reason = reason or ("" if done.returncode == 0 else done.stderr.decode(errors="replace").strip()[-500:])
    if not reason and shutil.which("java") is None:
        reason = "java is missing"
    if not reason:
        try:
            import confluent_kafka  # noqa: F401
        except ImportError:
            reason = "python3-confluent-kafka is missing"
    if not reason:
        return
    if os.environ.get("CI") == "true":
        print(f"FAILED: no Kafka broker can be had: {reason}", flush=True)
        sys.exit(1)
    print(f"SKIPPED: no Kafka broker can be had: {reason}", flush=True)
    sys.exit(SKIPPED)


class Broker:
    """`properties` are lines of server.properties, `settings` what scripts/kafka takes from the environment. The port and the data
    stay the same over kill() and start()."""

    def __init__(self, *properties, start=True, port=None, settings=None):
        self.folder = tempfile.mkdtemp(prefix="reprise-kafka-")
        self.port = port or free_port()
        self.bootstrap = f"127.0.0.1:{self.port}"
        self.properties, self.settings = list(properties), dict(settings or {})
        if start:
            try:
                self.start()
            except BaseException:
                shutil.rmtree(self.folder, ignore_errors=True)
                raise

    def script(self, command, *arguments, timeout=100):
        environment = dict(os.environ, REPRISE_KAFKA_DATA=os.path.join(self.folder, "broker"), REPRISE_KAFKA_PORT=str(self.port),
                           **self.settings)
        done = subprocess.run([SCRIPT, command, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=timeout)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout.decode().strip()

    def start(self):
        assert self.script("start", *self.properties) == self.bootstrap

    def stop(self):
        self.script("stop")

    def kill(self):
        self.script("kill")

    def restart(self):
        self.stop()
        self.start()

    def close(self):
        self.script("kill")
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
