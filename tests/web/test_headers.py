"""What stands around every answer: who may keep it, what a page may do, and nothing of how we are made."""

import re

import pytest

from shared.web.current import Access
from tests.web.catalogue import HAN
from tests.web.routes import routes
from tests.web.site import PROBLEM

TOKENS = {Access.PUBLIC: "volunteer", Access.CONTACT: "contact", Access.ORGANIZER: "organizer"}


def test_nobody_keeps_what_is_meant_for_one_person(site, world):
    for route in routes(site):
        if route.method == "GET" and not route.is_api:
            is_a_secret = any(
                word in route.rule.rule for word in ("/mine", "/manage/", "/claim/", "/enter/", "/feedback")
            )
            if route.access is not Access.PUBLIC or is_a_secret:
                answer = site.visitor(**world.cookies(TOKENS[route.access])).get(route.path(world))
                assert answer.headers["Cache-Control"] == "private, no-store", (route, answer.status_code)


def test_nobody_keeps_what_json_says_to_somebody_with_a_token(site, world):
    for route in routes(site):
        if route.method == "GET" and route.is_api:
            for token in (world.organizer, world.manage_token, world.contact):
                answer = site.call("GET", route.path(world), token=token)
                assert answer.headers["Cache-Control"] == "private, no-store", route


def test_what_everybody_sees_is_asked_for_again_and_differs_by_language(site, world):
    for route in routes(site):
        if route.method == "GET" and route.access is Access.PUBLIC and "/static/" not in route.rule.rule:
            answer = site.visitor().get(route.path(world))
            assert answer.headers["Cache-Control"].startswith("private, no-"), route
            if answer.headers["Cache-Control"] != "private, no-store" and answer.status_code == 200:
                assert "Accept-Language" in answer.vary, route
                assert "Cookie" in answer.vary, route


def test_errors_are_problems_below_api_and_pages_elsewhere_in_both_languages(site):
    for service in site.apps:
        for path, is_problem in (
            (f"/{service}/api/v1/nothing", True),
            (f"/{service}/api/nothing", True),
            (f"/{service}/nothing/at/all", False),
        ):
            chinese, english, other = (site.visitor().get(path, language) for language in ("zh-CN", "en", "fr, tlh"))
            assert {chinese.status_code, english.status_code, other.status_code} == {404}
            assert chinese.content_type == (PROBLEM if is_problem else "text/html; charset=utf-8")
            assert HAN.search(chinese.text)
            assert HAN.search(other.text)
            said = english.text if is_problem else re.search("<main.*</main>", english.text, re.DOTALL)[0]
            assert not HAN.search(said), said


@pytest.mark.parametrize(
    "host", ["evil.example", "a b", "", "[::1", "localhost:99999", "evil.example@localhost", "\xff"]
)
def test_no_host_name_breaks_anything(site, host):
    for path in ("/events/", "/partners/", "/signups/api/v1/notices", "/events/desk"):
        assert site.visitor().ask("GET", path, headers={"Host": host}).status_code < 500


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Accept-Language", "zh;q=9, *;q=-1, \xff"),
        ("Accept-Language", "x" * 5000),
        ("Accept", "text/nothing"),
        (
            "Cookie",
            ";;;=;=; steward-lang=../../etc; steward-theme=<script>; steward-signups-links=\xff; steward-events=x.y.z",
        ),
        ("Cookie", "steward-organizer=\xff\xfe; steward-contact=" + "x" * 5000),
        ("Cookie", 'steward-signups-links="\\000"'),
        ("Authorization", "Basic YWRtaW46YWRtaW4="),
        ("Authorization", "Bearer " + "." * 4000),
        ("Authorization", "Bearer\t\xff"),
        ("X-Request-ID", "\xff" * 3),
        ("X-Request-ID", "<script>alert(1)</script>"),
        ("X-Forwarded-For", "nonsense, \xff"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-HTTP-Method-Override", "DELETE"),
        ("Range", "bytes=9-1"),
        ("If-None-Match", '"'),
        ("If-Modified-Since", "yesterday"),
        ("Content-Encoding", "gzip"),
        ("HX-Request", "true"),
        ("Origin", "http://[::1"),
        ("Idempotency-Key", "\xff" * 100),
        ("If-Match", "\xff"),
    ],
)
def test_no_header_breaks_anything(site, world, name, value):
    for route in routes(site):
        if route.reads_nothing:
            continue
        answer = site.visitor().ask(route.method, route.path(world), headers={name: value})
        assert "evil.example" not in answer.headers.get("Location", ""), route
        assert "<script>" not in answer.headers["X-Request-ID"]
