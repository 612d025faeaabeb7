"""Forms, their errors and what a page remembers of its reader."""

import re
from html import unescape

import pytest
from marshmallow import fields
from werkzeug.datastructures import MultiDict

from shared.errors import Conflict, Invalid
from shared.fields import Schema
from shared.texts import text as _
from shared.web import forms
from tests.shared.web.board import FormSchema
from tests.shared.web.conftest import EN, ZH, csrf_of

FORM = "/board/notes/new"
SHIFT = "7c0b8a52-5d0e-4a8e-a6f5-0d7c1f3b2a10"


def send(client, headers=ZH, **values):
    return client.post(FORM, data={"csrf_token": csrf_of(client), **values}, headers=headers)


def read(app, *pairs):
    with app.test_request_context(headers=ZH):
        return forms.load(FormSchema(), MultiDict(pairs))


class BoxAndQuestion(Schema):
    box = fields.Boolean(load_default=True)
    question = fields.Boolean(required=True, metadata={"question": True})


@pytest.mark.parametrize(("sent", "said"), [("true", True), ("false", False)])
def test_a_box_left_empty_is_a_no_and_a_question_left_open_is_missing(app, sent, said):
    with app.test_request_context(headers=ZH):
        answered = forms.load(BoxAndQuestion(), MultiDict([("question", sent)]))
        assert (answered.data, answered.values["question"]) == ({"box": False, "question": said}, sent)
        for left_open in ([], [("question", "")]):
            form = forms.load(BoxAndQuestion(), MultiDict(left_open))
            assert form.data is None
            assert form.errors.keys() == {"question"}


def test_a_good_form_leads_on_and_says_so(client):
    response = send(client, title="端午", consent="true")
    assert (response.status_code, response.headers["Location"]) == (303, FORM)
    assert "请检查标出的内容。" in client.get(FORM, headers=ZH).text
    assert "请检查标出的内容。" not in client.get(FORM, headers=ZH).text


def test_a_bad_form_comes_back_as_it_was_typed_with_the_error_beside_the_field(client):
    response = send(client, title="<b>" + "太长" * 20, consent="true")
    assert response.status_code == 422
    page = unescape(response.text)
    assert 'value="&lt;b&gt;太长太长' in response.text
    assert page.count("请不要超过 20 个字。") == 2  # in the summary, and beside the field
    assert 'href="#title"' in page
    assert "<title>错误：" in page


def test_the_same_in_english(client):
    page = send(client, headers=EN, title="x" * 30, consent="true").text
    assert '<html lang="en"' in page
    assert "Please use at most 20 characters." in page


def test_what_an_operation_refuses_stands_beside_the_field(client):
    page = send(client, title="taken", consent="true").text
    assert page.count("请填写此项。") >= 2
    assert 'value="taken"' in page


def test_what_an_operation_refuses_as_a_whole_stands_on_top(client):
    response = send(client, title="late", consent="true")
    assert response.status_code == 422
    assert '<a href="#main">请检查标出的内容。</a>' in response.text


def test_empty_boxes_are_left_out(app):
    form = read(app, ("title", "端午"), ("copies", ""), ("day", " "), ("consent", "true"), ("guardian-name", ""))
    assert form.data == {"title": "端午", "copies": 1, "text": "", "rows": [], "shift_ids": [], "consent": True}
    assert form.errors == {}


def test_a_box_that_is_not_ticked_is_no(app):
    form = read(app, ("title", "端午"))
    assert form.data is None
    assert form.errors == {"consent": ["如果同意，请勾选此项；不勾选就无法继续。"]}
    assert form.values["consent"] is False


def test_several_boxes_of_one_name_are_a_list(app):
    form = read(app, ("title", "端午"), ("consent", "on"), ("shift_ids", SHIFT), ("shift_ids", "x"))
    assert form.values["shift_ids"] == [SHIFT, "x"]
    assert form.errors == {"shift_ids": {1: ["编号不正确，请检查。"]}}


def test_a_group_counts_once_something_is_typed_in_it(app):
    given = [("title", "端午"), ("consent", "true")]
    assert "guardian" not in read(app, *given, ("guardian-name", " "), ("guardian-phone", "")).data
    form = read(app, *given, ("guardian-name", "王芳"), ("guardian-phone", "138"), ("guardian-adult", "true"))
    assert form.errors == {"guardian": {"phone": ["手机号不正确，请填写 11 位手机号；境外号码请以 + 开头。"]}}
    assert form.values["guardian"] == {"name": "王芳", "phone": "138", "adult": True}


def test_rows_are_numbered_anew_where_blank_ones_stood(app):
    form = read(
        app,
        ("title", "端午"),
        ("consent", "true"),
        ("rows-0-role", "包粽子"),
        ("rows-0-capacity", "12"),
        ("rows-1-role", ""),
        ("rows-1-capacity", " "),
        ("rows-10-role", "引导"),
        ("rows-10-capacity", "many"),
        ("rows-2-role", "套圈"),
        ("rows-2-capacity", "６"),
    )
    assert [row["role"] for row in form.values["rows"]] == ["包粽子", "套圈", "引导"]
    assert form.errors == {"rows": {2: {"capacity": ["请填写 1 到 2000 之间的整数。"]}}}


def test_too_many_rows_are_an_error_beside_them(app):
    rows = [(f"rows-{n}-{key}", "1") for n in range(4) for key in ("role", "capacity")]
    assert read(app, ("title", "x"), ("consent", "1"), *rows).errors == {"rows": ["最多只能有 3 项。"]}


@pytest.mark.parametrize("name", ["status", "rows-0-taken", "guardian-role", "rows-x-role", "rows-9999-role"])
def test_fields_that_the_form_does_not_have_are_refused(app, name):
    form = read(app, ("title", "端午"), ("consent", "true"), (name, "confirmed"))
    assert form.data is None
    assert form.errors == {name: ["这里没有这个字段，请去掉它。"]}


def test_rows_that_are_none_are_refused(app):
    form = read(app, ("title", "端午"), ("consent", "true"), ("rows", "x"), ("guardian", "x"))
    assert form.errors["rows"] == ["此项请填写列表。"]
    assert form.errors.keys() == {"guardian", "rows"}


def test_buttons_and_the_token_are_no_fields(app):
    form = read(app, ("title", "端午"), ("consent", "true"), ("_add_row", "1"), ("csrf_token", "x"))
    assert form.data is not None


def test_errors_stand_in_the_order_of_the_form(app):
    form = read(app, ("zzz", "1"), ("day", "x"), ("colour", "blue"))
    assert list(form.errors) == ["title", "colour", "day", "consent", "zzz"]


def test_an_operation_adds_its_errors_in_the_readers_language(app):
    form = read(app, ("title", "端午"), ("consent", "true"))
    with app.test_request_context(headers=ZH):
        form.refuse(Invalid({"rows": {0: {"capacity": [_("Please use at most %(n)s characters.", n=4)]}}}))
    assert (form.data, form.errors) == (None, {"rows": {0: {"capacity": ["请不要超过 4 个字。"]}}})
    with app.test_request_context(headers=EN):
        form.refuse(Conflict(_("Please check the marked entries.")))
    assert form.errors["main"] == ["Please check the marked entries."]


@pytest.mark.parametrize("token", [None, "", "wrong", "IjEi.aaaa.bbbb"])
def test_a_form_without_the_token_of_its_page_is_refused(client, token):
    client.get(FORM)
    response = client.post(FORM, data={"title": "x", "csrf_token": token} if token is not None else {}, headers=ZH)
    assert response.status_code == 400
    assert response.content_type == "text/html; charset=utf-8"
    assert "表单打开的时间太长了" in response.text
    assert "没有任何内容被改动。" in response.text
    assert "This form was open for too long" in client.post(FORM, headers=EN).text


def test_the_token_of_another_browser_is_refused(app, client):
    assert client.post(FORM, data={"csrf_token": csrf_of(app.test_client())}).status_code == 400


def test_a_part_of_a_page_sends_the_token_in_a_header(client):
    token = csrf_of(client)
    assert client.post(FORM, headers={"X-CSRFToken": token}).status_code == 422


@pytest.mark.parametrize(("path", "done"), [("/board/sign-out", 204), ("/board/preferences", 303)])
def test_what_stands_on_every_page_goes_by_the_browsers_word(client, path, done):
    assert client.post(path).status_code == 400
    assert client.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400
    assert client.post(path, headers={"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"}).status_code == 400
    assert client.post(path, headers={"Origin": "http://evil.example"}).status_code == 400
    assert client.post(path, headers={"Origin": "null"}).status_code == 400
    assert client.post(path, headers={"Sec-Fetch-Site": "same-origin"}).status_code == done
    assert client.post(path, headers={"Origin": "http://localhost"}).status_code == done
    assert client.post(path, headers={"Referer": "http://localhost/signups/"}).status_code == done
    assert client.post(path, data={"csrf_token": csrf_of(client)}).status_code == done


@pytest.mark.parametrize(
    ("path", "status", "zh", "en"),
    [
        ("/board/nothing", 404, "没有找到", "Not found"),
        ("/elsewhere", 404, "没有找到", "Not found"),
        ("/board/break/database", 503, "暂时无法使用", "Not available for a moment"),
        ("/board/break/other", 500, "我们这里出错了", "Something went wrong here"),
        ("/board/break/text", 404, "请填写此项。", "Please fill this in."),
        ("/board/sign-out", 405, "不能以这种方式访问", "Not possible this way"),
        ("/board/words/%00", 404, "没有找到", "Not found"),
        ("/board/words/a%7Fb", 404, "没有找到", "Not found"),
    ],
)
def test_errors_are_pages_for_people(client, path, status, zh, en):
    for headers, text in ((ZH, zh), (EN, en)):
        response = client.get(path, headers=headers)
        assert (response.status_code, response.content_type) == (status, "text/html; charset=utf-8")
        assert text in response.text
        assert "Traceback" not in response.text


def test_a_form_that_is_too_large_is_refused(client):
    response = client.post(FORM, data={"csrf_token": csrf_of(client), "title": "x" * 1024 * 1024}, headers=ZH)
    assert (response.status_code, response.content_type) == (413, "text/html; charset=utf-8")
    assert "一次最多 1 MB" in response.text


def test_a_text_is_translated_where_a_template_prints_it(client):
    assert "<title>请填写此项。" in client.get(FORM, headers=ZH).text
    assert "<title>Please fill this in." in client.get(FORM, headers=EN).text


def prefer(client, **chosen):
    return client.post("/board/preferences", data={"csrf_token": csrf_of(client), **chosen})


def test_the_chosen_language_stays_whatever_the_browser_asks_for(client):
    assert '<html lang="zh-CN"' in client.get(FORM).text
    prefer(client, lang="en")
    assert '<html lang="en"' in client.get(FORM, headers=ZH).text
    prefer(client, lang="zh-CN")
    assert '<html lang="zh-CN"' in client.get(FORM, headers=EN).text


def test_theme_and_large_text_are_remembered_for_a_year(client):
    response = prefer(client, theme="dark", text="large", next="/board/notes/new?a=1")
    assert (response.status_code, response.headers["Location"]) == (303, "/board/notes/new?a=1")
    for cookie in response.headers.getlist("Set-Cookie"):
        if cookie.startswith("steward-t"):
            assert {"Max-Age=31536000", "Path=/", "SameSite=Lax", "HttpOnly"} <= set(cookie.split("; "))
    assert 'data-theme="dark" data-text="large"' in client.get(FORM).text
    prefer(client, theme="auto", text="normal")
    assert not re.search(r"<html[^>]*data-", client.get(FORM).text)


def test_what_cannot_be_chosen_is_left_alone(client):
    prefer(client, theme="pink", text="tiny", lang="xx")
    assert '<html lang="zh-CN">' in client.get(FORM).text
    client.set_cookie("steward-theme", '"><script>')
    assert '<html lang="zh-CN">' in client.get(FORM).text


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/a\r\nSet-Cookie: x=1",
        "javascript:x",
        "",
    ],
)
def test_nobody_is_led_to_another_site(client, path):
    assert prefer(client, next=path).headers["Location"] == "/board/"
