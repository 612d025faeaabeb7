"""The doctor names every fault that is put in on purpose, and nothing where nothing is wrong."""

import json
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import insert, text

from services.__main__ import all_services
from shared import clock, config
from shared.database import Database
from shared.doctor import databases, examining
from shared.messaging.rabbit import RabbitTransport
from shared.messaging.tables import InboxStatus, Incoming, Outgoing
from shared.messaging.transport import UNROUTABLE
from tests.commands.conftest import Town, read, run
from tests.conftest import ON_SQLITE

NOBODY = "127.0.0.1:1"


class Gateway(BaseHTTPRequestHandler):
    """Answers as web processes that are ready do."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"status": "ok"}).encode())

    def log_message(self, *_words: Any) -> None:
        pass


@pytest.fixture
def gateway() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def healthy(town: Town, gateway: ThreadingHTTPServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    """An installation with nothing wrong: it answers, has just been backed up, and has room."""
    monkeypatch.setenv("STEWARD_ORIGIN", f"http://127.0.0.1:{gateway.server_port}")
    monkeypatch.setattr("shared.doctor.outside.SPARE", 1)
    town.stamp()
    read("backup", str(tmp_path / "backups" / "today"))
    monkeypatch.setenv("STEWARD_BACKUPS", str(tmp_path / "backups"))
    return town


def wrong() -> set[tuple[str, str | None]]:
    """What the doctor finds wrong, by its own exit code as well."""
    said = run("doctor", "--json")
    document = json.loads(said.stdout)
    assert said.exit_code == (0 if document["healthy"] else 1)
    for one in document["findings"]:
        assert one["words"]
        assert (one["remedy"] is None) == (one["state"] == "fine")
    return {(one["check"], one["service"]) for one in document["findings"] if one["state"] == "wrong"}


def message(town: Town, name: str, written: timedelta = timedelta(0), **values: Any) -> None:
    moment = clock.utc_now() - written
    filled = {
        "message_id": uuid4(),
        "aggregate": "x",
        "version": 1,
        "type": "x",
        "body": orjson.dumps({"time": moment}),
        "next_at": moment,
    }
    town.change(name, insert(Outgoing).values(**filled | values))


@ON_SQLITE
@pytest.mark.usefixtures("healthy")
def test_nothing_is_wrong_with_a_healthy_installation():
    assert wrong() == set()


@ON_SQLITE
@pytest.mark.usefixtures("healthy")
class TestSurroundings:
    def test_settings_that_cannot_be_worked_with(self, monkeypatch):
        monkeypatch.setenv("STEWARD_PARTNERS_SECRET_KEY_FILE", "")
        monkeypatch.setenv("STEWARD_LOG_LEVEL", "loud")
        said = read("doctor", code=1)
        words = [one["words"] for one in said["findings"] if one["check"] == "configuration"]
        assert len([one for one in words if "STEWARD_LOG_LEVEL" in one]) == 1  # though all three services read it
        assert any("STEWARD_PARTNERS_SECRET_KEY" in one for one in words)

    def test_a_database_that_does_not_answer(self, monkeypatch):
        monkeypatch.setenv("STEWARD_EVENTS_DATABASE_URL", f"postgresql+psycopg://events:hush@{NOBODY}/events")
        assert wrong() == {("database", "events")}
        assert "hush" not in run("doctor").output

    def test_a_broker_that_does_not_answer(self, monkeypatch):
        monkeypatch.setenv("STEWARD_AMQP_URL", f"amqp://steward:hush@{NOBODY}/steward")
        assert wrong() == {("broker", None)}
        assert "hush" not in run("doctor").output

    def test_a_mail_server_that_does_not_answer(self, monkeypatch):
        monkeypatch.setenv("STEWARD_SMTP_URL", f"smtp://{NOBODY}")
        assert wrong() == {("mail", None)}

    def test_an_address_that_nobody_answers(self, monkeypatch):
        monkeypatch.setenv("STEWARD_ORIGIN", f"http://{NOBODY}")
        assert wrong() == {("origin", "events"), ("origin", "signups"), ("origin", "partners")}

    def test_a_full_disk(self, monkeypatch):
        monkeypatch.setattr("shared.doctor.outside.SPARE", 1 << 60)
        assert wrong() == {("disk", None)}

    def test_backups_that_are_no_longer_taken(self, monkeypatch, tmp_path):
        (tmp_path / "none").mkdir()
        monkeypatch.setenv("STEWARD_BACKUPS", str(tmp_path / "none"))
        assert wrong() == {("backups", None)}
        monkeypatch.setattr("shared.doctor.outside.BACKUP_EVERY", timedelta(0))
        monkeypatch.setenv("STEWARD_BACKUPS", str(tmp_path / "backups"))
        assert wrong() == {("backups", None)}

    def test_it_speaks_the_readers_language(self, monkeypatch):
        monkeypatch.setenv("STEWARD_ORIGIN", f"http://{NOBODY}")
        assert "People do not reach the service" in run("doctor", "--language", "en").output
        monkeypatch.setenv("LANG", "zh_CN.UTF-8")
        monkeypatch.delenv("LC_ALL", raising=False)
        assert "居民打不开" in run("doctor").output


@ON_SQLITE
class TestDatabases:
    def test_a_migration_that_was_forgotten(self, healthy):
        healthy.change("signups", text("UPDATE alembic_version SET version_num = 'an older one'"))
        assert wrong() == {("migrations", "signups")}

    @pytest.mark.usefixtures("healthy")
    def test_a_data_key_that_was_taken_away(self, monkeypatch):
        monkeypatch.delenv("STEWARD_SIGNUPS_DATA_KEYS_FILE")
        monkeypatch.setenv("STEWARD_SIGNUPS_DATA_KEYS", "another key that is long enough for this")
        assert wrong() == {("keys", "signups")}

    def test_messages_that_nobody_sends(self, healthy):
        message(healthy, "events", timedelta(minutes=5))
        assert wrong() == {("outbox", "events")}

    def test_messages_that_the_broker_takes_to_nobody(self, healthy):
        message(healthy, "partners", last_error=UNROUTABLE)
        assert wrong() == {("bindings", "partners")}

    def test_messages_that_could_not_be_applied(self, healthy):
        dead = {"message_id": uuid4(), "type": "x", "body": b"{}", "status": InboxStatus.DEAD, "attempts": 15}
        healthy.change("signups", insert(Incoming).values(**dead, received_at=clock.utc_now()))
        assert wrong() == {("inbox", "signups")}


def test_a_database_whose_clock_is_off(postgres_server_url):
    database = Database(postgres_server_url, "events")
    (ahead,) = databases._clock(database, lambda: clock.utc_now() + timedelta(hours=2))
    assert (ahead.check, ahead.state.value, ahead.words.params["n"]) == ("clock", "wrong", -7200)
    (together,) = databases._clock(database, clock.utc_now)
    assert together.state.value == "fine"
    database.dispose()


@ON_SQLITE
def test_queues_that_were_never_declared_and_workers_that_do_not_run(healthy, amqp_url, monkeypatch):
    monkeypatch.setenv("STEWARD_AMQP_URL", amqp_url)
    names = ("events", "signups", "partners")
    assert wrong() == {("queues", name) for name in names}
    transport = RabbitTransport(amqp_url)
    transport.declare({service.name: service.handlers.types for service in all_services()})
    reading = transport.subscriber("events")
    reading.receive(1, 0.1)
    assert wrong() == {("worker", "signups"), ("worker", "partners")}
    reading.close()
    monkeypatch.setenv("STEWARD_AMQP_URL", f"{amqp_url},amqp://steward:hush@{NOBODY}/steward")
    [away] = [one for one in read("doctor", code=1)["findings"] if one["state"] == "soon" and one["check"] == "broker"]
    assert NOBODY in away["words"]
    assert "hush" not in away["words"]
    for part in healthy.parts:
        part.database.dispose()


@pytest.mark.parametrize(("days", "state"), [(2, "wrong"), (10, "soon"), (60, "fine")])
def test_a_certificate_that_runs_out(days, state, gateway, tmp_path, monkeypatch):
    file = certificate(tmp_path / "certificate.pem", clock.utc_now() + timedelta(days=days, hours=1))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    gateway.socket = context.wrap_socket(gateway.socket, server_side=True)
    here = config.Config(service="events", origin=f"https://127.0.0.1:{gateway.server_port}")
    (refused,) = examining.outside.certificate(here, clock.utc_now())
    assert refused.state.value == "wrong"  # nobody has signed it
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    (found,) = examining.outside.certificate(here, clock.utc_now())
    assert (found.state.value, found.words.params["n"]) == (state, days)


def certificate(file: Path, ends_at: datetime) -> Path:
    """A certificate for 127.0.0.1 with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(ends_at)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(pem + signed.public_bytes(serialization.Encoding.PEM))
    return file
