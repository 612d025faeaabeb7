"""The workbook that a year's plan is written in: its two sheets, and what may stand in each column."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from marshmallow import pre_load

from services.events.shift_words import ShiftWords
from shared.fields import Line, Paragraph, Schema, Whole
from shared.sheets import checking
from shared.sheets.fields import SheetDay, SheetTime, YesNo
from shared.sheets.layout import Column, Layout, Record
from shared.texts import text as _

EVENTS, SHIFTS = 0, 1
"""The places of the two sheets."""
LAYOUTS: Final = (
    Layout(
        _("Events"),
        ("Events", "活动"),
        (
            Column("ref", _("Number"), ("Number", "No.", "编号", "序号")),
            Column("title", _("Name of the event"), ("Event", "Title", "活动", "活动名称"), needed=True),
            Column("template", _("Template"), ("Template", "模板")),
            Column("day", _("Date"), ("Date", "日期"), needed=True),
            Column("starts", _("Start"), ("Start", "开始", "开始时间"), needed=True),
            Column("ends", _("End"), ("End", "结束", "结束时间"), needed=True),
            Column("venue", _("Place"), ("Place", "Venue", "地点")),
            Column("address", _("Address or meeting point"), ("Address", "地址", "地址或集合点", "集合地点")),
            Column("summary", _("What it is about"), ("Content", "活动介绍", "活动内容", "内容")),
            Column("conditions", _("Who can take part"), ("Conditions", "报名条件", "参与条件", "条件")),
            Column("how_to_sign_up", _("How to sign up"), ("Sign-up", "报名方式")),
            Column("risks", _("Risks and protection"), ("Risks", "风险与保障", "风险")),
            Column("contact", _("Contact line of the office"), ("Contact", "社区联系方式", "联系方式", "联系人")),
            Column(
                "expected_attendance", _("People expected"), ("Expected", "预计到场人数", "预计人数", "预计参加人数")
            ),
        ),
    ),
    Layout(
        _("Shifts"),
        ("Shifts", "岗位班次", "岗位", "班次"),
        (
            Column(
                "event", _("Number or name of the event"), ("Event", "活动", "活动编号", "活动编号或名称"), needed=True
            ),
            Column("role", _("Role"), ("Role", "Shift", "岗位", "岗位名称"), needed=True),
            Column("day", _("Date"), ("Date", "日期")),
            Column("starts", _("Start"), ("Start", "开始", "开始时间"), needed=True),
            Column("ends", _("End"), ("End", "结束", "结束时间"), needed=True),
            Column("capacity", _("Places"), ("Places", "名额", "人数"), needed=True),
            Column("minimum", _("At least"), ("At least", "Minimum", "最少人数", "最少")),
            Column("min_age", _("Youngest age"), ("Youngest age", "最低年龄", "最小年龄")),
            Column("skills", _("Skills"), ("Skills", "技能", "技能要求", "所需技能")),
            Column(
                "counts_as_service",
                _("Counts as service"),
                ("Counts as service", "计入志愿服务时长", "计入时长"),
            ),
            Column("description", _("What there is to do"), ("Tasks", "做些什么", "工作内容", "职责")),
        ),
        needed=False,
    ),
)


class EventRow(Schema):
    """An event of the plan; times are those of the office's clock. ``ref`` is what shifts call it by."""

    ref = Line(max=50)
    title = Line(max=100, required=True)
    template = Line(max=100)
    day = SheetDay(required=True)
    starts = SheetTime(required=True)
    ends = SheetTime(required=True)
    venue = Line(max=80)
    address = Line(max=200)
    summary = Paragraph(max=2000)
    conditions = Paragraph(max=1000)
    how_to_sign_up = Paragraph(max=1000)
    risks = Paragraph(max=1000)
    contact = Line(max=100)
    expected_attendance = Whole(max=1_000_000)


class ShiftRow(ShiftWords):
    """A shift of an event of the same workbook; it is on the event's day unless it says otherwise."""

    event = Line(max=100, required=True)
    day = SheetDay()
    starts = SheetTime(required=True)
    ends = SheetTime(required=True)
    counts_as_service = YesNo()  # type: ignore[assignment]  # a cell says it in words

    @pre_load
    def part_skills(self, cells: Mapping[str, str], **_kwargs: Any) -> dict[str, Any]:
        """Take the skills of one cell apart, where commas or semicolons stand between them."""
        parts = (part.strip() for part in re.split(r"[,，、;；]", cells.get("skills", "")))
        skills = [part for part in parts if part]
        return {**cells, "skills": skills} if skills else {key: cells[key] for key in cells if key != "skills"}


SCHEMAS: Final[tuple[Schema, Schema]] = (EventRow(), ShiftRow())


def load(record: Record) -> dict[str, Any]:
    """Return what a row says; raises ValidationError."""
    return checking.load(SCHEMAS[record.sheet], record)


def errors_of(record: Record) -> dict[str, list[str]]:
    """Return what is wrong in a row, by column."""
    return checking.errors_of(SCHEMAS[record.sheet], record)


def event_of(row: Mapping[str, Any], zone: str, templates: Mapping[str, str]) -> dict[str, Any]:
    """Return an event's row as the operation takes it; what a template fills in is left out where it is empty.

    ``templates``: name in either language, without case -> key; any other name is left as it is, to be refused.
    """
    kept = ("title", "summary", "conditions", "how_to_sign_up", "risks", "contact", "expected_attendance")
    entered = {name: row[name] for name in kept if name in row}
    if "template" in row:
        entered["template"] = templates.get(row["template"].casefold(), row["template"])
    else:
        entered.setdefault("summary", "")
    if "venue" in row or "address" in row or "template" not in row:
        entered["venue"] = {"name": row.get("venue", ""), "address": row.get("address", "")}
    entered["starts_at"] = datetime.combine(row["day"], row["starts"], ZoneInfo(zone))
    entered["ends_at"] = datetime.combine(row["day"], row["ends"], ZoneInfo(zone))
    return entered


def shift_of(row: Mapping[str, Any], event: Mapping[str, Any], zone: str) -> dict[str, Any]:
    """Return a shift's row as the operation takes it."""
    day = row.get("day", event["day"])
    kept = ("role", "capacity", "minimum", "min_age", "skills", "counts_as_service", "description")
    return {name: row[name] for name in kept if name in row} | {
        "starts_at": datetime.combine(day, row["starts"], ZoneInfo(zone)),
        "ends_at": datetime.combine(day, row["ends"], ZoneInfo(zone)),
    }
