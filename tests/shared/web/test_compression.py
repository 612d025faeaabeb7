"""Compression: of what is for everybody and of JSON, never of a page that holds a secret."""

import gzip

import pytest

PACKED = {"Accept-Encoding": "gzip"}


def test_a_page_for_everybody_is_compressed_for_whoever_can_read_it(client):
    plain, packed = client.get("/board/notes/new"), client.get("/board/notes/new", headers=PACKED)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data)
    assert b"</html>" in gzip.decompress(packed.data)
    for answer in (plain, packed):
        assert {"Accept-Encoding", "Accept-Language", "Cookie"} <= set(answer.vary)


def test_json_is_compressed(client):
    answer = client.get("/board/api/openapi.json", headers=PACKED)
    assert answer.headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("accepted", ["br", "gzip;q=0", ""])
def test_whoever_does_not_ask_for_it_gets_the_page_as_it_is(client, accepted):
    assert "Content-Encoding" not in client.get("/board/notes/new", headers={"Accept-Encoding": accepted}).headers


def test_what_is_small_is_left_alone(client):
    assert "Content-Encoding" not in client.get("/board/healthz", headers=PACKED).headers


def test_a_page_that_is_not_to_be_kept_is_never_compressed(client):
    """Its size would tell a stranger whether words in the address stand in the page as well (BREACH)."""
    answer = client.post("/board/notes/new", headers=PACKED)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert len(answer.data) > 1024
    assert "Content-Encoding" not in answer.headers
