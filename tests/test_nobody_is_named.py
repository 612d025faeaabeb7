"""The watch over the whole run (``tests/watching.py``) finds what must not be told, wherever it stands."""

import logging
from datetime import UTC, datetime
from uuid import uuid4

import flask
import pytest
import structlog
from argon2 import PasswordHasher
from sqlalchemy import Column, MetaData, String, Table, create_engine, insert
from sqlalchemy.orm import Session

from shared.messaging import outbox
from shared.trips import Question, ask, in_one
from tests.watching import WATCH

NOW = datetime(2027, 6, 1, 9, 0, tzinfo=UTC)
NAME, NUMBER, ADDRESS = "欧阳观照", "13912345607", "watched@example.com"


@pytest.fixture(autouse=True, params=["statement by statement", "in one trip"])
def somebody(request):
    """Somebody who is stored, as the service stores them; whatever is planted here is no leak of the run."""
    engine = create_engine("sqlite://")
    people = Table("volunteers", MetaData(), *(Column(name, String) for name in ("name", "phone", "email")))
    with engine.begin() as connection:
        people.create(connection)
        row = {"name": NAME, "phone": f"+86{NUMBER}", "email": ADDRESS}
        if request.param == "in one trip":
            other = dict.fromkeys(row)
            ask(Session(connection), in_one([Question(insert(people), one) for one in (other, row)]))
        else:
            connection.execute(insert(people).values(row))
    engine.dispose()
    yield
    WATCH.leaks.clear()
    WATCH.names.pop(NAME)
    WATCH.reached -= {NUMBER, ADDRESS}


def found():
    """Where leaks were found since the last look."""
    where = [leak.partition(":")[0] for leak in WATCH.leaks]
    WATCH.leaks.clear()
    return where


@pytest.mark.parametrize("what", [NAME, NUMBER, f"+86{NUMBER}", ADDRESS])
def test_a_leak_is_found_in_messages_logs_addresses_and_figures(what):
    shift = {"version": 1, "event_id": uuid4(), "shift_id": uuid4()}
    data = {"pledge_id": uuid4(), "requested": 5, "held": 5, "claimed": 0, "claim_url": f"/{what}", **shift}
    outbox.seal("signups", "places.held", data, NOW)
    assert found() == ["message"]
    structlog.get_logger().warning("somebody came", who=what)
    assert "log" in found()
    logging.getLogger("a.library").warning(what)
    assert "log" in found()
    app = flask.Flask("planted")
    app.add_url_rule("/away", endpoint="away", view_func=lambda: flask.redirect(f"/signups?who={what}"))
    app.add_url_rule("/page", endpoint="page", view_func=lambda: f'<a href="/signups/{what}">x</a>')
    app.add_url_rule("/metrics", endpoint="health.metrics", view_func=lambda: f'requests{{who="{what}"}} 1')
    for path, where in {"/away": "address", "/page": "address", "/metrics": "figures"}.items():
        app.test_client().get(path)
        assert set(found()) == {where}, path


TOKEN, PASSWORD = "b4YQy3F7aEw1kz0tXhPq9d", "quite a long password"


@pytest.mark.parametrize("told", [f"GET /signups/m/{TOKEN} 200", f"Bearer head.{TOKEN}", f"tried {PASSWORD}"])
def test_a_password_or_a_token_is_found_in_logs_and_figures(told):
    app = flask.Flask("secret")
    app.add_url_rule("/signups/m/<token>", endpoint="page", view_func=lambda **_given: "opened")
    app.add_url_rule("/metrics", endpoint="health.metrics", view_func=lambda: f'requests{{path="{told}"}} 1')
    app.test_client().get(f"/signups/m/{TOKEN}")
    PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    try:
        structlog.get_logger().warning("somebody came", to=told)
        assert "log" in found()
        app.test_client().get("/metrics")
        assert found() == ["figures"]
    finally:
        WATCH.tokens.remove(TOKEN)
        WATCH.passwords.pop(PASSWORD, None)


def test_what_may_be_told_is_no_leak():
    structlog.get_logger().warning("somebody came", who="欧阳", number="13912345608", many=f"9{NUMBER}9")
    app = flask.Flask("innocent")
    app.add_url_rule("/page", endpoint="page", view_func=lambda: f'<a href="tel:{NUMBER}">{NAME}</a>')
    app.test_client().get("/page")
    assert found() == []
