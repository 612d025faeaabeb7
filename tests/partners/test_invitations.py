"""Asking chosen units: links that are personal, expire, are sent again and taken back."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from services.partners import operations, wanted
from services.partners.models import Invitation, InvitationLink, InvitationState
from services.partners.notices import composer
from services.partners.operations.invitations import forget_links
from services.partners.scope import Scope, identify
from shared.errors import Conflict, Invalid, NotFound
from shared.notices.queue import Letter
from tests.conftest import ON_SQLITE
from tests.partners.conftest import DESK, NOW, Unit, World, person
from tests.partners.web import CONFIG, Browser, an_organizer

LATER = NOW + timedelta(days=3)


def letters(world: World) -> list[Letter]:
    """The letters that the invitations queued so far turn into when they are sent, written once more each time."""
    compose = composer(CONFIG)
    notices = world.notices("invited")
    written = [world.database.write(compose, notice, NOW) for notice in notices if notice.state == "queued"]
    return [letter for letter in written if letter is not None]


def token_in(letter: Letter) -> str:
    found = re.search(r"http://127.0.0.1:8000/partners/enter/(\S+)", letter.body)
    assert found is not None
    return found[1]


def step(world: World, name: str, invitation_id: UUID, *rest: object, scope: Scope = DESK) -> Invitation:
    operation = getattr(operations, f"{name}_invitation")
    return world.database.write(operation, invitation_id, *rest, scope=scope, now=NOW)


def test_each_contact_gets_a_letter_with_a_link_of_their_own(world: World) -> None:
    contact = person(name="王老师", phone="+8613900002222")
    second = world.database.write(operations.add_contact, world.unit.id, contact, scope=DESK, now=NOW)
    need = world.need(due_at=NOW + timedelta(days=5))
    world.invite(need)
    world.invite(need)
    written = letters(world)
    assert {letter.phone for letter in written} == {"+8613900001111", "+8613900002222"}
    assert all("矿泉水" in letter.body for letter in written)
    let_in = {world.database.read(identify, token_in(letter), NOW).id for letter in written}
    assert let_in == {world.unit.contact_id, second.contact.id}


def test_only_the_hash_of_a_link_is_kept_and_every_letter_of_it_works(world: World) -> None:
    world.invite(world.need())
    tokens = [token_in(letters(world)[0]) for _again in range(2)]
    assert len(set(tokens)) == 2
    assert all(len(token) >= 43 for token in tokens)
    stored = world.database.read(lambda session: session.scalars(select(InvitationLink.token_hash)).all())
    assert not set(tokens) & set(stored)
    assert all(world.database.read(identify, token, NOW) for token in tokens)


def test_a_link_ends_with_its_invitation_its_contact_and_its_unit(world: World) -> None:
    need = world.need()
    world.invite(need, expires_at=LATER)
    token = token_in(letters(world)[0])
    assert world.database.read(identify, token, LATER - timedelta(seconds=1)) is not None
    assert world.database.read(identify, token, LATER) is None
    world.database.write(operations.close_work_unit, world.unit.id, scope=DESK, now=NOW)
    assert world.database.read(identify, token, NOW) is None
    world.database.write(operations.reopen_work_unit, world.unit.id, scope=DESK, now=NOW)
    assert world.database.read(identify, token, NOW) is not None
    world.database.write(operations.replace_contact, world.unit.id, person(), scope=DESK, now=NOW)
    assert world.database.read(identify, token, NOW) is None


def test_an_invitation_that_is_taken_back_lets_nobody_in_and_is_not_sent(world: World) -> None:
    invitation = world.invite(world.need())
    token = token_in(letters(world)[0])
    for _again in range(2):
        step(world, "revoke", invitation.id)
    assert world.database.read(identify, token, NOW) is None
    assert letters(world) == []
    with pytest.raises(Conflict):
        step(world, "decline", invitation.id)
    again = step(world, "resend", invitation.id, 1)
    assert again.state(NOW) is InvitationState.SENT
    assert world.database.read(identify, token, NOW) is None, "links of before stay dead"
    assert world.database.read(identify, token_in(letters(world)[0]), NOW) is not None


def test_sending_again_twice_from_one_page_sends_once(world: World) -> None:
    invitation = world.invite(world.need())
    for _again in range(2):
        step(world, "resend", invitation.id, 1)
    assert len(world.notices("invited")) == 2


def test_a_unit_says_no_with_its_reason_and_may_still_pledge(world: World) -> None:
    need = world.need()
    invitation = world.invite(need)
    for reason in ("考试周", "别的"):
        world.database.write(
            operations.decline_invitation, invitation.id, reason=reason, scope=world.unit.scope, now=NOW
        )
    [asked] = world.database.read(wanted.asked_for, need, scope=DESK)
    assert (asked.invitation.state(NOW), asked.invitation.reason) == (InvitationState.DECLINED, "考试周")
    assert letters(world) == []
    world.pledge(need_id=need, event_id=None, kind=None, shift_id=None, quantity=4)
    [asked] = world.database.read(wanted.asked_for, need, scope=DESK)
    assert asked.pledged == 4


def test_others_neither_see_nor_answer_an_invitation(world: World) -> None:
    need, other = world.need(), world.add_unit("卫生站")
    invitation = world.invite(need)
    for scope in (other.scope, Scope("曙光社区")):
        with pytest.raises(NotFound):
            world.database.read(wanted.invitation, invitation.id, scope=scope)
        for name, rest in (("decline", ()), ("revoke", ()), ("resend", (1,))):
            with pytest.raises(NotFound):
                step(world, name, invitation.id, *rest, scope=scope)
    assert world.database.read(wanted.own_invitations, scope=other.scope, now=NOW) == []
    assert len(world.database.read(wanted.own_invitations, scope=world.unit.scope, now=NOW)) == 1


def test_only_units_of_the_directory_are_asked_and_only_while_the_event_is_to_come(world: World) -> None:
    need, closed = world.need(), world.add_unit("卫生站")
    world.database.write(operations.close_work_unit, closed.id, scope=DESK, now=NOW)
    foreign = world.add_unit("曙光小学", scope=Scope("曙光社区"))
    for unit in (closed, foreign, Unit(need, need, "")):
        with pytest.raises(Invalid) as refused:
            world.invite(need, world.unit, unit)
        assert list(refused.value.errors) == ["units"]
    with pytest.raises(Invalid) as refused:
        world.invite(need, expires_at=NOW)
    assert list(refused.value.errors) == ["expires_at"]
    world.publish(status="cancelled")
    with pytest.raises(Conflict):
        world.invite(need)


def test_links_that_have_expired_are_forgotten_and_no_others(world: World) -> None:
    need = world.need()
    world.invite(need, expires_at=LATER)
    world.invite(need, world.add_unit("卫生站"))
    tokens = {letter.phone + letter.body: token_in(letter) for letter in letters(world)}
    assert world.database.write(forget_links, NOW) == 0
    assert world.database.write(forget_links, LATER) == 1
    alive = [token for token in tokens.values() if world.database.read(identify, token, NOW)]
    assert len(alive) == 1


def test_an_invitation_moves_with_a_double_or_ends_where_the_unit_has_one(world: World) -> None:
    first, second, double = world.need(), world.need(), world.add_unit("朝阳小学东区")
    world.invite(first, double)
    world.invite(second, world.unit, double)
    world.database.write(operations.merge_units, world.unit.id, double.id, scope=DESK, now=NOW)
    for need in (first, second):
        [asked] = world.database.read(wanted.asked_for, need, scope=DESK)
        assert asked.invitation.work_unit_id == world.unit.id
        assert asked.invitation.state(NOW) is InvitationState.SENT
    invitations = world.database.read(lambda session: session.scalars(select(Invitation)).all())
    assert sorted(one.state(NOW).value for one in invitations) == ["revoked", "sent", "sent"]


@ON_SQLITE
def test_from_the_desk_to_the_answer_in_two_browsers(app: Flask, world: World) -> None:
    need, desk = world.need(), an_organizer(app)
    page = f"/partners/desk/needs/{need}"
    assert desk.send(page, f"{page}/invite", {}).status_code == 422
    assert desk.send(page, f"{page}/invite", {"units": str(world.unit.id)}).status_code == 303
    [asked] = world.database.read(wanted.asked_for, need, scope=DESK)
    at = f"{page}/invitations/{asked.invitation.id}"
    desk.send(page, f"{at}/link", {})
    shown = re.search(r'href="http://127.0.0.1:8000(/partners/enter/[^"]+)"', desk.get(page))
    assert shown is not None
    unit, link = Browser(app.test_client()), shown[1]
    assert "/partners/enter/" not in desk.get(page)
    assert "矿泉水" in unit.get(link)
    answer = unit.send(link, "/partners/enter", {"token": link.rpartition("/")[2]})
    assert answer.location == f"/partners/unit/invitations/{asked.invitation.id}"
    assert f"/partners/unit/events/{world.event_id}/pledge?need={need}" in unit.get(answer.location)
    assert "已打开" in desk.get(page)
    assert unit.send(answer.location, f"{answer.location}/decline", {"reason": "考试周"}).status_code == 303
    assert "考试周" in desk.get(page)
    desk.send(page, f"{at}/resend", {"seen": "1"})
    desk.send(page, f"{at}/revoke", {})
    assert "已收回" in desk.get(page)
    unit.get(answer.location, 401)
    desk.send(page, f"{at}/link", {})
    assert "这个邀请已失效" in desk.get(page)
    an_organizer(app, community="曙光社区").send("/partners/desk", f"{at}/revoke", {})
