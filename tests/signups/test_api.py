"""The JSON of the sign-up service."""

from datetime import timedelta

import icalendar
import pytest

from tests.conftest import ON_SQLITE
from tests.signups.conftest import World
from tests.signups.web import Site

pytestmark = ON_SQLITE


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


def test_the_shifts_of_an_event_say_how_full_they_are(site: Site) -> None:
    for number in range(3):
        site.apply(number)
    [shift] = site.call("GET", f"/events/{site.world.event['event_id']}/shifts").json["items"]
    assert shift["role"] == "引导"
    assert [shift[name] for name in ("capacity", "confirmed", "held", "free", "waitlisted")] == [2, 2, 0, 0, 1]


def test_a_sign_up_is_answered_with_its_own_link(site: Site) -> None:
    answer = site.apply()
    assert answer.status_code == 201
    assert answer.json["status"] == "confirmed"
    assert answer.json["manage_url"].endswith(f"/signups/manage/{answer.json['manage_token']}")
    shown = site.call("GET", f"/signups/{answer.json['id']}", token=answer.json["manage_token"]).json
    assert (shown["name"], shown["phone"], shown["status"]) == ("志愿者1", "+8613800000001", "confirmed")


def test_someone_who_waits_is_told_their_turn(site: Site) -> None:
    answers = [site.apply(number).json for number in range(4)]
    assert [answer["waitlist_position"] for answer in answers] == [None, None, 1, 2]
    shown = site.call("GET", f"/signups/{answers[3]['id']}", token=answers[3]["manage_token"]).json
    assert shown["waitlist_position"] == 2


def test_a_repeated_request_is_answered_alike(site: Site) -> None:
    first, again = site.apply(key="k"), site.apply(key="k")
    assert (again.status_code, again.json) == (201, first.json)
    assert site.apply(2, key="k").status_code == 422
    assert site.world.taken() == 1


def test_a_request_without_a_key_is_refused(site: Site) -> None:
    for key in ("   ", "k" * 201):
        answer = site.apply(key=key)
        assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_someone_already_on_the_shift_is_told_no_more_than_that_it_was_received(site: Site) -> None:
    site.apply()
    again = site.apply(phone="+86 138-0000-0001")
    assert (again.status_code, again.json) == (200, {"status": "received"})


def test_a_manage_token_opens_its_own_sign_up_only(site: Site) -> None:
    mine, theirs = site.apply(1).json, site.apply(2).json
    assert site.call("GET", f"/signups/{theirs['id']}", token=mine["manage_token"]).status_code == 404
    assert site.call("POST", f"/signups/{theirs['id']}/withdraw", token=mine["manage_token"]).status_code == 404
    assert site.call("GET", f"/signups/{theirs['id']}").status_code == 401


def test_withdrawing_again_changes_nothing(site: Site) -> None:
    answer = site.apply().json
    for _ in range(2):
        withdrawn = site.call(
            "POST", f"/signups/{answer['id']}/withdraw", {"reason": "生病"}, token=answer["manage_token"]
        )
        assert (withdrawn.status_code, withdrawn.json["status"]) == (200, "withdrawn")


def test_organizers_see_the_roster_of_their_own_community(site: Site) -> None:
    for number in range(3):
        site.apply(number)
    event_id = site.world.event["event_id"]
    ours = site.call("GET", f"/signups?event_id={event_id}&status=waitlisted", token=site.organizer())
    assert [item["name"] for item in ours.json["items"]] == ["志愿者2"]
    assert site.call("GET", "/signups", token=site.organizer("别的社区")).json["items"] == []
    assert site.call("GET", "/signups").status_code == 401


def test_the_roster_tells_the_turn_of_each_who_waits(site: Site) -> None:
    for number in range(4):
        site.apply(number)
    listed = site.call("GET", "/signups", token=site.organizer()).json["items"]
    assert [item["waitlist_position"] for item in listed] == [2, 1, None, None]


def test_the_roster_comes_in_pages(site: Site) -> None:
    for number in range(5):
        site.now += timedelta(seconds=1)
        site.apply(number)
    token, cursor, seen = site.organizer(), "", []
    while cursor is not None:
        page = site.call("GET", f"/signups?limit=2{f'&cursor={cursor}' if cursor else ''}", token=token).json
        seen += [item["name"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [f"志愿者{number}" for number in reversed(range(5))]


def test_attendance_is_the_organizers_to_note(site: Site) -> None:
    answer = site.apply().json
    path = f"/signups/{answer['id']}"
    assert site.call("POST", f"{path}/check-in", token=answer["manage_token"]).status_code in {401, 403}
    site.now = site.world.event["starts_at"]
    assert site.call("POST", f"{path}/check-in", token=site.organizer()).json["status"] == "attended"
    site.now += timedelta(minutes=120)
    assert site.call("POST", f"{path}/check-out", token=site.organizer()).json["minutes"] == 120
    assert site.call("POST", f"{path}/check-in", token=site.organizer("别的社区")).status_code == 404


def test_the_calendar_file_has_a_signature_of_its_own(site: Site) -> None:
    answer = site.apply().json
    shown = site.call("GET", f"/signups/{answer['id']}", token=answer["manage_token"]).json
    address = shown["calendar_url"].partition("/api/v1")[2]
    file = site.call("GET", address)
    [entry] = icalendar.Calendar.from_ical(file.data).walk("VEVENT")
    assert entry["dtstart"].dt == site.world.event["starts_at"]
    assert file.headers["Cache-Control"] == "private, no-store"
    other = site.apply(2).json["id"]
    assert site.call("GET", address.replace(answer["id"], other)).status_code == 404
    assert site.call("GET", f"/signups/{answer['id']}/calendar.ics?token={answer['manage_token']}").status_code == 422


def test_one_phone_cannot_fill_a_festival(site: Site) -> None:
    codes = [site.apply(1, name=f"假名{number}").status_code for number in range(61)]
    assert codes[-1] == 429
    assert codes.count(201) == 60


def test_notices_name_nobody_in_full(site: Site) -> None:
    for number in range(3):
        site.apply(number)
    first = site.call("GET", "/signups?status=confirmed", token=site.organizer()).json["items"][0]
    site.call("POST", f"/signups/{first['id']}/withdraw", token=site.organizer())
    [notice] = site.call("GET", "/notices?kind=promoted", token=site.organizer()).json["items"]
    assert (notice["person"], notice["state"]) == ("志*", "queued")
    assert site.call("GET", "/notices", token=site.organizer("别的社区")).json["items"] == []
