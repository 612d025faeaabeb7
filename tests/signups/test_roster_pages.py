"""The roster at the desk: finding people, moving them, writing down who walks in, and taking it all along as a file."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from sqlalchemy import event as engine_events

from services.signups import operations
from services.signups.models import SignupStatus
from tests.conftest import ON_SQLITE
from tests.signups.conftest import NOW, World, event_data, shift_data
from tests.signups.web import Site

pytestmark = ON_SQLITE

DESK = "/signups/desk"


@pytest.fixture
def site(world: World) -> Site:
    """An organizer's browser; the event has a second shift after the first, which asks for first aid."""
    later = world.event["ends_at"]
    aid = shift_data(role="急救", skills=["急救证"], starts_at=later, ends_at=later + timedelta(hours=1))
    world.publish(shifts=[*world.event["shifts"], aid])
    site = Site(world)
    site.sign_in()
    return site


@pytest.fixture
def roster(site: Site) -> str:
    return f"{DESK}/events/{site.world.event['event_id']}"


def aid(site: Site) -> UUID:
    shift_id: UUID = site.world.event["shifts"][1]["shift_id"]
    return shift_id


def names(page: str) -> list[str]:
    return re.findall(r'class="person-name">([^<]+)<', page)


def test_the_roster_across_events_is_narrowed_by_event_shift_day_and_name(site: Site) -> None:
    world = site.world
    other = event_data(title="周末环境整治", slug="clean", starts_at=NOW + timedelta(days=20))
    start = NOW + timedelta(days=20)
    shift = shift_data(role="清扫", starts_at=start, ends_at=start + timedelta(hours=2))
    world.database.write(operations.record_event, other | {"shifts": [shift]}, now=NOW)
    world.sign_up(name="卓玛", phone="+8613912345678")
    world.sign_up(name="Tashi Dorje", shift_id=aid(site))
    world.sign_up(name="王建国", shift_id=shift["shift_id"])
    assert names(site.open(DESK)) == ["卓玛", "Tashi Dorje", "王建国"]
    assert names(site.open(f"{DESK}?event={other['event_id']}")) == ["王建国"]
    assert names(site.open(f"{DESK}?event={world.event['event_id']}&shift={aid(site)}")) == ["Tashi Dorje"]
    assert names(site.open(f"{DESK}?since={start.date()}")) == ["王建国"]
    assert names(site.open(f"{DESK}?until={(NOW + timedelta(days=9)).date()}")) == ["卓玛", "Tashi Dorje"]
    assert names(site.open(f"{DESK}?q=tashidorje")) == ["Tashi Dorje"]
    assert names(site.open(f"{DESK}?q=1234+5678")) == ["卓玛"]
    assert 'value="扎西 多吉"' in site.open(f"{DESK}?q=扎西　多吉")
    assert len(names(site.open(f"{DESK}?event=nonsense&shift=&since=31.12.&status=no&q=%00"))) == 3
    assert "这些日子还没有人报名" in site.open(f"{DESK}?since=2040-01-01")


def test_days_before_today_are_shown_when_asked_for(site: Site) -> None:
    site.world.sign_up(name="卓玛")
    site.now = NOW + timedelta(days=30)
    site.sign_in()
    assert names(site.open(DESK)) == []
    assert names(site.open(f"{DESK}?since=")) == ["卓玛"]


def test_another_community_s_people_are_nobody_s_business(site: Site, roster: str) -> None:
    answer = site.world.sign_up(name="卓玛")
    site.sign_in("别的社区")
    assert names(site.open(DESK)) == []
    assert "端午" not in site.open(f"{DESK}?event={site.world.event['event_id']}")
    for path in ("", "/sheet", "/walk-in", "/roster.csv", "/roster.xlsx"):
        assert site.browser.get(roster + path).status_code == 404
    assert "卓玛" not in site.open(f"{DESK}/roster.csv?event={site.world.event['event_id']}")
    assert site.browser.get(f"{DESK}/signups/{answer.signup_id}/move").status_code == 404
    somebody = {"name": "路人", "phone": "13900000001", "shift_id": str(site.world.shift_id), "consent": "true"}
    assert site.send(DESK, f"{roster}/walk-in", somebody | {"key": str(uuid4())}).status_code == 404
    walk_in = somebody | {"consent": True}
    key = {"Idempotency_Key": "k"}
    assert site.call("POST", "/walk-ins", walk_in, token=site.organizer("别的社区"), **key).status_code == 422


def test_the_tabs_count_what_the_search_leaves_and_links_keep_it(site: Site, roster: str) -> None:
    for name in ("卓玛", "卓嘎", "王建国"):
        site.world.sign_up(name=name)
    page = site.open(f"{roster}?q=卓")
    assert re.search(r'全部 <span class="count">2<', page)
    assert f"{roster}?q=%E5%8D%93&amp;status=waitlisted" in page
    assert f"{roster}/roster.csv?q=%E5%8D%93" in page
    assert f'value="{roster}?q=%E5%8D%93"' in page  # what a press returns to


def test_each_step_is_one_press_and_can_be_taken_back(site: Site, roster: str) -> None:
    answer = site.world.sign_up(name="卓玛", shift_id=aid(site))
    site.now = site.world.event["ends_at"] + timedelta(minutes=5)
    site.sign_in()
    back = f"{roster}?status=confirmed"

    def press(step: str) -> str:
        done = site.send(roster, f"{DESK}/signups/{answer.signup_id}/{step}", {"back": back})
        assert (done.status_code, done.headers["Location"]) == (303, back)
        return site.open(roster)

    assert "待确认" in press("unclear")
    assert "/clear" not in press("clear")
    assert "20:05 签到" in press("check-in")
    assert "20:05–20:05" in press("check-out")
    assert "20:05 签到" in press("undo-check-out")
    press("undo-check-in")
    assert site.world.status(answer) is SignupStatus.CONFIRMED
    press("absent")
    press("undo-absent")
    assert site.world.status(answer) is SignupStatus.CONFIRMED


def test_those_to_confirm_have_a_tab_of_their_own(site: Site, roster: str) -> None:
    assert "待确认" not in site.open(roster)
    answer = site.world.sign_up(name="卓玛", shift_id=aid(site))
    site.world.sign_up(name="王建国")
    assert names(site.open(f"{roster}?status=to-clear")) == ["卓玛"]
    row = site.send(roster, f"{DESK}/signups/{answer.signup_id}/clear", {}, HX_Request="true")
    assert row.status_code == 200
    assert "卓玛：已确认符合要求" in row.text
    assert names(site.open(f"{roster}?status=to-clear")) == []


def test_two_organizers_who_press_at_once_both_see_the_truth(site: Site, roster: str) -> None:
    answer = site.world.sign_up(name="卓玛")
    site.now = site.world.event["starts_at"]
    site.sign_in()
    path = f"{DESK}/signups/{answer.signup_id}"
    for step in ("absent", "check-in"):
        site.send(roster, f"{path}/{step}", {})
    late = site.send(roster, f"{path}/undo-absent", {}, HX_Request="true")
    assert "这期间已有别的记录" in late.text
    assert "已签到" in late.text


def test_somebody_is_moved_by_a_form_that_says_where_there_are_places(site: Site, roster: str) -> None:
    world = site.world
    world.publish(shifts=[*world.event["shifts"][:1], world.event["shifts"][1] | {"capacity": 1}])
    answer = world.sign_up(name="卓玛")
    page = f"{DESK}/signups/{answer.signup_id}/move?back={roster}%3Fstatus%3Dconfirmed"
    assert "原来的名额" in site.open(page)
    path = page.partition("?")[0]
    nothing = site.send(page, path, {"back": roster})
    assert (nothing.status_code, "请选择一个岗位" in nothing.text) == (422, True)
    moved = site.send(page, path, {"shift_id": str(aid(site)), "back": f"{roster}?status=confirmed"})
    assert (moved.status_code, moved.headers["Location"]) == (303, f"{roster}?status=confirmed")
    assert "卓玛 已调到：急救" in site.open(roster)
    second = world.sign_up(name="王建国")
    full = site.send(page, f"{DESK}/signups/{second.signup_id}/move", {"shift_id": str(aid(site))})
    assert (full.status_code, "该岗位已满" in full.text) == (422, True)


def test_who_walks_in_is_written_down_once_and_checked_in(site: Site, roster: str) -> None:
    site.now = site.world.event["starts_at"] + timedelta(minutes=1)
    site.sign_in()
    page = f"{roster}/walk-in"
    wrong = site.send(page, page, {"name": "路人", "phone": "1390"})
    assert wrong.status_code == 422
    for words in ('value="路人"', 'value="1390"', "请选择一个岗位", "手机号不正确"):
        assert words in wrong.text
    form = dict(re.findall(r'type="hidden" name="(csrf_token|key)" value="([^"]+)"', site.open(page)))
    form |= {"name": "路人", "phone": "13900000001", "shift_id": str(site.world.shift_id), "consent": "true"}
    answers = [site.browser.post(page, data=form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert site.world.taken() == 1
    assert "路人：已签到" in site.open(roster)
    site.world.sign_up(now=NOW)
    full = site.send(page, page, form | {"name": "路人乙", "key": str(uuid4())})
    assert (full.status_code, "急救 20:00 (2)" in full.text) == (422, True)


def test_the_sheet_lists_each_shift_with_blank_lines_and_no_phone_number(site: Site, roster: str) -> None:
    site.world.sign_up(name="王建国", phone="+8613912345678")
    site.world.sign_up(name="卓玛")
    site.world.sign_up(name="候补的人")
    site.world.sign_up(name="白玛", shift_id=aid(site))
    page = site.open(f"{roster}/sheet")
    assert page.count('<table class="sheet">') == 2
    assert re.findall(r'<th scope="row">([^<]+)<', page) == ["卓玛", "王建国", "白玛"]
    assert "<td>5678</td>" in page
    assert "3912345678" not in page
    assert page.count("<td>7</td>") == 1  # two people and five blank lines
    assert site.open(f"{roster}/sheet?shift={aid(site)}").count('<table class="sheet">') == 1


def test_an_event_s_file_holds_its_own_people_however_its_address_is_written(site: Site, roster: str) -> None:
    start = NOW + timedelta(days=20)
    shift = shift_data(role="清扫", starts_at=start, ends_at=start + timedelta(hours=2))
    site.world.database.write(operations.record_event, event_data(title="环境整治") | {"shifts": [shift]}, now=NOW)
    site.world.sign_up(name="卓玛")
    site.world.sign_up(name="王建国", shift_id=shift["shift_id"])
    shouted = f"{DESK}/events/{str(site.world.event['event_id']).upper()}"
    for path in (f"{roster}/roster.csv", f"{shouted}/roster.csv", shouted, f"{shouted}/sheet"):
        page = site.open(path)
        assert "卓玛" in page
        assert "王建国" not in page


def test_a_csv_has_what_the_page_shows_and_no_formula(site: Site, roster: str) -> None:
    site.world.sign_up(name="=HYPERLINK(1)", phone="+8613912345678")
    site.world.sign_up(name="卓玛")
    file = site.browser.get(f"{roster}/roster.csv")
    assert file.headers["Cache-Control"] == "private, no-store"
    assert file.headers["Content-Disposition"].endswith(
        "filename*=UTF-8''%E7%AB%AF%E5%8D%88%E5%8C%85%E7%B2%BD%E5%AD%90%202027-06-09.csv"
    )
    assert file.data.startswith(b"\xef\xbb\xbf")
    lines = file.data.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("活动,岗位,开始,结束,姓名,电话,状态")
    assert "'=HYPERLINK(1),139 1234 5678,已报名" in lines[1]
    assert "2027-06-09 17:00" in lines[1]
    assert len(site.open(f"{roster}/roster.csv?q=卓玛").splitlines()) == 2
    assert len(site.open(f"{DESK}/roster.csv?status=waitlisted").splitlines()) == 1


def test_a_workbook_keeps_phones_as_text(site: Site, roster: str) -> None:
    site.world.sign_up(name="卓玛", phone="+8613912345678")
    sheet = openpyxl.load_workbook(io.BytesIO(site.browser.get(f"{roster}/roster.xlsx").data)).active
    [header, row] = sheet.iter_rows(values_only=True)
    assert row[header.index("电话")] == "139 1234 5678"
    assert row[header.index("开始")].hour == 17


def test_who_only_looks_on_sees_no_number_and_has_nothing_to_press(site: Site, roster: str) -> None:
    answer = site.world.sign_up(name="卓玛", phone="+8613912345678", email="z@example.com")
    site.sign_in(role="viewer")
    for path in (roster, DESK):
        page = site.open(path)
        assert "139 **** 5678" in page
        assert "1234" not in page
        assert "check-in" not in page
    assert site.browser.get(f"{roster}/roster.csv").status_code == 403
    assert site.browser.get(f"{roster}/walk-in").status_code == 403
    [item] = site.call("GET", "/signups", token=site.organizer(role="viewer")).json["items"]
    assert (item["phone"], item["email"]) == ("139 **** 5678", None)
    token = site.organizer(role="viewer")
    assert site.call("POST", f"/signups/{answer.signup_id}/clear", token=token).status_code == 403


def test_the_api_moves_clears_and_writes_down(site: Site) -> None:
    token = site.organizer()
    answer = site.world.sign_up(name="卓玛")
    path = f"/signups/{answer.signup_id}"
    moved = [site.call("POST", f"{path}/move", {"shift_id": str(aid(site))}, token=token) for _ in range(2)]
    assert [(one.status_code, one.json["role"], one.json["to_clear"]) for one in moved] == [(200, "急救", True)] * 2
    assert site.call("POST", f"{path}/clear", token=token).json["to_clear"] is False
    assert site.call("POST", f"{path}/unclear", token=token).json["to_clear"] is True
    assert site.call("POST", f"{path}/move", {"shift_id": str(uuid4())}, token=token).status_code == 422
    other = site.organizer("别的社区")
    assert site.call("POST", f"{path}/move", {"shift_id": str(aid(site))}, token=other).status_code == 404
    assert site.call("POST", f"{path}/clear", token=other).status_code == 404
    walk_in: dict[str, Any] = {"shift_id": str(site.world.shift_id), "name": "路人", "phone": "13900000001"}
    assert site.call("POST", "/walk-ins", walk_in, token=token, Idempotency_Key="k").status_code == 422
    walk_in["consent"] = True
    assert site.call("POST", "/walk-ins", walk_in, token=token).status_code == 400
    made = [site.call("POST", "/walk-ins", walk_in, token=token, Idempotency_Key="k") for _ in range(2)]
    assert [one.status_code for one in made] == [201, 201]
    assert made[0].json == made[1].json | {"calendar_url": made[0].json["calendar_url"]}
    assert made[0].json["walk_in"] is True
    found = site.call("GET", "/signups?q=路人&to_clear=false", token=token).json["items"]
    assert [one["name"] for one in found] == ["路人"]
    assert [one["name"] for one in site.call("GET", "/signups?to_clear=true", token=token).json["items"]] == ["卓玛"]


def test_no_page_asks_once_for_each_row(site: Site, roster: str) -> None:
    def asked() -> list[int]:
        found = []
        for path in (DESK, roster, f"{roster}/sheet", f"{roster}/roster.csv"):
            with counted(site.world) as statements:
                site.open(path)
            found.append(len(statements))
        return found

    for _ in range(3):  # one of them waits
        site.world.sign_up()
        site.world.sign_up(shift_id=aid(site))
    few = asked()
    for number in range(40):
        site.world.sign_up(shift_id=aid(site) if number % 2 else site.world.shift_id)
    assert asked() == few


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            statements.append(statement)

    engine_events.listen(world.database.engine, "before_cursor_execute", note)
    yield statements
    engine_events.remove(world.database.engine, "before_cursor_execute", note)
