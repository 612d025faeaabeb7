"""Every view of a contact's phone by an organizer is noted, and the office can look it up."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from services.partners import operations
from shared.contact_views import ContactView, Where
from tests.conftest import ON_SQLITE
from tests.partners.conftest import DESK, NOW, World, person
from tests.partners.web import Api, an_organizer, organizer_token

pytestmark = ON_SQLITE
VIEWS = "/partners/desk/views"
WHOLE = "139 0000 1111"


def noted(world: World) -> list[tuple[Where, set[UUID]]]:
    views = world.database.read(lambda session: session.scalars(select(ContactView).order_by(ContactView.at)).all())
    return [(view.place, {UUID(one) for one in view.people.split()}) for view in views]


def test_the_list_of_units_shows_only_the_end_of_a_number_and_is_not_noted(app: Flask, world: World) -> None:
    page = an_organizer(app).get("/partners/desk")
    assert "1111" in page
    assert WHOLE not in page
    assert "+8613900001111" not in page
    assert noted(world) == []


def test_a_units_page_shows_whole_numbers_and_is_noted_once_with_all_its_contacts(app: Flask, world: World) -> None:
    second = world.database.write(
        operations.add_contact, world.unit.id, person(name="王老师", phone="+8613900002222"), scope=DESK, now=NOW
    )
    page = an_organizer(app).get(f"/partners/desk/units/{world.unit.id}")
    assert WHOLE in page
    assert noted(world) == [(Where.PAGE, {world.unit.contact_id, second.contact.id})]


def test_a_program_is_noted_too(app: Flask, world: World) -> None:
    Api(app.test_client(), organizer_token()).get("/work-units")
    assert noted(world) == [(Where.API, {world.unit.contact_id})]


def test_whoever_only_looks_on_is_shown_no_number_and_not_noted(app: Flask, world: World) -> None:
    viewer = organizer_token(role="viewer")
    browser = an_organizer(app, role="viewer")
    [unit] = Api(app.test_client(), viewer).get("/work-units")["items"]
    assert unit["contact"]["phone"] == "139 **** 1111"
    assert WHOLE not in browser.get(f"/partners/desk/units/{world.unit.id}")
    assert noted(world) == []


def test_the_office_sees_who_looked_and_can_ask_for_one_unit(app: Flask, world: World) -> None:
    world.add_unit("卫生站")
    office = an_organizer(app)
    assert "还没有人查看过联系方式" in office.get(VIEWS)
    office.get(f"/partners/desk/units/{world.unit.id}")
    for page in (office.get(VIEWS), office.get(f"{VIEWS}?q=朝阳小学"), office.get(f"{VIEWS}?q=李老师")):
        assert "wang" in page
        assert "李老师 · 朝阳小学" in page
    assert "没有符合的人" in office.get(f"{VIEWS}?q=卫生站")
    assert VIEWS in office.get("/partners/desk")
    assert "还没有人查看过联系方式" in an_organizer(app, community="海淀社区").get(VIEWS)


@pytest.mark.parametrize("role", ["grid", "property", "viewer"])
def test_it_is_for_whoever_looks_after_the_colleagues(app: Flask, role: str) -> None:
    browser = an_organizer(app, role=role)
    browser.get(VIEWS, 403)
    assert VIEWS not in browser.get("/partners/desk")
