"""What a service says about itself, and what it counts."""

import socket
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event

from shared.database import Database
from tests.shared.web.conftest import ZH


@pytest.fixture
def unreachable(tmp_path):
    database = Database(f"sqlite:///{tmp_path}/no/such/folder/board.db", "board")
    yield database
    database.dispose()


def figures(client):
    """Sample name and labels -> value."""
    response = client.get("/board/metrics")
    assert response.status_code == 200
    families = text_string_to_metric_families(response.text)
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def test_alive_is_alive_whatever_else_is_down(build, unreachable):
    response = build(database=unreachable, amqp_urls=["amqp://127.0.0.1:1/"]).test_client().get("/board/healthz")
    assert (response.status_code, response.json) == (200, {"status": "ok"})


def test_ready_means_that_the_database_answers(client):
    response = client.get("/board/readyz")
    assert response.status_code == 200
    assert response.json == {
        "status": "ok",
        "checks": [
            {"name": "database", "state": "ok", "detail": "answers"},
            {"name": "broker", "state": "ok", "detail": "in this process"},
        ],
    }


def test_without_a_database_nobody_should_be_sent_here(build, unreachable):
    response = build(database=unreachable).test_client().get("/board/readyz")
    assert (response.status_code, response.json["status"]) == (503, "unavailable")
    assert {"name": "database", "state": "unavailable", "detail": "does not answer"} in response.json["checks"]


def test_without_a_broker_requests_are_still_answered(build):
    with socket.create_server(("127.0.0.1", 0)) as broker:
        url = f"amqp://user:secret@127.0.0.1:{broker.getsockname()[1]}/steward"
        assert build(amqp_urls=[url]).test_client().get("/board/readyz").json["status"] == "ok"
    response = build(amqp_urls=[url]).test_client().get("/board/readyz")
    assert (response.status_code, response.json["status"]) == (200, "degraded")
    assert response.json["checks"][1]["detail"] == "cannot be reached: messages wait in the outbox"
    assert "secret" not in response.text


def test_one_node_of_the_broker_is_enough(build):
    with socket.create_server(("127.0.0.1", 0)) as node:
        urls = [f"amqp://user:secret@127.0.0.1:{port}/steward" for port in (1, node.getsockname()[1])]
        answer = build(amqp_urls=urls).test_client().get("/board/readyz").json
    assert answer["status"] == "ok"
    assert answer["checks"][1]["detail"] == "1 of 2 nodes take connections"


def test_whoever_asks_often_is_told_the_same_again_for_a_second(build, database):
    client = build().test_client()
    assert client.get("/board/readyz").status_code == 200
    asked = []
    event.listen(database.engine, "before_cursor_execute", lambda *_statement: asked.append(1))
    assert client.get("/board/readyz").status_code == 200
    assert asked == []


def test_a_database_that_cannot_be_opened_is_an_error_of_the_moment(build, unreachable):
    response = build(database=unreachable).test_client().get("/board/api/v1/notes", headers=ZH)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")


def test_requests_are_counted_by_rule_and_answer(client):
    for path in ("/board/words/a", "/board/words/b", "/board/nothing", "/other"):
        client.get(path)
    client.open("/board/words/a", method="BREW")
    found = figures(client)

    def count(route, method, status):
        labels = (("method", method), ("route", route), ("service", "board"), ("status", status))
        return found["steward_http_requests_total", labels]

    assert count("/board/words/<text>", "GET", "200") == 2
    assert count("none", "GET", "404") == 2
    assert count("none", "other", "405") == 1
    labels = (("method", "GET"), ("route", "/board/words/<text>"), ("service", "board"))
    assert found["steward_http_request_seconds_count", labels] == 2


def test_figures_of_the_database_are_read_when_they_are_asked_for(client):
    service = (("service", "board"),)
    assert figures(client)["steward_notes", service] == 0
    client.post("/board/api/v1/notes", json={"title": "x"})
    found = figures(client)
    assert found["steward_notes", service] == 1
    assert found["steward_database_up", service] == 1


def test_figures_can_be_had_without_the_database(build, unreachable):
    found = figures(build(database=unreachable).test_client())
    assert found["steward_database_up", (("service", "board"),)] == 0


def test_threads_and_connections_that_are_in_use_are_counted_while_they_are(client, database):
    service = (("service", "board"),)
    with database.engine.connect():
        found = figures(client)
    assert found["steward_http_busy_threads", service] == 1, "the one that asks"
    assert found["steward_database_connections", service] == 1, "ours"
    assert found["steward_database_connections_limit", service] == 20
    assert figures(client)["steward_database_connections", service] == 0


def test_the_gateways_clock_tells_how_long_a_request_waited_for_a_thread(build):
    arrived = {"X-Request-Start": f"t={time.time() - 0.3:.3f}"}
    for hops, waited in ((1, 1), (0, 0)):
        app = build(trusted_proxies=hops)
        before = figures(app.test_client()).get(("steward_http_waiting_seconds_count", (("service", "board"),)), 0)
        app.test_client().get("/board/words/a", headers=arrived)
        app.test_client().get("/board/words/a", headers={"X-Request-Start": "t=yesterday"})
        found = figures(app.test_client())
        assert found.get(("steward_http_waiting_seconds_count", (("service", "board"),)), 0) == before + waited
