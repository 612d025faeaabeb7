"""The link in a letter that ends letters of its kind: one press, and one to take it back."""

import re

from flask import Flask

from shared.notices import preferences, stops
from shared.notices.kinds import Topic
from shared.notices.stops import Stop
from tests.partners.conftest import World
from tests.partners.web import CONFIG, Browser, a_contact

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


SETTINGS = "/partners/unit/notices"
AS_IT_IS = {"reminders": "all", "changes": "all", "thanks": "all", "messages": "all", "first": "any"}


def chosen(world: World) -> preferences.Preferences:
    return world.database.read(preferences.of, world.unit.contact_id)


def test_a_contact_chooses_topics_ways_and_the_first_way(app: Flask, world: World) -> None:
    browser = a_contact(app, world)
    assert SETTINGS in browser.get("/partners/unit")
    choice = AS_IT_IS | {"reminders": "email", "changes": "sms", "thanks": "none", "first": "email"}
    for _ in range(2):
        assert browser.send(SETTINGS, SETTINGS, choice).headers["Location"] == SETTINGS
    assert chosen(world).stopped == {("reminders", "sms"), ("changes", "email"), ("thanks", "")}
    assert chosen(world).first == "email"
    page = browser.get(SETTINGS)
    selected = re.findall(r'<option value="(\w+)" selected', page)
    assert selected == ["email", "sms", "none", "all", "email"]
    browser.send(SETTINGS, SETTINGS, AS_IT_IS)
    assert chosen(world) == preferences.Preferences(frozenset(), None)


def test_what_a_link_stopped_shows_on_the_page(app: Flask, world: World) -> None:
    app.test_client().post(link(world), data=ONE_CLICK)
    selected = re.findall(r'<option value="(\w+)" selected', a_contact(app, world).get(SETTINGS))
    assert selected == ["none", "all", "all", "all", "any"]


def test_a_choice_that_is_none_comes_back(app: Flask, world: World) -> None:
    browser = a_contact(app, world)
    answer = browser.send(SETTINGS, SETTINGS, AS_IT_IS | {"first": "pigeon", "thanks": ""})
    assert answer.status_code == 422
    assert answer.text.count('class="field field-half field-wrong"') == 2
    assert chosen(world).first is None
