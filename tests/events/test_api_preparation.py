"""Tasks, supplies and own templates in JSON: for the community's organizers, and for nobody else."""

import pytest

from services.events import operations
from tests.events.test_operations_preparation import SUPPLY, TASK
from tests.events.world import NOW, an_organizer, event_data


@pytest.fixture
def token(site):
    return site.token()


def sent(**changes):
    return {
        "title": "端午游园会",
        "summary": "包粽子",
        "venue": {"name": "社区广场"},
        "starts_at": "2027-06-09T14:00:00+08:00",
        "ends_at": "2027-06-09T17:00:00+08:00",
    } | changes


def test_a_new_event_takes_tasks_and_supplies_and_shows_them(site, token):
    made = site.call("POST", "/events", sent(tasks=[TASK], supplies=[SUPPLY]), token=token).json
    (task,), (supply,) = made["tasks"], made["supplies"]
    assert {name: task[name] for name in (*TASK, "permit", "done_at")} == TASK | {"permit": False, "done_at": None}
    assert {name: supply[name] for name in (*SUPPLY, "ready")} == SUPPLY | {"ready": 0}
    listed = site.call("GET", "/events", token=token).json["items"]
    assert listed[0]["tasks"] == made["tasks"]


def test_the_public_sees_neither_tasks_nor_supplies(site, world, token):
    event = world.published(tasks=[TASK], supplies=[SUPPLY])
    theirs = world.create_from(event_data(tasks=[TASK]), desk=an_organizer(world.database, "滨河社区"))
    for shown in (site.call("GET", f"/events/{event.id}").json, site.call("GET", "/events").json["items"][0]):
        assert not {"tasks", "supplies"} & set(shown)
    assert site.call("GET", f"/events/{theirs.id}", token=token).status_code == 404


def test_wrong_tasks_and_supplies_are_named(site, token):
    for field, wrong in (
        ("tasks", [{"title": "采购"}]),
        ("tasks", [TASK | {"days": 1000}]),
        ("tasks", [TASK | {"permit": True}]),
        ("supplies", [SUPPLY | {"quantity": 0}]),
        ("supplies", [SUPPLY] * 101),
    ):
        answer = site.call("POST", "/events", sent(**{field: wrong}), token=token)
        assert answer.status_code == 422
        assert set(answer.json["errors"]) == {field}


def test_templates_show_their_tasks_and_to_organizers_their_own(site, world, token):
    event = world.create(tasks=[TASK])
    kept = world.database.write(operations.save_template, event.id, {"title": "我们的"}, desk=world.desk, now=NOW)
    public = site.call("GET", "/templates").json["items"]
    assert all(one["tasks"] and not one["own"] for one in public)
    (own,) = [one for one in site.call("GET", "/templates", token=token).json["items"] if one["own"]]
    assert (own["key"], own["title"]["zh"], own["tasks"][0]["days"]) == (kept.key, "我们的", -10)
    made = site.call("POST", "/events", {"template": kept.key, "starts_at": "2028-06-09T14:00:00+08:00"}, token=token)
    assert made.json["tasks"][0]["title"] == "采购糯米"


def test_a_template_that_is_nobodys_is_refused_beside_its_field(site, token):
    for key in ("dragon-boat--00000000", "no-such-template", "", "../x"):
        entered = {"template": key, "starts_at": "2028-06-09T14:00:00+08:00"}
        answer = site.call("POST", "/events", entered, token=token)
        assert answer.status_code == 422
        assert set(answer.json["errors"]) == {"template"}


def test_tasks_are_ticked_and_supplies_counted_without_a_new_version(site, token):
    made = site.call("POST", "/events", sent(tasks=[TASK], supplies=[SUPPLY]), token=token).json
    at = f"/events/{made['id']}"
    task, supply = (f"{at}/{name}/{made[name][0]['id']}" for name in ("tasks", "supplies"))
    for _twice in range(2):
        assert site.call("PATCH", task, {"done": True}, token=token).json["done_at"]
    assert site.call("POST", f"{at}/tasks", TASK | {"title": "彩排"}, token=token).status_code == 201
    assert site.call("PUT", supply, SUPPLY | {"ready": 50}, token=token).json["ready"] == 50
    assert site.call("POST", f"{at}/supplies", SUPPLY | {"name": "粽叶"}, token=token).status_code == 201
    shown = site.call("GET", at, token=token).json
    assert shown["version"] == 1
    assert [one["title"] for one in shown["tasks"]] == ["采购糯米", "彩排"]
    assert [(one["name"], one["ready"]) for one in shown["supplies"]] == [("糯米", 50), ("粽叶", 0)]
    assert site.call("PATCH", f"{at}/tasks/{made['id']}", {"done": True}, token=token).status_code == 404
    assert site.call("PATCH", task, {"done": True}).status_code == 401


def test_an_event_is_kept_as_a_template_and_the_template_is_deleted(site, token):
    made = site.call("POST", "/events", sent(template="dragon-boat"), token=token).json
    kept = site.call("POST", f"/events/{made['id']}/template", {"title": "我们的"}, token=token)
    assert (kept.status_code, kept.json["own"], kept.json["next_date"]) == (201, True, "2027-06-09")
    taken = site.call("POST", f"/events/{made['id']}/template", {"title": "我们的"}, token=token)
    assert (taken.status_code, set(taken.json["errors"])) == (422, {"title"})
    assert site.call("DELETE", f"/templates/{kept.json['key']}", token=token).status_code == 204
    assert site.call("DELETE", f"/templates/{kept.json['key']}", token=token).status_code == 404
