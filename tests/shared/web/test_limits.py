"""Who asks too often waits; nobody else does."""

import pytest

from shared.web import limits
from tests.shared.web.conftest import EN, ZH

OFTEN = "/board/often"


def statuses(client, path, times, **kwargs):
    return [client.get(path, **kwargs).status_code for _time in range(times)]


def test_a_page_that_is_asked_too_often_says_when_to_come_back(client):
    assert statuses(client, OFTEN, 2) == [200, 200]
    response = client.get(OFTEN, headers=ZH)
    assert (response.status_code, response.content_type) == (429, "text/html; charset=utf-8")
    assert "请求太频繁" in response.text
    assert int(response.headers["Retry-After"]) >= 1


def test_json_says_so_too(client):
    path = "/board/api/v1/often"
    assert statuses(client, path, 2) == [200, 200]
    response = client.get(path, headers=EN)
    assert (response.status_code, response.content_type) == (429, "application/problem+json")
    assert int(response.headers["Retry-After"]) >= 1


def test_addresses_are_counted_apart(client):
    assert statuses(client, OFTEN, 3) == [200, 200, 429]
    assert client.get(OFTEN, environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200


def test_a_key_says_who_is_counted_together(client):
    for who in ("wang", "li"):
        assert statuses(client, f"/board/api/v1/often?who={who}", 3) == [200, 200, 429]


def test_where_only_failures_count_success_is_free(client):
    assert statuses(client, "/board/guess?word=sesame", 5) == [200] * 5
    assert statuses(client, "/board/guess?word=barley", 3) == [404, 404, 429]
    assert client.get("/board/guess?word=sesame").status_code == 429


def test_each_application_counts_for_itself(build):
    for _application in range(2):
        assert statuses(build().test_client(), OFTEN, 3) == [200, 200, 429]


def test_limits_can_be_lifted(build):
    assert statuses(build(rate_limit=False).test_client(), OFTEN, 5) == [200] * 5


def test_everything_is_counted_but_what_is_asked_often_by_design(build, monkeypatch):
    monkeypatch.setattr(limits, "EVERYTHING", limits.parse("3 per minute"))
    client = build().test_client()
    assert statuses(client, "/board/healthz", 5) == [200] * 5
    assert statuses(client, "/board/words/a", 4) == [200, 200, 200, 429]
    assert client.get("/board/api/v1/nothing").status_code == 429


@pytest.mark.parametrize("rate", ["600 per minute", "10 per 15 minutes", "5/second"])
def test_rates_are_written_as_people_say_them(rate):
    assert limits.limit(rate)(lambda: None) is not None
