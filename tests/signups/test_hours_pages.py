"""The desk's pages for hours: what waits, what is due, one person's ledger and record."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from services.signups import operations
from services.signups.models import Signup
from tests.conftest import ON_SQLITE
from tests.signups.conftest import World
from tests.signups.web import Site

pytestmark = ON_SQLITE

HOURS = "/signups/desk/hours"


@pytest.fixture
def site(world: World) -> Site:
    """An organizer, the evening after the event."""
    site = Site(world, now=world.event["ends_at"] + timedelta(hours=3))
    site.sign_in()
    return site


def serve(site: Site, minutes: int, name: str = "卓玛") -> UUID:
    """Somebody who was checked in at the start and out so many minutes later."""
    signup_id = site.world.sign_up(name=name).signup_id
    assert signup_id is not None
    start = site.world.event["starts_at"]
    site.world.database.write(operations.check_in, signup_id, now=start)
    site.world.database.write(operations.check_out, signup_id, now=start + timedelta(minutes=minutes))
    return signup_id


def person_of(site: Site, signup_id: UUID) -> str:
    volunteer = site.world.read(lambda session: session.get_one(Signup, signup_id).volunteer_id)
    return f"/signups/desk/people/{volunteer}"


def link(page: str, rule: str) -> str:
    found = re.search(rf'{rule}/[0-9a-f-]{{36}}(?=["/])', page)
    assert found is not None
    return found[0]


def test_hours_that_are_unclear_wait_at_the_desk_and_count_with_one_press(site: Site) -> None:
    person = person_of(site, serve(site, 62))
    page = site.open(HOURS)
    for words in ("卓玛", "明显短于计划", "1 小时 2 分钟"):
        assert words in page
    done = site.send(HOURS, link(page, HOURS), {"outcome": "accepted"})
    assert (done.status_code, done.headers["Location"]) == (303, HOURS)
    assert "没有待确认的时长" in site.open(HOURS)
    assert "1 小时 2 分钟" in site.open(f"{person}/hours")


def test_other_minutes_ask_for_a_reason_beside_the_box_and_keep_what_was_typed(site: Site) -> None:
    person = person_of(site, serve(site, 10))
    review = link(site.open(HOURS), HOURS)
    wrong = site.send(review, review, {"outcome": "accepted", "minutes": "170"})
    assert wrong.status_code == 422
    assert 'value="170"' in wrong.text
    assert "请填写原因" in wrong.text
    assert site.send(review, review, {"outcome": "accepted", "minutes": "170", "reason": "误点签退"}).status_code == 303
    assert "误点签退" in site.open(f"{person}/hours")
    again = site.send(review, review, {"outcome": "refused", "reason": "没来"})
    assert (again.status_code, "其他同事已经处理过了" in again.text) == (422, True)


def test_back_filled_hours_are_proposed_by_one_and_approved_by_another(site: Site) -> None:
    signup_id = site.world.sign_up(name="卓玛").signup_id
    person = f"{person_of(site, signup_id)}/hours"
    entered = {"signup_id": str(signup_id), "minutes": "180", "reason": "现场没有信号，组长在场"}
    assert site.send(person, person, entered | {"reason": ""}).status_code == 422
    assert site.send(person, person, entered).status_code == 303
    review = link(site.open(HOURS), HOURS)
    own = site.send(review, review, {"outcome": "accepted"})
    assert (own.status_code, "须由另一位同事确认" in own.text) == (422, True)
    site.sign_in()  # a colleague
    assert site.send(review, review, {"outcome": "accepted"}).status_code == 303
    page = site.open(person)
    assert "3 小时" in page
    assert "由您确认" in page


def test_a_correction_leaves_the_wrong_entry_in_sight(site: Site) -> None:
    person = f"{person_of(site, serve(site, 180))}/hours"
    entry = link(site.open(person), f"{HOURS}/entries")
    assert site.send(entry, entry, {"minutes": "150", "reason": ""}).status_code == 422
    assert site.send(entry, entry, {"minutes": "150", "reason": "中途离开"}).status_code == 303
    page = site.open(person)
    for words in ("3 小时", "-3 小时", "2 小时 30 分钟", "中途离开"):
        assert words in page
    assert site.send(entry, entry, {"minutes": "140", "reason": "再改"}).status_code == 422


def test_trainings_and_awards_stand_beside_the_hours(site: Site) -> None:
    page = f"{person_of(site, serve(site, 180))}/records"
    training = {"kind": "training", "title": "急救培训", "by_whom": "红十字会", "day": "2027-05-20"}
    wrong = site.send(page, page, training)
    assert (wrong.status_code, 'value="急救培训"' in wrong.text, 'id="minutes-error"' in wrong.text) == (
        422,
        True,
        True,
    )
    for _ in range(2):
        assert site.send(page, page, training | {"minutes": "90"}).status_code == 303
    shown = site.open(page)
    assert shown.count("急救培训") == 1
    assert "1 小时 30 分钟" in shown
    assert site.send(page, f"{link(shown, page)}/remove", {}).status_code == 303
    assert "急救培训" not in site.open(page)


def test_the_record_of_an_event_is_due_ten_working_days_after_it(site: Site) -> None:
    site.world.sign_up(name="卓玛")  # nobody noted whether they came
    assert "端午包粽子" in site.open(HOURS)
    assert "已超期" not in site.open(HOURS)
    site.now += timedelta(days=15)
    site.sign_in()
    assert "已超期" in site.open(HOURS)


def test_another_communitys_people_and_hours_are_not_there(site: Site) -> None:
    signup_id = serve(site, 10)
    person, review = person_of(site, signup_id), link(site.open(HOURS), HOURS)
    site.sign_in("别的社区")
    assert "卓玛" not in site.open(HOURS)
    for path in (review, f"{person}/hours", f"{person}/records"):
        assert site.browser.get(path).status_code == 404, path
        assert site.send(HOURS, path, {"outcome": "accepted"}).status_code == 404, path


def test_who_only_looks_on_decides_nothing(site: Site) -> None:
    person = person_of(site, serve(site, 10))
    review = link(site.open(HOURS), HOURS)
    site.sign_in(role="viewer")
    assert review not in site.open(HOURS)
    assert '<form class="form"' not in site.open(f"{person}/records")
    assert site.browser.get(review).status_code == 403
    assert site.send(HOURS, review, {"outcome": "accepted"}).status_code == 403
