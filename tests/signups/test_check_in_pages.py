"""The desk at the entrance, the code on the wall, and what both let people do."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.signups import operations, today
from services.signups.models import Signup, SignupStatus
from services.signups.venue import Wall
from tests.conftest import ON_SQLITE
from tests.signups.conftest import LINKS, World
from tests.signups.web import CONFIG, Site

pytestmark = ON_SQLITE

DESK = "/signups/desk"


@pytest.fixture
def site(world: World) -> Site:
    """An organizer's browser, ten minutes into the shift."""
    site = Site(world)
    site.now = world.event["starts_at"] + timedelta(minutes=10)
    site.sign_in()
    return site


@pytest.fixture
def door(site: Site) -> str:
    return f"{DESK}/events/{site.world.event['event_id']}/check-in"


def digits(site: Site, answer: operations.Answer) -> str:
    def read(session: Any) -> str:
        signup = session.get_one(Signup, answer.signup_id)
        return today.codes(session, [signup])[signup.id]

    code: str = site.world.read(read)
    return code


def names(page: str) -> list[str]:
    return re.findall(r"data-name>([^<]+)<", page)


def wall_of(site: Site, **ago: float) -> str:
    return Wall(CONFIG.secret_key, site.world.event["event_id"]).code(site.now - timedelta(**ago))


def send_scan(site: Site, door: str, **changes: Any) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', site.open(door))
    assert token is not None
    body = {"nonce": str(uuid4()), "kind": "check-in", "at": site.now.isoformat()} | changes
    path = f"{door.removesuffix('/check-in')}/scans"
    return site.browser.post(path, json=body, headers={"X-CSRFToken": token[1]})


def test_the_list_is_found_by_name_phone_and_digits_and_each_press_leads_back_to_it(site: Site, door: str) -> None:
    first = site.world.sign_up(name="卓玛", phone="+8613912345678")
    site.world.sign_up(name="王建国")
    page = site.open(door)
    assert names(page) == ["卓玛", "王建国"]
    assert "已到 0 人，共 2 人" in page
    for asked in ("卓", "5678", digits(site, first)):
        assert names(site.open(f"{door}?q={asked}")) == ["卓玛"]
    done = site.send(door, f"{DESK}/signups/{first.signup_id}/check-in", {"back": door})
    assert (done.status_code, done.headers["Location"]) == (303, door)
    assert "已到 1 人，共 2 人" in site.open(door)


def test_of_each_the_list_holds_what_fits_where_they_stand_so_that_a_long_one_is_short(site: Site, door: str) -> None:
    there, _other = [site.world.sign_up() for _ in range(2)]
    site.send(door, f"{DESK}/signups/{there.signup_id}/check-in", {"back": door})
    rows = dict(re.findall(r'<article class="card" data-person="([^"]+)"(.*?)</article>', site.open(door), re.DOTALL))
    steps = {person: re.findall(rf'action="{DESK}/signups/{person}/([^"]+)"', row) for person, row in rows.items()}
    assert steps.pop(str(there.signup_id)) == ["check-out", "undo-check-in"]
    assert list(steps.values()) == [["check-in"]]
    assert max(map(len, rows.values())) < 2500


def test_only_this_page_may_use_the_camera_and_what_a_phone_keeps_of_it_names_nobody(site: Site, door: str) -> None:
    site.world.sign_up(name="卓玛", phone="+8613912345678")
    assert "camera=(self)" in site.browser.get(door).headers["Permissions-Policy"]
    assert "camera=()" in site.browser.get(f"{DESK}/events").headers["Permissions-Policy"]
    assert names(site.open(f"{door}?shell=1")) == []
    listed = site.browser.get(f"{door}/people")
    assert [person["name"] for person in listed.json["people"]] == ["卓玛"]
    assert "5678" not in listed.text
    worker = site.browser.get(f"{door}-offline.js")
    assert worker.content_type.startswith("text/javascript")
    assert "卓玛" not in worker.text


def test_a_scan_is_answered_as_before_when_it_comes_again(site: Site, door: str) -> None:
    answer = site.world.sign_up()
    scan = {"nonce": str(uuid4()), "signup_id": str(answer.signup_id)}
    for _ in range(2):
        assert send_scan(site, door, **scan).json == {"outcome": "done", "reason": None}
    assert len(site.world.messages("signup.attended")) == 1
    site.world.sign_up()
    waiting = site.world.sign_up()
    refused = send_scan(site, door, signup_id=str(waiting.signup_id)).json
    assert refused == {"outcome": "refused", "reason": "这位志愿者还在候补，没有名额。"}


def test_a_scan_that_makes_no_sense_is_refused(site: Site, door: str) -> None:
    answer = site.world.sign_up()
    assert send_scan(site, door, signup_id=str(uuid4())).status_code == 404
    for wrong in ({"kind": "settle"}, {"at": "昨天"}, {"nonce": "x"}, {"status": "attended"}):
        assert send_scan(site, door, **({"signup_id": str(answer.signup_id)} | wrong)).status_code == 422
    assert site.world.status(answer) is SignupStatus.CONFIRMED


def test_another_community_s_entrance_is_nobody_s_business(site: Site, door: str) -> None:
    answer = site.world.sign_up()
    token = re.search(r'name="csrf_token" value="([^"]+)"', site.open(door))
    assert token is not None
    site.sign_in("别的社区")
    base = door.removesuffix("/check-in")
    for path in (door, f"{door}/people", f"{door}-offline.js", f"{base}/wall"):
        assert site.browser.get(path).status_code == 404
    body = {"nonce": str(uuid4()), "kind": "check-in", "at": site.now.isoformat(), "signup_id": str(answer.signup_id)}
    assert site.browser.post(f"{base}/scans", json=body, headers={"X-CSRFToken": token[1]}).status_code == 404
    site.sign_in(role="viewer")
    assert site.browser.get(door).status_code == 403


def test_the_rest_is_marked_absent_and_whoever_forgot_to_leave_is_named(site: Site, door: str) -> None:
    came, missed = site.world.sign_up(name="卓玛"), site.world.sign_up(name="王建国")
    site.world.database.write(operations.check_in, came.signup_id, now=site.now)
    site.now = site.world.event["ends_at"] + timedelta(hours=3)
    site.sign_in()
    page = site.open(door)
    assert "有 1 人没有见到" in page
    shift = {"shift_id": str(site.world.shift_id)}
    assert site.send(door, f"{door}/absent", shift).status_code == 303
    assert site.world.status(missed) is SignupStatus.ABSENT
    person = site.world.read(lambda session: session.get_one(Signup, came.signup_id).volunteer_id)
    for page in (door, door.removesuffix("/check-in")):
        assert f'href="{DESK}/people/{person}/hours"' in site.open(page)


@pytest.fixture
def volunteer(site: Site) -> UUID:
    """Somebody signed up, whose browser keeps their manage token, and who is no organizer."""
    answer = site.world.sign_up(name="卓玛")
    assert answer.signup_id is not None
    site.browser.delete_cookie("steward-organizer")
    site.browser.set_cookie("steward-signups-links", LINKS.manage_token(answer.signup_id))
    return answer.signup_id


def test_the_code_on_the_wall_lets_somebody_in_with_their_own_phone(site: Site, volunteer: UUID) -> None:
    here = f"/signups/here/{site.world.event['event_id']}"
    page = f"{here}/{wall_of(site, seconds=60)}"
    fields = {"wall": wall_of(site), "signup_id": str(volunteer)}
    assert "我到了" in site.open(page)
    assert site.world.messages("signup.attended") == []  # looking changes nothing
    for step, minutes in (("check-in", 0), ("check-in", 0), ("check-out", 30)):
        site.now += timedelta(minutes=minutes)
        fields["wall"] = wall_of(site)
        assert site.send(f"{here}/{wall_of(site)}", here, fields | {"step": step}).status_code == 303
    assert "17:10–17:40" in site.open(here)  # too short to count without somebody's look
    assert len(site.world.messages("signup.attended")) == 2


def test_a_picture_of_the_wall_is_soon_worth_nothing(site: Site, volunteer: UUID) -> None:
    here = f"/signups/here/{site.world.event['event_id']}"
    fields = {"signup_id": str(volunteer), "step": "check-in"}
    for wall in (wall_of(site, minutes=3), "x" * 16, wall_of(site)[:-1]):
        assert site.browser.get(f"{here}/{wall}").headers["Location"] == here
    assert "我到了" not in site.open(here)
    for wall in (wall_of(site, minutes=11), "x" * 16):
        assert site.send(f"{here}/{wall_of(site)}", here, fields | {"wall": wall}).status_code == 422
    assert site.send(f"{here}/{wall_of(site)}", here, fields | {"wall": wall_of(site, minutes=8)}).status_code == 303


def test_without_the_link_six_digits_do_and_wrong_ones_say_nothing(site: Site, volunteer: UUID) -> None:
    early = site.world.sign_up(name="王建国")
    waiting = site.world.sign_up(name="赵敏")
    site.browser.delete_cookie("steward-signups-links")
    here = f"/signups/here/{site.world.event['event_id']}"
    wall = {"wall": wall_of(site)}
    right = digits(site, early)
    nobody = next(f"{n:06}" for n in range(9) if f"{n:06}" not in {digits(site, one) for one in (early, waiting)})
    said = set()
    tries: list[dict[str, str]] = [
        {"code": nobody},
        {"code": digits(site, waiting)},
        {"code": right, "step": "check-out"},
        {"signup_id": str(volunteer)},
    ]
    for wrong in tries:
        answer = site.send(f"{here}/{wall_of(site)}", here, wall | wrong)
        assert answer.status_code == 422
        said |= set(re.findall(r'href="#code">([^<]+)<', answer.text))
    assert len(said) == 1
    assert site.send(f"{here}/{wall_of(site)}", here, wall | {"code": f"{right[:3]} {right[3:]}"}).status_code == 303
    assert site.world.status(early) is SignupStatus.ATTENDED


def test_guessing_digits_is_soon_over(site: Site) -> None:
    here = f"/signups/here/{site.world.event['event_id']}"
    wall = wall_of(site)
    answers = [site.send(f"{here}/{wall}", here, {"wall": wall, "code": "123456"}).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


@pytest.mark.parametrize(("hours", "status"), [(-2.5, 422), (-1.5, 303), (3.5, 303), (4.5, 422)])
def test_one_comes_from_two_hours_before_to_an_hour_after(
    site: Site, volunteer: UUID, hours: float, status: int
) -> None:
    site.now = site.world.event["starts_at"] + timedelta(hours=hours)
    here = f"/signups/here/{site.world.event['event_id']}"
    fields = {"wall": (wall := wall_of(site)), "signup_id": str(volunteer), "step": "check-in"}
    sent = site.send(f"{here}/{wall}", here, fields)
    assert sent.status_code == status


def test_json_takes_the_code_on_the_wall_instead_of_a_token_and_says_nothing_of_the_person(
    site: Site, volunteer: UUID
) -> None:
    path = f"/signups/{volunteer}"
    for code in ("", "x", wall_of(site, minutes=3)):
        assert site.call("POST", f"{path}/check-in", Check_In_Code=code).status_code == 401
    assert site.call("POST", f"/signups/{uuid4()}/check-in", Check_In_Code=wall_of(site)).status_code == 401
    came = site.call("POST", f"{path}/check-in", Check_In_Code=wall_of(site))
    assert came.json["status"] == "attended"
    left = site.call("POST", f"{path}/check-out", Check_In_Code=wall_of(site))
    assert left.json["checked_out_at"]
    for told in (came, left):
        assert told.json.keys() == {"id", "status", "version", "checked_in_at", "checked_out_at", "minutes"}
    assert site.call("POST", f"{path}/absent", Check_In_Code=wall_of(site)).status_code == 401


def test_one_s_own_page_shows_the_digits_as_long_as_one_is_expected(site: Site, volunteer: UUID) -> None:
    found = site.world.read(lambda session: session.get_one(Signup, volunteer))
    code = site.world.database.read(today.codes, [found])[volunteer]
    assert code in site.open(f"/signups/mine/{volunteer}")
    site.world.database.write(operations.mark_absent, volunteer, now=site.now)
    assert code not in site.open(f"/signups/mine/{volunteer}")
