"""A request takes no more work than was stored: counted and not timed, so that a busy machine counts the same."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.shared.messaging.conftest import only_postgresql
from tests.signups.conftest import shift_data
from tests.signups.web import Site
from tools.bench import work

STORED = json.loads((Path(__file__).parents[2] / "docs" / "work.json").read_text(encoding="utf-8"))["figures"]

pytestmark = only_postgresql


@pytest.fixture
def count(world, monkeypatch):
    """A function that counts, where every request does something besides."""

    stamp = world.database.stamp
    monkeypatch.setattr(world.database, "stamp", lambda: stamp() and b"nothing was written")  # by no other test

    def count(also=lambda: None):
        world.publish(shifts=[shift_data(capacity=200)])
        app = Site(world).app
        app.before_request(also)
        return work.counted(app, world.database, world.event["event_id"], world.event["shifts"][0]["shift_id"])

    return count


def test_a_request_takes_no_more_work_than_was_stored(count):
    assert work.fallen(STORED, count()) == []


def test_one_more_statement_is_noticed(world, count):
    more = count(lambda: world.database.read(lambda session: session.execute(text("SELECT 1"))) and None)
    assert {"a sign-up: statements", "a sign-up: trips to PostgreSQL"} <= set(work.fallen(STORED, more))


def test_half_as_much_work_again_is_noticed(count):
    calls = next(one.value for one in count() if one.what == "a sign-up: calls in Python")

    def work_on():
        for number in range(round(calls / 2)):
            abs(number)

    assert "a sign-up: calls in Python" in work.fallen(STORED, count(work_on))
