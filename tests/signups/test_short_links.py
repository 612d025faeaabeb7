"""The short links of letters open what the sign-up's own link opens, and no longer than they need to."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services.signups import operations, short_links
from services.signups.models import ShortLink, Signup
from tests.signups.conftest import LINKS, NOW, World
from tests.signups.test_feedback import AFTER
from tests.signups.web import Site


def linked(world: World, signup_id: object) -> str:
    """Write the short link of a sign-up, as a letter does."""
    return world.database.write(lambda session: short_links.note(session, session.get_one(Signup, signup_id), LINKS))


@pytest.fixture
def site(world: World) -> Site:
    return Site(world)


def test_it_leads_to_its_sign_up_and_to_no_other_of_the_person(site: Site) -> None:
    mine, other = site.world.sign_up(), site.world.sign_up()
    token = linked(site.world, mine.signup_id)
    assert len(token) == 22
    page = f"/signups/mine/{mine.signup_id}"
    for _ in range(2):
        assert site.browser.get(f"/signups/s/{token}").headers["Location"] == page
    assert site.browser.get(page).status_code == 200
    assert site.browser.get(f"/signups/mine/{other.signup_id}").status_code == 404


def test_only_its_hash_is_kept_and_writing_it_again_keeps_one(site: Site) -> None:
    answer = site.world.sign_up()
    token = linked(site.world, answer.signup_id)
    assert linked(site.world, answer.signup_id) == token
    [kept] = site.world.read(lambda session: session.scalars(select(ShortLink)).all())
    assert token not in kept.token_hash


def test_one_can_withdraw_by_it(site: Site) -> None:
    answer = site.world.sign_up()
    site.browser.get(f"/signups/s/{linked(site.world, answer.signup_id)}")
    page = f"/signups/mine/{answer.signup_id}"
    assert site.send(page, f"{page}/withdraw", {}).status_code == 303
    assert site.world.status(answer) == "withdrawn"


def test_the_other_form_leads_to_the_questions_how_it_was(site: Site) -> None:
    answer = site.world.sign_up()
    site.world.database.write(operations.check_in, answer.signup_id, now=AFTER - timedelta(hours=3))
    site.world.publish(status="completed")
    site.now = AFTER
    token = linked(site.world, answer.signup_id)
    assert site.browser.get(f"/signups/f/{token}").headers["Location"] == "/signups/feedback"
    assert "端午包粽子" in site.open("/signups/feedback")


def test_sixty_days_after_the_event_it_opens_nothing_and_is_forgotten(site: Site) -> None:
    answer = site.world.sign_up()
    token = linked(site.world, answer.signup_id)
    site.browser.get(f"/signups/s/{token}")
    site.now = site.world.event["ends_at"] + timedelta(days=60)
    assert site.browser.get(f"/signups/s/{token}").status_code == 404
    assert site.browser.get(f"/signups/mine/{answer.signup_id}").status_code == 404
    assert site.world.database.write(operations.forget_links, site.now) == 1


def test_a_link_of_somebody_who_was_forgotten_opens_nothing(site: Site) -> None:
    answer = site.world.sign_up()
    token = linked(site.world, answer.signup_id)
    person = site.world.read(lambda session: session.get_one(Signup, answer.signup_id).volunteer_id)
    site.world.database.write(operations.erase, person, NOW)
    for path in (f"/signups/s/{token}", f"/signups/f/{token}", "/signups/s/made-up"):
        assert site.browser.get(path).status_code == 404
