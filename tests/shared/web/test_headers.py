"""What every answer carries, and what is believed of a request."""

import json

import pytest
from flask import request

from tests.shared.web.conftest import ZH, bearer, csrf_of

PAGE = "/board/notes/new"


@pytest.mark.parametrize(
    "path", [PAGE, "/board/nothing", "/board/api/v1/notes", "/board/api/v1/nothing", "/board/desk"]
)
def test_every_answer_says_what_a_browser_may_do_with_it(client, path):
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
        "object-src 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


def test_https_is_asked_for_where_it_is_there(build):
    response = build(origin="https://steward.example").test_client().get(PAGE)
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_only_what_everybody_may_see_is_kept_by_a_browser(client, token):
    assert client.get(PAGE).headers["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "Accept-Language"} <= set(client.get(PAGE).vary)
    for path in ("/board/link", "/board/desk", "/board/unit", "/board/nothing"):
        assert client.get(path).headers["Cache-Control"] == "private, no-store"
    assert client.post(PAGE).headers["Cache-Control"] == "private, no-store"
    listed = client.get("/board/api/v1/notes", headers=bearer(token()))
    assert listed.headers["Cache-Control"] == "private, no-store"


def test_a_request_has_an_id_that_its_sender_may_choose(client):
    assert client.get(PAGE, headers={"X-Request-ID": "form-4711"}).headers["X-Request-ID"] == "form-4711"
    for odd in ("short", "x" * 200, "a b c d e f g h", "<script>alert(1)</script>"):
        given = client.get(PAGE, headers={"X-Request-ID": odd}).headers["X-Request-ID"]
        assert given != odd
        assert len(given) == 36


def test_the_log_has_one_line_for_each_request_without_its_address(client, capsys):
    client.get("/board/words/张三?phone=13800138000")
    (line,) = capsys.readouterr().out.splitlines()
    assert "route=/board/words/<text>" in line
    assert "status=200" in line
    assert "张三" not in line
    assert "13800138000" not in line


def test_hosts_that_are_not_ours_are_not_answered(build):
    client = build(trusted_hosts=("steward.example",)).test_client()
    for ours in ("steward.example", "steward.example:8000"):
        assert client.get(PAGE, headers={"Host": ours}).status_code == 200
    response = client.get(PAGE, headers={"Host": "evil.example", **ZH})
    assert (response.status_code, response.content_type) == (400, "text/html; charset=utf-8")
    response = client.get("/board/api/v1/notes", headers={"Host": "evil.example", **ZH})
    assert (response.status_code, response.content_type) == (400, "application/problem+json")
    assert json.loads(response.data)["title"] == "请求无法识别"


def test_a_proxy_is_believed_only_where_one_is_said_to_stand(build):
    forwarded = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "steward.example", "X-Forwarded-Proto": "https"}
    seen = {}
    for proxies in (0, 1):
        app = build(trusted_proxies=proxies)
        app.before_request_funcs[None].append(lambda: seen.update(_request()) or None)
        app.test_client().get(PAGE, headers=forwarded)
        seen[proxies] = (seen.pop("address"), seen.pop("host"), seen.pop("scheme"))
    assert seen == {0: ("127.0.0.1", "localhost", "http"), 1: ("203.0.113.9", "steward.example", "https")}


def _request():
    return {"address": request.remote_addr, "host": request.host, "scheme": request.scheme}


def test_it_works_on_the_address_of_a_local_network(client):
    base = "http://192.168.1.20:8000"
    token = client.get(PAGE, base_url=base).text.split('name="csrf_token" value="')[1].split('"')[0]
    response = client.post(PAGE, base_url=base, data={"csrf_token": token, "title": "端午", "consent": "true"})
    assert response.status_code == 303


def test_the_session_is_the_services_own(client):
    csrf_of(client)
    assert client.get_cookie("steward-board").http_only
    assert client.get_cookie("steward-board").same_site == "Lax"
