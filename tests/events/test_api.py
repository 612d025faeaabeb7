"""Events as JSON, as the public contract says."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.conftest import ON_SQLITE
from tests.events.world import STARTS_AT, ZONE, an_organizer

pytestmark = ON_SQLITE

AFTER = STARTS_AT + timedelta(hours=4)


def body(**changes):
    return {
        "title": "端午包粽子",
        "summary": "一起包粽子",
        "venue": {"name": "社区广场", "address": "朝阳路1号"},
        "starts_at": "2027-06-09T14:00:00+08:00",
        "ends_at": "2027-06-09T17:00:00+08:00",
        "conditions": "身体健康",
        "how_to_sign_up": "扫码报名",
        "risks": "注意防滑",
        "shifts": [shift()],
        "programme": [
            {"title": "比赛吃粽子", "kind": "contest", "starts_at": "2027-06-09T15:20:00+08:00", "minutes": 40}
        ],
        "reminders": [{"before": "P1D"}],
    } | changes


def shift(**changes):
    return {
        "role": "引导",
        "starts_at": "2027-06-09T13:30:00+08:00",
        "ends_at": "2027-06-09T17:00:00+08:00",
        "capacity": 6,
    } | changes


@pytest.fixture
def token(site):
    return site.token()


def create(site, token, **changes):
    answer = site.call("POST", "/events", body(**changes), token=token)
    assert answer.status_code == 201, answer.text
    return answer.json


def publish(site, token, event):
    answer = site.call("POST", f"/events/{event['id']}/publish", token=token)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_the_templates_name_their_next_date_in_both_languages(site):
    items = {item["key"]: item for item in site.call("GET", "/templates").json["items"]}
    dragon_boat = items["dragon-boat"]
    assert dragon_boat["title"] == {"zh": "端午游园会", "en": "Dragon Boat Afternoon"}
    assert dragon_boat["next_date"] == "2027-06-09"
    assert [one["role"] for one in dragon_boat["shifts"]] == ["签到台", "引导", "包粽子", "套圈"]
    assert dragon_boat["programme"][3]["starts"] == "15:20"
    assert dragon_boat["supplies"]
    assert items["blank"]["next_date"] is None


def test_a_draft_comes_back_whole_with_times_in_its_zone(site, token):
    event = create(site, token)
    assert (event["status"], event["version"], event["timezone"]) == ("draft", 1, ZONE)
    assert (event["community"], event["theme"], event["waitlist"]) == ("朝阳社区", "everyday", True)
    assert (event["starts_at"], event["ends_at"]) == ("2027-06-09T14:00:00+08:00", "2027-06-09T17:00:00+08:00")
    assert event["url"].endswith(f"/events/{event['slug']}")
    [first] = event["shifts"]
    assert {**first, "id": None} == {
        "id": None,
        "role": "引导",
        "description": "",
        "starts_at": "2027-06-09T13:30:00+08:00",
        "ends_at": "2027-06-09T17:00:00+08:00",
        "capacity": 6,
        "minimum": 0,
        "min_age": None,
        "skills": [],
        "counts_as_service": True,
        "training": "",
        "insured": False,
        "questions": [],
        "swap_approval": False,
        "free": 6,
        "confirmed": 0,
        "waitlisted": 0,
        "offered": 0,
        "held": 0,
        "attended": 0,
    }
    assert event["programme"][0]["kind"] == "contest"
    assert event["reminders"] == [{"before": "P1D"}]


def test_a_template_and_a_year_are_enough(site, token):
    answer = site.call("POST", "/events", {"template": "national-day", "year": 2027}, token=token)
    assert answer.status_code == 201
    assert answer.json["starts_at"] == "2027-10-01T19:00:00+08:00"
    assert answer.json["ends_at"] == "2027-10-01T21:00:00+08:00"
    assert publish(site, token, answer.json)["status"] == "published"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "长" * 101}, "title"),
        ({"title": "a\u0000b"}, "title"),
        ({"title": None}, "title"),
        ({"starts_at": "2027-06-09T14:00:00"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "starts_at"),
        ({"ends_at": "2027-06-09T13:00:00+08:00"}, "ends_at"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"venue": "广场"}, "venue"),
        ({"shifts": [shift(capacity=0)]}, "shifts"),
        ({"shifts": [shift(capacity=2001)]}, "shifts"),
        ({"shifts": [shift(capacity="many")]}, "shifts"),
        ({"shifts": [shift(id=str(uuid4()))]}, "shifts"),
        ({"shifts": [shift()] * 101}, "shifts"),
        ({"programme": [{"title": "合唱", "kind": "opera"}]}, "programme"),
        ({"reminders": [{"before": "tomorrow"}]}, "reminders"),
        ({"theme": "halloween"}, "theme"),
        ({"template": "halloween"}, "template"),
        ({"year": 2027}, "year"),
        ({"status": "published"}, "status"),
        ({"community": "滨河社区"}, "community"),
    ],
)
def test_bad_input_is_named_beside_its_field(site, token, changes, field):
    answer = site.call("POST", "/events", body(**changes), token=token)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert list(answer.json["errors"]) == [field]


def test_everything_that_a_template_would_fill_in_is_asked_for_without_one(site, token):
    answer = site.call("POST", "/events", {}, token=token)
    assert set(answer.json["errors"]) == {"title", "summary", "venue", "starts_at", "ends_at"}


def test_errors_are_told_in_chinese_unless_english_is_asked_for(site, token):
    wrong = body(shifts=[shift(), shift(ends_at="2027-06-09T13:00:00+08:00")])
    english = site.call("POST", "/events", wrong, token=token)
    assert english.json["errors"] == {"shifts": {"1": {"ends_at": ["Shift 2 ends before it starts."]}}}
    chinese = site.call("POST", "/events", wrong, token=token, Accept_Language="zh-CN")
    assert chinese.json["errors"]["shifts"]["1"]["ends_at"] == ["第2个岗位的结束时间早于开始时间，请检查。"]


def test_a_draft_is_for_its_community_alone(site, world, token):
    event = create(site, token)
    strangers = world.create(desk=an_organizer(world.database, "滨河社区"))
    assert site.call("GET", f"/events/{event['id']}").status_code == 404
    assert site.call("GET", f"/events/{event['id']}", token=token).status_code == 200
    assert site.call("GET", f"/events/{strangers.id}", token=token).status_code == 404
    for method, path, sent in [
        ("PATCH", "", {"title": "改"}),
        ("POST", "/publish", None),
        ("POST", "/cancel", {"reason": "下雨"}),
        ("POST", "/complete", None),
        ("POST", "/duplicate", {"starts_at": "2028-05-28T14:00:00+08:00"}),
    ]:
        answer = site.call(method, f"/events/{strangers.id}{path}", sent, token=token, If_Match='"1"')
        assert answer.status_code == 404
        assert site.call(method, f"/events/{event['id']}{path}", sent).status_code == 401


def test_everybody_sees_what_is_published_but_not_who_stands_where(site, world, token):
    event = publish(site, token, create(site, token))
    world.sign_up(world.event(UUID(event["id"])))
    [seen] = site.call("GET", f"/events/{event['id']}").json["shifts"]
    assert seen["free"] == 5
    assert not {"confirmed", "waitlisted", "held", "attended"} & set(seen)
    [known] = site.call("GET", f"/events/{event['id']}", token=token).json["shifts"]
    assert (known["confirmed"], known["waitlisted"], known["held"], known["attended"]) == (1, 0, 0, 0)


def test_publishing_lists_what_is_missing(site, token):
    event = create(site, token, conditions="", risks="", shifts=[])
    answer = site.call("POST", f"/events/{event['id']}/publish", token=token)
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"conditions", "risks", "shifts"}


def test_a_change_builds_on_the_version_that_was_read(site, token):
    path = f"/events/{create(site, token)['id']}"
    assert site.call("GET", path, token=token).headers["ETag"] == '"1"'
    assert site.call("PATCH", path, {"title": "新名字"}, token=token).status_code == 428
    changed = site.call("PATCH", path, {"title": "新名字"}, token=token, If_Match='"1"')
    assert (changed.status_code, changed.json["version"], changed.headers["ETag"]) == (200, 2, '"2"')
    assert changed.json["summary"] == "一起包粽子"
    stale = site.call("PATCH", path, {"title": "又一个"}, token=token, If_Match='"1"')
    assert stale.status_code == 412
    assert site.call("GET", path, token=token).json["title"] == "新名字"


def test_shifts_are_changed_by_id_and_new_ones_are_whole(site, token):
    event = create(site, token)
    path, [first] = f"/events/{event['id']}", event["shifts"]
    entered = {"shifts": [{"id": first["id"], "capacity": 8}, shift(role="套圈")]}
    changed = site.call("PATCH", path, entered, token=token, If_Match='"1"').json["shifts"]
    assert [(one["role"], one["capacity"]) for one in changed] == [("引导", 8), ("套圈", 6)]
    assert changed[0]["id"] == first["id"]
    answer = site.call("PATCH", path, {"shifts": [{"role": "签到台"}]}, token=token, If_Match='"2"')
    assert set(answer.json["errors"]["shifts"]["0"]) == {"starts_at", "ends_at", "capacity"}


def test_a_change_of_the_place_leaves_the_address(site, token):
    path = f"/events/{create(site, token)['id']}"
    changed = site.call("PATCH", path, {"venue": {"name": "小学操场"}}, token=token, If_Match='"1"')
    assert changed.json["venue"] == {"name": "小学操场", "address": "朝阳路1号"}


@pytest.mark.parametrize(
    "changes", [{"title": ""}, {"title": None}, {"starts_at": None}, {"template": "blank"}, {"reminders": [{}]}]
)
def test_a_change_is_read_as_strictly_as_a_new_event(site, token, changes):
    path = f"/events/{create(site, token)['id']}"
    assert site.call("PATCH", path, changes, token=token, If_Match='"1"').status_code == 422


def test_a_capacity_below_what_is_taken_is_refused_beside_its_field(site, world, token):
    event = publish(site, token, create(site, token))
    for _ in range(2):
        world.sign_up(world.event(UUID(event["id"])))
    entered = {"shifts": [{"id": event["shifts"][0]["id"], "capacity": 1}]}
    answer = site.call("PATCH", f"/events/{event['id']}", entered, token=token, If_Match='"2"')
    assert answer.status_code == 422
    assert list(answer.json["errors"]["shifts"]["0"]) == ["capacity"]


def test_cancelling_needs_a_reason_and_happens_once(site, token):
    event = publish(site, token, create(site, token))
    path = f"/events/{event['id']}"
    assert list(site.call("POST", f"{path}/cancel", token=token).json["errors"]) == ["reason"]
    done = site.call("POST", f"{path}/cancel", {"reason": "下雨"}, token=token)
    assert (done.status_code, done.json["status"], done.json["reason"]) == (200, "cancelled", "下雨")
    assert site.call("POST", f"{path}/cancel", {"reason": "下雨"}, token=token).status_code == 409
    assert site.call("GET", path).json["status"] == "cancelled"


def test_an_event_is_completed_once_it_has_begun(site, token):
    event = publish(site, token, create(site, token))
    path = f"/events/{event['id']}/complete"
    assert site.call("POST", path, token=token).status_code == 409
    with site.at(AFTER):
        assert site.call("POST", path, token=site.token()).json["status"] == "completed"


def test_doing_it_again_makes_a_draft_at_the_new_time(site, token):
    event = publish(site, token, create(site, token))
    sent = {"starts_at": "2028-05-28T14:00:00+08:00"}
    copy = site.call("POST", f"/events/{event['id']}/duplicate", sent, token=token)
    assert copy.status_code == 201
    assert (copy.json["status"], copy.json["starts_at"]) == ("draft", "2028-05-28T14:00:00+08:00")
    assert copy.json["shifts"][0]["starts_at"] == "2028-05-28T13:30:00+08:00"


def test_the_list_is_narrowed_and_paged(site, token):
    events = [
        create(
            site,
            token,
            title=f"第{day}场",
            starts_at=f"2027-06-{day:02}T14:00:00+08:00",
            shifts=[],
            programme=[],
            ends_at=f"2027-06-{day:02}T15:00:00+08:00",
        )
        for day in (7, 8, 9)
    ]

    def titles(query, **headers):
        answer = site.call("GET", f"/events{query}", **headers)
        assert answer.status_code == 200, answer.text
        return [item["title"] for item in answer.json["items"]], answer.json["next_cursor"]

    assert titles("") == ([], None)
    assert titles("?status=draft") == ([], None)
    assert titles("", token=token)[0] == ["第7场", "第8场", "第9场"]
    assert titles("?from=2027-06-08&to=2027-06-08", token=token)[0] == ["第8场"]
    assert titles("?from=2027-06-08T14:00:01+08:00", token=token)[0] == ["第9场"]
    first, cursor = titles("?limit=2", token=token)
    assert first == ["第7场", "第8场"]
    assert titles(f"?limit=2&cursor={cursor}", token=token) == (["第9场"], None)
    assert titles("?status=published", token=token)[0] == []
    assert site.call("GET", "/events?status=lost").status_code == 422
    assert site.call("GET", "/events?cursor=made-up").status_code == 400
    assert site.call("GET", "/events?colour=red").status_code == 422
    assert len(events) == 3


def test_the_reference_describes_what_there_is(site):
    document = site.app.test_client().get("/events/api/openapi.json").json
    assert "/events/api/v1/events/{event_id}/publish" in document["paths"]


def test_training_insurance_and_the_roles_of_an_item_go_in_and_come_out(site, token):
    item = {"title": "合唱", "roles": ["引导"]}
    event = create(site, token, shifts=[shift(training="灭火器使用", insured=True)], programme=[item])
    [first], [shown] = event["shifts"], event["programme"]
    assert (first["training"], first["insured"], shown["roles"]) == ("灭火器使用", True, ["引导"])
    bad = {"programme": [{"id": shown["id"], "roles": ["魔术师"]}]}
    answer = site.call("PATCH", f"/events/{event['id']}", bad, token=token, If_Match='"1"')
    assert answer.status_code == 422
    assert "魔术师" in answer.json["errors"]["programme"]["0"]["roles"][0]
