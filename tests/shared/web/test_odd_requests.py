"""Requests that no browser sends: each gets an answer that is no fault of ours."""

import pytest

from tests.shared.web.conftest import csrf_of

PAGE = "/board/notes/new"
NOTES = "/board/api/v1/notes"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Authorization", "Bearer \xff\xfe.\xfd.\xfc"),
        ("Authorization", "Bearer a.b.c"),
        ("Authorization", "Bearer eyJhbGciOiJub25lIn0.e30."),
        ("Authorization", "Bearer " + "." * 4000),
        ("Cookie", "steward-organizer=\xff; steward-contact=; steward-board=x.y.z; steward-lang=../../etc"),
        ("Cookie", ";;;=;="),
        ("Accept-Language", "\xff;q=9,zh;q=-1,*"),
        ("X-Request-ID", "\xff" * 20),
        ("X-Forwarded-For", "nonsense, \xff"),
        ("Content-Length", "0"),
        ("Range", "bytes=9-1"),
        ("If-None-Match", '"'),
        ("HX-Request", "\xff"),
        ("Origin", "http://[::1"),
    ],
)
def test_odd_headers(client, name, value):
    for path in (PAGE, NOTES, "/board/desk", "/board/nothing", "/board/api/v1/whoami"):
        assert client.get(path, headers={name: value}).status_code < 500
        assert client.post(path, headers={name: value}).status_code < 500


@pytest.mark.parametrize(
    "path",
    [
        "/board/words/%ff",
        "/board/words/%ed%a0%80",
        "/board/words/" + "x" * 5000,
        "/%2e%2e/",
        "//",
        "/board//desk",
        f"{NOTES}?title=%ff&limit=%ff",
        f"{NOTES}?limit=1&limit=x&=&&=",
    ],
)
def test_odd_addresses(client, path):
    assert client.get(path).status_code < 500


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n\xff\r\n--x"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\n\xff'),
        ("application/x-www-form-urlencoded", b"title=%ff%00&=&&&%"),
        ("application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(5000))),
        ("application/json", b"\xff\x00"),
        ("\xff/\xff", b"x"),
    ],
)
def test_odd_bodies(client, kind, body):
    for path in (PAGE, NOTES, "/board/preferences"):
        response = client.post(path, data=body, content_type=kind, headers={"X-CSRFToken": csrf_of(client)})
        assert 400 <= response.status_code < 500 or response.status_code == 303


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "HEAD", "BREW", "get"])
def test_odd_methods(client, method):
    for path in (PAGE, NOTES, "/board/desk", "/board/preferences", "/board/nothing"):
        assert client.open(path, method=method).status_code < 500
