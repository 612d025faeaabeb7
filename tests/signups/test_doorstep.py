"""Kept pages that are given before the application is asked: nobody can tell, but for the time it takes."""

import gzip
import re
from datetime import timedelta

import pytest
from flask import request_started
from sqlalchemy import event
from werkzeug.test import TestResponse

from shared.web import limits
from tests.shared.messaging.conftest import only_postgresql
from tests.signups.conftest import World
from tests.signups.web import HIDDEN, Site

pytestmark = only_postgresql
OWN = {"Content-Length", "Set-Cookie", "X-Request-ID"}
FORM = {"name": "王芳", "phone": "13800138000", "consent": "true"}


@pytest.fixture
def site(world: World, monkeypatch: pytest.MonkeyPatch) -> Site:
    """What other tests write to the same PostgreSQL would have it asked again; here only what is written here does."""
    written: list[object] = []
    event.listen(world.database.engine, "commit", written.append)
    monkeypatch.setattr(world.database, "stamp", lambda: b"%d" % len(written))
    return Site(world)


@pytest.fixture
def page(site: Site) -> str:
    return f"/signups/events/{site.world.event['event_id']}"


@pytest.fixture
def asked(site: Site) -> list[str]:
    """What the application itself was asked."""
    paths: list[str] = []
    note = lambda _app, **_more: paths.append("asked")  # noqa: E731
    request_started.connect(note, site.app, weak=False)
    yield paths
    request_started.disconnect(note, site.app)


def look(site: Site, page: str, **headers: str) -> TestResponse:
    """Somebody who was never here opens the page."""
    given = {name.replace("_", "-"): text for name, text in headers.items()}
    return site.app.test_client(use_cookies=False).get(page, headers=given)


def own(answer: TestResponse) -> dict[str, str]:
    packed = answer.headers.get("Content-Encoding") == "gzip"
    return dict(re.findall(HIDDEN, gzip.decompress(answer.data).decode() if packed else answer.text))


def alike(answer: TestResponse) -> list[tuple[str, str]]:
    return [(name, value) for name, value in answer.headers if name not in OWN]


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
def test_the_second_to_look_gets_the_same_answer_with_what_is_their_own(site, page, asked, accepted):
    first, second, third = (look(site, page, Accept_Encoding=accepted, Accept_Language="zh-CN") for _ in range(3))
    assert len(asked) == 1
    assert alike(first) == alike(second) == alike(third)
    assert first.status == second.status
    for name in ("csrf_token", "key"):
        assert len({own(answer)[name] for answer in (first, second, third)}) == 3
    assert len({answer.headers["Set-Cookie"].partition(";")[0] for answer in (first, second, third)}) == 3
    assert len({answer.headers["Set-Cookie"].partition(";")[2] for answer in (first, second, third)}) == 1
    assert int(second.headers["Content-Length"]) == len(second.data)


def test_what_was_given_can_be_sent_and_the_session_goes_on(site, page, asked):
    look(site, page)
    assert "Set-Cookie" in site.browser.get(page).headers
    assert len(asked) == 1
    site.browser.get(page)
    again = site.browser.get(page)
    assert "Set-Cookie" not in again.headers
    assert len(asked) == 2
    site.now += timedelta(seconds=3)
    sent = site.browser.post(page, data=FORM | own(again) | {"shift_id": str(site.world.shift_id)})
    assert sent.headers["Location"].startswith("/signups/mine/")


def test_whoever_is_known_is_left_to_the_application(site, page, asked):
    site.send(page, page, FORM | {"shift_id": str(site.world.shift_id)})
    for headers in ({"Cookie": "steward-signups=forged"}, {"Cookie": "steward-organizer=x"}):
        del asked[:]
        for _ in range(2):
            look(site, page, **headers)
        assert len(asked) == 2
    del asked[:]
    site.browser.get(page)
    assert len(asked) == 1


def test_other_choices_other_languages_and_other_words_in_the_address_are_other_questions(site, page, asked):
    for path, headers in (
        (page, {}),
        (f"{page}?for=another", {}),
        (page, {"Accept_Language": "en"}),
        (page, {"Cookie": "steward-theme=dark"}),
        (page, {"Cookie": "steward-events=this"}),
        (page, {"Cookie": "steward-events=that"}),
        (page, {"Host": "other.example"}),
    ):
        look(site, path, **headers)
    assert len(asked) == 6, "what another service's session holds does not count"
    assert 'data-theme="dark"' in look(site, page, Cookie="steward-theme=dark").text
    assert 'data-theme="dark"' not in look(site, page, Cookie="steward-theme=light").text
    assert len(asked) == 7


def test_it_is_noted_as_every_request_is(site, page, asked, capsys):
    given = "form-4711"
    for _ in range(2):
        assert look(site, page, X_Request_ID=given).headers["X-Request-ID"] == given
    assert len(look(site, page, X_Request_ID="<odd>").headers["X-Request-ID"]) == 36
    lines = [re.sub(r"^\S+ \S+|ms=\S+|correlation_id=\S+", "", line) for line in capsys.readouterr().out.splitlines()]
    assert len(asked) == 1
    assert len(lines) == 3
    assert len(set(lines)) == 1
    figures = site.app.test_client().get("/signups/metrics").text
    found = re.findall(r"^steward_http_requests_total\{.*events/<uuid:event_id>.*\} (\S+)", figures, re.MULTILINE)
    assert found == ["3.0"]
    assert 'steward_http_busy_threads{service="signups"} 1.0' in figures


def test_whoever_asks_too_often_is_refused_as_everywhere(site, page, monkeypatch):
    monkeypatch.setattr(limits, "EVERYTHING", limits.parse("3 per minute"))
    assert [look(site, page).status_code for _ in range(5)] == [200, 200, 200, 429, 429]


def test_each_second_and_after_each_change_the_application_is_asked_again(site, page, asked):
    for change in (lambda: None, lambda: setattr(site, "now", site.now + timedelta(seconds=1)), site.world.publish):
        change()
        look(site, page)
        look(site, page)
    assert len(asked) == 3
