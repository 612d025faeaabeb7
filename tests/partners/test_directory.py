"""The directory of work units: who speaks for them, looking for them, and two entries that are one unit."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from services.partners import directory, operations, queries
from services.partners.directory import Search
from services.partners.models import Kind, UnitStep, WorkUnit
from services.partners.scope import Scope, identify
from shared.errors import Conflict, Invalid, NotFound
from tests.conftest import ON_SQLITE
from tests.partners.conftest import DESK, NOW, Unit, World, person
from tests.partners.web import Browser, an_organizer
from tests.shared.messaging.conftest import only_postgresql

CLINIC = operations.Entry(name="卫生站", kind="clinic")


def unit_of(world: World, unit: Unit) -> WorkUnit:
    return world.database.read(queries.work_unit, unit.id, scope=DESK)


def another(world: World, name: str = "王老师", phone: str = "+8613900002222") -> Unit:
    """One more contact of the unit."""
    contact = person(name=name, phone=phone)
    access = world.database.write(operations.add_contact, world.unit.id, contact, scope=DESK, now=NOW)
    return Unit(access.unit.id, access.contact.id, access.token)


def end(world: World, contact: Unit) -> None:
    world.database.write(operations.end_contact, contact.id, contact.contact_id, scope=DESK, now=NOW)


def merge(world: World, kept: Unit, double: Unit, scope: Scope = DESK) -> None:
    world.database.write(operations.merge_units, kept.id, double.id, scope=scope, now=NOW)


def names(world: World, **wanted: str) -> list[str]:
    found = world.database.read(directory.overviews, scope=DESK, search=Search(**wanted))
    return [one.unit.name for one in found]


def beside(world: World, first: Callable[[Session], object], second: Callable[[Session], object]) -> None:
    """Do the second thing while the first is done but not committed, so that it has to wait."""

    def both(session: Session) -> None:
        first(session)
        begun.append(pool.submit(world.database.write, second))
        while not world.database.read(somebody_waits) and not begun[0].done():
            pass

    begun: list[Future[object]] = []
    with ThreadPoolExecutor(1) as pool:
        world.database.write(both)
        begun[0].result()


def somebody_waits(session: Session) -> bool:
    """Whether a transaction of the database waits for another's lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    return bool(session.execute(waiting).scalar())


def actions(world: World, unit: Unit) -> list[str]:
    steps = world.database.read(lambda session: session.scalars(select(UnitStep).order_by(UnitStep.id)).all())
    return [step.action for step in steps if step.work_unit_id == unit.id]


def test_several_people_speak_for_a_unit_each_by_a_link_of_their_own(world: World) -> None:
    second = another(world)
    for contact in (world.unit, second):
        principal = world.database.read(identify, contact.token, NOW)
        assert principal is not None
        assert principal.id == contact.contact_id
    unit = unit_of(world, world.unit)
    assert [(one.name, one.main) for one in unit.contacts] == [("李老师", True), ("王老师", False)]
    pledge = world.pledge(unit=second)
    assert world.find(pledge).work_unit_id == world.unit.id
    with pytest.raises(Invalid):
        another(world)


def test_whoever_leaves_is_cut_off_and_the_next_one_takes_over(world: World) -> None:
    second = another(world)
    end(world, world.unit)
    end(world, world.unit)
    assert world.database.read(identify, world.unit.token, NOW) is None
    with pytest.raises(NotFound):
        world.pledge()
    world.pledge(unit=second)
    assert unit_of(world, world.unit).contact.name == "王老师"
    assert actions(world, world.unit) == ["added", "contact_added", "contact_ended"]


def test_the_last_contact_stays_and_those_of_others_are_out_of_reach(world: World) -> None:
    with pytest.raises(Conflict):
        end(world, world.unit)
    with pytest.raises(NotFound):
        end(world, Unit(world.unit.id, world.add_unit("卫生站").contact_id, ""))
    with pytest.raises(NotFound):
        world.database.write(
            operations.end_contact, world.unit.id, world.unit.contact_id, scope=Scope("曙光社区"), now=NOW
        )


def test_every_contact_is_told(world: World) -> None:
    another(world)
    world.pledge()
    world.publish(venue={"name": "礼堂", "address": "朝阳路2号"})
    assert len(world.notices("changed")) == 2


def test_a_new_name_is_told_to_the_others_and_nothing_else_is(world: World) -> None:
    kept = world.pledge(kind=Kind.SUPPLIES, shift_id=None)
    gone = world.pledge()
    world.database.write(operations.withdraw_pledge, gone, scope=DESK, now=NOW)
    for name, offers in (("朝阳小学", "礼堂"), ("朝阳实验小学", "礼堂"), ("朝阳实验小学", "礼堂")):
        entry = operations.Entry(name=name, kind="school", offers=offers)
        world.database.write(operations.change_work_unit, world.unit.id, entry, scope=DESK, now=NOW)
    told = world.messages("pledge.made")[2:]
    assert [(one["pledge_id"], one["version"], one["work_unit"]) for one in told] == [(kept, 2, "朝阳实验小学")]
    assert actions(world, world.unit) == ["added", "changed", "changed"]


def test_units_are_found_by_any_of_their_words_and_by_their_contacts(world: World) -> None:
    entry = operations.Entry(name="朝阳小学", kind="school", address="朝阳路8号", offers="礼堂 100%")
    world.database.write(operations.change_work_unit, world.unit.id, entry, scope=DESK, now=NOW)
    world.add_unit("卫生站")
    assert names(world) == ["卫生站", "朝阳小学"]
    for words in ("小学", "朝阳路8", "礼堂", "100%", "小学 礼堂"):
        assert names(world, words=words) == ["朝阳小学"], words
    assert names(world, words="1111") == names(world, words="李老师") == names(world)
    assert names(world, words="%") == ["朝阳小学"]
    assert names(world, words="小学 卫生") == names(world, kind="clinic") == []


@only_postgresql
@pytest.mark.parametrize("step", ["rename", "merge"])
def test_a_new_name_beside_a_reduction_is_told_with_a_version_of_its_own(world: World, step: str) -> None:
    pledge, kept = world.pledge(), world.add_unit("卫生站")
    reduced = partial(operations.reduce_pledge, pledge_id=pledge, quantity=3, scope=DESK, now=NOW)
    renamed = partial(operations.change_work_unit, work_unit_id=world.unit.id, entry=CLINIC, scope=DESK, now=NOW)
    merged = partial(operations.merge_units, kept_id=kept.id, double_id=world.unit.id, scope=DESK, now=NOW)
    beside(world, reduced, renamed if step == "rename" else merged)
    told = [(one["version"], one["quantity"], one["work_unit"]) for one in world.messages()]
    assert told == [(1, 5, "朝阳小学"), (2, 3, "朝阳小学"), (3, 3, "卫生站")]


@only_postgresql
def test_a_reduction_beside_a_new_name_tells_that(world: World) -> None:
    pledge = world.pledge()
    renamed = partial(operations.change_work_unit, work_unit_id=world.unit.id, entry=CLINIC, scope=DESK, now=NOW)
    beside(world, renamed, partial(operations.reduce_pledge, pledge_id=pledge, quantity=3, scope=DESK, now=NOW))
    told = [(one["version"], one["quantity"], one["work_unit"]) for one in world.messages()]
    assert told == [(1, 5, "朝阳小学"), (2, 5, "卫生站"), (3, 3, "卫生站")]


def test_a_unit_shows_what_it_has_given(world: World) -> None:
    people, withdrawn = world.pledge(), world.pledge()
    world.pledge(kind=Kind.VENUE, shift_id=None, quantity=1)
    world.answer(people, 1, held=5, claimed=5)
    world.database.write(operations.deliver_pledge, people, 4, scope=DESK, now=NOW)
    world.database.write(operations.withdraw_pledge, withdrawn, scope=DESK, now=NOW)
    given = world.database.read(directory.cooperation, world.unit.id)
    assert (given.events, given.people, given.others) == (1, 4, 1)


def test_a_double_gives_all_that_it_has_to_the_unit_that_stays(world: World) -> None:
    double = world.add_unit("朝阳小学（东校区）")
    entry = operations.Entry(name="朝阳小学（东校区）", kind="school", address="东路1号")
    world.database.write(operations.change_work_unit, double.id, entry, scope=DESK, now=NOW)
    extra = world.database.write(
        operations.add_contact, double.id, person(name="赵老师", phone="+8613900003333"), scope=DESK, now=NOW
    )
    pledge = world.pledge(unit=double)
    preview = world.database.read(operations.preview_merger, world.unit.id, double.id, scope=DESK)
    assert ([one.name for one in preview.moving], [one.name for one in preview.known]) == (["赵老师"], ["李老师"])
    assert ([one.id for one in preview.pledges], preview.filled) == ([pledge], ["address"])
    merge(world, world.unit, double)
    unit = unit_of(world, world.unit)
    assert ([one.name for one in unit.contacts], unit.address) == (["李老师", "赵老师"], "东路1号")
    assert world.find(pledge).work_unit_id == world.unit.id
    assert world.messages("pledge.made")[-1]["work_unit"] == "朝阳小学"
    assert world.database.read(identify, double.token, NOW) is None
    principal = world.database.read(identify, extra.token, NOW)
    assert principal is not None
    assert principal.name == "朝阳小学"
    assert names(world) == ["朝阳小学"]
    with pytest.raises(NotFound):
        merge(world, world.unit, double)
    assert actions(world, world.unit)[-1] == "merged"


def test_a_unit_is_no_double_of_itself_and_other_communities_stay_out(world: World) -> None:
    with pytest.raises(Invalid):
        merge(world, world.unit, world.unit)
    foreign = world.add_unit("曙光小学", scope=Scope("曙光社区"))
    for scope in (DESK, Scope("曙光社区")):
        with pytest.raises(NotFound):
            merge(world, world.unit, foreign, scope)
    assert actions(world, world.unit) == ["added"]


def test_those_with_a_contact_in_common_are_offered_first_as_doubles(world: World) -> None:
    other = world.add_unit("安保公司")
    world.database.write(operations.replace_contact, other.id, person(phone="+8613900009999"), scope=DESK, now=NOW)
    world.add_unit("朝阳路小学")
    found = world.database.read(lambda session: directory.doubles(session, unit_of(world, world.unit), scope=DESK))
    assert [one.name for one in found] == ["朝阳路小学", "安保公司"]


@ON_SQLITE
def test_the_desk_looks_after_contacts_and_doubles_in_a_browser(app: Flask, world: World) -> None:
    browser, double = an_organizer(app), world.add_unit("朝阳路小学")
    page = f"/partners/desk/units/{world.unit.id}"
    fields = {"name": "王老师", "phone": "139 0000 2222", "language": "zh-CN"}
    form = f"{page}/contacts/new"
    shown = browser.get(browser.send(form, form, fields).location)
    assert "王老师的专属链接" in shown
    assert "/partners/enter/" not in browser.get(page)
    assert "这个手机号已经是本单位的联系人" in browser.send(form, form, fields).text
    browser.send(page, f"{page}/contacts/{world.unit.contact_id}/end", {})
    Browser(app.test_client()).get(f"/partners/enter/{world.unit.token}", 404)
    left = unit_of(world, world.unit).contact.id
    browser.send(page, f"{page}/contacts/{left}/end", {})
    assert "这是该单位唯一的联系人" in browser.get(page)
    preview = browser.get(f"{page}/merge?double_id={double.id}")
    assert "<dt>移除</dt><dd>朝阳路小学</dd>" in preview
    assert "请选择另外一个单位" in browser.get(f"{page}/merge?double_id={world.unit.id}")
    answer = browser.send(f"{page}/merge?double_id={double.id}", f"{page}/merge", {"double_id": str(double.id)})
    assert (answer.status_code, answer.location) == (303, page)
    assert "并入“朝阳路小学”" in browser.get(page)
    browser.get(f"/partners/desk/units/{double.id}", 404)
    form = f"{page}/edit"
    assert 'value="朝阳小学"' in browser.get(form)
    assert browser.send(form, form, {"name": "", "kind": "school"}).status_code == 422
    assert browser.send(form, form, {"name": "朝阳小学", "kind": "school", "offers": "礼堂"}).status_code == 303
    assert "礼堂" in browser.get("/partners/desk?q=礼堂")
    assert "礼堂" in browser.get("/partners/desk?q=小学　朝阳")  # as Chinese keyboards part words
