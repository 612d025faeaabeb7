"""Lists of people: shown first, then signed up all or none."""

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select, update
from structlog.testing import capture_logs

from services.signups.models import Signup, SignupStatus, Volunteer
from services.signups.operations.importing import people
from shared import catalogues, imports
from shared.database import change
from shared.errors import Conflict, NotFound
from shared.imports import Owner, Upload, UploadState
from shared.imports.importing import BATCH
from shared.sheets.layout import Arranged, arrange
from shared.sheets.reading import read_pasted
from shared.sheets.writing import xlsx
from tests import due
from tests.conftest import ON_SQLITE
from tests.signups.conftest import LINKS, NOW, World, a_child, shift_data
from tests.signups.web import Site

IMPORTER = people(LINKS.secret_key)
HEAD = ["姓名", "手机号", "岗位", "开始时间", "出生日期", "已同意"]


@pytest.fixture
def crowd(world: World) -> World:
    """An event with room for thirty guides, and a second shift of them on the evening."""
    evening = shift_data(starts_at=NOW + timedelta(days=8, hours=4), ends_at=NOW + timedelta(days=8, hours=6))
    table = shift_data(role="签到台", capacity=1, min_age=16)
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 30}, evening, table])
    return world


@pytest.fixture
def site(crowd: World) -> Site:
    return Site(crowd)


def person(number: int, role: str = "引导", start: str = "17:00", **changes: str) -> list[str]:
    cells = dict(zip(HEAD, [f"志愿者{number}", f"139{number:08d}", role, start, "1990-05-01", "是"], strict=True))
    return list((cells | changes).values())


def arranged(rows: list[list[str]]) -> Arranged:
    return arrange(read_pasted("\n".join("\t".join(row) for row in [HEAD, *rows])), IMPORTER.layouts)


def whose(world: World) -> Owner:
    return Owner(uuid4(), "朝阳社区", world.event["event_id"])


def take(world: World, rows: list[list[str]], owner: Owner | None = None) -> Upload:
    return world.database.write(
        imports.take_in, IMPORTER, arranged(rows), owner=owner or whose(world), language="zh-CN", now=NOW
    )


def confirm(world: World, upload: Upload, now: Any = NOW) -> Upload:
    owner = Owner(upload.organizer_id, upload.community, upload.subject_id)
    return world.database.write(imports.confirm, IMPORTER, upload.id, owner, now)


def found(upload: Upload) -> list[Any]:
    """What was found of each row: its wrong columns, else what would become of it."""
    findings = imports.findings_of(upload)
    return [sorted(findings[at].errors) or str(findings[at].note) for at in range(upload.total)]


def count(world: World) -> int:
    return world.read(lambda session: session.scalar(select(func.count()).select_from(Signup)))


def work(world: World) -> int:
    """What the worker does until there is no more of it; returns the steps."""
    step, steps = imports.continuing([IMPORTER]), 0
    while due.run(world.database, step, imports.DUE, NOW):
        steps += 1
    return steps


def test_every_bad_cell_is_marked_by_row_and_column_and_nothing_is_written(crowd: World) -> None:
    rows = [
        person(1),
        person(2, 手机号="1390013"),
        person(3, 出生日期="1990-13-01", 岗位="舞狮"),
        person(4, 已同意="否"),
        person(5, "舞狮"),
        person(6, 开始时间="9:00"),
        person(7, 开始时间=""),
        person(8, "签到台", 出生日期=str(a_child(15))),
        person(9, "签到台", 出生日期=""),
    ]
    upload = take(crowd, rows)
    assert found(upload) == [
        "Gets a place",
        ["phone"],
        ["birth_date", "role"],
        ["consent"],
        ["role"],
        ["starts_at"],
        ["starts_at"],
        ["birth_date"],
        ["birth_date"],
    ]
    assert [record.row for record in imports.records_of(upload)] == list(range(2, 11))
    assert count(crowd) == 0
    with pytest.raises(Conflict, match="need a correction"):
        confirm(crowd, upload)


def test_the_preview_says_what_the_import_then_does(crowd: World) -> None:
    crowd.sign_up(name="志愿者1", phone="+8613900000001")
    rows = [person(1), person(2), person(3, "签到台"), person(4, "签到台"), person(2, 开始时间="21:00")]
    upload = take(crowd, rows)
    assert found(upload) == [
        "Already there; nothing changes",
        "Gets a place",
        "Gets a place",
        "Goes on the waitlist",
        "Gets a place",
    ]
    done = confirm(crowd, upload)
    assert (done.state, done.outcome) == (UploadState.DONE, {"received": 1, "confirmed": 3, "waitlisted": 1})
    assert count(crowd) == 5


def test_a_person_who_stands_there_twice_or_has_no_time_is_marked(crowd: World) -> None:
    crowd.sign_up(name="志愿者3", phone="+8613900000003")
    upload = take(crowd, [person(1), person(1), person(1, "签到台"), person(3, "签到台")])
    assert found(upload) == ["Gets a place", ["name"], ["role"], ["role"]]


def test_confirming_twice_signs_up_once_and_keeps_no_list_of_people(crowd: World) -> None:
    upload = take(crowd, [person(1), person(2)])
    confirm(crowd, upload)
    again = confirm(crowd, upload)
    assert (again.records, again.findings, again.outcome) == ([], {}, {"confirmed": 2})
    assert count(crowd) == 2
    assert len(crowd.messages("signup.confirmed")) == 2


def test_a_row_that_fails_at_the_last_moment_takes_all_others_back(crowd: World) -> None:
    crowd.publish(waitlist=False)
    upload = take(crowd, [person(number) for number in range(1, 21)] + [person(21, "签到台")])
    crowd.sign_up(shift_id=crowd.event["shifts"][2]["shift_id"], birth_date=a_child(40))
    before = len(crowd.messages())
    refused = confirm(crowd, upload)
    assert refused.state is UploadState.CHECKED
    assert found(refused)[-1] == [""]
    assert count(crowd) == 1
    assert crowd.read(lambda session: session.scalar(select(func.count()).select_from(Volunteer))) == 1
    assert len(crowd.messages()) == before


def test_a_long_list_is_checked_in_steps_and_written_in_one(crowd: World) -> None:
    crowd.publish(shifts=[crowd.event["shifts"][0] | {"capacity": 400}, *crowd.event["shifts"][1:]])
    upload = take(crowd, [person(number) for number in range(1, BATCH + 52)])
    assert (upload.state, upload.done, upload.total) == (UploadState.CHECKING, 0, BATCH + 51)
    with pytest.raises(Conflict, match="still being checked"):
        confirm(crowd, upload)
    step = imports.continuing([IMPORTER])
    assert crowd.database.write(step, NOW) == 1
    assert crowd.read(lambda session: session.get_one(Upload, upload.id).done) == BATCH
    assert work(crowd) == 2
    assert confirm(crowd, upload).state is UploadState.WRITING
    assert count(crowd) == 0
    assert work(crowd) == 1
    assert count(crowd) == BATCH + 51


def test_nobody_else_can_see_or_confirm_an_upload(crowd: World) -> None:
    upload = take(crowd, [person(1)])
    mine = Owner(upload.organizer_id, upload.community, upload.subject_id)
    others = [
        Owner(uuid4(), mine.community, mine.subject_id),
        Owner(mine.organizer_id, "青年路社区", mine.subject_id),
        Owner(mine.organizer_id, mine.community, uuid4()),
        Owner(mine.organizer_id, mine.community),
    ]
    for owner in others:
        for action in (imports.find, imports.confirm):
            with pytest.raises(NotFound):
                crowd.database.write(action, IMPORTER, upload.id, owner, NOW)
    assert count(crowd) == 0


def test_an_upload_is_forgotten_after_a_day(crowd: World) -> None:
    upload = take(crowd, [person(1)])
    later = NOW + timedelta(days=1)
    with pytest.raises(NotFound, match="kept for a day"):
        confirm(crowd, upload, later)
    assert crowd.database.write(imports.forget_uploads, NOW) == 0
    assert crowd.database.write(imports.forget_uploads, later) == 1


def address(site: Site) -> str:
    return f"/signups/desk/events/{site.world.event['event_id']}/import"


def send(site: Site, form: dict[str, Any], status: int = 303) -> Any:
    answer = site.send(address(site), address(site), form)
    assert answer.status_code == status
    return answer


def file(rows: list[list[str]], head: list[str] = HEAD) -> tuple[io.BytesIO, str]:
    return io.BytesIO(xlsx("名单", head, rows)), "名单.xlsx"


@ON_SQLITE
def test_an_organizer_uploads_looks_corrects_and_confirms(site: Site) -> None:
    site.sign_in()
    bad = send(site, {"file": file([[*person(1), "三科"], [*person(2, 手机号="1390013"), "三科"]], [*HEAD, "部门"])})
    page = site.open(bad.location)
    assert "第3行“手机号”：手机号不正确" in page
    assert 'class="cell cell-wrong" data-label="手机号"' in page
    assert "部门" in page
    assert "确认报名" not in page
    corrected = load_workbook(io.BytesIO(site.browser.get(f"{bad.location}/corrections.xlsx").data)).active
    assert corrected["H1"].value == "需要修改"
    assert "手机号不正确" in corrected["H3"].value
    assert corrected["B3"].comment is not None
    rows = [[cell or "" for cell in row] for row in corrected.iter_rows(min_row=2, values_only=True)]
    head = [cell.value for cell in corrected[1]]
    rows[1][1] = "13900139000"
    good = send(site, {"file": file(rows, head)})
    assert "确认报名（2 行）" in site.open(good.location)
    assert site.send(good.location, good.location, {}).status_code == 303
    assert "导入完成" in site.open(good.location)
    assert count(site.world) == 2


@ON_SQLITE
def test_pasted_lines_need_no_heading_but_the_word_that_all_have_agreed(site: Site) -> None:
    site.sign_in()
    lines = "赵敏，139 0013 9001，签到台\n钱进 13900139002 引导 21:00"
    assert "已同意" in site.open(send(site, {"lines": lines}).location)
    page = site.open(send(site, {"lines": lines, "agreed": "true"}).location)
    assert "第1行“出生日期”" in page
    sent = send(site, {"lines": "赵敏"}, 303)
    assert "请填写" in site.open(sent.location)


@ON_SQLITE
def test_a_file_that_cannot_be_read_is_answered_beside_its_field(site: Site) -> None:
    site.sign_in()
    answer = send(site, {"file": (io.BytesIO(b"\xd0\xcf\x11\xe0" + b"\0" * 600), "old.xls"), "lines": ""}, 422)
    assert 'id="file-error"' in answer.text
    assert "旧版 Excel" in answer.text
    assert "请选择文件" in send(site, {}, 422).text


@ON_SQLITE
def test_pages_of_an_import_are_closed_to_other_communities_and_other_organizers(site: Site) -> None:
    site.sign_in()
    upload = send(site, {"file": file([person(1)])}).location
    for community in ("青年路社区", "朝阳社区"):
        site.browser.set_cookie("steward-organizer", site.organizer(community))
        for path in (upload, f"{upload}/corrections.xlsx"):
            assert site.browser.get(path).status_code == 404
    site.browser.set_cookie("steward-organizer", site.organizer("青年路社区"))
    assert site.browser.get(address(site)).status_code == 404


@ON_SQLITE
def test_the_template_can_be_filled_in_and_uploaded_in_either_language(site: Site) -> None:
    site.sign_in()
    for language in ("zh-CN", "en"):
        answer = site.browser.get(f"{address(site)}/template.xlsx", headers={"Accept-Language": language})
        book = load_workbook(io.BytesIO(answer.data))
        sheet = book.worksheets[0]
        sheet.append(["赵敏", "13900139000", "引导", "17:00", "", "1990-05-01", "yes"])
        buffer = io.BytesIO()
        book.save(buffer)
        buffer.seek(0)
        page = site.open(send(site, {"file": (buffer, "x.xlsx")}).location, **{"Accept-Language": language})
        assert page.count('role="row"') == 2


@ON_SQLITE
def test_a_long_upload_shows_how_far_it_is_and_goes_on_by_itself(site: Site) -> None:
    site.sign_in()
    page = site.open(send(site, {"file": file([person(number) for number in range(1, 262)])}).location)
    assert "正在逐行检查" in page
    assert "0 / 261" in page
    assert 'hx-trigger="every 1s"' in page
    assert UUID(page.split("/import/")[1][:36])


def test_withdrawn_people_are_signed_up_anew(crowd: World) -> None:
    upload = take(crowd, [person(1)])
    confirm(crowd, upload)
    crowd.database.write(lambda session: session.execute(Signup.__table__.update().values(status="withdrawn")))
    assert found(take(crowd, [person(1)])) == ["Gets a place"]
    assert crowd.read(lambda session: session.scalars(select(Signup.status)).all()) == [SignupStatus.WITHDRAWN]


def test_every_language_calls_the_columns_by_names_that_are_understood() -> None:
    [layout] = IMPORTER.layouts
    for language in catalogues.languages("signups").values():
        for column in layout.columns:
            known = {name.casefold() for name in (*column.names, column.label.msgid)}
            assert language.translate(column.label).casefold() in known


def test_a_list_that_breaks_its_step_does_not_hold_up_the_next_one(crowd: World) -> None:
    def write(*_args: Any) -> dict[str, int]:
        raise LookupError("王建国")

    broken = replace(IMPORTER, kind="broken", compare=write)
    crowd.publish(shifts=[crowd.event["shifts"][0] | {"capacity": 400}, *crowd.event["shifts"][1:]])
    rows = arranged([person(number) for number in range(1, BATCH + 2)])
    bad, good = (
        crowd.database.write(imports.take_in, importer, rows, owner=whose(crowd), language="zh-CN", now=now)
        for importer, now in ((broken, NOW), (IMPORTER, NOW + timedelta(seconds=1)))
    )
    step = imports.continuing([broken, IMPORTER])
    with capture_logs() as logs:
        while crowd.database.write(step, NOW + timedelta(seconds=2)):
            pass
    states = crowd.read(lambda session: {one.id: one for one in session.scalars(select(Upload))})
    assert states[good.id].state is UploadState.CHECKED
    assert (states[bad.id].state, states[bad.id].records, states[bad.id].findings) == (UploadState.FAILED, [], {})
    assert [entry["upload_id"] for entry in logs] == [str(bad.id)]
    assert "王建国" not in str(logs)
    owner = Owner(bad.organizer_id, bad.community, bad.subject_id)
    with pytest.raises(Conflict, match="upload it again"):
        crowd.database.write(imports.confirm, broken, bad.id, owner, NOW)


@ON_SQLITE
def test_the_page_of_a_list_that_could_not_be_read_asks_for_it_again(crowd: World, site: Site) -> None:
    site.sign_in()
    start = f"/signups/desk/events/{crowd.event['event_id']}/import"
    lines = "\n".join("\t".join(row) for row in [HEAD, person(1)])
    sent = site.send(start, start, {"lines": lines})
    crowd.database.write(lambda session: change(session, update(Upload).values(state=UploadState.FAILED)))
    page = site.open(sent.location, Accept_Language="en")
    assert "This list could not be read to the end. Please upload it again." in page
    assert f'href="{start}"' in page
