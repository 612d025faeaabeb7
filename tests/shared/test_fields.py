"""What people may type, and what they are told when they may not."""

from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

import pytest
from marshmallow import ValidationError, fields

from shared.catalogues import language
from shared.fields import (
    Choice,
    Day,
    Email,
    Line,
    LocalMoment,
    Moment,
    Paragraph,
    Phone,
    Schema,
    Timezone,
    Whole,
    size,
    true,
)
from shared.texts import Text

ZH = language("board", "zh-CN")


class Colour(StrEnum):
    RED = "red"


class RowSchema(Schema):
    role = Line(max=5, required=True)


class PersonSchema(Schema):
    name = Line(min=2, max=50, required=True)
    about = Paragraph(max=30)
    phone = Phone()
    email = Email()
    age = Whole(min=1, max=120)
    colour = Choice(Colour)
    at = Moment()
    local = LocalMoment()
    day = Day()
    zone = Timezone()
    id = fields.UUID()
    notes = fields.Dict(keys=fields.String(), values=fields.Raw())
    rows = fields.List(fields.Nested(RowSchema), validate=size(2, 1))
    shift_ids = fields.List(fields.UUID())
    consent = fields.Boolean(validate=true)


def load(**given):
    return PersonSchema().load({"name": "扎西", **given})


def errors(**given):
    """The errors as a reader of Chinese sees them."""
    with pytest.raises(ValidationError) as caught:
        load(**given)
    return ZH.translate(caught.value.messages)


@pytest.mark.parametrize("name", ["扎西·次仁", "Zoë", "𠮷野家", "<b>王</b>", "王‐陈", "👩‍👩‍👧"])
def test_names_are_taken_as_people_write_them(name):
    assert load(name=name)["name"] == name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  王  小明\t", "王 小明"), ("王\u3000小明", "王 小明"), ("Zoe\u0308", "Zoë"), ("王\n小明", "王 小明")],
)
def test_a_line_is_tidied(typed, kept):
    assert load(name=typed)["name"] == kept


@pytest.mark.parametrize("name", ["王\x00小明", "王\x1b[31m", "\ud800王", "王\x0b小明", "王\x85小明"])
def test_control_characters_are_refused(name):
    assert errors(name=name) == {"name": ["其中有无法使用的字符，请重新输入。"]}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("", "请填写此项。"),
        (" \u3000", "请填写此项。"),
        (None, "请填写此项。"),
        ("王", "请至少填写 2 个字。"),
        ("王" * 51, "请不要超过 50 个字。"),
        (7, "此项请填写文字。"),
        (["王"], "此项请填写文字。"),
    ],
)
def test_a_line_says_what_it_needs(name, text):
    assert errors(name=name) == {"name": [text]}


def test_what_is_missing_is_asked_for():
    with pytest.raises(ValidationError) as caught:
        PersonSchema().load({})
    assert caught.value.messages == {"name": ["Please fill this in."]}


def test_a_paragraph_keeps_its_lines():
    assert load(about=" 一 \r\n二\n\n\n\n三  四 ")["about"] == "一\n二\n\n三 四"


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        "+86 138 0013 8000",
        "０１３８００１３８０００"[1:],
        "＋８６ 138-0013-8000",
        "\u202a138 0013 8000\u202c",
        "0086 13800138000",
        "(138) 0013.8000",
        "138–0013–8000",
    ],
)
def test_a_phone_number_is_known_in_any_dress(typed):
    assert load(phone=typed)["phone"] == "+8613800138000"


@pytest.mark.parametrize(("typed", "kept"), [("+852 5123 4567", "+85251234567"), ("+1 212 555 2368", "+12125552368")])
def test_numbers_from_abroad_begin_with_plus(typed, kept):
    assert load(phone=typed)["phone"] == kept


@pytest.mark.parametrize(
    "typed",
    [
        "1380013800",
        "138001380000",
        "1380013800a",
        "1-800-FLOWERS",
        "010 8888 8888",
        "+86 10 8888 8888",
        "51234567",
        "00852 5123 4567",
        "12345678901",
        "+++13800138000",
        "138 0013 8000 ext 5",
        "1" * 300,
        "",
        "٠١٣٨",
    ],
)
def test_what_no_text_message_reaches_is_refused(typed):
    assert errors(phone=typed) == {"phone": ["手机号不正确，请填写 11 位手机号；境外号码请以 + 开头。"]}


def test_an_address_for_mail():
    assert load(email=" Zhang.San@example.com ")["email"] == "Zhang.San@example.com"
    for wrong in ("zhang", "a@b", "a b@example.com", "a@example.com\nBcc: b@example.com", "a" * 250 + "@example.com"):
        assert errors(email=wrong) == {"email": ["电子邮箱不正确，请按 name@example.com 的样子填写。"]}


@pytest.mark.parametrize("typed", [7, "7", " ７ ", "+7", 7.0])
def test_a_whole_number_may_be_written_in_many_ways(typed):
    assert load(age=typed)["age"] == 7


@pytest.mark.parametrize("typed", [0, 121, "7.5", 7.5, "seven", True, "", "1e2", 10**400, float("inf"), [], "9" * 5000])
def test_a_number_says_from_where_to_where(typed):
    assert errors(age=typed) == {"age": ["请填写 1 到 120 之间的整数。"]}


def test_a_choice_is_a_member():
    assert load(colour="red")["colour"] is Colour.RED
    assert PersonSchema().dump({"colour": Colour.RED}) == {"colour": "red"}
    for wrong in ("blue", 3, [], {}):
        assert errors(colour=wrong) == {"colour": ["请从以下各项中选择：red。"]}


def test_a_moment_has_an_offset():
    assert load(at="2027-06-19T14:00:00+08:00")["at"] == datetime(2027, 6, 19, 6, tzinfo=UTC)
    assert load(at="2027-06-19T06:00:00Z")["at"] == datetime(2027, 6, 19, 6, tzinfo=UTC)
    dumped = PersonSchema().dump({"at": datetime(2027, 6, 19, 14, tzinfo=timezone(timedelta(hours=8)))})
    assert dumped == {"at": "2027-06-19T14:00:00+08:00"}
    for wrong in ("2027-06-19T14:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "soon", 5, "", {}):
        assert errors(at=wrong) == {"at": ["请按 2027-06-19T14:00:00+08:00 的样子填写日期、时间和时差。"]}


def test_a_moment_of_a_form_has_none():
    assert load(local="2027-06-19T14:00")["local"] == datetime(2027, 6, 19, 14)  # noqa: DTZ001  # that is the point
    for wrong in ("2027-06-19T14:00+08:00", "0027-06-19T14:00", "19.6.", ""):
        assert errors(local=wrong) == {"local": ["请填写日期和时间，例如 2027-06-19 14:00。"]}


def test_a_day():
    assert load(day="2027-06-19")["day"] == date(2027, 6, 19)
    for wrong in ("2027-02-30", "0202-06-19", "yesterday", 20270619):
        assert errors(day=wrong) == {"day": ["请填写日期，例如 2027-06-19。"]}


def test_a_time_zone_has_a_name():
    assert load(zone="Asia/Shanghai")["zone"] == "Asia/Shanghai"
    assert load(zone="America/Argentina/Ushuaia")["zone"] == "America/Argentina/Ushuaia"
    for wrong in ("Beijing", "Asia", "../etc/passwd", "Asia/../Asia/Shanghai", "Mars/Olympus", "localtime", "\x00", ""):
        assert errors(zone=wrong) == {"zone": ["请填写时区名称，例如 Asia/Shanghai。"]}


def test_unknown_fields_are_refused_at_every_depth():
    assert errors(status="confirmed", rows=[{"role": "引导", "taken": 3}]) == {
        "status": ["这里没有这个字段，请去掉它。"],
        "rows": {0: {"taken": ["这里没有这个字段，请去掉它。"]}},
    }


def test_errors_of_rows_stand_where_they_were_made():
    assert errors(rows=[{"role": "引导"}, {}]) == {"rows": {1: {"role": ["请填写此项。"]}}}
    assert errors(rows=[]) == {"rows": ["至少要有 1 项。"]}
    assert errors(rows=[{"role": "一"}] * 3) == {"rows": ["最多只能有 2 项。"]}
    assert errors(rows={}) == {"rows": ["此项请填写列表。"]}
    assert errors(rows=["引导"]) == {"rows": {0: {"_schema": ["请按要求的字段发送一个对象。"]}}}
    assert errors(shift_ids=["7"]) == {"shift_ids": {0: ["编号不正确，请检查。"]}}


def test_null_is_no_value():
    assert errors(age=None, rows=[None], notes={"x": None}) == {
        "age": ["请填写内容，或者不要发送此项。"],
        "rows": {0: ["请填写内容，或者不要发送此项。"]},
        "notes": {"x": {"value": ["请填写内容，或者不要发送此项。"]}},
    }


def test_consent_is_ticked_or_missing():
    assert load(consent=True)["consent"] is True
    assert errors(consent=False) == {"consent": ["如果同意，请勾选此项；不勾选就无法继续。"]}
    for neither in ("perhaps", 1, 0, 1.0):
        assert errors(consent=neither) == {"consent": ["此项请填写“是”（true）或“否”（false）。"]}
    assert load(consent="on")["consent"] is True


@pytest.mark.parametrize("body", [None, [], "text", 3])
def test_only_an_object_is_a_person(body):
    with pytest.raises(ValidationError) as caught:
        PersonSchema().load(body)
    assert ZH.translate(caught.value.messages) == {"_schema": ["请按要求的字段发送一个对象。"]}


def test_every_error_can_be_translated():
    given = {"name": 1, "about": 1, "phone": 1, "email": 1, "age": "x", "colour": 1, "at": 1, "local": 1, "day": 1}
    given |= {"zone": 1, "id": 1, "rows": 1, "shift_ids": 1, "consent": [], "other": 1}
    with pytest.raises(ValidationError) as caught:
        PersonSchema().load(given)
    assert caught.value.messages.keys() == given.keys()
    assert [name for name, (text,) in caught.value.messages.items() if not isinstance(text, Text)] == []
