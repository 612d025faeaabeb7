"""The desk for messages that could not be applied; it is the same in every service."""

from uuid import uuid4

import pytest
from sqlalchemy import insert, select

from shared.messaging.envelope import seal
from shared.messaging.tables import InboxStatus, Incoming
from tests.conftest import ON_SQLITE
from tests.events.web import DESK, texts_of
from tests.events.world import NOW

pytestmark = ON_SQLITE
PAGE = f"{DESK}/messages"


@pytest.fixture
def stuck(world):
    """Put a message aside and return its id and that of the sign-up it tells of."""

    def stuck(status: InboxStatus = InboxStatus.DEAD):
        subject = uuid4()
        data = {"signup_id": subject, "event_id": uuid4(), "shift_id": uuid4(), "status": "absent", "version": 1}
        message_id, body = seal("signups", "signup.absent", data | {"pledge_id": None}, NOW)
        row = {"message_id": message_id, "type": "signup.absent", "body": body, "status": status, "attempts": 15}
        world.database.write(
            lambda session: session.execute(insert(Incoming).values(**row, received_at=NOW, last_error="KeyError"))
        )
        return message_id, subject

    return stuck


def status_of(world, message_id):
    return world.database.read(
        lambda session: session.scalar(select(Incoming.status).where(Incoming.message_id == message_id))
    )


def test_where_everything_has_arrived_there_is_nothing_to_do(desk):
    assert "Everything has arrived" in texts_of(desk.get(PAGE))


def test_a_dead_message_is_listed_by_what_it_is_about_and_without_what_it_says(desk, stuck):
    _message_id, subject = stuck()
    page = texts_of(desk.get(PAGE))
    assert f"News of a sign-up signup.absent · {subject}" in page
    assert "KeyError" in page
    assert "pledge_id" not in page


def test_a_message_that_is_tried_again_by_itself_has_no_buttons(desk, stuck):
    stuck(InboxStatus.RETRY)
    page = desk.get(PAGE)
    assert "Tried again by itself" in page
    assert "/replay" not in page


def test_a_dead_message_gets_its_attempts_back(desk, stuck, world):
    message_id, _subject = stuck()
    desk.send(f"{PAGE}/{message_id}/replay", {}, page=PAGE)
    assert status_of(world, message_id) is InboxStatus.RETRY


def test_a_dead_message_is_discarded_after_a_question_and_only_once(desk, stuck, world):
    message_id, _subject = stuck()
    assert "Discard this message?" in desk.get(PAGE)
    other, _subject = stuck()
    for _ in range(2):
        desk.send(f"{PAGE}/{message_id}/discard", {}, page=PAGE)
    assert status_of(world, message_id) is InboxStatus.DONE
    assert status_of(world, other) is InboxStatus.DEAD
    assert "settled already" in desk.get(PAGE)


def test_nobody_else_sees_it(site):
    assert site.browser.get(PAGE).status_code == 303
