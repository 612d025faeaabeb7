"""Certificates of service: what they say, who gets them, and that anybody can verify them."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from services.signups import certificates, operations
from services.signups.models import Certificate, HourEntry, HourReview, Outcome, Signup
from services.signups.operations import hours
from tests.conftest import ON_SQLITE
from tests.papers import text_of
from tests.signups.conftest import LINKS, World
from tests.signups.web import Site

pytestmark = ON_SQLITE

MINE = "/signups/mine/certificate"
JSON = {"Accept": "application/json"}
DAYS = {"since": "2027-06-01", "until": "2027-06-09"}


@pytest.fixture
def site(world: World) -> Site:
    """An organizer, the evening after the event."""
    site = Site(world, now=world.event["ends_at"] + timedelta(hours=3))
    site.sign_in()
    return site


def serve(site: Site, minutes: int, name: str = "张喆䶮") -> Signup:
    """Somebody who was checked in at the start and out so many minutes later."""
    signup_id = site.world.sign_up(name=name).signup_id
    assert signup_id is not None
    start = site.world.event["starts_at"]
    site.world.database.write(operations.check_in, signup_id, now=start)
    return site.world.database.write(operations.check_out, signup_id, now=start + timedelta(minutes=minutes))


def own_link(site: Site, signup_id: UUID) -> None:
    """Let the browser be that of the person."""
    site.browser = site.app.test_client()
    site.browser.get(f"/signups/manage/{LINKS.manage_token(signup_id)}")


def asked(signup: Signup, **changes: str) -> dict[str, str]:
    return DAYS | {"person": str(signup.volunteer_id), "community": "朝阳社区"} | changes


def numbers(page: str) -> set[str]:
    return set(re.findall(r"SY-2027-[2-9A-Z-]{14}", page))


def test_a_volunteer_gets_a_certificate_that_says_what_the_ledger_says(site: Site) -> None:
    signup = serve(site, 167)
    own_link(site, signup.id)
    for _ in range(2):  # the second press gives the same one
        assert site.send(MINE, MINE, asked(signup)).status_code == 303
    [number] = numbers(site.open(MINE))
    answer = site.browser.get(f"/signups/mine/certificates/{number}.pdf")
    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    text = text_of(answer.data).replace("\n", "")
    for words in ("张喆䶮", "端午包粽子", "引导", "社区广场", number, f"/signups/verify/{number}"):
        assert words in text, words
    assert site.world.read(lambda session: sum(session.scalars(select(HourEntry.minutes)).all())) == 167
    assert text.count("2 小时 47 分钟") == 3  # in the first sentence, the line of the shift, and the sum


def test_an_id_number_is_printed_without_its_middle_and_kept_nowhere(site: Site) -> None:
    signup = serve(site, 180)
    own_link(site, signup.id)
    wrong = site.send(MINE, MINE, asked(signup, id_number="11010519491231002Y"))
    assert (wrong.status_code, 'id="id_number-error"' in wrong.text) == (422, True)
    assert site.send(MINE, MINE, asked(signup, id_number="11010519491231002x")).status_code == 303
    [number] = numbers(site.open(MINE))
    kept = site.world.read(lambda session: session.get_one(Certificate, number))
    assert kept.id_masked == "110***********002X"
    text = text_of(site.browser.get(f"/signups/mine/certificates/{number}.pdf").data).replace("\n", "")
    assert "110***********002X" in text


def test_anybody_verifies_a_number_and_learns_no_name(site: Site) -> None:
    person = f"/signups/desk/people/{serve(site, 150).volunteer_id}/certificates"
    assert site.send(person, person, DAYS).status_code == 303
    [number] = numbers(site.open(person))
    stranger = site.app.test_client()
    page = stranger.get(f"/signups/verify/{number}")
    assert "真实有效" in page.text
    assert "2 小时 30 分钟" in page.text
    told = stranger.get(f"/signups/verify/{number.lower()}", headers=JSON).json
    assert told | {"issued_at": ""} == {
        "number": number,
        "period": {"from": DAYS["since"], "until": DAYS["until"]},
        "hours": 2.5,
        "minutes": 150,
        "issuer": "朝阳社区",
        "issued_at": "",
        "status": "valid",
    }
    assert "张喆" not in page.text
    why = f"/signups/desk/certificates/{number}/revoke"
    assert site.send(why, why, {"reason": ""}).status_code == 422
    assert site.send(why, why, {"reason": "时长有误"}).status_code == 303
    assert stranger.get(f"/signups/verify/{number}", headers=JSON).json["status"] == "revoked"
    told_of_it = stranger.get(f"/signups/verify/{number}").text
    assert ("已被出具单位撤销" in told_of_it, "时长有误" in told_of_it) == (True, False)
    assert site.browser.get(f"/signups/desk/certificates/{number}.pdf").status_code == 409


def test_an_unknown_number_says_what_to_check(site: Site) -> None:
    right = certificates.new_number(2027)
    begin, sign, rest = right[:8], right[8], right[9:]
    slip = begin + next(other for other in certificates.SIGNS if other != sign) + rest
    assert (certificates.is_number(right), certificates.is_number(slip)) == (True, False)
    for number in (right, slip, "SY-2027-AAAA-AAAA-AAAB", "x", "SY-", "SY-２０２７-A"):
        page = site.browser.get(f"/signups/verify/{number}")
        assert (page.status_code, "逐位核对" in page.text) == (404, True), number
    problem = site.browser.get("/signups/verify/x", headers=JSON)
    assert (problem.status_code, problem.content_type) == (404, "application/problem+json")
    assert problem.json["correlation_id"]
    assert "Accept" in problem.vary


def test_a_correction_shows_which_certificates_it_makes_wrong(site: Site) -> None:
    signup = serve(site, 180)
    person = f"/signups/desk/people/{signup.volunteer_id}/certificates"
    assert site.send(person, person, DAYS).status_code == 303
    assert "与现有台账不符" not in site.open(person)
    [entry] = site.world.read(lambda session: session.scalars(select(HourEntry)).all())
    site.world.database.write(
        hours.correct, entry.id, minutes=120, reason="早退", organizer_id=UUID(int=1), now=site.now
    )
    assert "与现有台账不符" in site.open(person)


def test_days_without_service_give_no_certificate(site: Site) -> None:
    person = f"/signups/desk/people/{serve(site, 180).volunteer_id}/certificates"
    for since, until, beside in (
        ("2027-06-01", "2027-06-08", "since"),
        ("2027-06-09", "2027-06-01", "until"),
        ("2027-06-01", "2027-06-10", "until"),  # tomorrow
    ):
        wrong = site.send(person, person, {"since": since, "until": until})
        assert (wrong.status_code, f'value="{until}"' in wrong.text) == (422, True)
        assert f'id="{beside}-error"' in wrong.text


def test_a_link_under_which_nobody_served_opens_no_ones_record(site: Site) -> None:
    served = serve(site, 180)
    own_link(site, served.id)
    assert site.send(MINE, MINE, asked(served)).status_code == 303
    [number] = numbers(site.open(MINE))
    impostor = site.world.sign_up(name="别人").signup_id
    assert impostor is not None
    own_link(site, impostor)
    assert number not in site.open(MINE)
    assert site.browser.get(f"/signups/mine/certificates/{number}.pdf").status_code == 404
    assert site.send("/signups/find", MINE, asked(served)).status_code == 404


def test_another_communitys_certificates_are_not_there(site: Site) -> None:
    person = f"/signups/desk/people/{serve(site, 180).volunteer_id}/certificates"
    assert site.send(person, person, DAYS).status_code == 303
    [number] = numbers(site.open(person))
    site.sign_in("别的社区")
    for path in (person, f"/signups/desk/certificates/{number}.pdf", f"/signups/desk/certificates/{number}/revoke"):
        assert site.browser.get(path).status_code == 404, path


def test_the_desk_does_not_name_whoever_was_erased_and_certifies_nothing_for_them(site: Site) -> None:
    served, unclear = serve(site, 180), serve(site, 62, "卓玛")
    person = f"/signups/desk/people/{served.volunteer_id}"
    assert site.send(f"{person}/certificates", f"{person}/certificates", DAYS).status_code == 303
    [number] = numbers(site.open(f"{person}/certificates"))
    for one in (served, unclear):
        site.world.database.write(operations.erase, one.volunteer_id, site.now)
    for path in (f"{person}/hours", f"{person}/records", f"{person}/certificates", "/signups/desk/hours"):
        page = site.open(path)
        assert ("已注销" in page, "张喆䶮" in page) == (True, False), path
    assert "下载 PDF" not in site.open(f"{person}/certificates")
    assert site.browser.get(f"/signups/desk/certificates/{number}.pdf").status_code == 409
    again = site.send(f"{person}/certificates", f"{person}/certificates", DAYS)
    assert (again.status_code, "信息已注销" in again.text) == (422, True)
    roster = site.open(f"/signups/desk/events/{site.world.event['event_id']}")
    assert ("已注销" in roster, person in roster) == (True, False)


def test_what_organizers_wrote_about_the_hours_of_whoever_is_erased_goes(site: Site) -> None:
    serve(site, 62)
    waiting = site.world.sign_up(name="卓玛")
    [review] = site.world.read(lambda session: session.scalars(select(HourReview)).all())
    who = {"organizer_id": UUID(int=1), "now": site.now}
    write = site.world.database.write
    write(hours.decide, review.id, outcome=Outcome.REFUSED, reason="说自己生病", **who)
    volunteer_id = site.world.read(lambda session: session.get_one(Signup, waiting.signup_id).volunteer_id)
    whose = {"volunteer_id": volunteer_id, "community": "朝阳社区"}
    write(hours.propose, waiting.signup_id, minutes=90, reason="说自己生病", **whose, **who)
    for volunteer_id in site.world.read(lambda session: session.scalars(select(Signup.volunteer_id)).all()):
        write(operations.erase, volunteer_id, site.now)
    kept = site.world.read(lambda session: session.scalars(select(HourReview)).all())
    assert [(one.reason, one.decision) for one in kept] == [("", "")] * 2
