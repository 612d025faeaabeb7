"""Each notice goes out once, or it is on record why it did not."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import DBAPIError

from shared.notices import queue
from shared.notices.channels import ChannelError
from shared.notices.preparing import MAX_ATTEMPTS
from shared.notices.queue import LEASE, Letter
from shared.notices.sender import IDLE
from shared.notices.tables import Notice, NoticeState
from tests.shared.messaging.conftest import only_postgresql
from tests.shared.notices.conftest import NOW, Killed, Person


def test_what_is_due_is_sent_and_recorded(office):
    office.plan()
    office.clock.pass_by(seconds=3)
    office.work()
    [notice] = office.notices()
    assert (notice.state, notice.channel, notice.attempts) == (NoticeState.SENT, "provider", 1)
    assert notice.sent_at == NOW + timedelta(seconds=3)
    assert office.provider.taken == [notice.id]


def test_with_nothing_due_the_sender_rests(office):
    assert office.sender().run_once() == IDLE


def test_the_sender_reads_what_is_true_just_before_it_sends(office):
    person = office.plan()
    office.database.write(lambda session: session.execute(insert(Person).values(id=person, coming=False)))
    office.work()
    assert office.states() == ["skipped"]
    assert office.provider.taken == []


def test_a_notice_that_comes_too_late_is_recorded_and_not_sent(office):
    office.plan(expires_at=NOW + timedelta(hours=1))
    office.work(seconds=3600)
    assert office.states() == ["skipped_late"]
    assert office.provider.taken == []


def test_a_moment_before_that_it_is_sent(office):
    office.plan(expires_at=NOW + timedelta(hours=1))
    office.work(seconds=3599)
    assert office.states() == ["sent"]


def test_somebody_whom_no_channel_reaches_is_recorded(office):
    person = office.plan()
    office.letters[person] = Letter("x", "x", None, None, "zh-CN")
    office.work()
    [notice] = office.notices()
    assert (notice.state, notice.last_error) == (NoticeState.FAILED, "no channel reaches this person")


def test_helpers_send_while_there_is_work_and_ask_for_none(office, monkeypatch):
    monkeypatch.setattr("shared.notices.sender.HELP_AFTER", 0.01)
    sender = office.sender()
    office.plan()
    office.plan()
    assert sender.help_out() == 0
    assert office.states() == ["queued", "queued"]
    assert [sender.run_once(), sender.help_out(), sender.help_out()] == [0, 0, IDLE]
    assert office.states() == ["sent", "sent"]
    office.plan()
    assert sender.help_out() == 0
    assert sorted(office.states()) == ["queued", "sent", "sent"]


def test_a_helper_that_waits_to_be_needed_is_let_go(office):
    sender = office.sender()
    helper = threading.Thread(target=sender.help_out)
    helper.start()
    sender.end()
    helper.join(30)
    assert not helper.is_alive()
    office.plan()
    assert [sender.run_once(), sender.run_once(), sender.help_out()] == [0, IDLE, 0]


def test_who_asks_to_be_left_alone_for_longer_is(office):
    office.provider.outcomes = [ChannelError("HTTP 429", permanent=False, retry_after=90)]
    office.plan()
    office.work()
    office.work(seconds=89)
    assert office.states() == ["queued"]
    office.work(seconds=1)
    assert office.states() == ["sent"]


def test_a_temporary_refusal_is_tried_again_after_a_pause(office):
    office.provider.outcomes = [ChannelError("SMTP 451", permanent=False)]
    office.plan()
    office.work()
    assert office.states() == ["queued"]
    office.work(seconds=9)
    assert office.states() == ["queued"]
    office.work(seconds=1)
    assert office.states() == ["sent"]
    assert office.notices()[0].attempts == 2


def test_a_permanent_refusal_is_final(office):
    office.provider.outcomes = [ChannelError("SMTP 550", permanent=True)]
    office.plan()
    office.work()
    office.work(seconds=86400)
    [notice] = office.notices()
    assert (notice.state, notice.last_error, notice.attempts) == (NoticeState.FAILED, "SMTP 550", 1)


def test_attempts_come_to_an_end(office):
    office.provider.outcomes = [ChannelError("busy", permanent=False) for _ in range(MAX_ATTEMPTS + 5)]
    office.plan()
    for _ in range(MAX_ATTEMPTS + 3):
        office.work(seconds=1200)
    [notice] = office.notices()
    assert (notice.state, notice.attempts) == (NoticeState.FAILED, MAX_ATTEMPTS)


def test_a_refused_notice_that_expires_meanwhile_is_not_sent_late(office):
    office.provider.outcomes = [ChannelError("busy", permanent=False)]
    office.plan(expires_at=NOW + timedelta(seconds=5))
    office.work()
    office.work(seconds=60)
    assert office.states() == ["skipped_late"]


def test_a_sender_killed_while_it_sends_leaves_one_notice_unknown_and_sends_nothing_twice(office):
    for _ in range(5):
        office.plan()
    office.provider.outcomes = [None, Killed()]
    with pytest.raises(Killed):
        office.work()
    assert sorted(office.states()) == ["queued", "queued", "queued", "sending", "sent"]
    office.work()
    assert sorted(office.states()) == ["sending", "sent", "sent", "sent", "sent"]
    office.work(seconds=LEASE.total_seconds())
    assert sorted(office.states()) == ["sent", "sent", "sent", "sent", "unknown"]
    assert len(office.provider.taken) == len(set(office.provider.taken)) == 5


def test_a_provider_that_dies_without_an_answer_leaves_the_notice_unknown(office):
    office.provider.outcomes = [TimeoutError("+8613800138000 did not answer")]
    office.plan()
    office.plan()
    office.work()
    office.work(seconds=86400)
    assert sorted(office.states()) == ["sent", "unknown"]
    assert len(office.provider.taken) == 2
    assert {notice.last_error for notice in office.notices()} == {None, "TimeoutError"}


def test_a_notice_that_cannot_be_written_holds_up_no_other(office):
    unlucky = office.plan()
    office.letters[unlucky] = KeyError("name")
    for _ in range(3):
        office.plan()
    office.work()
    assert sorted(office.states()) == ["queued", "sent", "sent", "sent"]
    assert {notice.last_error for notice in office.notices()} == {None, "KeyError"}
    del office.letters[unlucky]
    office.work(seconds=10)
    assert set(office.states()) == {"sent"}


def test_one_that_can_never_be_written_fails_in_the_end(office):
    office.letters[office.plan()] = KeyError("name")
    for _ in range(MAX_ATTEMPTS):
        office.work(seconds=1200)
    assert office.states() == ["failed"]


def test_a_statement_that_fails_while_a_notice_is_written_holds_up_no_other(office, monkeypatch):
    unlucky, compose = office.plan(), office.compose

    def composer(session, notice, now):
        if notice.person_id == unlucky:
            session.execute(text("SELECT nothing FROM nowhere"))
        return compose(session, notice, now)

    monkeypatch.setattr(office, "compose", composer)
    office.plan()
    office.work()
    assert sorted(office.states()) == ["queued", "sent"]


@only_postgresql
def test_a_database_that_breaks_off_costs_no_attempt(office, monkeypatch):
    def composer(session, _notice, _now):
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    office.plan()
    with monkeypatch.context() as context:
        context.setattr(office, "compose", composer)
        with pytest.raises(DBAPIError):
            office.work()
    office.work()
    [notice] = office.notices()
    assert (notice.state, notice.attempts) == (NoticeState.SENT, 1)


def test_many_that_do_not_go_out_do_not_hold_up_one_that_does(office):
    for number in range(250):
        office.plan(rule=str(number), expires_at=NOW)
    office.clock.pass_by(seconds=1)
    last = office.plan()
    office.work()
    office.work()
    assert office.states().count("skipped_late") == 250
    assert [notice.state for notice in office.notices() if notice.person_id == last] == [NoticeState.SENT]


def test_a_slow_sender_that_was_given_up_may_still_say_that_it_succeeded(office):
    person = office.plan()
    slow = office.sender()
    ready = office.database.write(slow._preparation.prepare, office.clock())
    office.work(seconds=LEASE.total_seconds())
    assert office.states() == ["unknown"]
    slow._send(ready)
    assert office.states() == ["sent"]
    assert office.notices()[0].person_id == person


def test_a_notice_that_was_erased_meanwhile_is_no_error(office):
    office.plan()
    sender = office.sender()
    ready = office.database.write(sender._preparation.prepare, office.clock())
    office.database.write(lambda session: session.query(Notice).delete())
    sender._send(ready)
    assert office.states() == []


def test_several_senders_send_nothing_twice(office):
    for _ in range(60):
        office.plan()
    senders = [threading.Thread(target=office.work) for _ in range(4)]
    for thread in senders:
        thread.start()
    for thread in senders:
        thread.join(60)
    assert len(office.provider.taken) == len(set(office.provider.taken)) == 60
    assert set(office.states()) == {"sent"}


def test_what_is_due_for_longest_goes_first(office):
    first = office.plan()
    office.clock.pass_by(seconds=1)
    second = office.plan()
    office.database.write(lambda session: session.execute(update(Notice).values(rule=str(uuid4())[:5])))
    claimed = [office.database.write(queue.claim, office.clock()).person_id for _ in range(2)]
    assert claimed == [first, second]
