"""Files that pages are made with: once fetched, kept for a year."""

import gzip
import re

import pytest

from shared.web import assets
from tests.shared.web.conftest import ZH

PAGE = "/board/notes/new"


@pytest.fixture
def address(client):
    """Where a page says that a file is."""
    return lambda name: re.search(rf'"(/board/static/[0-9a-f]{{12}}/{name})"', client.get(PAGE).text)[1]


def test_a_style_sheet_is_kept_for_a_year(client, address):
    response = client.get(address("steward.css"))
    assert (response.status_code, response.content_type) == (200, "text/css; charset=utf-8")
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in response.headers
    assert response.data == (assets.FOLDER / "steward.css").read_bytes()


def test_it_travels_packed_where_the_browser_can_unpack(client, address):
    plain = client.get(address("steward.css"))
    packed = client.get(address("steward.css"), headers={"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("steward.js", "text/javascript; charset=utf-8"),
        ("vendor/htmx/htmx.min.js", "text/javascript; charset=utf-8"),
        ("favicon.svg", "image/svg+xml; charset=utf-8"),
    ],
)
def test_every_kind_is_called_by_its_name(client, address, name, kind):
    assert client.get(address(name)).content_type == kind


def test_a_page_of_another_version_gets_the_file_but_not_for_keeps(client):
    response = client.get("/board/static/0123456789ab/steward.css")
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize("name", ["nothing.css", "../assets.py", "..%2fassets.py", "vendor", ""])
def test_nothing_else_is_served(client, name):
    assert client.get(f"/board/static/0123456789ab/{name}", headers=ZH).status_code == 404


def test_a_template_that_names_a_file_that_is_not_there_fails_at_once():
    with pytest.raises(KeyError, match=r"nothing\.css"):
        assets.address("board", "nothing.css")
