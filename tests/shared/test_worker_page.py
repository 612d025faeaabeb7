"""The little page of a worker: alive, stuck, and what it has counted."""

import json
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from shared import worker_page
from shared.clock import utc_now
from shared.database import Database
from shared.messaging.local import LocalTransport
from shared.messaging.registry import Registry
from shared.messaging.worker import Worker


@pytest.fixture
def database():
    database = Database("sqlite://", "events")
    yield database
    database.dispose()


@pytest.fixture
def worker(database):
    transport = LocalTransport()
    transport.declare({"events": []})
    return Worker(database, transport, Registry(), [], utc_now, {"sender-1": lambda: 0.05})


@pytest.fixture
def ask(database, worker):
    with worker_page.served("127.0.0.1:0", worker, database) as (host, port):

        def get(path):
            try:
                with urlopen(f"http://{host}:{port}{path}", timeout=5) as answer:
                    return answer.status, answer.read().decode()
            except HTTPError as error:
                return error.code, error.read().decode()

        yield get


def test_a_worker_whose_steps_come_round_is_well(ask, worker):
    worker.start()
    try:
        status, body = ask("/healthz")
        assert (status, json.loads(body)) == (200, {"status": "ok", "stuck": []})
        figures = ask("/metrics")[1]
    finally:
        worker.stop()
    for step in ("relay", "consumer", "scheduler", "sender-1"):
        assert f'steward_worker_step_age_seconds{{service="events",step="{step}"}}' in figures


def test_a_step_that_hangs_is_named(ask, worker, monkeypatch):
    monkeypatch.setattr(worker_page, "STUCK_SECONDS", -1.0)
    worker.start()
    try:
        status, body = ask("/healthz")
    finally:
        worker.stop()
    assert status == 503
    assert "relay" in json.loads(body)["stuck"]


def test_there_is_nothing_else_and_nothing_at_all_unless_it_is_asked_for(ask, worker, database):
    assert ask("/etc/passwd")[0] == 404
    with worker_page.served("", worker, database) as address:
        assert address is None
