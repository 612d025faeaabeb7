"""The programme on the desk: items in place, moves, undo, clashes, and two organizers at once."""

import re
from datetime import timedelta

import pytest

from services.events import operations
from tests.conftest import ON_SQLITE
from tests.events.web import DESK, fields_of, texts_of
from tests.events.world import DAY, STARTS_AT, an_organizer, shift_data

pytestmark = ON_SQLITE
MINUTE = timedelta(minutes=1)


@pytest.fixture
def event(world):
    """Two items on the stage, one right after the other."""
    return world.create(
        shifts=[shift_data(role="主持")],
        programme=[
            {"title": "合唱", "starts_at": STARTS_AT, "minutes": 20, "place": "舞台", "performers": "合唱队"},
            {"title": "舞蹈", "starts_at": STARTS_AT + 20 * MINUTE, "minutes": 10, "place": "舞台", "roles": ["主持"]},
        ],
    )


def page_of(event, end="programme"):
    return f"{DESK}/{event.id}/{end}"


def plan(world, event):
    return [(one.title, (one.starts_at - STARTS_AT) // MINUTE) for one in world.event(event.id).programme]


def test_a_longer_item_is_typed_in_place_and_the_rest_moves_along(desk, world, event):
    first = event.programme[0]
    form = f"{page_of(event)}?edit={first.id}"
    typed = fields_of(desk.get(form)) | {"minutes": "35", "roles": ["主持"]}
    answer = desk.send(f"{page_of(event)}?edit={first.id}", typed, page=form)
    assert answer.location == f"{page_of(event)}#item-{first.id}"
    assert plan(world, event) == [("合唱", 0), ("舞蹈", 35)]
    assert world.event(event.id).programme[0].roles == ["主持"]


def test_only_this_one_is_a_box_to_tick(desk, world, event):
    first = event.programme[0]
    typed = fields_of(desk.get(f"{page_of(event)}?edit={first.id}")) | {"minutes": "35", "only_this": "true"}
    desk.send(f"{page_of(event)}?edit={first.id}", typed, page=page_of(event))
    assert plan(world, event) == [("合唱", 0), ("舞蹈", 20)]
    page = texts_of(desk.get(page_of(event)))
    assert "“舞蹈” is at 舞台 at this time, too." in page
    assert "They are marked below." in page


def test_saving_an_item_as_it_came_changes_nothing(desk, world, event):
    first = event.programme[0]
    desk.send(
        f"{page_of(event)}?edit={first.id}",
        fields_of(desk.get(f"{page_of(event)}?edit={first.id}")),
        page=page_of(event),
    )
    assert world.event(event.id).version == 1


def test_a_new_item_begins_where_the_last_one_ends(desk, world, event):
    form = f"{page_of(event)}?edit=new"
    typed = fields_of(desk.get(form))
    assert (typed["starts_at"], typed["place"]) == (["2027-06-09T14:30"], ["舞台"])
    desk.send(page_of(event), typed | {"title": "快板"}, page=form)
    assert plan(world, event)[-1] == ("快板", 30)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"title": ""}, "title"),
        ({"minutes": "soon"}, "minutes"),
        ({"roles": ["魔术师"]}, "roles"),
        ({"starts_at": "2029-01-01T10:00"}, "starts_at"),
    ],
)
def test_what_is_wrong_comes_back_beside_its_box_with_what_was_typed(desk, world, event, wrong, text):
    first = event.programme[0]
    typed = fields_of(desk.get(f"{page_of(event)}?edit={first.id}")) | {"performers": "夕阳红"} | wrong
    answer = desk.send(f"{page_of(event)}?edit={first.id}", typed, 422, page=page_of(event))
    assert f'id="{text}-error"' in answer.text
    assert 'value="夕阳红"' in answer.text
    assert world.event(event.id).version == 1


@pytest.mark.parametrize("press", [{"direction": "down"}, {"before": ""}])
def test_an_item_is_moved_by_its_buttons_or_dropped_before_another(desk, world, event, press):
    first = event.programme[0]
    desk.send(f"{page_of(event)}/{first.id}/move", {"version": "1", **press}, page=page_of(event))
    assert plan(world, event) == [("舞蹈", 0), ("合唱", 10)]
    desk.send(
        f"{page_of(event)}/{first.id}/move", {"version": "2", "before": str(event.programme[1].id)}, page=page_of(event)
    )
    assert plan(world, event) == [("合唱", 0), ("舞蹈", 20)]


def test_what_was_taken_out_can_be_put_back_until_something_else_is_changed(desk, world, event):
    second = event.programme[1]
    desk.send(f"{page_of(event)}/{second.id}/remove", {"version": "1"}, page=page_of(event))
    assert plan(world, event) == [("合唱", 0)]
    assert "Put it back" in desk.get(page_of(event))
    desk.send(f"{page_of(event)}/restore", {"version": "2"}, page=page_of(event))
    assert plan(world, event) == [("合唱", 0), ("舞蹈", 20)]
    assert world.event(event.id).programme[1].roles == ["主持"]
    assert "Put it back" not in desk.get(page_of(event))
    desk.send(f"{page_of(event)}/restore", {"version": "3"}, page=page_of(event))
    assert len(plan(world, event)) == 2


def test_two_organizers_at_one_item_lose_nothing(desk, world, event):
    first = event.programme[0]
    typed = fields_of(desk.get(f"{page_of(event)}?edit={first.id}")) | {"performers": "夕阳红合唱队"}
    rows = [{"id": first.id, "starts_at": STARTS_AT + 5 * MINUTE}, {"id": event.programme[1].id}]
    world.change(event, programme=rows)
    answer = desk.send(f"{page_of(event)}?edit={first.id}", typed, 412, page=page_of(event))
    assert "Somebody else has changed this event meanwhile" in texts_of(answer.text)
    merged = fields_of(answer.text)
    assert (merged["performers"], merged["starts_at"]) == (["夕阳红合唱队"], ["2027-06-09T14:05"])
    desk.send(f"{page_of(event)}?edit={first.id}", merged, page=page_of(event))
    item = world.event(event.id).programme[0]
    assert (item.performers, item.starts_at) == ("夕阳红合唱队", STARTS_AT + 5 * MINUTE)


def test_an_item_that_somebody_took_out_comes_back_as_a_new_one_if_saved_again(desk, world, event):
    first = event.programme[0]
    typed = fields_of(desk.get(f"{page_of(event)}?edit={first.id}")) | {"performers": "夕阳红合唱队"}
    world.change(event, programme=[{"id": event.programme[1].id}])
    answer = desk.send(f"{page_of(event)}?edit={first.id}", typed, 412, page=page_of(event))
    desk.send(page_of(event), fields_of(answer.text), page=page_of(event))
    assert [one.performers for one in world.event(event.id).programme] == ["夕阳红合唱队", ""]


def test_a_move_on_an_old_page_says_so_and_moves_nothing(desk, world, event):
    world.change(event, title="端午同乐会")
    desk.send(
        f"{page_of(event)}/{event.programme[0].id}/move", {"version": "1", "direction": "down"}, page=page_of(event)
    )
    assert "Somebody else has changed this event meanwhile" in desk.get(page_of(event))
    assert plan(world, event) == [("合唱", 0), ("舞蹈", 20)]


def test_the_run_sheet_lists_items_roles_and_supplies_and_no_names_of_people(desk, event):
    page = texts_of(desk.get(page_of(event, "run-sheet")))
    assert re.search(r"14:00–14:20 合唱 20 min 合唱队 舞台 –", page)
    assert re.search(r"14:20–14:30 舞蹈 10 min – 舞台 主持", page)


@pytest.mark.parametrize("end", ["programme", "run-sheet", "shifts"])
def test_another_community_has_no_such_pages(desk, world, end):
    theirs = world.create(desk=an_organizer(world.database, "幸福社区"))
    desk.get(page_of(theirs, end), 404)
    ours = page_of(world.create(), "programme")
    part = theirs.programme[0].id if end == "programme" else theirs.shifts[0].id
    if end != "run-sheet":
        desk.send(f"{page_of(theirs, end)}/{part}/remove", {"version": "1"}, 404, page=ours)


def test_a_finished_event_shows_its_programme_and_offers_no_change(desk, world):
    event = world.published()
    world.database.write(operations.complete_event, event.id, desk=world.desk, now=event.ends_at + DAY)
    page = desk.get(page_of(event))
    assert "比赛吃粽子" in page
    assert "data-drag" not in page
    assert "?edit=" not in desk.get(page_of(event, "shifts"))
