"""Messages leave with the state they tell of."""

import threading
from datetime import timedelta
from uuid import uuid4

import pytest

from shared.contracts import ContractError
from shared.messaging import outbox
from shared.messaging.outbox import KEEP_PUBLISHED, LEASE
from shared.messaging.tables import UNPUBLISHED
from tests.shared.messaging.conftest import START, Copy, only_postgresql, only_sqlite, places, plan


def write(session, pledge_id=None, failure=None):
    """Change a state and tell of it."""
    pledge_id = pledge_id or uuid4()
    session.add(Copy(pledge_id=pledge_id, version=1, held=5))
    message_id = outbox.add(session, "places.held", places(pledge_id), now=START)
    if failure is not None:
        raise failure
    return message_id


def states(database):
    return database.read(lambda session: session.query(Copy).count())


def test_a_message_and_the_state_it_tells_of_are_committed_together(world):
    pledge_id = uuid4()
    message_id = world.writer.write(write, pledge_id)
    [row] = world.outbox()
    assert (row.message_id, row.aggregate, row.version, row.type) == (message_id, str(pledge_id), 1, "places.held")
    assert states(world.writer) == 1


def test_or_not_at_all(world):
    with pytest.raises(RuntimeError):
        world.writer.write(write, failure=RuntimeError())
    assert list(world.outbox()) == []
    assert states(world.writer) == 0


@pytest.mark.parametrize(
    "change",
    [
        {"held": -1},
        {"held": "many"},
        {"version": 0},
        {"event_id": None},
        {"pledge_id": "somebody"},
        {"volunteer": "张伟"},
    ],
)
def test_what_breaks_the_contract_is_refused_as_it_is_written(world, change):
    with pytest.raises(ContractError):
        world.writer.write(lambda session: outbox.add(session, "places.held", {**places(), **change}, now=START))
    assert list(world.outbox()) == []


def test_a_missing_field_is_refused_as_it_is_written(world):
    data = places()
    del data["shift_id"]
    with pytest.raises(ContractError, match="shift_id"):
        world.writer.write(lambda session: outbox.add(session, "places.held", data, now=START))


def test_a_service_writes_no_message_of_another(world):
    with pytest.raises(ContractError, match="belongs to signups"):
        world.reader.write(lambda session: outbox.add(session, "places.held", places(), now=START))


def test_rows_are_claimed_oldest_first_and_a_second_relay_passes_over_them(world):
    ids = [world.writer.write(write) for _ in range(5)]
    first = world.writer.write(outbox.claim, 3, START)
    second = world.writer.write(outbox.claim, 3, START)
    assert [row.message_id for row in first] == ids[:3]
    assert [row.message_id for row in second] == ids[3:]
    assert [row.attempts for row in first] == [1, 1, 1]
    assert list(world.writer.write(outbox.claim, 3, START)) == []


def test_a_lease_that_ran_out_is_taken_over(world):
    world.writer.write(write)
    world.writer.write(outbox.claim, 1, START)
    assert list(world.writer.write(outbox.claim, 1, START + LEASE - timedelta(seconds=1))) == []
    [again] = world.writer.write(outbox.claim, 1, START + LEASE)
    assert again.attempts == 2


def test_a_published_row_is_not_claimed_again(world):
    world.writer.write(write)
    [row] = world.writer.write(outbox.claim, 1, START)
    world.writer.write(outbox.settle, [row.seq], {}, START)
    assert list(world.writer.write(outbox.claim, 1, START + timedelta(days=1))) == []
    assert world.outbox()[0].published_at == START


def test_a_refused_row_stays_and_waits_longer_each_time(world):
    world.writer.write(write)
    now, waits = START, []
    for _ in range(12):
        [row] = world.writer.write(outbox.claim, 1, now)
        world.writer.write(outbox.settle, [], {row.seq: (row.attempts, "no queue takes this type")}, now)
        [kept] = world.outbox()
        waits.append((kept.next_at - now).total_seconds())
        now = kept.next_at
    assert waits[:4] == [1, 2, 4, 8]
    assert waits[-1] == 60
    assert kept.last_error == "no queue takes this type"
    assert kept.published_at is None
    assert world.writer.read(outbox.backlog, now)[0] == 1


def test_a_late_refusal_does_not_take_back_a_colleagues_confirm(world):
    world.writer.write(write)
    [row] = world.writer.write(outbox.claim, 1, START)
    world.writer.write(outbox.settle, [row.seq], {}, START)
    world.writer.write(outbox.settle, [], {row.seq: (0, "the broker went away")}, START)
    assert world.outbox()[0].published_at == START


def test_the_backlog_tells_how_many_wait_and_for_how_long(world):
    assert world.writer.read(outbox.backlog, START) == (0, 0.0)
    for _ in range(3):
        world.writer.write(write)
    assert world.writer.read(outbox.backlog, START + timedelta(seconds=90)) == (3, 90.0)


def test_attempts_that_fail_make_a_message_no_younger(world):
    world.writer.write(write)
    later = START + timedelta(seconds=90)
    [row] = world.writer.write(outbox.claim, 1, later)
    world.writer.write(outbox.settle, [], {row.seq: (7, "the broker is away")}, later)
    assert world.writer.read(outbox.backlog, later) == (1, 90.0)


def test_what_was_published_long_ago_is_forgotten_and_nothing_else(world):
    for _ in range(3):
        world.writer.write(write)
    first, second = world.writer.write(outbox.claim, 2, START)
    world.writer.write(outbox.settle, [first.seq], {}, START)
    world.writer.write(outbox.settle, [second.seq], {}, START + timedelta(days=1))
    assert world.writer.write(outbox.purge, START + KEEP_PUBLISHED + timedelta(hours=1)) == 1
    assert [row.published_at is None for row in world.outbox()] == [False, True]


def test_a_thousand_rows_are_claimed_and_settled_at_once(world):
    world.writer.write(lambda session: [write(session) for _ in range(1000)])
    rows = world.writer.write(outbox.claim, 1000, START)
    refused = {row.seq: (0, "away") for row in rows[:500]}
    world.writer.write(outbox.settle, [row.seq for row in rows[500:]], refused, START)
    assert world.writer.read(outbox.backlog, START)[0] == 500


@only_sqlite
def test_a_claim_does_not_read_through_what_was_published(world):
    query = f"SELECT seq FROM outbox WHERE {UNPUBLISHED} AND next_at <= '2027' ORDER BY seq LIMIT 500"
    assert "SCAN" not in plan(world.writer, query)


@only_postgresql
def test_a_row_that_commits_late_is_published_all_the_same(world):
    """Whoever asks for rows above the last it saw misses it for ever."""
    with world.writer._writer() as slow:
        slow.begin()
        late = write(slow)
        quick = world.writer.write(write)
        [row] = world.writer.write(outbox.claim, 10, START)
        assert row.message_id == quick
        world.writer.write(outbox.settle, [row.seq], {}, START)
        slow.commit()
    [row_that_was_late] = world.writer.write(outbox.claim, 10, START)
    assert row_that_was_late.message_id == late
    assert row_that_was_late.seq < row.seq


@only_postgresql
def test_a_relay_does_not_wait_for_what_another_is_claiming(world):
    ids = [world.writer.write(write) for _ in range(4)]
    with world.writer._writer() as first:
        first.begin()
        mine = outbox.claim(first, 2, START)
        theirs = world.writer.write(outbox.claim, 10, START)
        first.commit()
    assert [row.message_id for row in (*mine, *theirs)] == ids


def test_of_many_relays_each_row_goes_to_one(world):
    world.writer.write(lambda session: [write(session) for _ in range(200)])
    claimed: list[int] = []

    def relay():
        while rows := world.writer.write(outbox.claim, 7, START):
            claimed.extend(row.seq for row in rows)

    threads = [threading.Thread(target=relay) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed)) == 200
