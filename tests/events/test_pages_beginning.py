"""A new event's beginning: the templates of the playbook and the community's own, and the date each proposes."""

from uuid import UUID

import pytest

from services.events import operations, saved
from tests.events.web import DESK, texts_of
from tests.events.world import NOW, an_organizer, event_data


@pytest.fixture
def kept(world):
    event = world.create(template="mid-autumn", tasks=[{"title": "挂灯笼", "owner": "物业", "days": -1}])
    return world.database.write(operations.save_template, event.id, {"title": "我们的中秋"}, desk=world.desk, now=NOW)


def test_an_event_is_kept_as_a_template_and_offered_for_the_next(desk, world):
    event = world.create(template="dragon-boat")
    page = f"{DESK}/{event.id}/save-as-template"
    assert 'value="端午游园会"' in desk.get(page)
    desk.send(page, {"title": "我们的端午"})
    assert "Our own templates" in (text := texts_of(desk.get(f"{DESK}/new")))
    assert "我们的端午" in text


@pytest.mark.usefixtures("kept")
def test_a_taken_name_is_refused_beside_the_field_and_replaced_when_asked(desk, world):
    event = world.create()
    page = f"{DESK}/{event.id}/save-as-template"
    answer = desk.send(page, {"title": "我们的中秋"}, 422)
    assert 'id="title-error"' in answer.text
    assert 'name="replace"' in answer.text
    desk.send(page, {"title": "我们的中秋", "replace": "true"})
    assert len(world.database.read(saved.own, world.desk.community)) == 1


def test_an_own_template_of_a_festival_proposes_its_date_and_makes_the_draft(desk, world, kept):
    page = f"{DESK}/new?template={kept.key}&year=2028"
    assert 'value="2028-10-03T' in (shown := desk.get(page))
    assert "lunar month 8, day 15" in shown
    answer = desk.send(f"{DESK}/new", {"template": kept.key, "starts_at": "2028-10-03T18:30"}, page=page)
    made = world.event(UUID(answer.headers["Location"].split("/")[-2]))
    assert (made.title, made.template) == ("我们的中秋", kept.key)
    assert "lunar month 8, day 15" in desk.get(f"{DESK}/{made.id}")


def test_an_own_template_is_renamed_and_deleted(desk, kept):
    page = f"{DESK}/templates/{kept.key}"
    desk.send(page, {"title": ""}, 422)
    desk.send(page, {"title": "赏月"})
    assert "赏月" in desk.get(f"{DESK}/new")
    desk.send(f"{page}/delete", {}, page=page)
    assert "赏月" not in texts_of(desk.get(f"{DESK}/new")).replace("Deleted: 赏月", "").replace("赏月会", "")
    desk.get(page, 404)


def test_a_template_that_was_deleted_meanwhile_leads_back_to_the_choice(desk, world, kept):
    page = f"{DESK}/new?template={kept.key}"
    desk.get(page)
    world.database.write(operations.delete_template, kept.key, desk=world.desk)
    form = {"template": kept.key, "starts_at": "2028-10-03T18:30"}
    answer = desk.send(f"{DESK}/new", form, page=f"{DESK}/new?template=lantern")
    assert answer.headers["Location"] == f"{DESK}/new"
    desk.get(page, 404)


def test_the_templates_of_another_community_are_not_there(desk, world):
    stranger = an_organizer(world.database, "滨河社区")
    theirs = world.create_from(event_data(), desk=stranger)
    kept = world.database.write(operations.save_template, theirs.id, {"title": "滨河的"}, desk=stranger, now=NOW)
    assert "滨河的" not in desk.get(f"{DESK}/new")
    desk.get(f"{DESK}/new?template={kept.key}", 404)
    desk.get(f"{DESK}/templates/{kept.key}", 404)


def test_a_festival_done_again_shows_both_dates_with_weekday_and_moon(desk, world):
    event = world.create(template="dragon-boat")
    text = texts_of(desk.get(f"{DESK}/{event.id}/duplicate"))
    assert text.count("lunar month 5, day 5") == 2
    assert "28 May 2028" in text or "May 28, 2028" in text
