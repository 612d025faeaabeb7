"""Planning notices, and working through those that are due."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, TextClause, bindparam, exists, func, literal, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from shared.database import change, insert, planned, random_uuid
from shared.logs import current_correlation_id
from shared.notices.tables import ALONE, BULK, Notice, NoticeState
from shared.trips import Question

LEASE: Final = timedelta(minutes=5)
"""Longer than any channel takes to send one notice."""
COMPANIONS: Final = 20
"""Notices that one letter carries besides its first."""
SETTLED: Final = frozenset(NoticeState) - {NoticeState.QUEUED, NoticeState.SENDING}
"""One person's open notices are looked for by what they are not. Until PostgreSQL has counted a mailing it takes the
open ones for few, and would read all of them for each person, were they named as in ``ix_notices_alone``."""
EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
FREE: Final = or_(Notice.lease_until.is_(None), Notice.lease_until <= bindparam("now"))
DUE: Final = select(or_(*(exists().where(among, Notice.next_at <= bindparam("now"), FREE) for among in (ALONE, BULK))))
UNSURE: Final = frozenset({NoticeState.FAILED, NoticeState.UNKNOWN})
"""Where an organizer may say that a notice is to be sent once more."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice in words, with where it goes. ``phone`` is E.164; a missing address rules its channel out.

    ``short`` is what a text message says, where every character costs; the body where there is nothing shorter.
    ``stop`` is the address at which one press ends letters of this kind, and ``needed_by`` the moment by which its
    reader has to know (the beginning of the shift), for what comes up at night.
    """

    subject: str
    body: str
    phone: str | None
    email: str | None
    language: str
    short: str | None = None
    robot: str | None = None
    """The address of a group robot of a chat service."""
    stop: str | None = None
    needed_by: datetime | None = None
    kind: str = ""
    """The notice's; the sender fills it in, for providers that only send texts which they know beforehand."""


Composer = Callable[[Session, Notice, datetime], Letter | None]
"""Writes a notice from what is true now; None when it no longer applies and must not be sent."""


def plan(
    session: Session,
    *,
    kind: str,
    person_id: UUID,
    event_id: UUID | None,
    now: datetime,
    rule: str = "",
    occurrence: int = 0,
    expires_at: datetime | None = None,
    params: Mapping[str, Any] | None = None,
) -> None:
    """Queue a notice for one person, to be sent at once; planning the same one again changes nothing."""
    planned(session)
    session.execute(
        insert(session, Notice)
        .values(
            id=uuid4(),
            person_id=person_id,
            event_id=event_id,
            kind=kind,
            rule=rule,
            occurrence=occurrence,
            channel="",
            state=NoticeState.QUEUED,
            params=dict(params or {}),
            due_at=now,
            expires_at=expires_at,
            created_at=now,
            attempts=0,
            next_at=now,
            correlation_id=current_correlation_id(),
        )
        .on_conflict_do_nothing()
    )


def plan_for_all(
    session: Session,
    people: Select[UUID],
    *,
    kind: str,
    event_id: UUID,
    now: datetime,
    due_at: datetime,
    rule: str = "",
    occurrence: int = 0,
    expires_at: datetime | None = None,
    params: Mapping[str, Any] | None = None,
    mailing_id: UUID | None = None,
    correlation_id: str | None = None,
) -> int:
    """Queue a notice for everyone whom ``people`` (a select of ids) finds, at once; return how many are new."""
    planned(session)
    chosen = people.distinct().subquery()
    person = chosen.c[0]
    values: dict[str, Any] = {
        "kind": kind,
        "event_id": event_id,
        "rule": rule,
        "occurrence": occurrence,
        "channel": "",
        "state": NoticeState.QUEUED,
        "params": dict(params or {}),
        "due_at": due_at,
        "expires_at": expires_at,
        "created_at": now,
        "attempts": 0,
        "next_at": max(due_at, now),
        "mailing_id": mailing_id,
        "correlation_id": correlation_id or current_correlation_id(),
    }
    columns = Notice.__table__.c
    constants = [literal(value, columns[name].type).label(name) for name, value in values.items()]
    # The condition keeps SQLite from reading ON CONFLICT as a join's ON.
    rows = select(random_uuid(), person, *constants).where(person.is_not(None))
    statement = insert(session, Notice).from_select(["id", "person_id", *values], rows)
    return change(session, statement.on_conflict_do_nothing())


def cancel(
    session: Session, *, event_id: UUID, kind: str, rule: str | None = None, before_occurrence: int | None = None
) -> Sequence[Mapping[str, Any]]:
    """Take back notices of a kind that have not gone out; return the params of each.

    Only those of the rule, and those of earlier occurrences, where these are given.
    """
    condition = [Notice.event_id == event_id, Notice.kind == kind, Notice.state == NoticeState.QUEUED]
    if before_occurrence is not None:
        condition.append(Notice.occurrence < before_occurrence)
    if rule is not None:
        condition.append(Notice.rule == rule)
    statement = update(Notice).where(*condition).values(state=NoticeState.CANCELLED).returning(Notice.params)
    return session.scalars(statement, execution_options={"synchronize_session": False}).all()


@dataclass(frozen=True, slots=True)
class Open:
    """Notices that may still go out: how many there are, and for how many seconds the oldest has been due."""

    notices: int
    overdue: float


def still_open(session: Session, among: TextClause, now: datetime) -> Open:
    """Count the open notices ``ALONE`` or in ``BULK``; each is an index of its own, so that the log is not read."""
    ever = Notice.next_at > EVER  # else SQLite takes the index on mailings, with all that they have sent
    notices, first = session.execute(select(func.count(), func.min(Notice.next_at)).where(among, ever)).one()
    return Open(notices, max((now - first).total_seconds(), 0.0) if first is not None else 0.0)


def resend(
    session: Session,
    *,
    now: datetime,
    states: Collection[NoticeState] = UNSURE,
    mailing_id: UUID | None = None,
    notice_ids: Collection[UUID] = (),
) -> int:
    """Queue notices anew, a mailing's or those with the ids, that failed or nobody knows of; return how many that is.

    Every channel is tried again. What would come too late stays as it is.
    """
    which = Notice.id.in_(notice_ids) if mailing_id is None else Notice.mailing_id == mailing_id
    planned(session)
    in_time = or_(Notice.expires_at.is_(None), Notice.expires_at > now)
    anew = {"attempts": 0, "refused_by": [], "carried_by": None, "last_error": None, "next_at": now}
    statement = update(Notice).where(which, in_time, Notice.state.in_(UNSURE & set(states)))
    return change(session, statement.values(state=NoticeState.QUEUED, **anew))


def any_due(now: datetime) -> Question:
    """Return what asks whether there is anything that ``claim`` might find."""
    return Question(DUE, {"now": now})


def claim(session: Session, now: datetime) -> Notice | None:
    """Lease the notice that has been due for longest, and return it; those that another sender holds are passed over.

    What concerns one person goes before what goes to many: nobody waits for a code behind a mailing. Of one person's
    notices only the first is to be had, so that two senders never write to somebody at the same time. One that comes
    as ``sending`` was left so by a sender that died over it, or could not tell what became of it.
    """
    earlier = aliased(Notice)
    return _claim(session, now, ALONE, earlier, earlier.mailing_id.is_(None)) or _claim(session, now, BULK, earlier)


def companions(session: Session, notice: Notice, kinds: Collection[str], now: datetime) -> Sequence[Notice]:
    """Lock and return the person's other notices of the kinds that are to go out by an hour from now."""
    if not kinds:
        return ()
    query = (
        select(Notice)
        .where(Notice.person_id == notice.person_id, Notice.id != notice.id, Notice.kind.in_(kinds))
        .where(Notice.state.not_in(SETTLED | {NoticeState.SENDING}), Notice.due_at <= now + timedelta(hours=1))
        .where(or_(Notice.expires_at.is_(None), Notice.expires_at > now))
        .order_by(Notice.due_at, Notice.id)
        .limit(COMPANIONS)
    )
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def carried(session: Session, notice: Notice) -> Sequence[Notice]:
    """Return those that went along in the notice's letter."""
    theirs = Notice.person_id == notice.person_id, Notice.carried_by == notice.id
    return session.scalars(select(Notice).where(*theirs).order_by(Notice.due_at, Notice.id)).all()


def letters_since(session: Session, person_id: UUID, moment: datetime) -> int:
    """Return how many letters the person was sent since the moment."""
    letters = Notice.person_id == person_id, Notice.sent_at >= moment, Notice.carried_by.is_(None)
    return session.scalars(select(func.count()).select_from(Notice).where(*letters)).one()


def _claim(
    session: Session, now: datetime, among: TextClause, earlier: type[Notice], *theirs: ColumnElement[bool]
) -> Notice | None:
    notice = session.scalars(
        select(Notice)
        .where(among, Notice.next_at <= now, or_(Notice.lease_until.is_(None), Notice.lease_until <= now))
        .where(
            Notice.carried_by.is_(None),  # it follows the one that carries it
            ~exists()
            .where(earlier.person_id == Notice.person_id, *theirs)
            .where(earlier.state.not_in(SETTLED), earlier.carried_by.is_(None))
            .where(earlier.next_at <= now, tuple_(earlier.next_at, earlier.id) < tuple_(Notice.next_at, Notice.id)),
        )
        .order_by(Notice.next_at)
        .limit(1)
        .with_for_update(skip_locked=True, of=Notice)
    ).one_or_none()
    if notice is not None:
        notice.lease_until = now + LEASE
    return notice
