"""Brokers that want to know who comes: TLS with certificates of a CA of the test's own, SASL by SCRAM and PLAIN, client certificates.
What is secret is shown nowhere, and what is wrong is a warning with librdkafka's reason."""

import json
import os
import shutil
import subprocess
import sys
import tempfile

from harness import BINARY, Server, eventually, main
from kafka_broker import Broker, free_port, need_kafka

OLDER_KAFKA = "3.9.2"  # the last that takes SCRAM of a librdkafka before 2.6.1, which says the client's nonce twice
TOPIC = "reprise.events"
PASSWORD, KEY_PASSWORD = "correct-horse", "battery-staple"
CHAIN = {"actions": [
    {"ref": "a", "action": "core.transform.reshape", "args": {"value": "${{ TRIGGER.n }}"}},
    {"ref": "b", "action": "core.log", "args": {"message": "${{ ACTIONS.a.result }}"}, "depends_on": ["a"]}],
    "returns": "${{ ACTIONS.a.result }}"}

pki = None


class Pki:
    """A CA, a broker's and a client's certificate by it, and a CA that has nothing to do with them: files in a folder of its own."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="reprise-pki-")
        self.ca, self.other_ca = self.authority("ca"), self.authority("other")
        self.certificate("broker", "subjectAltName=IP:127.0.0.1")
        with open(self.path("broker.both"), "w", encoding="utf-8") as both:  # Kafka wants key and certificate in one file
            for part in ("broker.key", "broker.pem"):
                with open(self.path(part), encoding="utf-8") as file:
                    both.write(file.read())
        self.certificate("client", "extendedKeyUsage=clientAuth", "-passout", "pass:" + KEY_PASSWORD)

    def path(self, name):
        return os.path.join(self.folder, name)

    def openssl(self, *arguments):
        done = subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done

    def authority(self, name):
        self.openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN=Test {name}",
                     "-keyout", f"{name}.key", "-out", f"{name}.pem")
        return self.path(f"{name}.pem")

    def certificate(self, name, extension, *key_options):
        with open(self.path(name + ".extension"), "w", encoding="utf-8") as file:
            file.write(extension + "\n")
        self.openssl("req", "-newkey", "rsa:2048", "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr",
                     *(key_options or ("-nodes",)))
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                     "-extfile", f"{name}.extension", "-out", f"{name}.pem")

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class LockedBroker(Broker):
    """A broker with a second listener, LOCKED, that speaks `protocol`; `lines` are properties of that listener."""

    def __init__(self, protocol, *lines, **more):
        port = free_port()
        self.locked = f"127.0.0.1:{free_port()}"
        tls = ("ssl.keystore.type=PEM", "ssl.keystore.location=" + pki.path("broker.both"),
               "ssl.truststore.type=PEM", "ssl.truststore.location=" + pki.ca)
        super().__init__(
            f"listeners=CLIENTS://127.0.0.1:{port},CONTROLLER://127.0.0.1:{port + 1},LOCKED://{self.locked}",
            f"advertised.listeners=CLIENTS://127.0.0.1:{port},LOCKED://{self.locked}",
            f"listener.security.protocol.map=CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT,LOCKED:{protocol}",
            *("listener.name.locked." + line for line in (*tls, *lines)), port=port, **more)


def scram_broker():
    from confluent_kafka import libversion
    settings = {"REPRISE_KAFKA_SCRAM": f"name=ada,password={PASSWORD}"}
    if libversion()[1] < 0x020601FF:
        settings["REPRISE_KAFKA_VERSION"] = OLDER_KAFKA
    return LockedBroker("SASL_SSL", "sasl.enabled.mechanisms=SCRAM-SHA-256",
                        "scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;",
                        settings=settings)


def scram(ca=None, password=PASSWORD):
    return {"security.protocol": "sasl_ssl", "sasl.mechanism": "SCRAM-SHA-256", "sasl.username": "ada", "sasl.password": password,
            "ssl.ca.location": ca or pki.ca}


def options(properties):
    return [word for name, value in properties.items() for word in ("--kafka-property", f"{name}={value}")]


def serve(broker, properties, *more, **others):
    s = Server("--kafka-brokers", broker.locked, *options(properties), *more, **others)
    s.put_workflow("chain", CHAIN)
    return s


def stream(server):
    return server.get("/api/info").json["stream"]


def all_out(server):
    def done():
        now = stream(server)
        return now["state"] == "publishing" and now["lag"] == 0
    try:
        eventually(done, 90, "the lag's return to 0")
    except AssertionError:
        print(stream(server), server.stderr()[-2000:], file=sys.stderr)
        raise


def arrived(server, broker, properties):
    """A consumer that comes by the same door gets what the store has."""
    import kafka_reader
    kafka_reader.check_topic(server, kafka_reader.events(broker.locked, TOPIC, properties=properties))


def produce(broker, topic, value, properties):
    from confluent_kafka import Producer
    producer = Producer({"bootstrap.servers": broker.locked, **properties})
    producer.produce(topic, json.dumps(value))
    assert producer.flush(60) == 0


def warned(server, reason):
    """The reason is in the log and in what the server says of itself, while it works as ever."""
    try:
        eventually(lambda: reason in server.stderr(), 60, "the reason in the log")
    except AssertionError:
        print(stream(server), server.stderr()[-3000:], file=sys.stderr)
        raise
    assert all(" warning kafka: " in line for line in server.stderr().splitlines() if reason in line), server.stderr()
    eventually(lambda: reason in (stream(server)["last_error"] or {"message": ""})["message"], what="the reason where it is asked for")
    assert stream(server)["state"] == "connecting", stream(server)
    assert server.run("chain", {"n": 7})["status"] == "completed"


def shows_none_of(secrets, server):
    """Wherever the server or its command tells of the settings or of Kafka."""
    settings = server.options
    url = ["--server", f"http://127.0.0.1:{server.port}"]
    for command in (["config", *settings], ["config", "--json", *settings], ["show", "--stream", "--table", *url],
                    ["show", "--stream", "--json", *url]):
        done = subprocess.run([BINARY, *command], capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, (command[0], done.stderr)
        assert not any(secret in done.stdout + done.stderr for secret in secrets), (command, done.stdout)
    for path in ("/api/info", "/metrics"):
        assert not any(secret.encode() in server.get(path).body for secret in secrets), path
    assert not any(secret in server.stderr() for secret in secrets), server.stderr()


def test_scram_over_tls():
    with scram_broker() as broker, serve(broker, scram()) as s:
        for n in range(30):
            s.run("chain", {"n": n})
        all_out(s)
        arrived(s, broker, scram())
        shows_none_of([PASSWORD], s)
        # A source comes by the same door.
        produce(broker, "orders", {"n": 99}, scram())
        put = s.call("PUT", "/api/sources/orders", {"kafka": {"topic": "orders", "start": "earliest"}, "target": {"workflow_id": "chain"}})
        assert put.status == 201, put
        eventually(lambda: [run for run in s.get("/api/executions?workflow_id=chain&limit=100").json["executions"] if run["result"] == 99],
                   60, "the run that the record starts")
        assert PASSWORD not in s.get("/api/sources/orders").body.decode()
        # The file is the place for passwords.
        file = s.data + ".properties"
        with open(file, "w", encoding="utf-8") as properties:
            properties.write("".join(f"{name} = {value}\n" for name, value in scram().items()))
        s.options = ["--kafka-brokers", broker.locked, "--kafka-properties", file]
        s.restart()
        s.run("chain", {"n": 100})
        all_out(s)
        arrived(s, broker, scram())
        shows_none_of([PASSWORD], s)
        assert s.stop() == 0
        assert PASSWORD not in s.stderr()


def test_what_is_wrong_is_a_warning_and_is_made_up_for():
    with scram_broker() as broker, serve(broker, scram(ca=pki.other_ca)) as s:
        warned(s, "certificate verify failed")
        shows_none_of([PASSWORD], s)
        of_no_such_name = broker.locked.replace("127.0.0.1", "localhost")
        for address, properties, reason in (
                (of_no_such_name, {**scram(), "broker.address.family": "v4"}, "certificate verify failed"),
                (broker.bootstrap, scram(), "SSL handshake failed"),
                (broker.locked, {}, "security.protocol"),  # a listener with TLS says nothing to a client without
                (broker.locked, scram(password="wrong-word"), "Authentication failed")):
            s.options = ["--kafka-brokers", address, *options(properties)]
            s.restart()
            warned(s, reason)
            shows_none_of([PASSWORD, "wrong-word"], s)
        s.options = ["--kafka-brokers", broker.locked, *options(scram())]
        s.restart()
        all_out(s)
        arrived(s, broker, scram())


def test_plain_over_tls():
    properties = {"security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN", "sasl.username": "ada", "sasl.password": PASSWORD,
                  "ssl.ca.location": pki.ca}
    with LockedBroker("SASL_SSL", "sasl.enabled.mechanisms=PLAIN",
                      "plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required "
                      f'user_ada="{PASSWORD}";') as broker, serve(broker, properties) as s:
        for n in range(10):
            s.run("chain", {"n": n})
        all_out(s)
        arrived(s, broker, properties)
        shows_none_of([PASSWORD], s)


def test_client_certificates():
    properties = {"security.protocol": "ssl", "ssl.ca.location": pki.ca}
    own = {"ssl.certificate.location": pki.path("client.pem"), "ssl.key.location": pki.path("client.key"),
           "ssl.key.password": KEY_PASSWORD}
    with LockedBroker("SSL", "ssl.client.auth=required") as broker, serve(broker, properties) as s:
        eventually(lambda: " warning kafka: " in s.stderr(), 60, "the refusal of who has no certificate")
        assert stream(s)["state"] == "connecting" and stream(s)["last_error"]["message"], stream(s)
        s.options = ["--kafka-brokers", broker.locked, *options({**properties, **own})]
        s.restart()
        s.run("chain", {"n": 1})
        all_out(s)
        arrived(s, broker, {**properties, **own})
        shows_none_of([KEY_PASSWORD], s)


def test_settings_that_cannot_be_are_refused_without_what_is_secret():
    encrypted = {"security.protocol": "ssl", "ssl.certificate.location": pki.path("client.pem"), "ssl.key.location": pki.path("client.key"),
                 "ssl.key.password": "wrong-word"}
    for properties, reason in (({**scram(), "sasl.mechanism": "SCRAM-SHA-999"}, "SCRAM-SHA-999"),
                               (scram(ca="/nowhere/ca.pem"), "ssl.ca.location"), (encrypted, "ssl.key.location")):
        with Server("--kafka-brokers", "127.0.0.1:1", *options(properties)) as s:
            eventually(lambda: stream(s)["state"] == "refused", 60, "the refusal")
            assert reason in stream(s)["last_error"]["message"] and reason in s.stderr(), (stream(s), s.stderr())
            shows_none_of([PASSWORD, "wrong-word"], s)
            s.put_workflow("chain", CHAIN)
            assert s.run("chain", {"n": 1})["status"] == "completed"


if __name__ == "__main__":
    need_kafka(OLDER_KAFKA)
    pki = Pki()
    try:
        main(sys.modules[__name__])
    finally:
        pki.close()
