"""Planning notices."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert, literal, select, update
from sqlalchemy.orm import aliased

from shared.notices import queue
from shared.notices.channels import ChannelError
from shared.notices.queue import LEASE
from shared.notices.tables import ALONE, BULK, Notice, NoticeState
from tests.shared.messaging.conftest import only_sqlite, plan
from tests.shared.notices.conftest import EVENT, NOW, Person


@pytest.fixture
def people(office):
    ids = [uuid4() for _ in range(30)]
    office.database.write(lambda session: session.execute(insert(Person).values([{"id": one} for one in ids])))
    return ids


def plan_for_all(office, **details):
    arguments = {"kind": "reminder", "event_id": EVENT, "rule": "P1D", "now": NOW, "due_at": NOW, **details}
    people = arguments.pop("people", select(Person.id))
    return office.database.write(lambda session: queue.plan_for_all(session, people, **arguments))


def test_planning_the_same_notice_again_changes_nothing(office):
    person = office.plan(params={"places": 1})
    office.plan(person, params={"places": 2}, expires_at=NOW)
    [notice] = office.notices()
    assert notice.params == {"places": 1}
    assert notice.expires_at is None


def test_nor_does_it_for_a_notice_about_no_event(office):
    person = office.plan(event_id=None)
    office.plan(person, event_id=None)
    office.plan(person, event_id=None, rule="another")
    assert len(office.notices()) == 2


@pytest.mark.parametrize(
    "other", [{"kind": "changed"}, {"event_id": uuid4()}, {"rule": "PT2H"}, {"occurrence": 1}, {"person_id": uuid4()}]
)
def test_a_notice_that_differs_is_another_one(office, other):
    person = office.plan()
    office.plan(**{"person_id": person, **other})
    assert len(office.notices()) == 2


def test_everybody_is_planned_for_at_once_and_only_once(office, people):
    assert plan_for_all(office, params={"old": "10:00"}, expires_at=NOW + timedelta(hours=1)) == 30
    assert plan_for_all(office) == 0
    notices = office.notices()
    assert {notice.person_id for notice in notices} == set(people)
    assert len({notice.id for notice in notices}) == 30
    assert {notice.state for notice in notices} == {NoticeState.QUEUED}
    assert all(notice.params == {"old": "10:00"} for notice in notices)
    assert {(notice.due_at, notice.expires_at) for notice in notices} == {(NOW, NOW + timedelta(hours=1))}


def test_whoever_is_new_among_them_is_planned_for(office, people):
    plan_for_all(office, people=select(Person.id).where(Person.id.in_(people[:10])))
    assert plan_for_all(office) == 20


def test_somebody_who_is_found_twice_is_told_once(office, people):
    other = aliased(Person)
    twice = select(Person.id).join(other, literal(value=True))
    assert plan_for_all(office, people=twice) == len(people)


def test_nobody_is_fine(office):
    assert plan_for_all(office) == 0


def test_a_moved_event_is_told_of_anew(office, people):
    plan_for_all(office)
    assert plan_for_all(office, occurrence=1) == len(people)


def test_what_was_planned_set_based_can_be_sent(office, people):
    plan_for_all(office)
    office.work()
    assert len(office.provider.taken) == len(set(office.provider.taken)) == len(people)


def test_cancelled_notices_do_not_go_out(office):
    office.plan()
    office.plan(kind="changed")
    office.plan(event_id=uuid4())
    office.database.write(lambda session: queue.cancel(session, event_id=EVENT, kind="reminder"))
    office.work()
    assert sorted(office.states()) == ["cancelled", "sent", "sent"]


def test_only_those_of_earlier_occurrences_where_that_is_asked_for(office):
    for occurrence in (0, 1, 2):
        office.plan(occurrence=occurrence)
    office.database.write(lambda session: queue.cancel(session, event_id=EVENT, kind="reminder", before_occurrence=2))
    assert {notice.occurrence: notice.state for notice in office.notices()} == {
        0: NoticeState.CANCELLED,
        1: NoticeState.CANCELLED,
        2: NoticeState.QUEUED,
    }


def test_what_concerns_one_person_goes_before_what_goes_to_many(office, people):
    plan_for_all(office, mailing_id=uuid4())
    office.clock.pass_by(seconds=1)
    somebody = office.plan(kind="code")
    first = office.database.write(queue.claim, office.clock())
    assert first.person_id == somebody
    assert office.database.write(queue.claim, office.clock()).person_id in people


def test_two_senders_never_write_to_one_person_at_the_same_time(office):
    person = office.plan(rule="1")
    office.clock.pass_by(seconds=1)
    office.plan(person, rule="2")
    other = office.plan()
    claimed = [office.database.write(queue.claim, office.clock()) for _ in range(3)]
    assert [notice and (notice.person_id, notice.rule) for notice in claimed] == [(person, "1"), (other, ""), None]
    office.work(seconds=LEASE.total_seconds())
    assert set(office.states()) == {"sent"}


def test_what_failed_can_be_sent_again_by_every_channel(office):
    office.provider.outcomes = [ChannelError("no such number", permanent=True), TimeoutError(), TimeoutError()]
    mailing = uuid4()
    for number in range(3):
        office.plan(rule=str(number))
    office.work()
    office.work(seconds=60)
    office.database.write(lambda session: session.execute(update(Notice).values(mailing_id=mailing)))
    late = update(Notice).where(Notice.state == NoticeState.FAILED).values(expires_at=office.clock())
    office.database.write(lambda session: session.execute(late))
    assert sorted(office.states()) == ["failed", "unknown", "unknown"]

    def resend(**which):
        return office.database.write(queue.resend, now=office.clock(), **which)

    assert resend() == 0
    assert resend(mailing_id=mailing, states=[NoticeState.SENT, NoticeState.CANCELLED]) == 0
    assert resend(mailing_id=mailing, states=[NoticeState.FAILED]) == 0, "it would come too late"
    [first, *_] = [notice.id for notice in office.notices() if notice.state is NoticeState.UNKNOWN]
    assert resend(notice_ids=[first]) == 1
    assert resend(mailing_id=mailing) == 1
    assert resend(mailing_id=mailing) == 0
    office.work()
    assert sorted(office.states()) == ["failed", "sent", "sent"]
    assert {notice.attempts for notice in office.notices()} == {1}


def test_what_has_gone_out_cannot_be_cancelled(office):
    office.plan()
    office.work()
    office.database.write(lambda session: queue.cancel(session, event_id=EVENT, kind="reminder"))
    assert office.states() == ["sent"]


@only_sqlite
def test_nor_does_looking_for_those_of_one_person(office):
    query = f"SELECT * FROM notices WHERE {ALONE} AND next_at <= '2027' ORDER BY next_at LIMIT 1"
    assert "ix_notices_alone" in plan(office.database, query)


@only_sqlite
def test_looking_for_due_notices_does_not_read_through_the_log(office):
    query = f"SELECT * FROM notices WHERE {BULK} AND next_at <= '2027' ORDER BY next_at LIMIT 1"
    assert "ix_notices_bulk" in plan(office.database, query)
