"""Private PostgreSQL and RabbitMQ: killed, they come back on the same data, at the same address."""

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pika
import psycopg
import pytest
from pika.exceptions import ChannelClosedByBroker

from shared.messaging.rabbit import RabbitTransport
from shared.native.postgres import PrivatePostgres
from shared.native.rabbitmq import PrivateRabbitMQ
from shared.native.server import DidNotStart

pytestmark = pytest.mark.real


@pytest.fixture
def closed_folder():
    """A folder below one that nobody else may enter, as root's home is."""
    folder = Path(tempfile.mkdtemp(prefix="steward-tests-"))
    assert folder.stat().st_mode & 0o077 == 0
    yield folder / "server"
    shutil.rmtree(folder)


@pytest.fixture
def postgres(closed_folder):
    server = PrivatePostgres(closed_folder, durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def rabbitmq(closed_folder):
    server = PrivateRabbitMQ(closed_folder, ["events", "signups"])
    server.start()
    yield server
    server.stop()


def _connect(url):
    return psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True)


def test_a_killed_postgresql_comes_back_with_its_data(postgres):
    url = postgres.add_database("events", "a-password")
    with _connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
    postgres.kill()
    postgres.start()
    with _connect(url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (42,)


def test_a_role_enters_its_own_database_only(postgres):
    postgres.add_database("events", "one")
    theirs = postgres.add_database("signups", "two")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        _connect(f"{theirs.rpartition('/')[0]}/events")


def test_adding_a_database_again_keeps_it_and_sets_the_password(postgres):
    with _connect(postgres.add_database("events", "old")) as connection:
        connection.execute("CREATE TABLE kept (number integer)")
    with _connect(postgres.add_database("events", "new")) as connection:
        connection.execute("SELECT * FROM kept")


def test_a_server_that_cannot_start_says_why(closed_folder):
    server = PrivatePostgres(closed_folder, durable=False)
    server.prepare()
    (server.directory / "postgresql.auto.conf").write_text("nonsense = on\n")
    with pytest.raises(DidNotStart, match="unrecognized configuration parameter"):
        server.start()


@contextmanager
def _channel(url):
    connection = pika.BlockingConnection(pika.URLParameters(url))
    channel = connection.channel()
    channel.confirm_delivery()
    yield channel
    connection.close()


def test_a_killed_rabbitmq_comes_back_with_its_messages_and_stays_at_its_address(rabbitmq):
    RabbitTransport(rabbitmq.url()).declare({"signups": ["event.published"]})
    with _channel(rabbitmq.url("events")) as channel:
        durable = pika.BasicProperties(delivery_mode=2)
        channel.basic_publish("steward.messages", "event.published", b"kept", durable, mandatory=True)
    rabbitmq.kill()
    rabbitmq.start()
    with _channel(rabbitmq.url("signups")) as channel:
        assert channel.basic_get("signups.in", auto_ack=True)[2] == b"kept"


def test_each_service_has_least_rights(rabbitmq):
    RabbitTransport(rabbitmq.url()).declare({"signups": ["event.published"], "events": ["signup.confirmed"]})
    with _channel(rabbitmq.url("events")) as channel, pytest.raises(ChannelClosedByBroker, match="to queue"):
        channel.basic_get("signups.in")
    with _channel(rabbitmq.url("events")) as channel, pytest.raises(ChannelClosedByBroker, match="to queue"):
        channel.queue_declare("another")
    with _channel(rabbitmq.url("events")) as channel, pytest.raises(ChannelClosedByBroker, match="to topic"):
        channel.basic_publish("steward.messages", "signup.confirmed", b"forged")


def test_the_dead_queue_takes_what_is_rejected_also_in_vhosts_made_later(rabbitmq):
    rabbitmq.add_vhosts(["another"])
    RabbitTransport(rabbitmq.url(vhost="another")).declare({"signups": ["event.published"]})
    with _channel(rabbitmq.url("events", "another")) as channel:
        channel.basic_publish("steward.messages", "event.published", b"good", mandatory=True)
    with _channel(rabbitmq.url("signups", "another")) as channel:
        method, _properties, _body = channel.basic_get("signups.in")
        channel.basic_reject(method.delivery_tag, requeue=False)
        _method, _properties, body = next(channel.consume("signups.dead", inactivity_timeout=10))
        assert body == b"good"
        channel.cancel()
