"""Every error of the JSON interface is problem+json, in the reader's language."""

import json

import pytest

from shared.web.json_reader import MAX_DEPTH
from tests.shared.web.conftest import EN, ZH, bearer

NOTES = "/board/api/v1/notes"


def post(client, body, *, headers=ZH, content_type="application/json", path=NOTES):
    data = body if isinstance(body, bytes) else json.dumps(body)
    return client.post(path, data=data, headers=headers, content_type=content_type)


def assert_problem(response, status, detail=None, errors=None):
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    body = json.loads(response.data)
    assert body["type"] == "about:blank"
    assert body["status"] == status
    assert body["title"]
    assert body["correlation_id"] == response.headers["X-Request-ID"]
    assert body.get("errors") == errors
    if detail is not None:
        assert body["detail"] == detail
    return body


def test_a_good_note_is_taken(client):
    response = post(client, {"title": "端午", "copies": 2})
    assert response.status_code == 201
    assert response.json == response.json | {"title": "端午", "copies": 2, "version": 1}


@pytest.mark.parametrize(
    ("headers", "title", "detail", "text"),
    [
        (ZH, "有几处需要修改", "请检查标出的内容。", "请填写此项。"),
        (EN, "Some entries need a correction", "Please check the marked entries.", "Please fill this in."),
        ({}, "有几处需要修改", "请检查标出的内容。", "请填写此项。"),
        ({"Accept-Language": "zh-TW"}, "有几处需要修改", "请检查标出的内容。", "请填写此项。"),
        ({"Accept-Language": "fr"}, "有几处需要修改", "请检查标出的内容。", "请填写此项。"),
    ],
)
def test_bad_fields_are_named_in_the_readers_language(client, headers, title, detail, text):
    body = assert_problem(post(client, {}, headers=headers), 422, detail, {"title": [text]})
    assert body["title"] == title


def test_an_operation_that_refuses_a_field_answers_alike(client):
    assert_problem(post(client, {"title": "taken"}), 422, errors={"title": ["请填写此项。"]})


def test_nested_errors_are_translated_with_their_figures(client):
    response = client.get("/board/api/v1/break/nested", headers=ZH)
    assert_problem(response, 422, errors={"rows": {"0": {"role": ["请不要超过 3 个字。"]}}})


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"{", "这不是正确的 JSON，请检查引号、逗号和括号。"),
        (b"{'title': 'x'}", "这不是正确的 JSON，请检查引号、逗号和括号。"),
        (b'{"title": "x"} {}', "这不是正确的 JSON，请检查引号、逗号和括号。"),
        (b'{"copies": NaN}', "这不是正确的 JSON，请检查引号、逗号和括号。"),
        (b'{"copies": -Infinity}', "这不是正确的 JSON，请检查引号、逗号和括号。"),
        (b'{"copies": ' + b"9" * 5000 + b"}", "这不是正确的 JSON，请检查引号、逗号和括号。"),
        (b'\xef\xbb\xbf{"title": "x"}', "这不是正确的 JSON，请检查引号、逗号和括号。"),
        (b'{"title": "x", "title": "y"}', "同一个对象里有重复的字段，每个字段请只发送一次。"),
        (b'{"guardian": {"name": "x", "name": "y"}}', "同一个对象里有重复的字段，每个字段请只发送一次。"),
        (b"[" * 100_000, f"对象嵌套太深，最多只能读取 {MAX_DEPTH} 层。"),
        (b'{"a":' * 50 + b"1" + b"}" * 50, f"对象嵌套太深，最多只能读取 {MAX_DEPTH} 层。"),
        ('{"title": "端午"}'.encode("gbk"), "请使用 UTF-8 编码发送文字。"),
        (b'{"title": "\\ud800"}', "文字中有不完整的字符，请发送完整的字符。"),
        (b'{"\\udfff": 1}', "文字中有不完整的字符，请发送完整的字符。"),
    ],
)
def test_what_is_not_json_is_refused(client, body, detail):
    assert_problem(post(client, body), 400, detail)


def test_arrays_of_arrays_may_be_as_deep_as_said(client):
    body = ("[" * MAX_DEPTH + "]" * MAX_DEPTH).encode()
    assert_problem(post(client, body), 422, errors={"_schema": ["请按要求的字段发送一个对象。"]})
    assert post(client, b"[" + body + b"]").status_code == 400


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"3", b"true"])
def test_a_body_that_is_no_object_is_refused(client, body):
    assert_problem(post(client, body), 422, errors={"_schema": ["请按要求的字段发送一个对象。"]})


def test_an_empty_body_is_an_object_without_fields(client):
    assert_problem(client.post(NOTES, headers=ZH), 422, errors={"title": ["请填写此项。"]})


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/json", ""])
def test_other_kinds_of_content_are_refused(client, kind):
    assert_problem(post(client, {"title": "x"}, content_type=kind), 415)


def test_json_of_a_named_kind_is_json(client):
    assert post(client, {"title": "x"}, content_type="application/merge-patch+json").status_code == 201
    assert post(client, {"title": "x"}, content_type="application/json; charset=utf-8").status_code == 201


def test_a_body_that_is_too_large_is_refused(client):
    assert_problem(post(client, b'{"title": "' + b"x" * 1024 * 1024 + b'"}'), 413)


def test_unknown_fields_are_refused_in_bodies_and_addresses(client):
    text = ["这里没有这个字段，请去掉它。"]
    assert_problem(post(client, {"title": "x", "status": "confirmed"}), 422, errors={"status": text})
    assert_problem(client.get(f"{NOTES}?stauts=x", headers=ZH), 422, errors={"stauts": text})


def test_nul_in_text_is_refused(client):
    text = ["其中有无法使用的字符，请重新输入。"]
    assert_problem(post(client, {"title": "a\x00b"}), 422, errors={"title": text})
    assert_problem(client.get(f"{NOTES}?title=a%00b", headers=ZH), 422, errors={"title": text})
    assert_problem(client.get("/board/api/v1/break/a%00b", headers=ZH), 404)


@pytest.mark.parametrize("path", ["/board/api/v1/nothing", "/board/api", "/board/api/v2/notes", f"{NOTES}/not-an-id"])
def test_no_such_address(client, path):
    assert_problem(client.get(path, headers=ZH), 404, "这个网址没有内容。")
    assert_problem(client.get(path, headers=EN), 404, "There is nothing at this address.")


def test_a_text_of_the_view_stands_for_the_common_one(client):
    assert_problem(client.get("/board/api/v1/break/text", headers=ZH), 404, "请填写此项。")


def test_a_wrong_method_names_the_right_ones(client):
    response = client.delete(NOTES, headers=ZH)
    assert_problem(response, 405)
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


def test_waiting_helps_where_it_says_so(client):
    response = post(client, {"title": "late"})
    assert_problem(response, 409)
    assert response.headers["Retry-After"] == "7"


def test_a_version_must_be_named_and_must_be_the_newest(client):
    path = f"{NOTES}/{post(client, {'title': 'old'}).json['id']}"

    def patch(**headers):
        return client.patch(path, json={"title": "new"}, headers={**ZH, **headers})

    assert_problem(patch(), 428, '请附上您读取时的版本号，例如 If-Match: "3"。')
    for wrong in ("*", "1", '"1", "2"', '"one"', '"-1"', '"' + "1" * 20 + '"', ""):
        assert_problem(patch(**{"If-Match": wrong}), 400)
    assert_problem(patch(**{"If-Match": '"2"'}), 412)
    response = patch(**{"If-Match": '"1"'})
    assert (response.status_code, response.headers["ETag"]) == (200, '"2"')
    assert patch(**{"If-Match": 'W/"2"'}).status_code == 200  # as a proxy that compresses hands it on


def test_nobody_gets_in_where_organizers_work(client):
    response = client.get("/board/api/v1/secret", headers=ZH)
    assert_problem(response, 401, "请先登录，或打开社区发给您的链接。")
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_contact_is_not_an_organizer(client):
    response = client.get("/board/api/v1/secret", headers={**ZH, **bearer("the-contact-of-a-clinic")})
    assert_problem(response, 403, "只有社区的组织者可以这样做。")


def test_a_database_that_is_gone_is_said_to_come_back(client):
    response = client.get("/board/api/v1/break/database", headers=ZH)
    assert_problem(response, 503)
    assert response.headers["Retry-After"] == "5"


def test_a_fault_of_ours_tells_nothing_of_itself(client, capsys):
    response = client.get("/board/api/v1/break/other", headers=ZH)
    assert_problem(response, 500, "这是我们的问题，已经记录下来。")
    assert "Traceback" not in response.text
    log = capsys.readouterr().out
    assert "ValueError" in log
    assert "board.py" in log
    assert "13800138000" not in response.text + log
    assert "张三" not in response.text + log
