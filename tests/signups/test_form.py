"""The sign-up form: what it asks, what it keeps, whom it turns back, and what it confirms."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from services.signups.models import Signup
from tests.conftest import ON_SQLITE
from tests.signups.conftest import World, shift_data
from tests.signups.web import HIDDEN, Site

pytestmark = ON_SQLITE

SOMEBODY = {"name": "扎西·多吉", "phone": "138 0013 8000", "consent": "true"}
QUESTIONS = [
    {"key": "size", "kind": "choice", "label": "T恤尺码", "options": ["S", "M"], "required": True},
    {"key": "drives", "kind": "yes_no", "label": "会开车吗", "options": [], "required": False},
    {"key": "note", "kind": "text", "label": "<b>备注</b>", "options": [], "required": False},
]


@pytest.fixture
def site(world: World) -> Site:
    """The first shift asks questions and a skill; the second one, later, asks another and needs an age."""
    first = world.event["shifts"][0] | {"questions": QUESTIONS, "skills": ["急救"], "capacity": 4}
    late = shift_data(
        role="收摊",
        starts_at=first["ends_at"],
        ends_at=first["ends_at"] + timedelta(hours=1),
        capacity=4,
        questions=[{"key": "years", "kind": "number", "label": "几年经验", "options": [], "required": True}],
    )
    world.publish(shifts=[first, late])
    return Site(world)


@pytest.fixture
def page(site: Site) -> str:
    return f"/signups/events/{site.world.event['event_id']}"


@pytest.fixture
def first(site: Site) -> str:
    return str(site.world.event["shifts"][0]["shift_id"])


@pytest.fixture
def late(site: Site) -> str:
    return str(site.world.event["shifts"][1]["shift_id"])


def rows(site: Site) -> int:
    return int(site.world.read(lambda session: session.scalar(select(func.count()).select_from(Signup))))


def answered(first: str, **more: Any) -> dict[str, Any]:
    return SOMEBODY | {"shift_id": first, f"answers-{first}-size": "M"} | more


def test_what_a_shift_asks_is_answered_kept_and_shown(site: Site, page: str, first: str) -> None:
    note = f"answers-{first}-note"
    form = answered(first, skilled=first, **{note: "<i>素食</i>", f"answers-{first}-drives": "false"})
    mine = site.open(site.send(page, page, form).headers["Location"])
    assert "T恤尺码" in mine
    assert "&lt;i&gt;素食&lt;/i&gt;" in mine
    site.sign_in()
    roster = f"/signups/desk/events/{site.world.event['event_id']}"
    shown = site.open(roster)
    for words in ("T恤尺码", "&lt;b&gt;备注&lt;/b&gt;", "本人表示会", "待确认"):
        assert words in shown
    assert "T恤尺码: M; 会开车吗: 否; <b>备注</b>: <i>素食</i>" in site.browser.get(f"{roster}/roster.csv").text
    site.sign_in(role="viewer")
    assert "T恤尺码" not in site.open(roster)
    [item] = site.call("GET", "/signups", token=site.organizer()).json["items"]
    assert [answer["value"] for answer in item["answers"]] == ["M", False, "<i>素食</i>"]


def test_all_that_is_wrong_is_said_at_once_and_what_was_typed_stays(site: Site, page: str, first: str) -> None:
    form = {"shift_id": first, "phone": "1380013", f"answers-{first}-note": "长" * 300, "skilled": first}
    sent = site.send(page, page, form)
    assert sent.status_code == 422
    for words in ("请回答：T恤尺码", "请填写姓名", "手机号不正确", "不要超过 200 个字"):
        assert words in sent.text
    assert f'href="#answers-{first}-size"' in sent.text
    assert "长" * 300 in sent.text
    assert re.search(rf'name="skilled" value="{first}" checked', sent.text)


def test_only_the_shifts_that_are_chosen_ask(site: Site, page: str, first: str, late: str) -> None:
    assert site.send(page, page, answered(first, **{f"answers-{late}-years": "很多"})).status_code == 303
    both = answered(first, shift_id=[first, late], name="卓玛")
    sent = site.send(page, page, both)
    assert "请回答：几年经验" in sent.text
    assert site.send(page, page, both | {f"answers-{late}-years": "2"}).status_code == 303
    assert rows(site) == 3


def test_a_family_is_entered_row_by_row_and_each_gets_a_link(site: Site, page: str, first: str) -> None:
    hidden = dict(re.findall(HIDDEN, site.open(page)))
    site.now += timedelta(seconds=10)
    form = hidden | answered(first)
    more = site.browser.post(page, data=form | {"_add": "person"})
    assert more.status_code == 200
    assert 'name="companions-0-name"' in more.text
    assert 'value="扎西·多吉"' in more.text
    assert "错误" not in more.text
    form |= {"companions-0-name": "卓玛", "companions-1-name": "格桑"}
    less = site.browser.post(page, data=form | {"_remove": "0"})
    assert 'name="companions-0-name" type="text" value="格桑"' in less.text
    assert 'name="companions-1-name"' not in less.text
    done = site.browser.post(page, data=form)
    assert (done.status_code, done.headers["Location"]) == (303, "/signups/together")
    assert site.browser.post(page, data=form).status_code == 303
    assert rows(site) == 3
    confirmed = site.open("/signups/together")
    links = set(re.findall(r'href="http://[^"]*(/signups/manage/[^"]+)"', confirmed))
    assert len(links) == 3
    for name in ("扎西·多吉", "卓玛", "格桑"):
        assert name in confirmed
    other = site.app.test_client()
    assert other.get("/signups/together").status_code == 404
    assert {other.get(link).status_code for link in links} == {303}


def test_rows_that_are_still_empty_stay_and_the_one_that_was_meant_is_taken_out(
    site: Site, page: str, first: str
) -> None:
    form = answered(first, **{"companions-0-name": "", "companions-1-name": "格桑"})
    assert 'value="格桑"' in site.send(page, page, form | {"_remove": "0"}).text
    assert 'value="格桑"' not in site.send(page, page, form | {"_remove": "1"}).text
    more = site.send(page, page, answered(first, **{"companions-0-name": ""}) | {"_add": "person"}).text
    assert 'name="companions-1-name"' in more
    assert site.send(page, page, form).status_code == 303
    assert rows(site) == 2


def test_at_most_five_people_sign_up_in_one_go(site: Site, page: str, first: str) -> None:
    four = {f"companions-{number}-name": f"朋友{number}" for number in range(4)}
    assert 'name="_add"' not in site.send(page, page, answered(first, **four) | {"_add": "x"}).text
    five = four | {"companions-4-name": "朋友五"}
    assert site.send(page, page, answered(first, **five)).status_code == 422
    sent = site.send(page, page, answered(first, **four))
    assert sent.status_code == 422
    assert "剩余名额不够你们 5 人" in sent.text
    assert "朋友3" in sent.text
    assert rows(site) == 0
    assert site.send(page, page, answered(first, may_wait="true", **four)).status_code == 303
    assert "候补" in site.open("/signups/together")


def test_shifts_in_the_way_of_what_this_browser_signed_up_for_say_so(site: Site, page: str, first: str) -> None:
    site.send(page, page, answered(first))
    assert re.search(rf'value="{first}" disabled', site.open(page))
    assert "已报名" in site.open(page)
    assert "disabled" not in site.open(f"{page}?for=another")
    other = Site(site.world)
    assert "disabled" not in other.open(page)


def test_a_shift_that_overlaps_a_place_one_has_is_refused_beside_the_shifts(site: Site, page: str, first: str) -> None:
    clash = shift_data(role="茶水", starts_at=site.world.event["starts_at"], ends_at=site.world.event["ends_at"])
    site.world.publish(shifts=[*site.world.event["shifts"], clash])
    assert "与您已报的" not in site.open(page)
    site.send(page, page, answered(first))
    assert "与您已报的“引导”" in site.open(page)
    sent = site.send(page, page, SOMEBODY | {"shift_id": str(clash["shift_id"])})
    assert sent.status_code == 422
    assert 'href="#shift_id"' in sent.text
    both = site.send(page, page, answered(first, name="卓玛", shift_id=[first, str(clash["shift_id"])]))
    assert "“引导”与“茶水”时间冲突" in both.text


def test_a_form_that_a_program_seems_to_have_filled_in_comes_back_and_a_person_gets_through(
    site: Site, page: str, first: str
) -> None:
    hidden = dict(re.findall(HIDDEN, site.open(page)))
    fast = site.browser.post(page, data=hidden | answered(first))
    assert fast.status_code == 422
    assert "填得太快" in fast.text
    assert 'value="扎西·多吉"' in fast.text
    site.now += timedelta(seconds=3)
    trapped = site.browser.post(page, data=hidden | answered(first, website="http://spam.example"))
    assert trapped.status_code == 422
    assert "看不见的格子" in trapped.text
    assert "spam.example" not in trapped.text
    for stale in ({}, {"opened": "made up"}, {"opened": hidden["opened"] + "x"}):
        sent = site.browser.post(page, data={**hidden, "opened": ""} | answered(first) | stale)
        assert (sent.status_code, rows(site)) == (422, 0)
    site.now += timedelta(hours=25)
    late = site.browser.post(page, data=hidden | answered(first))
    assert "打开的时间太久" in late.text
    hidden = dict(re.findall(HIDDEN, late.text))
    site.now += timedelta(seconds=5)
    assert site.browser.post(page, data=hidden | answered(first)).status_code == 303


def test_several_shifts_by_json_are_one_request(site: Site, first: str, late: str) -> None:
    answers = {"size": "S", "years": 3}
    made = site.apply(shift_id=None, key="k", answers=answers)
    assert made.status_code == 422
    body = {"name": "卓玛", "phone": "13800138000", "consent": True, "shift_ids": [first, late], "answers": answers}
    wanted = body | {"companions": [{"name": "扎西"}], "skilled": True}
    made, again = (site.call("POST", "/signups", wanted, Idempotency_Key="k2") for _ in range(2))
    assert (made.status_code, again.json) == (201, made.json)
    assert made.json["id"] == made.json["signups"][0]["id"]
    assert [one["status"] for one in made.json["signups"]] == ["confirmed"] * 4
    assert len({one["manage_token"] for one in made.json["signups"]}) == 4
    both = site.call("POST", "/signups", body | {"shift_id": first}, Idempotency_Key="k3")
    assert list(both.json["errors"]) == ["shift_ids"]
    neither = site.call("POST", "/signups", {**body, "shift_ids": []}, Idempotency_Key="k4")
    assert list(neither.json["errors"]) == ["shift_ids"]
    twice = site.call("POST", "/signups", wanted, Idempotency_Key="k5")
    assert (twice.status_code, twice.json) == (200, {"status": "received"})
