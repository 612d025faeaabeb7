"""What the others say is kept once, whatever the order and however often it comes."""

from itertools import permutations
from uuid import UUID, uuid4

import pytest

from services.events import queries
from services.events.handlers import registry
from services.events.models import HoldCopy, PledgeCopy, SignupCopy
from services.events.queries import Counts
from shared.contracts import CONTRACTS
from shared.messaging import inbox
from shared.messaging.envelope import Sealed, open_envelope, seal
from tests.events.world import NOW

SHIFT, EVENT = uuid4(), uuid4()


def signup(status: str, version: int, **changes) -> Sealed:
    data = {
        "signup_id": uuid4(),
        "event_id": EVENT,
        "shift_id": SHIFT,
        "status": status,
        "version": version,
        "pledge_id": None,
    } | changes
    return sealed("signups", f"signup.{status}", data)


def places(version: int, held: int, claimed: int, pledge_id: UUID) -> Sealed:
    data = {
        "pledge_id": pledge_id,
        "event_id": EVENT,
        "shift_id": SHIFT,
        "version": version,
        "requested": 5,
        "held": held,
        "claimed": claimed,
        "claim_url": "/signups/claim/x",
    }
    return sealed("signups", "places.held" if held else "places.released", data)


def need(quantity: int, **changes) -> Sealed:
    data = {
        "need_id": uuid4(),
        "event_id": EVENT,
        "shift_id": None,
        "kind": "supplies",
        "quantity": quantity,
        "unit": "箱",
        "description": "饮用水",
        "due_at": None,
        "version": 1,
    } | changes
    return sealed("partners", "need.posted", data)


def pledge(
    message_type: str, version: int, quantity: int, pledge_id: UUID, need_id: UUID | None = None, **changes
) -> Sealed:
    data = {
        "pledge_id": pledge_id,
        "event_id": EVENT,
        "shift_id": None,
        "need_id": need_id,
        "work_unit_id": uuid4(),
        "work_unit": "朝阳小学",
        "kind": "supplies",
        "quantity": quantity,
        "version": version,
    } | changes
    return sealed("partners", message_type, data)


def sealed(service: str, message_type: str, data) -> Sealed:
    return open_envelope(seal(service, message_type, data, NOW)[1])


def apply(database, *messages: Sealed) -> None:
    """Apply each message, and the same one again."""
    for message in messages:
        for _ in range(2):
            handler = registry.handler(message.type)
            database.write(handler, message.read(), NOW)


def counts(database) -> Counts:
    return database.read(queries.shift_counts, [EVENT]).get(SHIFT, Counts())


def test_each_sign_up_counts_once_where_it_stands(database):
    statuses = ["confirmed", "confirmed", "waitlisted", "withdrawn", "attended", "absent"]
    apply(database, *(signup(status, 1) for status in statuses))
    assert counts(database) == Counts(confirmed=2, waitlisted=1, attended=1, absent=1)


def test_a_place_that_is_offered_is_not_free_until_it_is_declined(database):
    signup_id = uuid4()
    apply(database, signup("waitlisted", 1), signup("waitlisted", 2, signup_id=signup_id, offered=True))
    assert counts(database) == Counts(waitlisted=2, offered=1)
    assert counts(database).taken == 1
    apply(database, signup("withdrawn", 3, signup_id=signup_id))
    assert counts(database) == Counts(waitlisted=1)


def test_the_newest_state_of_a_sign_up_wins_in_any_order(database):
    states = ["waitlisted", "confirmed", "attended"]
    for order in permutations(enumerate(states, 1)):
        signup_id = uuid4()
        apply(database, *(signup(status, version, signup_id=signup_id) for version, status in order))
        copy = database.read(lambda session, key=signup_id: session.get_one(SignupCopy, key))
        assert (copy.status, copy.version) == ("attended", 3)


def test_places_kept_for_a_unit_count_until_they_have_a_name(database):
    pledge_id = uuid4()
    apply(database, places(1, 5, 0, pledge_id))
    assert counts(database) == Counts(held=5)
    apply(database, signup("confirmed", 1, pledge_id=pledge_id), places(2, 5, 1, pledge_id))
    assert counts(database) == Counts(confirmed=1, held=4)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_newest_state_of_a_hold_wins_in_any_order(database, order):
    pledge_id = uuid4()
    states = [places(1, 5, 0, pledge_id), places(2, 5, 2, pledge_id), places(3, 0, 0, pledge_id)]
    apply(database, *(states[number] for number in order))
    copy = database.read(lambda session: session.get_one(HoldCopy, pledge_id))
    assert (copy.version, copy.held, copy.claimed, copy.requested) == (3, 0, 0, 5)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_newest_state_of_a_pledge_wins_in_any_order(database, order):
    pledge_id = uuid4()
    states = [
        pledge("pledge.made", 1, 20, pledge_id),
        pledge("pledge.reduced", 2, 10, pledge_id),
        pledge("pledge.withdrawn", 3, 0, pledge_id),
    ]
    apply(database, *(states[number] for number in order))
    copy = database.read(lambda session: session.get_one(PledgeCopy, pledge_id))
    assert (copy.version, copy.quantity, copy.work_unit) == (3, 0, "朝阳小学")


def test_a_pledge_is_listed_with_its_places_until_it_is_withdrawn(database):
    pledge_id = uuid4()
    apply(database, pledge("pledge.made", 1, 5, pledge_id), places(1, 4, 1, pledge_id))
    [(promised, hold)] = database.read(queries.pledges, EVENT)
    assert (promised.quantity, hold.held, hold.claimed) == (5, 4, 1)
    apply(database, pledge("pledge.withdrawn", 2, 0, pledge_id))
    assert database.read(queries.pledges, EVENT) == []


def test_a_need_is_listed_with_what_is_promised_of_it_the_most_urgent_first(database):
    water, rice = uuid4(), uuid4()
    apply(database, need(20, need_id=water), need(50, need_id=rice, due_at=NOW))
    apply(database, *(pledge("pledge.made", 1, quantity, uuid4(), water) for quantity in (5, 10)))
    listed = database.read(queries.needs, EVENT)
    assert [(one.need_id, one.quantity, promised) for one, promised in listed] == [(rice, 50, 0), (water, 20, 15)]


def test_the_service_listens_to_everything_that_the_others_say():
    ours = {"signup", "places", "capacity", "feedback", "pledge", "need"}
    assert set(registry.types) == {name for name in CONTRACTS if name.partition(".")[0] in ours}


def test_a_message_goes_through_the_inbox_once(database):
    message = signup("confirmed", 1)
    for _ in range(2):
        database.write(inbox.accept, registry, [message, message], NOW)
    assert counts(database) == Counts(confirmed=1)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_several_states_of_one_sign_up_in_one_batch_leave_the_newest(database, order):
    signup_id = uuid4()
    states = [
        signup(status, version, signup_id=signup_id)
        for version, status in enumerate(("waitlisted", "confirmed", "attended"), 1)
    ]
    batch = [states[number] for number in order]
    for _ in range(2):
        database.write(inbox.accept, registry, [*batch, signup("confirmed", 1)], NOW)
    copy = database.read(lambda session: session.get_one(SignupCopy, signup_id))
    assert (copy.version, copy.status) == (3, "attended")
    assert counts(database) == Counts(confirmed=2, attended=1)


def test_a_batch_changes_no_copy_that_is_newer(database):
    known, new = uuid4(), uuid4()
    apply(database, signup("attended", 5, signup_id=known))
    late = [signup("confirmed", 4, signup_id=known), signup("waitlisted", 2, signup_id=new), signup("confirmed", 3)]
    for _ in range(2):
        database.write(inbox.accept, registry, late, NOW)
    assert counts(database) == Counts(confirmed=1, waitlisted=1, attended=1)


def test_everything_that_comes_in_crowds_can_come_in_one_batch(database):
    pledge_id, need_id = uuid4(), uuid4()
    batch = [
        signup("confirmed", 1),
        need(20, need_id=need_id),
        places(2, 5, 1, pledge_id),
        pledge("pledge.made", 1, 5, pledge_id, need_id),
        signup("withdrawn", 1),
        places(1, 5, 0, pledge_id),
        pledge("pledge.reduced", 2, 4, pledge_id, need_id),
        need(30, need_id=need_id, version=2),
    ]
    for _ in range(2):
        database.write(inbox.accept, registry, batch, NOW)
    assert counts(database) == Counts(confirmed=1, held=4)
    [(promised, hold)] = database.read(queries.pledges, EVENT)
    assert (promised.quantity, hold.claimed) == (4, 1)
    [(listed, of_it)] = database.read(queries.needs, EVENT)
    assert (listed.quantity, of_it) == (30, 4)
