"""Claim links are changed on request, and whenever a contact leaves: they are cut off from the claim pages too."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask

from services.partners import operations, words
from services.partners.notices import composer
from shared.errors import NotFound
from tests.conftest import ON_SQLITE
from tests.partners.conftest import DESK, NOW, World, person
from tests.partners.test_deadlines import USUAL
from tests.partners.web import CONFIG, a_contact, an_organizer


@pytest.fixture
def pledge_id(world: World) -> UUID:
    """The unit's pledge of five people, who all have places."""
    pledge_id = world.pledge()
    world.answer(pledge_id, 1, held=5, claimed=2)
    return pledge_id


def renew(world: World, pledge_id: UUID, scope: object = DESK) -> None:
    world.database.write(operations.renew_claim_link, pledge_id, scope=scope, now=NOW)


def answer(world: World, pledge_id: UUID, version: int, link: int) -> None:
    """Let the sign-up service tell of a link, twice."""
    said = world.places(pledge_id, version, held=5, claimed=2) | {"claim_link": link, "claim_url": f"/claim/{link}"}
    for _again in range(2):
        world.database.write(operations.record_places, said, now=NOW)


def asked(world: World) -> list[tuple[UUID, int]]:
    """For which links the sign-up service was asked, by pledge."""
    messages = world.messages("pledge.made", "pledge.withdrawn")
    return [(one["pledge_id"], one["claim_link"]) for one in messages if one["claim_link"]]


def test_a_link_is_changed_once_however_often_the_button_is_pressed(world: World, pledge_id: UUID) -> None:
    for _again in range(2):
        renew(world, pledge_id, world.unit.scope)
    assert asked(world) == [(pledge_id, 1)]
    assert world.find(pledge_id).claim_url is None
    answer(world, pledge_id, 2, link=1)
    assert world.find(pledge_id).claim_url == "/claim/1"
    assert [str(words.step(step)) for step in world.find(pledge_id).steps][-1] == "Another claim link"
    renew(world, pledge_id)
    assert asked(world)[-1] == (pledge_id, 2)


def test_an_answer_that_was_on_its_way_does_not_bring_the_old_link_back(world: World, pledge_id: UUID) -> None:
    renew(world, pledge_id)
    answer(world, pledge_id, 2, link=0)
    assert world.find(pledge_id).claim_url is None
    answer(world, pledge_id, 3, link=1)
    assert world.find(pledge_id).claim_url == "/claim/1"


def test_a_pledge_that_has_no_link_stays_as_it_is(world: World) -> None:
    pledge_id = world.pledge()
    renew(world, pledge_id)
    assert asked(world) == []


def test_another_unit_cannot_change_the_link(world: World, pledge_id: UUID) -> None:
    with pytest.raises(NotFound):
        renew(world, pledge_id, world.add_unit("卫生站").scope)


def leave(world: World) -> None:
    access = world.database.write(operations.add_contact, world.unit.id, person(phone="+8613900002222"), **AT)
    world.database.write(operations.end_contact, world.unit.id, access.contact.id, **AT)
    world.database.write(operations.end_contact, world.unit.id, access.contact.id, **AT)


def be_replaced(world: World) -> None:
    world.database.write(operations.replace_contact, world.unit.id, person(phone="+8613900002222"), **AT)


AT = {"scope": DESK, "now": NOW}


@pytest.mark.parametrize("goes", [leave, be_replaced])
def test_whoever_leaves_is_cut_off_from_all_claim_links_of_the_unit(
    world: World, pledge_id: UUID, goes: object
) -> None:
    withdrawn, others = world.pledge(), world.pledge(unit=world.add_unit("卫生站"))
    for one in (withdrawn, others):
        world.answer(one, 1, held=5, claimed=1)
    world.database.write(operations.withdraw_pledge, withdrawn, **AT)
    goes(world)  # type: ignore[operator]
    assert sorted(asked(world)) == sorted([(pledge_id, 1), (withdrawn, 1)])
    assert world.messages("pledge.withdrawn")[-1]["claim_link"] == 1
    assert world.find(others).claim_url is not None


def test_a_reminder_names_no_link_while_another_one_is_on_its_way(world: World, pledge_id: UUID) -> None:
    at = USUAL - timedelta(days=2)
    world.database.write(operations.remind_of_names, at)
    [notice] = world.notices("names_missing")
    written = [world.database.read(composer(CONFIG), notice, at)]
    renew(world, pledge_id)
    written.append(world.database.read(composer(CONFIG), notice, at))
    assert ["/claim/abc" in one.body for one in written if one] == [True, False]
    assert all("/partners/unit" in one.body for one in written if one)


@ON_SQLITE
def test_contact_and_office_change_the_link_after_a_warning(app: Flask, world: World, pledge_id: UUID) -> None:
    for version, (home, browser) in enumerate(
        {"/partners/unit": a_contact(app, world), "/partners/desk": an_organizer(app)}.items(), start=1
    ):
        page = f"{home}/pledges/{pledge_id}"
        shown = browser.get(page)
        assert "换一个名额领取链接" in shown
        assert "海报" in shown
        assert browser.send(page, f"{page}/claim-link", {}).status_code == 303
        shown = browser.get(page)
        assert "正在换新的名额领取链接" in shown
        assert "/signups/claim" not in shown
        answer(world, pledge_id, version + 1, link=version)
        assert f"/claim/{version}" in browser.get(page)
