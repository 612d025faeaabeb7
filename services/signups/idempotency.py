"""The same request, sent twice, is done once and answered alike."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.orm import Session

from services.signups.models import IdempotencyKey
from shared.database import change, dialect_of
from shared.errors import Conflict, Invalid, field_error
from shared.texts import text as _

KEEP: Final = timedelta(days=2)
"""How long a client may take to send a request again."""
HASH: Final = func.hashtextextended(bindparam("key"), 0)
LOCK: Final = select(func.pg_advisory_xact_lock(HASH))
TRY_LOCK: Final = select(func.pg_try_advisory_xact_lock(HASH))
KEYS: Final = IdempotencyKey.__table__
KNOWN: Final = select(KEYS).where(KEYS.c.key == bindparam("key"))
NOTE: Final = insert(KEYS)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it is recognised: its key and a digest of its body.

    ``patient``: it was sent by a form. Wait for the same request when it is still in flight (a double click), instead
    of refusing with Conflict; and where somebody went back and changed what they had entered, it is another request.
    """

    key: str
    digest: str
    patient: bool = False

    @classmethod
    def of(cls, key: str, body: Mapping[str, Any], *, patient: bool = False) -> "Request":
        """Return the request for a key and the body as its schema read it; the order of fields does not matter."""
        packed = orjson.dumps(body, option=orjson.OPT_SORT_KEYS, default=str)
        digest = hashlib.sha256(packed).hexdigest()
        return cls(f"{key} {digest}" if patient else key, digest, patient)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request to sign up. ``signup_id`` is None where no more is said than that it was received.

    ``others`` is the same of the other sign-ups that were made in one go.
    """

    status: str
    signup_id: UUID | None = None
    waitlist_position: int | None = None
    others: tuple["Answer", ...] = ()

    @property
    def all(self) -> list["Answer"]:
        """This one and the others, in the order in which they were asked for."""
        return [self, *self.others]


def begin(session: Session, request: Request) -> Answer | None:
    """Return the answer given before, or None where the request is new; it is locked until the transaction ends.

    Raises Conflict with ``retry_after`` while the same request is in flight, and Invalid where the key was used for
    another body.
    """
    connection, key = session.connection(), {"key": request.key}
    if dialect_of(connection) == "postgresql":  # SQLite's writers take turns anyway
        if request.patient:
            connection.execute(LOCK, key)
        elif not connection.scalar(TRY_LOCK, key):
            raise Conflict(_("The same request is being worked on. Please try again shortly."), retry_after=1)
    known = connection.execute(KNOWN, key).one_or_none()
    if known is None:
        return None
    if known.digest != request.digest:
        raise Invalid(field_error("Idempotency-Key", _("This key was used for another request. Send a new key.")))
    others = tuple(
        Answer(one["status"], UUID(one["signup_id"]) if one["signup_id"] else None, one["waitlist_position"])
        for one in known.others
    )
    return Answer(known.status, known.signup_id, known.waitlist_position, others)


def finish(session: Session, request: Request, answer: Answer, now: datetime) -> None:
    """Note the answer, to be given again to the same request."""
    others = [
        {
            "status": one.status,
            "signup_id": str(one.signup_id) if one.signup_id else None,
            "waitlist_position": one.waitlist_position,
        }
        for one in answer.others
    ]
    row = {
        "key": request.key,
        "digest": request.digest,
        "signup_id": answer.signup_id,
        "status": answer.status,
        "waitlist_position": answer.waitlist_position,
        "others": others,
        "created_at": now,
    }
    session.flush()  # the sign-ups that it names
    session.connection().execute(NOTE, row)


def forget(session: Session, now: datetime) -> int:
    """Forget the keys of requests that nobody sends again; returns how many."""
    return change(session, delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEEP))
