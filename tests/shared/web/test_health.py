"""What a service says about itself, and what it counts."""

import socket

import pytest
from prometheus_client.parser import text_string_to_metric_families

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
    response = build(database=unreachable, amqp_url="amqp://127.0.0.1:1/").test_client().get("/board/healthz")
    assert (response.status_code, response.json) == (200, {"status": "ok"})


def test_ready_means_that_the_database_answers(client):
    response = client.get("/board/readyz")
    assert (response.status_code, response.json) == (
        200,
        {"status": "ok", "database": "ok", "broker": "in this process"},
    )


def test_without_a_database_nobody_should_be_sent_here(build, unreachable):
    response = build(database=unreachable).test_client().get("/board/readyz")
    assert response.status_code == 503
    assert response.json["database"] == "unreachable"


def test_without_a_broker_requests_are_still_answered(build):
    with socket.create_server(("127.0.0.1", 0)) as broker:
        url = f"amqp://user:secret@127.0.0.1:{broker.getsockname()[1]}/steward"
        client = build(amqp_url=url).test_client()
        assert client.get("/board/readyz").json == {"status": "ok", "database": "ok", "broker": "ok"}
    response = client.get("/board/readyz")
    assert (response.status_code, response.json["status"], response.json["broker"]) == (200, "degraded", "unreachable")


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
