"""The sheet of people that an office keeps: its columns, and what may stand in each."""

from typing import Any, Final

from shared.fields import Email, Line, Phone, Schema, true
from shared.sheets import checking
from shared.sheets.fields import SheetDay, SheetStart, YesNo
from shared.sheets.layout import Column, Layout, Record
from shared.texts import text as _

PEOPLE: Final = Layout(
    _("People"),
    ("People", "人员", "名单"),
    (
        Column("name", _("Name"), ("Name", "姓名", "名字"), needed=True),
        Column("phone", _("Mobile number"), ("Phone", "手机号", "手机", "手机号码", "电话", "联系电话"), needed=True),
        Column("role", _("Shift"), ("Shift", "Role", "岗位", "班次"), needed=True),
        Column("starts_at", _("Start"), ("Start", "开始", "开始时间")),
        Column("email", _("E-mail"), ("E-mail", "Email", "邮箱", "电子邮箱", "电子邮件")),
        Column("birth_date", _("Birth date"), ("Birth date", "Born", "出生日期", "生日")),
        Column("consent", _("Has agreed"), ("Has agreed", "Consent", "已同意", "本人同意"), needed=True),
    ),
)


class PersonRow(Schema):
    """A person for a shift, who has agreed to be written down. ``starts_at`` tells two shifts of one role apart."""

    name = Line(min=2, max=50, required=True)
    phone = Phone(required=True)
    role = Line(max=50, required=True)
    starts_at = SheetStart(load_default=None)
    email = Email(load_default=None)
    birth_date = SheetDay(load_default=None)
    consent = YesNo(required=True, validate=true)


SCHEMA: Final = PersonRow()


def load(record: Record) -> dict[str, Any]:
    """Return what a row says; raises ValidationError."""
    return checking.load(SCHEMA, record)


def errors_of(record: Record) -> dict[str, list[str]]:
    """Return what is wrong in a row, by column."""
    found = checking.errors_of(SCHEMA, record)
    if "consent" in found and "consent" in record.cells:
        found["consent"] = [_("Write “yes” once the person has agreed to it, and leave out whoever has not.")]
    return found
