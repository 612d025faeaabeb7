"""What the present state does not allow: each refusal has its status, and its reason in Chinese."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.web.catalogue import HAN
from tests.web.site import fresh_key, later
from tests.web.world import an_event, event_body, sign_in, signup_body

EVENTS, SIGNUPS, PLEDGES = "/events/api/v1/events", "/signups/api/v1/signups", "/partners/api/v1/pledges"


@pytest.fixture(scope="module")
def desk(site, world):
    """An organizer who is told no: every refusal has a reason that can be read."""

    def refused(status, method, path, body=None, *, token=world.organizer, **headers):
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = site.call(method, path, body, token=token, headers=sent)
        assert answer.status_code == status, (method, path, answer.status_code, answer.text)
        assert HAN.search(answer.json["detail"])
        return answer

    return refused


@pytest.fixture(scope="module")
def small(site, world):
    """A published event with one shift of two places, both of them taken by volunteers, and no waitlist."""
    starts_at, ends_at = later(days=3), later(days=3, hours=2)
    shift = {"role": "引导", "capacity": 2, "starts_at": starts_at, "ends_at": ends_at}
    times = {"starts_at": starts_at, "ends_at": ends_at}
    event = an_event(site, world.organizer, shifts=[shift], programme=[], waitlist=False, **times)
    site.settle()
    for number in (101, 102):
        site.done("POST", SIGNUPS, signup_body(event["shifts"][0]["id"], number), headers=fresh_key())
    site.settle()
    return event


@pytest.fixture(scope="module")
def begun(site, world):
    """An event that has begun since somebody signed up and a unit pledged: shift, sign-up, pledge."""
    event = an_event(site, world.organizer)
    site.settle()
    shift = event["shifts"][0]["id"]
    signup = site.done("POST", SIGNUPS, signup_body(shift, 201), headers=fresh_key())
    body = {"work_unit_id": world.unit, "event_id": event["id"], "kind": "people", "shift_id": shift, "quantity": 2}
    pledge = site.done("POST", PLEDGES, body, token=world.organizer)
    site.settle()
    times = {"starts_at": later(hours=-1), "ends_at": later(hours=2)}
    path, headers = f"{EVENTS}/{event['id']}", {"If-Match": f'"{event["version"]}"'}
    moved = site.done("PATCH", path, times, token=world.organizer, headers=headers)
    site.settle()
    return {"event": moved, "shift": shift, "signup": signup, "pledge": pledge}


def test_an_event_is_published_once(desk, world):
    desk(409, "POST", f"{EVENTS}/{world.event['id']}/publish")
    desk(409, "POST", f"{EVENTS}/{world.cancelled['id']}/publish")


def test_a_draft_that_lacks_something_is_not_published_and_says_what(site, desk, world):
    bare = event_body(conditions="", risks="", how_to_sign_up="", shifts=[], venue={})
    made = site.done("POST", EVENTS, bare, token=world.organizer)
    errors = desk(422, "POST", f"{EVENTS}/{made['id']}/publish").json["errors"]
    assert errors.keys() == {"conditions", "risks", "how_to_sign_up", "shifts", "venue"}


def test_an_event_of_the_past_is_not_published(site, desk, world):
    times = {"starts_at": later(days=-2), "ends_at": later(days=-1)}
    made = site.done("POST", EVENTS, event_body(shifts=[], programme=[], **times), token=world.organizer)
    assert "starts_at" in desk(422, "POST", f"{EVENTS}/{made['id']}/publish").json["errors"]


@pytest.mark.parametrize("body", [None, {}, {"reason": ""}, {"reason": "   "}, {"reason": None}, {"reason": "x" * 201}])
def test_nothing_is_cancelled_without_a_reason(desk, world, body):
    assert "reason" in desk(422, "POST", f"{EVENTS}/{world.event['id']}/cancel", body).json["errors"]


def test_what_is_cancelled_stays_as_it_is(desk, world):
    path = f"{EVENTS}/{world.cancelled['id']}"
    desk(409, "POST", f"{path}/cancel", {"reason": "下雨"})
    desk(409, "POST", f"{path}/complete")
    desk(409, "PATCH", path, {"title": "新"}, If_Match=f'"{world.cancelled["version"] + 1}"')


def test_what_has_not_begun_is_not_completed(desk, world):
    desk(409, "POST", f"{EVENTS}/{world.event['id']}/complete")
    desk(409, "POST", f"{EVENTS}/{world.draft['id']}/complete")
    desk(409, "POST", f"{EVENTS}/{world.draft['id']}/cancel", {"reason": "下雨"})


def test_a_change_names_the_version_that_was_read(desk, world):
    path, change = f"{EVENTS}/{world.draft['id']}", {"title": "新的名字"}
    desk(428, "PATCH", path, change)
    for stale in ('"0"', '"99"', '"999999999"'):
        desk(412, "PATCH", path, change, If_Match=stale)
    for malformed in (
        "1",
        "*",
        '"1", "2"',
        '"x"',
        '""',
        '"-1"',
        '"99999999999999999999"',
        '"\xb9"',
    ):
        desk(400, "PATCH", path, change, If_Match=malformed)


def test_places_that_are_taken_cannot_be_taken_away(site, desk, small):
    (shift,) = small["shifts"]
    path, version = f"{EVENTS}/{small['id']}", f'"{small["version"]}"'
    errors = desk(422, "PATCH", path, {"shifts": [{"id": shift["id"], "capacity": 1}]}, If_Match=version).json["errors"]
    assert errors["shifts"]["0"].keys() == {"capacity"}
    times = {"starts_at": shift["starts_at"], "ends_at": shift["ends_at"]}
    another = {"role": "拍照", "capacity": 1, **times}
    desk(409, "PATCH", path, {"shifts": [another]}, If_Match=version)
    desk(422, "PATCH", path, {"shifts": []}, If_Match=version)
    twice = [{"id": shift["id"]}, {"id": shift["id"]}]
    desk(422, "PATCH", path, {"shifts": twice}, If_Match=version)
    desk(422, "PATCH", path, {"shifts": [{"id": str(uuid4())}]}, If_Match=version)
    assert site.done("GET", path)["version"] == small["version"]


def test_a_request_without_a_key_is_400(desk, world):
    body = signup_body(world.shift, 300)
    desk(400, "POST", SIGNUPS, body, token=None)
    for key in ("", "k" * 201, "k" * 5000):
        desk(400, "POST", SIGNUPS, body, token=None, Idempotency_Key=key)


def test_a_key_is_good_for_one_body(site, desk, world):
    key = fresh_key()
    first = site.call("POST", SIGNUPS, signup_body(world.shift, 301), headers=key)
    again = site.call("POST", SIGNUPS, signup_body(world.shift, 301), headers=key)
    assert (first.status_code, first.json) == (again.status_code, again.json)
    other = desk(
        422, "POST", SIGNUPS, signup_body(world.shift, 302), token=None, Idempotency_Key=key["Idempotency-Key"]
    )
    assert "Idempotency-Key" in other.json["errors"]
    assert first.json["id"] not in other.text


def test_signing_up_twice_tells_nothing(site, world):
    once, twice = (site.call("POST", SIGNUPS, signup_body(world.shift, 303), headers=fresh_key()) for _time in range(2))
    assert once.status_code == 201
    assert (twice.status_code, twice.json) == (200, {"status": "received"})


def test_a_shift_that_takes_nobody_says_so(site, desk, small, begun, world):
    desk(409, "POST", SIGNUPS, signup_body(small["shifts"][0]["id"], 304), token=None, **_key())
    desk(409, "POST", SIGNUPS, signup_body(world.cancelled["shifts"][0]["id"], 304), token=None, **_key())
    desk(409, "POST", SIGNUPS, signup_body(begun["shift"], 304), token=None, **_key())
    for shift in (str(uuid4()), world.draft["shifts"][0]["id"]):
        answer = desk(422, "POST", SIGNUPS, signup_body(shift, 304), token=None, **_key())
        assert "shift_id" in answer.json["errors"]
    site.ahead = timedelta(days=30)
    desk(409, "POST", SIGNUPS, signup_body(world.shift, 304), token=None, **_key())
    site.ahead = timedelta(0)


def test_nobody_has_two_places_at_the_same_time(site, desk, world):
    shift, other = (one["id"] for one in world.event["shifts"])
    site.done("POST", SIGNUPS, signup_body(shift, 305), headers=fresh_key())
    desk(409, "POST", SIGNUPS, signup_body(other, 305), token=None, **_key())


def test_ages_that_cannot_be_are_refused(desk, world):
    for born in ("1900-01-01", "2199-01-01"):
        body = signup_body(world.shift, 306, birth_date=born)
        assert "birth_date" in desk(422, "POST", SIGNUPS, body, token=None, **_key()).json["errors"]
    body = signup_body(world.shift, 306, birth_date=later(days=-365 * 8)[:10])
    assert "guardian" in desk(422, "POST", SIGNUPS, body, token=None, **_key()).json["errors"]


def test_a_claim_needs_the_right_link(desk, world):
    for claim, shift in (
        ("x", world.shift),
        (world.claim[:-1], world.shift),
        (world.claim, world.event["shifts"][1]["id"]),
    ):
        body = signup_body(shift, 307, claim=claim)
        assert "claim" in desk(422, "POST", SIGNUPS, body, token=None, **_key()).json["errors"]


def test_places_that_a_unit_keeps_are_given_once(site, desk, world):
    for number in (308, 309):
        body = signup_body(world.shift, number, claim=world.claim)
        assert site.done("POST", SIGNUPS, body, headers=fresh_key())["status"] == "confirmed"
    desk(409, "POST", SIGNUPS, signup_body(world.shift, 310, claim=world.claim), token=None, **_key())
    site.settle()
    path = f"{PLEDGES}/{world.pledge}"
    assert site.done("GET", path, token=world.organizer)["claimed"] == 2
    assert "quantity" in desk(422, "POST", f"{path}/reduce", {"quantity": 1}).json["errors"]
    assert "quantity" in desk(422, "POST", f"{path}/reduce", {"quantity": 3}).json["errors"]
    form = {"shift_id": world.shift, "name": "迟到的人", "phone": "13900130311", "consent": "true", "key": str(uuid4())}
    page = site.visitor().send(f"/signups/claim/{world.claim}", form)
    assert page.status_code == 422
    assert "迟到的人" in page.text


def test_nobody_withdraws_from_what_has_begun(desk, begun):
    path = f"{SIGNUPS}/{begun['signup']['id']}"
    desk(409, "POST", f"{path}/withdraw", {})
    desk(409, "POST", f"{path}/withdraw", {}, token=begun["signup"]["manage_token"])
    desk(409, "POST", f"{path}/check-out")


def test_nobody_is_absent_from_what_has_not_begun(desk, world):
    desk(409, "POST", f"{SIGNUPS}/{world.other_signup}/absent")
    desk(409, "POST", f"{SIGNUPS}/{world.other_signup}/check-out")


def test_who_has_withdrawn_is_not_checked_in(site, desk, world):
    made = site.done("POST", SIGNUPS, signup_body(world.shift, 312), headers=fresh_key())
    path = f"{SIGNUPS}/{made['id']}"
    for _time in range(2):
        assert site.done("POST", f"{path}/withdraw", {}, token=made["manage_token"])["status"] == "withdrawn"
    for step in ("check-in", "check-out", "absent"):
        desk(409, "POST", f"{path}/{step}")


def test_nobody_pledges_for_what_is_not_to_come(site, desk, begun, world):
    pledge = {"work_unit_id": world.unit, "kind": "venue", "quantity": 1}
    desk(409, "POST", PLEDGES, pledge | {"event_id": world.cancelled["id"]})
    people = {"work_unit_id": world.unit, "kind": "people", "quantity": 1}
    desk(409, "POST", PLEDGES, people | {"event_id": begun["event"]["id"], "shift_id": begun["shift"]})
    for unknown in (str(uuid4()), world.foreign["id"], world.draft["id"]):
        answer = desk(422, "POST", PLEDGES, pledge | {"event_id": unknown})
        assert "event_id" in answer.json["errors"]
    site.ahead = timedelta(days=30)
    desk(409, "POST", PLEDGES, pledge | {"event_id": world.event["id"]}, token=sign_in(site))
    site.ahead = timedelta(0)


def test_a_pledge_fits_its_need_and_its_event(desk, small, world):
    pledge = {"work_unit_id": world.unit, "quantity": 1}
    event = {"event_id": world.event["id"]}
    for wrong, field in (
        ({}, "event_id"),
        ({**event}, "kind"),
        ({"kind": "venue"}, "event_id"),
        ({**event, "kind": "people"}, "shift_id"),
        ({**event, "kind": "people", "shift_id": str(uuid4())}, "shift_id"),
        ({**event, "kind": "people", "shift_id": small["shifts"][0]["id"]}, "shift_id"),
        ({**event, "kind": "people", "shift_id": world.shift, "quantity": 501}, "quantity"),
        ({**event, "kind": "venue", "quantity": 10_001}, "quantity"),
        ({**event, "kind": "venue", "quantity": 0}, "quantity"),
        ({"need_id": str(uuid4())}, "need_id"),
        ({"need_id": world.need, "kind": "venue"}, "kind"),
        ({"need_id": world.need, "event_id": small["id"]}, "event_id"),
    ):
        assert field in desk(422, "POST", PLEDGES, pledge | wrong).json["errors"], wrong
    desk(404, "POST", PLEDGES, {**event, "work_unit_id": str(uuid4()), "kind": "venue", "quantity": 1})


def test_a_need_fits_its_event(desk, small, world):
    need = {"event_id": world.event["id"], "kind": "supplies", "quantity": 1, "description": "水"}
    for wrong, status in (
        ({"event_id": world.cancelled["id"]}, 409),
        ({"event_id": str(uuid4())}, 422),
        ({"event_id": world.foreign["id"]}, 422),
        ({"shift_id": small["shifts"][0]["id"], "kind": "people"}, 422),
    ):
        answer = desk(status, "POST", "/partners/api/v1/needs", need | wrong)
        assert status != 422 or wrong.keys() & answer.json["errors"].keys(), (wrong, answer.text)


def test_a_pledge_that_was_taken_back_stays_so(site, desk, world):
    body = {"work_unit_id": world.unit, "event_id": world.event["id"], "kind": "venue", "quantity": 1}
    path = f"{PLEDGES}/{site.done('POST', PLEDGES, body, token=world.contact)['id']}"
    for _time in range(2):
        assert site.done("POST", f"{path}/withdraw", {}, token=world.contact)["status"] == "withdrawn"
    desk(409, "POST", f"{path}/reduce", {"quantity": 1})
    desk(409, "POST", f"{path}/deliver", {"quantity": 1})


def test_a_closed_unit_pledges_nothing_and_its_link_opens_nothing(site, desk, world):
    unit = site.done("GET", "/partners/api/v1/work-units?limit=1", token=world.organizer)["items"][0]["id"]
    site.done("POST", f"/partners/api/v1/work-units/{unit}/close", token=world.organizer)
    body = {"work_unit_id": unit, "event_id": world.event["id"], "kind": "venue", "quantity": 1}
    desk(409, "POST", PLEDGES, body)
    desk(401, "POST", PLEDGES, body, token=world.other_contact)
    assert site.visitor().get(f"/partners/enter/{world.other_contact}").status_code == 404


def _key():
    return {"Idempotency_Key": str(uuid4())}
