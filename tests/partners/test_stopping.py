"""The link in a letter that ends letters of its kind: one press, and one to take it back."""

from flask import Flask

from shared.notices import preferences, stops
from shared.notices.kinds import Topic
from shared.notices.stops import Stop
from tests.partners.conftest import World
from tests.partners.web import CONFIG, Browser

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def link(world: World) -> str:
    return stops.address(CONFIG, Stop(world.unit.contact_id, Topic.REMINDERS)).removeprefix(CONFIG.origin)


def hears(world: World) -> bool:
    return world.database.read(preferences.of, world.unit.contact_id).wants(Topic.REMINDERS)


def test_a_look_at_the_link_stops_nothing(app: Flask, world: World) -> None:
    browser = Browser(app.test_client())
    assert "活动开始前的提醒" in browser.get(link(world))
    assert hears(world)


def test_one_press_stops_it_and_one_takes_it_back(app: Flask, world: World) -> None:
    browser, here = Browser(app.test_client()), link(world)
    for _ in range(2):
        assert browser.send(here, here, {}).headers["Location"] == here
        assert not hears(world)
    assert "不会再发" in browser.get(here)
    for _ in range(2):
        assert browser.send(here, f"{here}/undo", {}).status_code == 303
        assert hears(world)


def test_a_mail_program_stops_it_with_one_request_that_leads_nowhere(app: Flask, world: World) -> None:
    for body in ({"data": ONE_CLICK}, {"data": ONE_CLICK, "content_type": "multipart/form-data"}):
        assert app.test_client().post(link(world), **body).status_code == 200
        assert not hears(world)


def test_any_other_form_needs_the_token_of_the_page(app: Flask, world: World) -> None:
    for fields in ({}, {"List-Unsubscribe": "yes"}):
        assert app.test_client().post(link(world), data=fields).status_code == 400
    assert app.test_client().post(f"{link(world)}/undo", data=ONE_CLICK).status_code == 400
    assert hears(world)


def test_a_link_that_is_none_is_not_found(app: Flask, world: World) -> None:
    assert app.test_client().get(link(world)[:-1]).status_code == 404
    assert app.test_client().post("/partners/stop/x", data=ONE_CLICK).status_code == 404
