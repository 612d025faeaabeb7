"""Several reminders for one person in one hour are one letter."""

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Uuid, literal, select

from shared.notices import queue
from shared.notices.channels import ChannelError
from shared.notices.kinds import Kind, Topic
from shared.notices.policy import Policy
from shared.notices.preparing import GATHERING
from shared.notices.queue import LEASE
from shared.notices.tables import NoticeState
from tests.shared.messaging.conftest import only_postgresql
from tests.shared.notices.conftest import LETTER, NOW, Killed, Office

REMINDER = Kind(Topic.REMINDERS, joins=True)
MOMENT = GATHERING.total_seconds()


@pytest.fixture
def office(office: Office) -> Office:
    office.policy = Policy({"reminder": REMINDER, "supplies_due": REMINDER})
    return office


def remind(office: Office, *people, **details):
    """Plan a reminder of an event of its own for each of the people; return the first of them."""
    event = uuid4()
    for person in people:
        office.plan(person, event_id=event, **details)
    return people[0]


def test_reminders_of_one_moment_travel_together(office):
    person = remind(office, uuid4())
    office.work()
    assert office.states() == ["queued"], "the others may still be on their way"
    remind(office, person)
    remind(office, person, kind="supplies_due")
    office.work(seconds=MOMENT)
    [letter] = office.provider.letters
    assert letter.subject == "3 条提醒：端午包粽子"
    notices = office.notices()
    assert {(notice.state, notice.channel, notice.sent_at) for notice in notices} == {
        (NoticeState.SENT, "provider", office.clock())
    }
    [leader] = [notice for notice in notices if notice.carried_by is None]
    assert {notice.carried_by for notice in notices} == {None, leader.id}
    assert office.provider.taken == [leader.id]
    assert {notice.receipt for notice in notices} == {f"provider-{leader.id}"}


def test_one_that_is_due_within_the_hour_comes_along_and_a_later_one_by_itself(office):
    person = remind(office, uuid4())
    for minutes in (59, 61):
        plan_ahead(office, person, minutes)
    office.work(seconds=MOMENT)
    assert sorted(office.states()) == ["queued", "sent", "sent"]
    office.work(seconds=61 * 60)
    assert office.states() == ["sent"] * 3
    assert len(office.provider.taken) == 2


def plan_ahead(office, person, minutes):
    office.database.write(
        lambda session: queue.plan_for_all(
            session,
            select(literal(person, Uuid())),
            kind="reminder",
            event_id=uuid4(),
            now=NOW,
            due_at=NOW + timedelta(minutes=minutes),
        )
    )


def test_other_people_other_kinds_and_other_addresses_get_letters_of_their_own(office):
    person = remind(office, uuid4(), uuid4())
    remind(office, person, kind="changed")
    elsewhere = remind(office, uuid4())
    remind(office, elsewhere)
    answers = iter([LETTER, replace(LETTER, phone="+8613800138001")])
    compose = office.compose
    by_notice = {}

    def composer(session, notice, now):
        if notice.person_id == elsewhere and notice.id not in by_notice:
            by_notice[notice.id] = next(answers)
        return by_notice.get(notice.id) or compose(session, notice, now)

    office.compose = composer
    office.work(seconds=MOMENT)
    assert len(office.provider.taken) == 5
    assert {notice.carried_by for notice in office.notices()} == {None}


def test_what_no_longer_applies_does_not_travel(office):
    person = remind(office, uuid4())
    remind(office, person)
    [_, gone] = sorted(office.notices(), key=lambda notice: notice.id)
    compose = office.compose
    office.compose = lambda session, notice, now: None if notice.id == gone.id else compose(session, notice, now)
    office.work(seconds=MOMENT)
    assert sorted(office.states()) == ["sent", "skipped"]
    assert [letter.subject for letter in office.provider.letters] == [LETTER.subject]


def test_one_that_cannot_be_written_holds_up_no_companion(office):
    person = remind(office, uuid4())
    remind(office, person)
    [_, unlucky] = sorted(office.notices(), key=lambda notice: notice.id)
    compose = office.compose

    def composer(session, notice, now):
        if notice.id == unlucky.id:
            raise KeyError("name")
        return compose(session, notice, now)

    office.compose = composer
    office.work(seconds=MOMENT)
    assert sorted(office.states()) == ["queued", "sent"]


def test_a_refused_letter_is_tried_again_as_one(office):
    office.provider.outcomes = [ChannelError("busy", permanent=False)]
    person = remind(office, uuid4())
    remind(office, person)
    office.work(seconds=MOMENT)
    assert {(notice.state, notice.carried_by) for notice in office.notices()} == {(NoticeState.QUEUED, None)}
    office.work(seconds=10)
    assert office.states() == ["sent", "sent"]
    assert len(office.provider.taken) == 1


@pytest.mark.parametrize("repeats", [True, False])
def test_after_a_crash_all_of_a_letter_share_its_fate(office, repeats):
    office.provider.repeats = repeats
    office.provider.outcomes = [Killed()]
    person = remind(office, uuid4())
    remind(office, person)
    with pytest.raises(Killed):
        office.work(seconds=MOMENT)
    office.work()
    assert office.states() == ["sending", "sending"]
    office.work(seconds=LEASE.total_seconds())
    assert office.states() == (["sent", "sent"] if repeats else ["unknown", "unknown"])
    assert len(office.provider.taken) == (2 if repeats else 1)
    assert len(set(office.provider.taken)) == 1
    assert len({letter.subject for letter in office.provider.letters}) == 1


def test_whoever_withdrew_from_one_meanwhile_is_told_of_the_other_and_the_log_does_not_know(office):
    office.provider.repeats = True
    office.provider.outcomes = [Killed()]
    person = remind(office, uuid4())
    remind(office, person)
    with pytest.raises(Killed):
        office.work(seconds=MOMENT)
    [gone] = [notice for notice in office.notices() if notice.carried_by is not None]
    compose = office.compose
    office.compose = lambda session, notice, now: None if notice.id == gone.id else compose(session, notice, now)
    office.work(seconds=LEASE.total_seconds())
    assert sorted(office.states()) == ["sent", "unknown"]


@only_postgresql
def test_two_senders_at_once_write_one_letter_to_each(office):
    people = [uuid4() for _ in range(40)]
    for _ in range(3):
        remind(office, *people)
    office.clock.pass_by(seconds=MOMENT)
    senders = [threading.Thread(target=office.work) for _ in range(4)]
    for thread in senders:
        thread.start()
    for thread in senders:
        thread.join(60)
    assert len(office.provider.taken) == len(people)
    assert set(office.states()) == {"sent"}
