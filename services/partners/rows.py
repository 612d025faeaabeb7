"""The sheet of work units that an office keeps: its columns, and what may stand in each."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from marshmallow import ValidationError, fields

from services.partners import words
from services.partners.operations.units import MAX_NAME, MAX_TEXT, MAX_UNIT_NAME
from shared.catalogues import languages
from shared.fields import Email, Line, Phone, Schema
from shared.names import name_key
from shared.sheets import checking
from shared.sheets.layout import Column, Layout, Record
from shared.texts import text as _

UNITS: Final = Layout(
    _("Work units"),
    ("Work units", "Units", "驻地单位", "共建单位", "单位"),
    (
        Column("name", _("Name of the unit"), ("Unit", "Name of the unit", "单位", "单位名称", "名称"), needed=True),
        Column("kind", _("Kind of unit"), ("Kind", "Kind of unit", "类型", "单位类型", "类别"), needed=True),
        Column("contact", _("Contact"), ("Contact", "联系人", "联系人姓名", "负责人"), needed=True),
        Column("phone", _("Mobile number"), ("Phone", "手机号", "手机", "联系电话", "电话"), needed=True),
        Column("email", _("E-mail"), ("E-mail", "Email", "邮箱", "电子邮箱")),
        Column("address", _("Address"), ("Address", "地址", "单位地址")),
        Column("offers", _("Usually gives"), ("Usually gives", "Offers", "常提供的支持", "可提供资源", "资源")),
    ),
)


ALSO: Final[Mapping[str, Sequence[str]]] = {
    "school": ("幼儿园", "小学", "中学"),
    "clinic": ("医院", "诊所", "卫生院", "卫生服务中心"),
    "police": ("公安", "派出所", "警务站", "消防", "消防站"),
    "government": ("机关", "机关单位", "政府"),
    "company": ("企业", "公司", "商户", "商铺"),
    "property": ("物业", "物业公司"),
    "association": ("协会", "社会组织", "公益组织"),
}
"""What offices call the kinds of units, besides their names on our pages."""


class UnitKind(fields.Field[str]):
    """A kind of unit, by its key or by what any language calls it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        del attr, data, kwargs
        wanted = name_key(str(value))
        for kind, label in words.UNIT_KINDS.items():
            called = (kind, *ALSO.get(kind, ()), *(one.translate(label) for one in languages("partners").values()))
            if wanted in map(name_key, called):
                return kind
        raise ValidationError(_("This is no kind of unit that is known here. The template's notes list them."))


class UnitRow(Schema):
    """A unit with a contact of it."""

    name = Line(min=2, max=MAX_UNIT_NAME, required=True)
    kind = UnitKind(required=True)
    contact = Line(min=2, max=MAX_NAME, required=True)
    phone = Phone(required=True)
    email = Email(load_default=None)
    address = Line(max=MAX_TEXT, load_default="")
    offers = Line(max=MAX_TEXT, load_default="")


SCHEMA: Final = UnitRow()


def load(record: Record) -> dict[str, Any]:
    """Return what a row says; raises ValidationError."""
    return checking.load(SCHEMA, record)


def errors_of(record: Record) -> dict[str, list[str]]:
    """Return what is wrong in a row, by column."""
    return checking.errors_of(SCHEMA, record)
