"""Who was there is thanked once, and may say how it was for thirty days."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from services.signups import operations
from services.signups.models import Signup
from shared.errors import Conflict
from tests.signups.conftest import LINKS, NOW
from tests.signups.test_notices import written
from tests.signups.web import Site

AFTER = NOW + timedelta(days=8, hours=4)
GOOD = {"overall": 5, "organised": 4, "again": True, "words": "很好"}


@pytest.fixture
def helper(world):
    """Somebody who was there, of an event that is completed; another one stayed away."""
    there, _away = world.sign_up(), world.sign_up()
    world.database.write(operations.check_in, there.signup_id, now=AFTER - timedelta(hours=3))
    world.database.write(operations.check_out, there.signup_id, now=AFTER - timedelta(hours=1))
    world.publish(status="completed")
    return there.signup_id


def test_who_was_there_is_thanked_once_with_the_hours_and_the_questions(world, helper):
    world.publish(status="completed")
    [letter] = written(world, "thanks")
    assert "2 小时" in letter.body
    assert f"/signups/f/{LINKS.short_token(helper)}" in letter.body


def test_saying_the_same_again_tells_nothing_new_and_the_words_stay_here(world, helper):
    for _ in range(2):
        world.database.write(operations.give_feedback, helper, **GOOD, now=AFTER)
    world.database.write(operations.give_feedback, helper, **GOOD | {"overall": 3}, now=AFTER)
    told = world.messages("feedback.given")
    assert [(one["overall"], one["version"]) for one in told] == [(5, 1), (3, 2)]
    assert all("words" not in one for one in told)


def test_after_thirty_days_it_is_too_late(world, helper):
    with pytest.raises(Conflict):
        world.database.write(operations.give_feedback, helper, **GOOD, now=AFTER + timedelta(days=31))


def test_the_page_keeps_what_was_chosen_and_says_what_is_missing(world, helper):
    site = Site(world, now=AFTER)
    token = LINKS.manage_token(helper)
    assert site.browser.get(f"/signups/feedback/{token}").headers["Location"] == "/signups/feedback"
    wrong = site.send("/signups/feedback", "/signups/feedback", {"overall": "5"}, Accept_Language="en")
    assert wrong.status_code == 422
    form = {"overall": "5", "organised": "4", "again": "false", "words": "热茶很好"}
    assert site.send("/signups/feedback", "/signups/feedback", form).status_code == 303
    site.sign_in()
    page = site.open(f"/signups/desk/events/{world.event['event_id']}/feedback")
    assert "热茶很好" in page
    assert "志愿者1" not in page


def test_the_api_takes_the_own_token_only(world, helper):
    site = Site(world, now=AFTER)
    path = f"/signups/{helper}/feedback"
    assert site.call("POST", path, GOOD).status_code == 401
    assert site.call("POST", path, GOOD, token=site.organizer()).status_code == 404
    assert site.call("POST", path, GOOD, token=LINKS.manage_token(helper)).json["overall"] == 5


def test_who_is_noted_as_having_been_there_after_completion_is_thanked_once_too(world, helper):
    late = world.read(lambda session: session.scalar(select(Signup.id).where(Signup.id != helper)))
    for _ in range(2):
        world.database.write(operations.check_in, late, now=AFTER)
    world.database.write(operations.undo_check_in, late, now=AFTER)
    world.database.write(operations.check_in, late, now=AFTER)
    thanked = [notice.person_id for notice in world.notices("thanks")]
    assert len(thanked) == len(set(thanked)) == 2


def test_who_was_not_there_is_refused_in_words(world, helper):
    away = world.read(lambda session: session.scalar(select(Signup.id).where(Signup.id != helper)))
    world.database.write(operations.mark_absent, away, now=AFTER)
    with pytest.raises(Conflict):
        world.database.write(operations.give_feedback, away, **GOOD, now=AFTER)
    assert world.messages("feedback.given") == []
    site, token = Site(world, now=AFTER), LINKS.manage_token(away)
    assert site.call("POST", f"/signups/{away}/feedback", GOOD, token=token).status_code == 409
