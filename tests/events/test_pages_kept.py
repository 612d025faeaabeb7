"""The pages that everybody opens are the same for all, until something is written."""

import gzip
from datetime import timedelta

import pytest
from sqlalchemy import event
from werkzeug.test import TestResponse

from tests.events.web import DESK
from tests.shared.messaging.conftest import only_postgresql

pytestmark = only_postgresql


@pytest.fixture(autouse=True)
def stamp(database, monkeypatch):
    """What other tests write to the same PostgreSQL changes its word; here only what is written here does."""
    written = []
    event.listen(database.engine, "commit", written.append)
    monkeypatch.setattr(database, "stamp", lambda: b"%d" % len(written))


@pytest.fixture
def page(world):
    return f"/events/{world.published(title='端午游园会').slug}"


def look(site, page, **headers) -> TestResponse:
    """Somebody who was never here opens the page."""
    given = {name.replace("_", "-"): text for name, text in headers.items()}
    return site.app.test_client(use_cookies=False).get(page, headers=given)


def test_nobody_is_given_a_cookie_for_reading(site, page):
    for path in ("/events/", page):
        for _ in range(2):
            assert "Set-Cookie" not in look(site, path).headers


def test_everybody_gets_the_same_bytes_until_something_changes(site, world, page):
    answers = [look(site, page, Accept_Encoding="gzip") for _ in range(3)]
    assert len({answer.data for answer in answers}) == 1
    assert len({answer.headers["ETag"] for answer in answers}) == 1
    assert "端午游园会" in gzip.decompress(answers[0].data).decode()
    assert look(site, page).data == gzip.decompress(answers[0].data)
    world.published(title="又一个活动")
    assert look(site, page).headers["ETag"] == answers[0].headers["ETag"], "nothing on this page"
    assert look(site, "/events/").text.count("又一个活动") == 1


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_whoever_has_the_page_already_is_told_so(site, page, encoding):
    first = look(site, page, Accept_Encoding=encoding)
    again = look(site, page, Accept_Encoding=encoding, If_None_Match=first.headers["ETag"])
    assert (again.status_code, again.data) == (304, b"")
    assert {name for name, _value in again.headers if name.startswith("Content-")} == {"Content-Security-Policy"}
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Vary"] == first.headers["Vary"]
    assert again.headers["Cache-Control"] == "private, no-cache"
    assert len(again.headers["X-Request-ID"]) == 36
    assert look(site, page, Accept_Encoding=encoding, If_None_Match='W/"another"').status_code == 200
    among = f'W/"another", {first.headers["ETag"]}'
    assert look(site, page, Accept_Encoding=encoding, If_None_Match=among).status_code == 304
    figures = look(site, "/events/metrics").text
    assert (
        'steward_http_requests_total{method="GET",route="/events/<slug>",service="events",status="304"} 2.0' in figures
    )


def test_what_was_had_before_a_change_is_sent_anew(site, world):
    before = look(site, "/events/").headers["ETag"]
    world.published(title="又一个活动")
    after = look(site, "/events/", If_None_Match=before)
    assert after.status_code == 200
    assert "又一个活动" in after.text
    site.now += timedelta(days=4000)
    assert look(site, "/events/", If_None_Match=after.headers["ETag"]).status_code == 200


def test_a_page_of_ones_own_has_no_tag(site, page):
    tag = look(site, page).headers["ETag"]
    site.sign_in()
    site.browser.get(DESK)
    answer = site.browser.get(page, headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert "ETag" not in answer.headers


def test_another_language_and_another_look_are_other_pages(site, page):
    tags = {
        look(site, page, **headers).headers["ETag"]
        for headers in ({}, {"Accept_Language": "en"}, {"Cookie": "steward-theme=dark"})
    }
    assert len(tags) == 3
