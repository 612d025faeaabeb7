"""Lists come in pages that neither skip nor repeat, and only with our own cursors."""

import json

import pytest

from shared.paging import MAX_LIMIT
from tests.shared.web.conftest import ZH

NOTES = "/board/api/v1/notes"


@pytest.fixture
def titles(client):
    """Five notes, two of one title."""
    names = ["包粽子", "a", "c", "b", "b"]
    for name in names:
        assert client.post(NOTES, json={"title": name}).status_code == 201
    return sorted(names)


def page(client, **query):
    return client.get(NOTES, query_string=query, headers=ZH)


def test_pages_follow_each_other_to_the_end(client, titles):
    seen, cursor = [], {}
    while True:
        answer = page(client, limit=2, **cursor).json
        assert len(answer["items"]) <= 2
        seen += answer["items"]
        if answer["next_cursor"] is None:
            break
        cursor = {"cursor": answer["next_cursor"]}
    assert [note["title"] for note in seen] == titles
    assert len({note["id"] for note in seen}) == len(titles)


def test_what_is_added_before_the_place_does_not_move_the_next_page(client, titles):
    first = page(client, limit=2).json
    client.post(NOTES, json={"title": "0"})
    second = page(client, limit=2, cursor=first["next_cursor"]).json
    assert [note["title"] for note in first["items"] + second["items"]] == titles[:4]


def test_a_full_last_page_says_that_it_is_the_last(client, titles):
    assert page(client, limit=len(titles)).json["next_cursor"] is None
    assert page(client).json["next_cursor"] is None


def test_an_empty_list_is_a_list(client):
    assert page(client).json == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("limit", [0, -1, MAX_LIMIT + 1, "many", "", 1.5])
def test_a_page_has_a_size(client, limit):
    answer = page(client, limit=limit)
    assert answer.status_code == 422
    assert json.loads(answer.data)["errors"] == {"limit": ["请填写 1 到 200 之间的整数。"]}


@pytest.mark.parametrize("change", [lambda c: c[:-1], lambda c: "x" + c, lambda c: c.swapcase(), lambda _c: "nonsense"])
@pytest.mark.usefixtures("titles")
def test_cursors_that_are_not_ours_are_refused(client, change):
    cursor = page(client, limit=2).json["next_cursor"]
    answer = page(client, cursor=change(cursor))
    assert answer.status_code == 400
    assert json.loads(answer.data)["detail"].startswith("这个 cursor 不属于此列表")


@pytest.mark.usefixtures("titles")
def test_a_cursor_of_another_service_is_refused(build, client):
    cursor = page(client, limit=2).json["next_cursor"]
    assert page(build(secret_key="t" * 40).test_client(), cursor=cursor).status_code == 400
