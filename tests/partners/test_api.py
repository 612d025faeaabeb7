"""The JSON of the partners service, as programs use it."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from services.partners import operations
from tests.conftest import ON_SQLITE
from tests.partners.conftest import NOW, World, event_data
from tests.partners.web import Api, organizer_token

pytestmark = ON_SQLITE

UNIT = {"name": "朝阳小学", "kind": "school", "contact": {"name": "李老师", "phone": "139 0000 1111"}}


@pytest.fixture
def desk(app: Flask) -> Api:
    """An organizer of the community."""
    return Api(app.test_client(), organizer_token())


@pytest.fixture
def contact(app: Flask, world: World) -> Api:
    """The contact of the work unit."""
    return Api(app.test_client(), world.unit.token)


@pytest.fixture
def stranger(app: Flask) -> Api:
    """Anybody."""
    return Api(app.test_client())


def promise(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "work_unit_id": str(world.unit.id),
        "event_id": str(world.event_id),
        "kind": "people",
        "shift_id": str(world.shift_id),
        "quantity": 5,
    } | changes


def a_need(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "event_id": str(world.event_id),
        "kind": "supplies",
        "quantity": 20,
        "unit": "箱",
        "description": "矿泉水",
    } | changes


def test_a_unit_comes_with_the_access_of_its_contact(desk: Api, app: Flask) -> None:
    made = desk.post("/work-units", UNIT, 201)
    assert made.keys() == {
        "id",
        "name",
        "kind",
        "address",
        "offers",
        "active",
        "contact",
        "access_url",
        "access_token",
    }
    assert made["contact"] == {"name": "李老师", "phone": "+8613900001111", "email": None, "language": "zh-CN"}
    assert made["access_url"] == f"http://127.0.0.1:8000/partners/enter/{made['access_token']}"
    assert Api(app.test_client(), made["access_token"]).get("/pledges") == {"items": [], "next_cursor": None}


def test_units_are_listed_without_their_access(desk: Api, world: World) -> None:
    [unit] = desk.get("/work-units")["items"]
    assert unit["id"] == str(world.unit.id)
    assert unit.keys() == {"id", "name", "kind", "address", "offers", "active", "contact", "contacts"}
    assert unit["contacts"] == [unit["contact"]]


def test_a_list_comes_in_pages(desk: Api, world: World) -> None:
    world.add_unit("卫生站")
    first = desk.get("/work-units?limit=1")
    second = desk.get(f"/work-units?limit=1&cursor={first['next_cursor']}")
    assert {first["items"][0]["name"], second["items"][0]["name"]} == {"朝阳小学", "卫生站"}
    assert second["next_cursor"] is None


def test_the_whole_life_of_a_pledge(contact: Api, desk: Api, world: World) -> None:
    made = contact.post("/pledges", promise(world), 201)
    assert (made["status"], made["held"], made["claimed"], made["claim_url"]) == ("pending", 0, 0, None)
    path = f"/pledges/{made['id']}"
    world.answer(UUID(made["id"]), 1, held=5, claimed=1)
    held = contact.get(path)
    assert (held["status"], held["held"], held["claimed"]) == ("held", 5, 1)
    assert held["claim_url"] == "http://127.0.0.1:8000/signups/claim/abc"
    assert contact.post(f"{path}/reduce", {"quantity": 3})["quantity"] == 3
    assert desk.post(f"{path}/deliver", {"quantity": 3})["status"] == "delivered"
    assert contact.post(f"{path}/withdraw", status=409)["status"] == 409


def test_withdrawing_again_is_answered_alike(contact: Api, world: World) -> None:
    path = f"/pledges/{contact.post('/pledges', promise(world), 201)['id']}"
    answers = [contact.post(f"{path}/withdraw", {"reason": "考试"}) for _ in range(2)]
    assert answers[0] == answers[1]
    assert (answers[0]["status"], answers[0]["quantity"]) == ("withdrawn", 0)


def test_a_need_is_posted_and_pledged_for(contact: Api, desk: Api, stranger: Api, world: World) -> None:
    need = desk.post("/needs", a_need(world, due_at="2027-06-09T08:00:00+08:00"), 201)
    contact.post("/pledges", {"work_unit_id": str(world.unit.id), "need_id": need["id"], "quantity": 8}, 201)
    [listed] = stranger.get(f"/needs?event_id={world.event_id}")["items"]
    assert listed == need | {"pledged": 8, "open": 12}
    assert desk.get("/needs")["items"] == [listed]


@pytest.mark.parametrize("due_at", ["2027-05-31T08:00:00+08:00", "2028-01-01T08:00:00+08:00"])
def test_a_need_is_due_between_now_and_the_end_of_the_event(desk: Api, world: World, due_at: str) -> None:
    assert "due_at" in desk.post("/needs", a_need(world, due_at=due_at), 422)["errors"]


def test_strangers_see_what_published_events_need_and_nothing_else(stranger: Api, desk: Api, world: World) -> None:
    desk.post("/needs", a_need(world), 201)
    world.publish(status="cancelled")
    assert stranger.get("/needs")["items"] == []
    assert len(desk.get("/needs")["items"]) == 1
    for path in ("/work-units", "/pledges", "/notices", f"/pledges/{uuid4()}"):
        stranger.get(path, 401)
    for path, body in (("/work-units", UNIT), ("/needs", a_need(world)), ("/pledges", promise(world))):
        stranger.post(path, body, 401)


def test_what_a_draft_asks_for_is_for_its_organizers_only(stranger: Api, contact: Api, desk: Api, world: World) -> None:
    desk.post("/needs", a_need(world), 201)
    assert len(contact.get("/needs")["items"]) == 1
    world.publish(status="draft")
    assert contact.get("/needs")["items"] == stranger.get("/needs")["items"] == []
    assert contact.get(f"/needs?event_id={world.event_id}")["items"] == []
    assert len(desk.get("/needs")["items"]) == 1


def test_a_contact_is_no_organizer(contact: Api, world: World) -> None:
    for path in ("/work-units", "/notices"):
        contact.get(path, 403)
    contact.post("/work-units", UNIT, 403)
    contact.post("/needs", a_need(world), 403)
    contact.post(f"/work-units/{world.unit.id}/access-link", status=403)


def test_units_are_strangers_to_each_other(app: Flask, contact: Api, world: World) -> None:
    other = Api(app.test_client(), world.add_unit("卫生站").token)
    path = f"/pledges/{contact.post('/pledges', promise(world), 201)['id']}"
    other.get(path, 404)
    for action, body in (("reduce", {"quantity": 1}), ("withdraw", {}), ("deliver", {"quantity": 1})):
        other.post(f"{path}/{action}", body, 404)
    assert other.post("/pledges", promise(world), 404)["errors"]["work_unit_id"] == ["没有找到这个单位。"]
    assert other.get("/pledges")["items"] == []
    assert len(contact.get("/pledges")["items"]) == 1


def test_communities_are_strangers_to_each_other(app: Flask, contact: Api, world: World) -> None:
    elsewhere = Api(app.test_client(), organizer_token("曙光社区"))
    path = f"/pledges/{contact.post('/pledges', promise(world), 201)['id']}"
    elsewhere.get(path, 404)
    assert elsewhere.get("/pledges")["items"] == elsewhere.get("/work-units")["items"] == []
    elsewhere.post("/pledges", promise(world), 404)
    assert "event_id" in elsewhere.post("/needs", a_need(world), 422)["errors"]
    elsewhere.post(f"/work-units/{world.unit.id}/close", status=404)


@pytest.mark.parametrize(
    ("changes", "status", "field", "text"),
    [
        ({"quantity": 0}, 422, "quantity", "请填写 1 到 10000 之间的整数。"),
        ({"quantity": 501}, 422, "quantity", "一次最多认领 500 人。"),
        ({"quantity": "很多"}, 422, "quantity", "请填写 1 到 10000 之间的整数。"),
        ({"kind": "money"}, 422, "kind", None),
        ({"kind": None}, 422, "kind", "请填写这一项。"),
        ({"shift_id": None}, 422, "shift_id", "请选择要出人的岗位。"),
        ({"shift_id": str(uuid4())}, 422, "shift_id", "这个活动没有这个岗位，请从列表中选择。"),
        ({"event_id": str(uuid4())}, 422, "event_id", "这里没有找到这个活动。如果活动刚刚发布，请稍等片刻再试。"),
        ({"need_id": str(uuid4())}, 422, "need_id", "没有这项需求，请从列表中选择。"),
        ({"work_unit_id": str(uuid4())}, 404, "work_unit_id", "没有找到这个单位。"),
        ({"work_unit_id": "x"}, 422, "work_unit_id", None),
        ({"note": "x" * 501}, 422, "note", None),
        ({"note": "a\u0000b"}, 422, "note", None),
        ({"status": "held"}, 422, "status", None),
        ({"held": 5}, 422, "held", None),
    ],
)
def test_bad_pledges_get_a_clear_answer(
    contact: Api, world: World, changes: dict[str, Any], status: int, field: str, text: str | None
) -> None:
    answer = contact.post("/pledges", promise(world, **changes), status)
    assert list(answer["errors"]) == [field]
    if text is not None:
        assert answer["errors"][field] == [text]
    assert contact.get("/pledges")["items"] == []


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"name": ""}, ["name"]),
        ({"kind": None}, ["kind"]),
        ({"contact": None}, ["contact"]),
        ({"contact": {"name": "李老师", "phone": "12345"}}, ["contact", "phone"]),
        ({"contact": {"phone": "13900001111"}}, ["contact", "name"]),
        ({"contact": {"name": "李老师", "phone": "13900001111", "email": "x"}}, ["contact", "email"]),
        ({"contact": {"name": "李老师", "phone": "13900001111", "language": "xx"}}, ["contact", "language"]),
        ({"active": False}, ["active"]),
    ],
)
def test_bad_units_get_a_clear_answer(desk: Api, changes: dict[str, Any], path: list[str]) -> None:
    errors = desk.post("/work-units", UNIT | changes, 422)["errors"]
    for name in path:
        assert list(errors) == [name]
        errors = errors[name]
    assert desk.get("/work-units")["items"] == []


def test_errors_speak_the_readers_language(app: Flask, world: World) -> None:
    english = Api(app.test_client(), world.unit.token, "en")
    answer = english.post("/pledges", promise(world, shift_id=None), 422)
    assert answer["errors"]["shift_id"] == ["Please choose the shift that your people are for."]


def test_reducing_below_those_with_a_name_is_refused_beside_the_field(contact: Api, world: World) -> None:
    made = contact.post("/pledges", promise(world), 201)
    world.answer(UUID(made["id"]), 1, held=5, claimed=3)
    answer = contact.post(f"/pledges/{made['id']}/reduce", {"quantity": 2}, 422)
    assert answer["errors"] == {"quantity": ["已有 3 人填写了姓名，请至少保留这么多。"]}


def test_a_cancelled_event_takes_nothing_more(contact: Api, desk: Api, world: World) -> None:
    world.publish(status="cancelled", reason="下雨")
    assert contact.post("/pledges", promise(world), 409)["detail"] == "这个活动已取消。"
    desk.post("/needs", a_need(world), 409)


def test_access_can_be_renewed_handed_over_and_stopped(app: Flask, desk: Api, contact: Api, world: World) -> None:
    path = f"/work-units/{world.unit.id}"
    renewed = desk.post(f"{path}/access-link")
    contact.get("/pledges", 401)
    handed = desk.call("PUT", f"{path}/contact", {"name": "王老师", "phone": "13900002222"}).json
    assert handed["contact"]["name"] == "王老师"
    Api(app.test_client(), renewed["access_token"]).get("/pledges", 401)
    successor = Api(app.test_client(), handed["access_token"])
    successor.get("/pledges")
    assert desk.post(f"{path}/close")["active"] is False
    successor.get("/pledges", 401)
    assert desk.post(f"{path}/reopen")["active"] is True
    successor.get("/pledges")


def test_the_log_of_notices_hides_names(desk: Api, contact: Api, world: World) -> None:
    contact.post("/pledges", promise(world), 201)
    reminder = {"event_id": world.event_id, "version": 1, "rule": "P1D", "occurrence": 0, "due_at": NOW}
    world.database.write(operations.remind_units, reminder | {"expires_at": world.event["starts_at"]}, now=NOW)
    [notice] = desk.get(f"/notices?event_id={world.event_id}&kind=reminder")["items"]
    assert notice.keys() == {
        "id",
        "kind",
        "channel",
        "state",
        "due_at",
        "sent_at",
        "person",
        "event_id",
        "occurrence",
    }
    assert (notice["person"], notice["state"], notice["kind"]) == ("李*", "queued", "reminder")
    assert desk.get("/notices?kind=cancelled")["items"] == []


def test_an_event_of_another_community_is_not_there_to_pledge_for(contact: Api, world: World) -> None:
    theirs = event_data(community="曙光社区")
    world.database.write(operations.record_event, theirs, now=NOW)
    body = promise(world, event_id=str(theirs["event_id"]), shift_id=str(theirs["shifts"][0]["shift_id"]))
    assert list(contact.post("/pledges", body, 422)["errors"]) == ["event_id"]
