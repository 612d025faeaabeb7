"""What people may ask of the data about them: to see them, to take their consent back, to be forgotten."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, text

from services.signups import operations
from services.signups.models import Feedback, HandoverState, IdempotencyKey, Signup, SignupStatus, Volunteer
from services.signups.operations import Guardian
from services.signups.operations.own_data import KEPT, erase_unused
from services.signups.rosters import Filter, part
from shared import imports
from shared.errors import NotFound
from shared.notices.tables import Notice
from shared.paging import Page
from tests.conftest import ON_SQLITE
from tests.papers import text_of
from tests.signups.conftest import LINKS, NOW, World, a_child, shift_data
from tests.signups.test_handing_over import TAKER, handovers, offer, take
from tests.signups.test_importing import IMPORTER, arranged, person, whose
from tests.signups.test_notices import written
from tests.signups.web import Site

AFTER = NOW + timedelta(days=8, hours=4)
DURING = NOW + timedelta(days=8, hours=1)
CHILD = {"name": "卓玛", "phone": "+8613912345678", "email": "z@example.com", "birth_date": a_child(8)}
SECRETS = ("卓玛", "13912345678", "'5678'", "z@example.com", "扎西", str(a_child(8)), "很好", "生病")


@pytest.fixture
def served(world: World) -> World:
    """A child was on one shift and said how it was, and is signed up for another; somebody waits for that."""
    later = [
        shift_data(capacity=1, starts_at=NOW + timedelta(days=days), ends_at=NOW + timedelta(days=days, hours=2))
        for days in (9, 10)
    ]
    world.publish(shifts=[*world.event["shifts"], *later])
    guardian = Guardian("扎西", "+8613911112222")
    first = world.sign_up(**CHILD, guardian=guardian)
    second = world.sign_up(**CHILD, guardian=guardian, shift_id=later[0]["shift_id"])
    gone = world.sign_up(**CHILD, guardian=guardian, shift_id=later[1]["shift_id"])
    waiting = world.sign_up(shift_id=later[0]["shift_id"])
    write = world.database.write
    write(operations.withdraw, gone.signup_id, reason="生病", now=NOW)
    write(operations.check_in, first.signup_id, now=DURING)
    write(operations.check_out, first.signup_id, now=DURING + timedelta(minutes=110))
    write(operations.give_feedback, first.signup_id, overall=5, organised=4, again=True, words="很好", now=DURING)
    world.first, world.second, world.waiting = first.signup_id, second.signup_id, waiting.signup_id
    world.child = world.read(lambda session: session.get(Signup, first.signup_id).volunteer_id)
    return world


def everything(world: World) -> str:
    """All that stands in the service's tables, as it can be read with the key."""
    signups = world.read(lambda session: session.scalars(select(Signup)).all())
    opened = [
        (one.volunteer.name, one.volunteer.phone, one.email, one.birth_date, one.guardian_name, one.guardian_phone)
        for one in signups
    ]
    tables = ("volunteers", "signups", "feedback", "idempotency_keys", "notices", "uploads", "erasures")
    raw = [
        world.read(lambda session, name=name: session.execute(text(f"SELECT * FROM {name}")).all()) for name in tables
    ]
    return str(opened) + str(raw)


def test_whoever_is_erased_leaves_the_facts_and_nothing_else(served):
    served.database.write(imports.take_in, IMPORTER, arranged([person(1, phone="139 1234 5678")]), owner=whose(served),
                          language="zh-CN", now=NOW)  # fmt: skip
    for _ in range(2):
        served.database.write(operations.erase, served.child, DURING)
    left = everything(served)
    assert not [secret for secret in SECRETS if secret in left.replace(str(served.waiting), "")]
    first = served.read(lambda session: session.get(Signup, served.first))
    assert (first.status, first.minutes, first.shift.role) == (SignupStatus.ATTENDED, 110, "引导")
    said = served.read(lambda session: session.scalars(select(Feedback)).one())
    assert (said.overall, said.words) == (5, "")
    assert served.read(lambda session: session.get(Signup, served.second)).status is SignupStatus.WITHDRAWN
    assert served.read(lambda session: session.scalars(select(IdempotencyKey.signup_id)).all()) == [served.waiting]


def test_the_place_of_somebody_who_is_erased_goes_to_who_waits(served):
    served.database.write(operations.erase, served.child, DURING)
    assert served.read(lambda session: session.get(Signup, served.waiting)).offered_until is not None


@pytest.mark.parametrize("erased", ["giver", "taker"])
def test_who_asked_for_a_place_hears_that_its_holder_was_erased_and_leaves_nothing_when_erased(world, erased):
    world.publish(shifts=[world.event["shifts"][0] | {"swap_approval": True}])
    giver = world.sign_up()
    take(world, offer(world, giver), email="z@example.com", birth_date=a_child(40))
    [asked] = handovers(world)
    people = {"giver": asked.signup.volunteer_id, "taker": asked.taker_id}
    world.database.write(operations.erase, people[erased], NOW)
    [over] = handovers(world)
    assert (over.state, over.birth_date) == (HandoverState.LAPSED, None)
    letters = [(one.phone, one.email) for one in written(world, "not_handed_over")]
    assert letters == ([(TAKER["phone"], "z@example.com")] if erased == "giver" else [])
    assert over.email == (None if erased == "taker" else "z@example.com")


def test_others_on_the_same_phone_stay(served):
    served.sign_up(name="扎西", phone="+8613912345678")
    served.database.write(operations.erase, served.child, DURING)
    people = served.read(lambda session: session.scalars(select(Volunteer).where(Volunteer.erased_at.is_(None))).all())
    assert "扎西" in {one.name for one in people}


def test_whoever_was_erased_may_come_again_as_somebody_new(served):
    served.database.write(operations.erase, served.child, DURING)
    again = served.sign_up(
        **CHILD, guardian=Guardian("扎西", "+8613911112222"), shift_id=served.event["shifts"][2]["shift_id"]
    )
    assert again.status == "confirmed"
    assert served.read(lambda session: session.get(Signup, again.signup_id)).volunteer_id != served.child


def test_a_search_does_not_find_whoever_was_erased(served):
    served.database.write(operations.erase, served.child, DURING)
    for search in ("卓玛", "5678", "13912345678"):
        wanted = Filter(community="朝阳社区", search=search)
        assert not served.read(lambda session, wanted=wanted: part(session, Page(5), wanted)).items


def test_nobody_can_be_erased_who_is_not_there(world):
    with pytest.raises(NotFound):
        world.database.write(operations.erase, uuid4(), NOW)


def test_a_restored_backup_is_made_to_forget_them_as_well(served):
    assert served.database.write(operations.erase_again, [served.child, uuid4()], DURING) == 1
    assert served.database.write(operations.erase_again, [served.child], DURING) == 0
    assert [who for who, _moment in served.read(operations.erasures)] == [served.child]


def test_taking_the_consent_back_withdraws_what_is_to_come_and_ends_all_notices(served):
    served.publish(status="completed")
    assert all(written(served, "thanks"))
    served.publish(status="published")
    for _ in range(2):
        served.database.write(operations.end_consent, [served.first, served.second], DURING)
    assert served.read(lambda session: session.get(Signup, served.second)).status is SignupStatus.WITHDRAWN
    first = served.read(lambda session: session.get(Signup, served.first))
    assert (first.status, first.volunteer.name) == (SignupStatus.ATTENDED, "卓玛"), "what was done stays recorded"
    served.publish(status="completed")
    assert written(served, "thanks") == [None]


def test_ten_years_after_their_last_shift_people_are_forgotten(served):
    last = served.event["shifts"][2]["ends_at"]
    assert served.database.write(erase_unused, last + KEPT - timedelta(seconds=1)) == 1, "who had an earlier shift only"
    assert served.read(lambda session: session.get(Volunteer, served.child)).erased_at is None
    assert served.database.write(erase_unused, last + KEPT) == 1
    assert served.database.write(erase_unused, last + KEPT) == 0


@ON_SQLITE
class TestPages:
    """What a person opens, and what their token opens for programs."""

    @pytest.fixture
    def site(self, world):
        site = Site(world)
        answer = site.apply(1, name="卓玛", email="z@example.com").json
        site.token = answer["manage_token"]
        site.browser.get(f"/signups/manage/{site.token}")
        return site

    def person(self, site):
        return str(site.world.read(lambda session: session.scalars(select(Volunteer.id)).first()))

    def test_people_see_all_that_is_kept_and_take_it_along(self, site):
        assert "/signups/mine/data" in site.open("/signups/mine")
        page = site.open("/signups/mine/data")
        assert all(words in page for words in ("卓玛", "138 0000 0001", "z@example.com", "十年"))
        file = site.browser.get("/signups/mine/data.json")
        assert file.headers["Content-Disposition"].startswith("attachment")
        [known] = json.loads(file.data)
        assert (known["name"], known["phone"], known["whole"]) == ("卓玛", "+8613800000001", True)
        assert known["signups"][0]["email"] == "z@example.com"
        assert site.call("GET", "/me", token=site.token).json == known

    def test_people_take_the_same_along_on_paper_in_their_language(self, served):
        site = Site(served, now=AFTER)
        site.browser.get(f"/signups/manage/{LINKS.manage_token(served.first)}")
        assert "/signups/mine/data.pdf" in site.open("/signups/mine/data")
        file = site.browser.get("/signups/mine/data.pdf")
        assert (file.content_type, file.headers["Cache-Control"]) == ("application/pdf", "private, no-store")
        assert file.headers["Content-Disposition"] == "attachment; filename=my-data.pdf"
        text = text_of(file.data).replace("\n", "")
        known = ("卓玛", "139 1234 5678", "z@example.com", "2019年1月1日", "扎西", "端午包粽子", "引导", "很好")
        for words in (*known, "1 小时 50 分钟", "只能打开"):
            assert words in text, words
        english = site.browser.get("/signups/mine/data.pdf", headers={"Accept-Language": "en"})
        assert "1 h 50 min" in text_of(english.data).replace("\n", "")
        assert site.app.test_client().get("/signups/mine/data.pdf").status_code == 404

    def test_consent_is_taken_back_with_one_button(self, site):
        sent = site.send("/signups/mine/data", "/signups/mine/data/consent", {"person": self.person(site)})
        assert sent.status_code == 303
        assert "您已撤回同意" in site.open("/signups/mine/data")
        assert "已取消" in site.open("/signups/mine")

    def test_erasing_asks_once_more_and_then_the_links_open_nothing(self, site):
        ask = f"/signups/mine/data/erase?person={self.person(site)}"
        assert "无法恢复" in site.open(ask)
        sent = site.send(ask, "/signups/mine/data/erase", {"person": self.person(site)})
        assert (sent.status_code, sent.headers["Location"]) == (303, "/signups/forgotten")
        assert "已删除" in site.open("/signups/forgotten")
        assert site.browser.get("/signups/mine/data").status_code == 404
        assert site.browser.get(f"/signups/manage/{site.token}").status_code == 404
        assert site.call("GET", "/me", token=site.token).status_code == 404

    def test_a_link_of_one_sign_up_neither_shows_nor_erases_the_others(self, site):
        other = shift_data(starts_at=NOW + timedelta(days=9), ends_at=NOW + timedelta(days=9, hours=1), role="秘密岗位")
        site.world.publish(shifts=[*site.world.event["shifts"], other])
        site.apply(1, name="卓玛", shift_id=str(other["shift_id"]), email="secret@example.com")
        page = site.open("/signups/mine/data")
        assert "secret@example.com" not in page
        assert "秘密岗位" not in page
        sent = site.send("/signups/mine/data", "/signups/mine/data/erase", {"person": self.person(site)})
        assert sent.status_code == 303
        assert "只能打开" in site.open("/signups/mine/data")
        assert site.call("DELETE", "/me", token=site.token).status_code == 409

    def test_programs_take_the_consent_back_and_erase(self, site):
        for _ in range(2):
            [known] = site.call("DELETE", "/me/consent", token=site.token).json["signups"]
            assert known["status"] == "withdrawn"
            assert known["consent_ended_at"]
        assert site.call("DELETE", "/me", token=site.token).status_code == 204
        assert site.call("DELETE", "/me", token=site.token).status_code == 404
        assert site.call("GET", "/me").status_code == 401

    def test_nobody_chooses_somebody_else(self, site):
        answer = site.world.sign_up()
        other = site.world.read(lambda session: session.get(Signup, answer.signup_id).volunteer_id)
        for chosen in (str(other), "nonsense"):
            assert site.browser.get(f"/signups/mine/data/erase?person={chosen}").status_code == 404

    def test_the_roster_and_files_say_that_somebody_was_erased(self, site):
        site.now = DURING
        signup_id = site.world.read(lambda session: session.scalars(select(Signup.id)).one())
        site.world.database.write(operations.check_in, signup_id, now=DURING)
        site.world.database.write(
            operations.erase, site.world.read(lambda session: session.scalars(select(Volunteer.id)).one()), NOW
        )
        site.sign_in()
        event = f"/signups/desk/events/{site.world.event['event_id']}"
        assert "已注销" in site.open(event)
        assert "Erased person" in site.open(event, **{"Accept-Language": "en"})
        assert "已注销" in site.open(f"{event}/roster.csv")
        assert "已注销" in site.open(f"{event}/sheet")
        [shown] = site.call("GET", "/signups", token=site.organizer()).json["items"]
        assert (shown["name"], shown["phone"]) == ("已注销", "")


def test_notices_of_whoever_is_erased_are_gone(served):
    served.publish(status="completed")
    assert served.notices("thanks")
    served.database.write(operations.erase, served.child, AFTER)
    assert not served.read(
        lambda session: session.scalars(select(Notice).where(Notice.person_id == served.child)).all()
    )
