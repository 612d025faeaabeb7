"""Messages that come in crowds are applied together: one statement for all of them instead of a few for each.

That is only a quicker way to where one by one leads. It is taken as a whole or not at all.
"""

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared import tracing
from shared.contracts import ContractError
from shared.logs import correlation_id
from shared.messaging.envelope import Message, Sealed
from shared.messaging.registry import BatchHandler, Registry
from shared.messaging.tables import InboxStatus
from shared.trips import ask

log = structlog.get_logger()

Opened = tuple[Sealed, Message]


class SomethingCameOfIt(Exception):
    """A message, a notice or a span came of the batch, and must bear the correlation id and trace of one message."""


def suits(registry: Registry, messages: Iterable[Sealed]) -> bool:
    """Say whether each of the messages has a batch handler."""
    return all(registry.batch_handler(sealed.type) is not None for sealed in messages)


def apply_all(session: Session, registry: Registry, messages: Sequence[Sealed], now: datetime) -> None:
    """Apply all of the messages without any savepoint, in the same trips as what was left for ``later``.

    What is raised, whatever it is, is for the transaction to be rolled back.
    """
    batches = _by_handler(registry, messages)
    if sum(map(len, batches.values())) < len(messages):
        raise ContractError("one of them cannot be read")
    spent = [_run(session, handler, batch, now) for handler, batch in batches.items()]
    ask(session)
    for batch, (seconds, begun) in zip(batches.values(), spent, strict=True):
        _note(session, batch, seconds, begun)


def apply(session: Session, registry: Registry, messages: Iterable[Sealed], now: datetime) -> list[UUID]:
    """Apply what batch handlers can apply, a savepoint for each of them, and return which messages that were.

    Nothing stays of a batch that fails, for whatever reason: its messages are for one by one. Raises DBAPIError where
    the connection is lost.
    """
    applied: list[UUID] = []
    for handler, batch in _by_handler(registry, messages).items():
        if len(batch) > 1 and _succeeds(session, handler, batch, now):
            applied += [message.id for _sealed, message in batch]
    return applied


def _by_handler(registry: Registry, messages: Iterable[Sealed]) -> dict[BatchHandler, list[Opened]]:
    batches: dict[BatchHandler, list[Opened]] = {}
    for sealed in messages:
        handler = registry.batch_handler(sealed.type)
        if handler is not None:
            with suppress(ContractError):
                batches.setdefault(handler, []).append((sealed, sealed.read()))
    return batches


def _succeeds(session: Session, handler: BatchHandler, batch: Sequence[Opened], now: datetime) -> bool:
    try:
        with session.begin_nested():
            spent = _run(session, handler, batch, now)
    except Exception as error:
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        log.info("messages.one_by_one", number=len(batch), error=type(error).__name__)
        return False
    _note(session, batch, *spent)
    return True


def _run(session: Session, handler: BatchHandler, batch: Sequence[Opened], now: datetime) -> tuple[float, int]:
    """Let the handler apply the batch; return the seconds for each message, and when it began."""
    began, clock_began = time.perf_counter(), time.time_ns()
    session.expire_all()  # what was in memory before may not be what is true by now
    token = correlation_id.set(None)
    try:
        handler(session, [message for _sealed, message in batch], now)
        _check_that_nothing_came_of_it()
    finally:
        correlation_id.reset(token)
    return (time.perf_counter() - began) / len(batch), clock_began


def _check_that_nothing_came_of_it() -> None:
    if correlation_id.get() is not None:  # somebody asked for it, so that it was made up
        raise SomethingCameOfIt


def _note(session: Session, batch: Iterable[Opened], seconds: float, begun: int) -> None:
    """Count each message, and note the batch in the trace of each."""
    service, figures = session.info["service"], session.info["figures"]
    for sealed, message in batch:
        figures.handled(message.type, InboxStatus.DONE.value, seconds)
        if sealed.trace is not None:
            about = {"messaging.message.id": str(message.id), "steward.correlation_id": message.correlation_id}
            tracing.past(service, f"handle {message.type}", "consumer", parent=sealed.trace, begun=begun, about=about)
