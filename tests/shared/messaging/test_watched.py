"""What is counted and traced of messages."""

import subprocess
import sys

import orjson
import pytest

from shared.messaging.envelope import open_envelope
from tests.shared.messaging.conftest import held, only_sqlite, parcel

OFF = """
import sys
from services.__main__ import one_service
from shared.config import Config
from shared.database import Database
from shared.service import build_app

config = Config(service="signups", database_url="sqlite://", secret_key="s" * 40)
app = build_app(one_service("signups"), config, Database(config.database_url, "signups"))
app.test_client().get("/signups/healthz")
print([name for name in sys.modules if name.startswith("opentelemetry")])
"""


def test_while_traces_are_off_nothing_of_theirs_is_loaded_and_nothing_is_written_along():
    done = subprocess.run([sys.executable, "-c", OFF], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "traceparent" not in orjson.loads(held())


@pytest.mark.parametrize("written", [7, "", "x" * 500, {"a": 1}])
def test_a_trace_that_is_none_is_passed_over(written):
    assert open_envelope(orjson.dumps(orjson.loads(held()) | {"traceparent": written})).trace is None


@only_sqlite
def test_each_attempt_at_a_message_is_counted_by_what_came_of_it(world, local, sending, consumer, handlers):
    local.declare({"events": ["of.tomorrow"]})  # a later release took it in, and is gone again
    good, bad = held(), held()
    handlers.failures[open_envelope(bad).read().data["pledge_id"]] = ValueError("张三")
    unknown = orjson.dumps(orjson.loads(held()) | {"type": "of.tomorrow"})
    bodies = (
        parcel(good, seq=1),
        parcel(bad, seq=2),
        parcel(unknown, "of.tomorrow", seq=3),
        parcel(b"no message", seq=4),
    )
    sent = sending.send(*bodies)
    while consumer.run_once() or not sent.done():
        pass
    figures = world.reader.figures.text().decode()
    for count in (
        'messages_handled_total{outcome="done",service="events",type="places.held"} 1.0',
        'messages_handled_total{outcome="retry",service="events",type="places.held"} 1.0',
        'messages_handled_total{outcome="dead",service="events",type="unknown"} 1.0',
        'messages_garbage_total{service="events"} 1.0',
    ):
        assert f"steward_{count}" in figures
    assert "张三" not in figures
