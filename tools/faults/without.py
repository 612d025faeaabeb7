"""Takes one mechanism out of Steward, to show that the comparison reports what it was good for.

A harness that cannot fail is worthless: ``python -m tools.faults broker-hung --without confirm`` has to end with 1.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Replaced:
    """What stands in the place of a piece of code."""

    owner: Any
    name: str
    value: Any


def confirm() -> Iterable[Replaced]:
    """The broker's confirm: what was sent counts as published."""
    from shared.messaging import rabbit, transport  # noqa: PLC0415  (a process imports what it runs, no more)

    def publish(self: Any, parcels: Sequence[Any]) -> Mapping[int, str]:
        channel = self._open_channel()
        for parcel in parcels:
            channel.basic_publish(transport.EXCHANGE, parcel.type, parcel.body)
        with suppress(transport.TransportError):
            self._run_until(lambda: False, 0.01)
        self._unsettled.clear()
        return {}

    yield Replaced(rabbit.RabbitPublisher, "publish", publish)


def inbox() -> Iterable[Replaced]:
    """The inbox's check: a message that came before is applied again."""
    from shared.messaging import inbox as module  # noqa: PLC0415

    insert = module._insert  # noqa: SLF001

    def all_are_new(session: Any, batch: Sequence[Any], now: Any) -> set[Any]:
        insert(session, batch, now)
        return {sealed.id for sealed in batch}

    yield Replaced(module, "_insert", all_are_new)


def place() -> Iterable[Replaced]:
    """The lock on a place: it is read and then written, as if nobody else were there."""
    from sqlalchemy import bindparam  # noqa: PLC0415

    from services.signups import places, waitlist  # noqa: PLC0415
    from shared.trips import Question  # noqa: PLC0415

    unlocked = places.IN_ORDER_FOR_ANYBODY.limit(bindparam("number"))
    seating = places.seating

    def reserving(shift_id: Any, number: int) -> Question:
        return Question(unlocked, {"shift": shift_id, "number": number})

    def thoughtful(*seats: Any) -> Question:
        time.sleep(THOUGHT)
        return seating(*seats)

    yield Replaced(waitlist, "reserving", reserving)
    yield Replaced(places, "seating", thoughtful)


def lease() -> Iterable[Replaced]:
    """The lease of a notice: whoever looks takes what another has in hand."""
    from shared.notices import queue  # noqa: PLC0415

    yield Replaced(queue, "LEASE", timedelta(0))


def send_check() -> Iterable[Replaced]:
    """The look at the sign-up just before a letter goes."""
    from services.signups import notices  # noqa: PLC0415

    yield Replaced(notices, "_applies", lambda *_seen: True)


THOUGHT: Final = 0.2
"""Seconds between reading and writing, where nothing is locked."""
MECHANISMS: Final[dict[str, Callable[[], Iterable[Replaced]]]] = {
    "confirm": confirm,
    "inbox": inbox,
    "place": place,
    "lease": lease,
    "send-check": send_check,
}
"""Each shows with one of the faults: broker-hung, republished, and nothing at all for the other three."""
