"""A year's plan from a workbook: shown first, then made into drafts, all or none."""

import io
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from services.events import rows
from services.events.checks import MAX_SHIFTS
from services.events.models import Event
from services.events.operations.importing import plan
from shared import catalogues, imports
from shared.imports import Owner, Upload, UploadState
from shared.sheets.layout import arrange
from shared.sheets.reading import Line, Sheet
from shared.sheets.writing import Table, workbook
from tests.conftest import ON_SQLITE
from tests.events.web import Site
from tests.events.world import NOW, ZONE, World, an_organizer

IMPORTER = plan(ZONE)
EVENTS = ["编号", "活动", "模板", "日期", "开始", "结束", "地点", "活动内容"]
SHIFTS = ["活动", "岗位", "开始", "结束", "名额", "最少", "技能", "日期"]
CLEAN_UP = ["1", "环境整治日", "", "2027-07-03", "9:00", "11:00", "东门广场", "一起打扫"]
LECTURE = ["2", "急救讲座", "健康大讲堂", "2027年7月10日", "14:30", "16:00", "", ""]
SWEEP = ["1", "清扫", "8:30", "11:00", "20", "5", "", ""]
GUIDE = ["环境整治日", "引导", "8:30", "11:00", "2", "", "英语，手语", "2027-07-02"]


@pytest.fixture
def world(world: World) -> World:
    imports.Base.metadata.create_all(world.database.engine)
    return world


def sheet(title: str, head: list[str], lines: list[list[str]]) -> Sheet:
    return Sheet(title, [Line(number, cells) for number, cells in enumerate([head, *lines], start=1)])


def take(world: World, events: list[list[str]], shifts: list[list[str]]) -> Upload:
    sheets = [sheet("岗位班次", SHIFTS, shifts), sheet("活动", EVENTS, events)]
    owner = Owner(world.desk.organizer_id, world.desk.community)
    arranged = arrange(sheets, IMPORTER.layouts)
    return world.database.write(imports.take_in, IMPORTER, arranged, owner=owner, language="zh-CN", now=NOW)


def confirm(world: World, upload: Upload) -> Upload:
    owner = Owner(upload.organizer_id, upload.community)
    return world.database.write(imports.confirm, IMPORTER, upload.id, owner, NOW)


def found(upload: Upload) -> list[Any]:
    findings = imports.findings_of(upload)
    known = [findings.get(at, imports.Finding()) for at in range(upload.total)]
    return [sorted(one.errors) or (str(one.note) if one.note else "") for one in known]


def drafts(world: World) -> list[Event]:
    return world.database.read(lambda session: list(session.scalars(select(Event).order_by(Event.starts_at))))


def test_a_plan_becomes_drafts_with_their_shifts(world: World) -> None:
    upload = take(world, [CLEAN_UP, LECTURE], [SWEEP, GUIDE])
    notes = found(upload)
    assert (notes[0], notes[2:]) == ("Becomes a draft, with shifts: 2", ["", ""])
    assert notes[1].startswith("Becomes a draft")
    assert drafts(world) == []
    done = confirm(world, upload)
    assert (done.state, done.outcome["events"], done.records) == (UploadState.DONE, 2, [])
    first, second = drafts(world)
    assert (first.title, first.venue_name, first.status) == ("环境整治日", "东门广场", "draft")
    assert first.community == "朝阳社区"
    assert first.local(first.starts_at).isoformat() == "2027-07-03T09:00:00+08:00"
    assert [(shift.role, shift.capacity, shift.minimum, shift.skills) for shift in first.shifts] == [
        ("清扫", 20, 5, []),
        ("引导", 2, 0, ["英语", "手语"]),
    ]
    assert first.local(first.shifts[1].starts_at).isoformat() == "2027-07-02T08:30:00+08:00"
    assert second.template == "lecture"
    assert second.title == "急救讲座"
    assert second.shifts
    assert second.summary
    confirm(world, upload)
    assert len(drafts(world)) == 2


def test_every_bad_cell_is_marked_in_the_row_of_its_sheet(world: World) -> None:
    events = [
        CLEAN_UP,
        ["3", "讲座", "没有", "2027-07-10", "9:00", "10:00"],
        ["4", "讲座", "", "2027-02-30", "9", "10:00"],
        ["5", "夜跑", "", "2027-07-10", "22:00", "21:00"],
    ]
    shifts = [
        ["1", "清扫", "11:00", "8:30", "2", "3"],
        ["9", "引导", "8:30", "9:00", "2"],
        ["讲座", "引导", "8:30", "9:00", "0"],
        ["4", "引导", "8:30", "9:00", "2"],
    ]
    upload = take(world, events, shifts)
    assert found(upload) == [
        "",
        ["template"],
        ["day", "starts"],
        ["ends"],
        ["ends", "minimum"],
        ["event"],
        ["capacity"],
        "",
    ]
    assert drafts(world) == []


def test_skills_that_are_too_many_or_too_long_are_marked_and_none_is_cut(world: World) -> None:
    ten = "、".join(f"技能{number}" for number in range(10))
    shifts = [[*SWEEP[:6], skills, ""] for skills in (ten, f"{ten}；再一个", "长" * 31, " ，、")]
    upload = take(world, [CLEAN_UP], shifts)
    assert found(upload)[1:] == ["", ["skills"], ["skills"], ""]
    upload = take(world, [CLEAN_UP], [shifts[0], shifts[3]])
    confirm(world, upload)
    assert [shift.skills for shift in drafts(world)[0].shifts] == [ten.split("、"), []]


def test_an_event_takes_no_more_shifts_from_a_sheet_than_from_its_form(world: World) -> None:
    assert found(take(world, [CLEAN_UP], [SWEEP] * (MAX_SHIFTS + 1)))[0] == [""]
    assert found(take(world, [CLEAN_UP], [SWEEP] * MAX_SHIFTS))[0] == f"Becomes a draft, with shifts: {MAX_SHIFTS}"


def test_a_name_that_two_events_have_must_be_told_apart_by_number(world: World) -> None:
    events = [["1", "讲座", "", "2027-07-10", "9:00", "10:00"], ["2", "讲座", "", "2027-07-17", "9:00", "10:00"]]
    upload = take(world, events, [["讲座", "引导", "8:30", "9:00", "2"], ["2", "引导", "8:30", "9:00", "2"]])
    assert found(upload)[2:] == [["event"], ""]


def test_nothing_is_made_when_row_900_fails_at_the_last_moment(world: World) -> None:
    events = [[str(at), f"讲座{at}", "", "2027-07-10", "9:00", "10:00"] for at in range(1, 902)]
    upload = take(world, events, [])
    step = imports.continuing([IMPORTER])
    while world.database.write(step, NOW):
        pass
    world.database.write(lambda session: _break(session, upload, 899))
    assert confirm(world, upload).state is UploadState.WRITING
    assert world.database.write(step, NOW) == 1
    refused = world.database.read(lambda session: session.get_one(Upload, upload.id))
    assert refused.state is UploadState.CHECKED
    assert imports.findings_of(refused)[899].errors.keys() == {"ends"}
    assert world.database.read(lambda session: session.scalar(select(func.count()).select_from(Event))) == 0


def _break(session: Any, upload: Upload, position: int) -> None:
    """Let a row be wrong that was right when it was checked."""
    kept = session.get_one(Upload, upload.id)
    sheet_number, row, cells = kept.records[position]
    broken = [sheet_number, row, cells | {"ends": "8:00"}]
    kept.records = [*kept.records[:position], broken, *kept.records[position + 1 :]]


def test_every_language_calls_the_columns_by_names_that_are_understood() -> None:
    for language in catalogues.languages("events").values():
        for layout in rows.LAYOUTS:
            assert language.translate(layout.label) in layout.titles
            for column in layout.columns:
                known = {name.casefold() for name in (*column.names, column.label.msgid)}
                assert language.translate(column.label).casefold() in known
            names = [name.casefold() for column in layout.columns for name in {*column.names, column.label.msgid}]
            assert len(names) == len(set(names))


@ON_SQLITE
def test_an_organizer_fills_in_the_template_looks_and_confirms(world: World, desk: Site) -> None:
    for language in ("zh-CN", "en"):
        answer = desk.browser.get("/events/desk/import/template.xlsx", headers={"Accept-Language": language})
        book = load_workbook(io.BytesIO(answer.data))
        book.worksheets[0].append(["7", "纳凉晚会", "", "2027-07-10", "19:00", "21:00"])
        book.worksheets[1].append(["7", "引导", "", "18:30", "21:00", 3])
        buffer = io.BytesIO()
        book.save(buffer)
        buffer.seek(0)
        sent = desk.send("/events/desk/import", {"file": (buffer, "plan.xlsx")})
        page = desk.get(sent.location)
        assert "Becomes a draft, with shifts: 1" in page
        assert page.count('scope="col"') > 8
    desk.send(sent.location, {})
    assert "Imported" in desk.get(sent.location)
    assert [event.title for event in drafts(world)] == ["纳凉晚会"]
    assert 'href="/events/desk/import"' in desk.get("/events/desk")


@ON_SQLITE
def test_an_upload_is_seen_by_nobody_else(world: World, desk: Site) -> None:
    other = an_organizer(world.database, "青年路社区")
    stranger = World(world.database, other)
    foreign = take(stranger, [CLEAN_UP], [])
    for path in (f"/events/desk/import/{foreign.id}", f"/events/desk/import/{uuid4()}"):
        desk.get(path, 404)
        desk.get(f"{path}/corrections.xlsx", 404)


@ON_SQLITE
def test_a_workbook_without_its_sheet_is_answered_beside_the_field(desk: Site) -> None:
    data = workbook([Table("Sheet1", ["x"], [["y"]])])
    answer = desk.send("/events/desk/import", {"file": (io.BytesIO(data), "x.xlsx")}, 422)
    assert "The sheet “Events” is missing" in answer.text
