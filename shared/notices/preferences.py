"""What people want to hear of, by which ways, and by which way first."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shared.database import change, insert
from shared.notices.kinds import Topic
from shared.notices.tables import FirstChannel, OptOut

EVERY: Final = ""
"""Stands for all channels, where somebody does not want to hear of a topic at all."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """What somebody chose: what is ``stopped``, as topic and channel, and the channel to try ``first``."""

    stopped: frozenset[tuple[str, str]]
    first: str | None

    def wants(self, topic: Topic, channel: str = EVERY) -> bool:
        """Say whether they want to hear of the topic, by the channel if one is named."""
        return (topic, EVERY) not in self.stopped and (topic, channel) not in self.stopped


def of(session: Session, person_id: UUID) -> Preferences:
    """Return what the person chose; whoever chose nothing hears of everything."""
    stopped = session.execute(select(OptOut.topic, OptOut.channel).where(OptOut.person_id == person_id))
    first = session.get(FirstChannel, person_id)
    return Preferences(
        frozenset((topic, channel) for topic, channel in stopped), first.channel if first is not None else None
    )


def choose(
    session: Session, person_id: UUID, *, stopped: Collection[tuple[str, str]], first: str | None, now: datetime
) -> None:
    """Put what the person chooses now in the place of what they chose before; what stays stopped keeps its date."""
    kept = of(session, person_id).stopped & set(stopped)
    for row in session.scalars(select(OptOut).where(OptOut.person_id == person_id)):
        if (row.topic, row.channel) not in kept:
            session.delete(row)
    session.flush()
    for topic, channel in stopped:
        _stop(session, person_id, topic, channel, now)
    change(session, delete(FirstChannel).where(FirstChannel.person_id == person_id))
    if first is not None:
        change(session, insert(session, FirstChannel).values(person_id=person_id, channel=first))


def stop(session: Session, person_id: UUID, topic: Topic, now: datetime) -> None:
    """Let the person hear no more of the topic; again changes nothing."""
    _stop(session, person_id, topic, EVERY, now)


def resume(session: Session, person_id: UUID, topic: Topic) -> None:
    """Take back that the topic was stopped altogether; a channel that was stopped for it stays so."""
    condition = OptOut.person_id == person_id, OptOut.topic == topic, OptOut.channel == EVERY
    change(session, delete(OptOut).where(*condition))


def forget(session: Session, person_id: UUID) -> None:
    """Forget what the person chose."""
    for table in (OptOut, FirstChannel):
        change(session, delete(table).where(table.person_id == person_id))


def _stop(session: Session, person_id: UUID, topic: str, channel: str, now: datetime) -> None:
    values = {"person_id": person_id, "topic": topic, "channel": channel, "since": now}
    session.execute(insert(session, OptOut).values(**values).on_conflict_do_nothing())
