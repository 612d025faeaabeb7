"""Mailings: to each of many people once, batch by batch, and stoppable while they run."""

import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, insert, literal, select
from sqlalchemy.orm import aliased

from shared.errors import NotFound
from shared.notices import mailings, queue
from shared.notices.channels import ChannelError
from shared.notices.tables import Mailing, MailingState, NoticeState
from tests import due
from tests.shared.messaging.conftest import only_postgresql
from tests.shared.notices.conftest import EVENT, NOW, Person


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch):
    monkeypatch.setattr(mailings, "BATCH", 10)


@pytest.fixture
def people(office):
    """As many as two batches and a half."""
    return come(office, 25)


def come(office, number):
    ids = [uuid4() for _ in range(number)]
    office.database.write(
        lambda session: session.execute(insert(Person), [{"id": one} for one in ids]) if ids else None
    )
    return ids


def everybody(_audience):
    return select(Person.id)


def start(office, find=everybody, audience=None, **details):
    arguments = {"kind": "broadcast", "event_id": EVENT, "now": NOW, "due_at": NOW, **details}
    return office.database.write(mailings.start, find, audience or {"event": str(EVENT)}, **arguments)


def go_on(office, find=everybody):
    return due.run(office.database, mailings.going_on(find), mailings.UNFINISHED, office.clock())


def finish(office, find=everybody):
    while go_on(office, find):
        pass


def mailing(office, mailing_id):
    return office.database.read(lambda session: session.get_one(Mailing, mailing_id))


def planned_for(office):
    return [notice.person_id for notice in office.notices()]


def test_the_first_batch_is_planned_at_once_and_the_rest_one_by_one(office, people):
    mailing_id = start(office, params={"zh-CN": {"subject": "下雨改期"}}, expires_at=NOW + timedelta(hours=1))
    sizes = [len(office.notices())]
    while go_on(office):
        sizes.append(len(office.notices()))
    assert sizes == [10, 20, 25]
    assert sorted(planned_for(office)) == sorted(people)
    assert {(notice.mailing_id, notice.kind, notice.expires_at) for notice in office.notices()} == {
        (mailing_id, "broadcast", NOW + timedelta(hours=1))
    }
    ended = mailing(office, mailing_id)
    assert (ended.state, ended.planned, ended.ended_at) == (MailingState.FINISHED, 25, NOW)
    office.work()
    assert len(office.provider.taken) == len(people)


def test_few_people_are_all_planned_for_at_once(office):
    come(office, 9)
    assert mailing(office, start(office)).state is MailingState.FINISHED
    assert go_on(office) == 0


@pytest.mark.parametrize("number", [0, 10])
def test_nobody_and_a_whole_batch_end_as_well(office, number):
    come(office, number)
    mailing_id = start(office)
    finish(office)
    assert mailing(office, mailing_id).state is MailingState.FINISHED
    assert len(office.notices()) == number


def test_starting_the_same_again_changes_nothing(office, people):
    assert start(office, rule="form-1") is not None
    assert start(office, rule="form-1", params={"another": "text"}) is None
    finish(office)
    assert len(office.notices()) == len(people)
    assert start(office, rule="form-2") is not None


def test_somebody_who_is_found_twice_or_not_at_all_is_no_trouble(office, people):
    other = aliased(Person)

    def find(_audience):
        return select(Person.id).join(other, literal(value=True)).union_all(select(literal(None, Person.id.type)))

    start(office, lambda audience: select(find(audience).subquery().c[0]))
    finish(office, lambda audience: select(find(audience).subquery().c[0]))
    assert sorted(planned_for(office)) == sorted(people)


def test_whoever_was_told_before_is_not_told_again(office, people):
    office.plan(people[0], kind="broadcast")
    mailing_id = start(office)
    finish(office)
    assert sorted(planned_for(office)) == sorted(people)
    assert mailing(office, mailing_id).planned == 24


def test_who_comes_or_goes_while_it_runs_costs_nobody_their_notice(office, people):
    start(office)
    gone = set(people) - set(planned_for(office))
    leaver = gone.pop()
    office.database.write(lambda session: session.execute(delete(Person).where(Person.id == leaver)))
    come(office, 5)
    finish(office)
    reached = planned_for(office)
    assert set(people) - {leaver} <= set(reached)
    assert leaver not in reached
    assert len(reached) == len(set(reached))


def test_mailings_take_turns_by_their_age(office, people):
    first = start(office)
    second = start(office, kind="reminder", now=NOW + timedelta(seconds=1))
    finish(office)
    assert {mailing(office, one).state for one in (first, second)} == {MailingState.FINISHED}
    assert len(office.notices()) == 2 * len(people)


@pytest.mark.usefixtures("people")
def test_one_that_is_stopped_while_it_runs_tells_nobody_more(office):
    mailing_id = start(office)
    sender = office.sender()
    for _ in range(3):
        sender.run_once()
    assert office.database.write(mailings.stop, mailing_id, NOW) == 7
    assert go_on(office) == 0
    office.work()
    assert sorted(office.states()) == ["cancelled"] * 7 + ["sent"] * 3
    assert mailing(office, mailing_id).state is MailingState.STOPPED
    assert office.database.write(mailings.stop, mailing_id, NOW) == 0


def test_one_that_is_planned_for_all_can_be_stopped_while_it_is_sent(office, people):
    mailing_id = start(office)
    finish(office)
    assert office.database.write(mailings.stop, mailing_id, NOW) == len(people)
    with pytest.raises(NotFound):
        office.database.write(mailings.stop, uuid4(), NOW)


def test_what_is_refused_after_its_mailing_was_stopped_is_not_tried_again(office):
    come(office, 1)
    mailing_id = start(office)
    sender = office.sender()
    ready = office.database.write(sender._preparation.prepare, NOW)
    assert office.database.write(mailings.stop, mailing_id, NOW) == 0
    office.provider.outcomes = [ChannelError("busy", permanent=False)]
    sender._send(ready)
    assert office.states() == ["cancelled"]


def test_what_is_cancelled_is_neither_sent_nor_planned_any_further(office, people):
    start(office, kind="reminder", rule="P1D")
    start(office, kind="reminder", rule="P1D", occurrence=1)
    start(office, kind="changed")
    cancelled = {"event_id": EVENT, "kind": "reminder", "now": NOW, "before_occurrence": 1}
    office.database.write(mailings.cancel, **cancelled)
    finish(office)
    open_ones = [(one.kind, one.occurrence) for one in office.notices() if one.state is NoticeState.QUEUED]
    assert sorted(set(open_ones)) == [("changed", 0), ("reminder", 1)]
    assert len(open_ones) == 2 * len(people)


@pytest.mark.usefixtures("people")
def test_its_progress_says_where_its_notices_stand(office):
    mailing_id, other = start(office), start(office, kind="reminder")
    for _ in range(4):
        office.sender().run_once()
    progress = office.database.read(mailings.progress, [mailing_id, other, UUID(int=0)])
    assert progress[mailing_id].planned == progress[other].planned == 10
    assert sum(one.states.get(NoticeState.SENT, 0) for one in progress.values()) == 4
    assert sum(one.settled for one in progress.values()) == 4
    assert progress[UUID(int=0)].planned == 0


@only_postgresql
def test_two_workers_at_once_plan_for_everybody_once(office):
    people = come(office, 200)
    for kind in ("reminder", "changed"):
        start(office, kind=kind)
    workers = [threading.Thread(target=finish, args=[office]) for _ in range(2)]
    for thread in workers:
        thread.start()
    for thread in workers:
        thread.join(60)
    finish(office)  # one of them may have looked away while the other was at work on the last
    assert sorted(planned_for(office)) == sorted(2 * people)


@only_postgresql
@pytest.mark.usefixtures("people")
def test_a_stop_waits_for_the_batch_in_hand_and_takes_it_back(office):
    mailing_id = start(office)
    with office.database._writer.begin() as session:
        mailings.going_on(everybody)(session, NOW)
        stopping = threading.Thread(target=office.database.write, args=[mailings.stop, mailing_id, NOW])
        stopping.start()
        stopping.join(0.2)
        assert stopping.is_alive()
    stopping.join(60)
    assert set(office.states()) == {"cancelled"}
    assert len(office.states()) == 20
    assert office.database.write(queue.claim, NOW) is None
