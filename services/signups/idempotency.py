"""The same request, sent twice, is done once and answered alike."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import Boolean, Select, String, bindparam, delete, insert, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from services.signups.models import IdempotencyKey
from shared.database import change
from shared.errors import Conflict, Invalid, field_error
from shared.texts import text as _
from shared.trips import Question, ask, binds, numbered

KEEP: Final = timedelta(days=2)
"""How long a client may take to send a request again."""


class has_turn(GenericFunction[bool]):  # noqa: N801
    """Whether the key is this transaction's until it ends; SQLite's writers take turns anyway."""

    type = Boolean()
    inherit_cache = True


class awaits_turn(has_turn):  # noqa: N801
    """The same, once whoever has the key is done."""

    inherit_cache = True


@compiles(has_turn, "sqlite")
def _on_sqlite(element: has_turn, compiler: SQLCompiler, **kw: Any) -> str:
    return f"coalesce({compiler.process(element.clauses, **kw)}, '') IS NOT NULL"


@compiles(has_turn, "postgresql")
def _has_turn(element: has_turn, compiler: SQLCompiler, **kw: Any) -> str:
    return f"pg_try_advisory_xact_lock(hashtextextended({compiler.process(element.clauses, **kw)}, 0))"


@compiles(awaits_turn, "postgresql")
def _awaits_turn(element: awaits_turn, compiler: SQLCompiler, **kw: Any) -> str:
    return f"pg_advisory_xact_lock(hashtextextended({compiler.process(element.clauses, **kw)}, 0)) IS NOT NULL"


KEY: Final = bindparam("key", type_=String())
HAS_TURN: Final = select(has_turn(KEY))
AWAITS_TURN: Final = select(awaits_turn(KEY))
KEYS: Final = IdempotencyKey.__table__
KNOWN: Final = select(KEYS).where(KEYS.c.key == KEY)
NOTE: Final = insert(KEYS)  # type: ignore[arg-type]


@cache
def _trying(number: int) -> tuple[Select[*tuple[bool, ...]], Select[str]]:
    keys = binds("key", number, String())
    return select(*map(has_turn, keys)), select(KEYS.c.key).where(KEYS.c.key.in_(keys))


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
    return answered(request, *ask(session, *asking(request)))


def asking(request: Request) -> tuple[Question, Question]:
    """Return what ``begin`` asks, for whoever asks more in the same trip; ``answered`` reads the answers."""
    key = {"key": request.key}
    return Question(AWAITS_TURN if request.patient else HAS_TURN, key), Question(KNOWN, key)


def trying(requests: Sequence[Request]) -> tuple[Question, Question]:
    """Return what asks for the turns of several requests, waiting for none; ``are_new`` reads the answers."""
    keys = numbered("key", (request.key for request in requests))
    turns, known = _trying(len(requests))
    return Question(turns, keys), Question(known, keys)


def are_new(requests: Sequence[Request], turns: Sequence[Any], noted: Sequence[Any]) -> list[bool]:
    """Tell of each of the requests whether it has its turn, and no answer was given to it before."""
    known = {row.key for row in noted}
    return [turn and request.key not in known for request, turn in zip(requests, turns[0], strict=True)]


def answered(request: Request, turn: Sequence[Any], noted: Sequence[Any]) -> Answer | None:
    """Return what ``begin`` does, and raise the same."""
    if not turn[0][0]:
        raise Conflict(_("The same request is being worked on. Please try again shortly."), retry_after=1)
    if not noted:
        return None
    known = noted[0]
    if known.digest != request.digest:
        raise Invalid(field_error("Idempotency-Key", _("This key was used for another request. Send a new key.")))
    others = tuple(
        Answer(one["status"], UUID(one["signup_id"]) if one["signup_id"] else None, one["waitlist_position"])
        for one in known.others
    )
    return Answer(known.status, known.signup_id, known.waitlist_position, others)


def finish(session: Session, request: Request, answer: Answer, now: datetime) -> None:
    """Note the answer, to be given again to the same request."""
    session.flush()  # the sign-ups that it names
    ask(session, noting(request, answer, now))


def noting(request: Request, answer: Answer, now: datetime) -> Question:
    """Return what does that, once the sign-ups are written."""
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
    return Question(NOTE, row)


def forget(session: Session, now: datetime) -> int:
    """Forget the keys of requests that nobody sends again; returns how many."""
    return change(session, delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEEP))
