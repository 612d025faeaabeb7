"""What services without accounts know of sign-ins: ended ones let nobody in, whatever order the news came in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from shared import sign_ins
from shared.database import Database
from shared.messaging.envelope import open_envelope, seal
from shared.messaging.registry import Registry
from shared.principal import Principal, Role

NOW = datetime(2027, 5, 1, 9, 0, tzinfo=UTC)
REGISTRY = Registry()
sign_ins.register(REGISTRY)


@pytest.fixture
def database(open_database: Callable[..., Database]) -> Database:
    return open_database(sign_ins.Base.metadata)


def tell(database: Database, message_type: str, **data: object) -> None:
    """Apply the message twice, as a redelivery would."""
    _id, body = seal("events", message_type, data, NOW)
    message = open_envelope(body)
    for _ in range(2):
        database.write(REGISTRY.handler(message_type), message.read(), NOW)


def organizer(**changes: object) -> dict[str, object]:
    return {
        "organizer_id": uuid4(),
        "version": 2,
        "community": "朝阳社区",
        "role": "office",
        "active": True,
        "valid_from": NOW,
    } | changes


def principal(organizer_id: object, *, issued_at: datetime = NOW, session_id: UUID | None = None) -> Principal:
    return Principal(
        kind="organizer",
        id=UUID(str(organizer_id)),
        name="wang",
        community="朝阳社区",
        role=Role.OFFICE,
        session_id=session_id or uuid4(),
        issued_at=issued_at,
    )


def test_an_organizer_of_whom_nothing_was_said_is_believed(database):
    asking = principal(uuid4())
    assert database.read(sign_ins.confirm, asking) == asking


def test_a_closed_account_lets_nobody_in(database):
    closed = organizer(active=False)
    tell(database, "organizer.changed", **closed)
    later = NOW + timedelta(hours=1)
    assert database.read(sign_ins.confirm, principal(closed["organizer_id"], issued_at=later)) is None


def test_tokens_from_before_a_change_are_void_and_one_of_the_same_moment_is_good(database):
    changed = organizer()
    tell(database, "organizer.changed", **changed)
    before = principal(changed["organizer_id"], issued_at=NOW - timedelta(microseconds=1))
    assert database.read(sign_ins.confirm, before) is None
    assert database.read(sign_ins.confirm, principal(changed["organizer_id"]))


def test_the_role_that_was_told_counts_and_not_that_of_the_token(database):
    changed = organizer(role="viewer")
    tell(database, "organizer.changed", **changed)
    found = database.read(sign_ins.confirm, principal(changed["organizer_id"]))
    assert not found.may_write
    assert not found.may_see_contacts


def test_older_news_of_an_account_changes_nothing(database):
    closed = organizer(active=False, version=5)
    tell(database, "organizer.changed", **closed)
    tell(database, "organizer.changed", **closed | {"active": True, "version": 4})
    assert database.read(sign_ins.confirm, principal(closed["organizer_id"])) is None


def test_an_ended_sign_in_is_void_and_others_of_the_same_organizer_are_not(database):
    asking = principal(uuid4())
    ends = NOW + timedelta(hours=12)
    tell(database, "session.ended", session_id=asking.session_id, version=1, expires_at=ends)
    assert database.read(sign_ins.confirm, asking) is None
    assert database.read(sign_ins.confirm, principal(asking.id))
    assert database.write(sign_ins.forget, ends - timedelta(seconds=1)) == 0
    assert database.write(sign_ins.forget, ends) == 1


def test_confirming_is_one_query(database):
    asked = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    database.read(sign_ins.confirm, principal(uuid4()))
    assert len([one for one in asked if "SELECT" in one]) == 1
