"""What becomes of a notice that is due: it goes out, alone or with others; it waits; or there is nothing to send."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared import catalogues
from shared.logs import correlation_id
from shared.notices import letters, preferences, queue
from shared.notices.channels import Channel
from shared.notices.kinds import Kind, Urgency
from shared.notices.pace import SOON, Pace
from shared.notices.policy import Policy
from shared.notices.preferences import Preferences
from shared.notices.queue import Composer, Letter
from shared.notices.tables import Notice, NoticeState

SETTLED_AT_ONCE: Final = 200
"""Notices that one transaction settles without sending them."""
GATHERING: Final = timedelta(seconds=5)
"""How long a reminder waits for others of the same moment, which come by messages of their own."""
MAX_ATTEMPTS: Final = 12
BACKOFF_FIRST: Final = timedelta(seconds=10)
BACKOFF_MAX: Final = timedelta(minutes=10)
"""Twelve attempts from 10 s, doubling up to 10 min, are about an hour: longer than a mail server's restart."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ready:
    """A letter that is about to go out, after a pause in seconds; the first of its notices gives it its id."""

    notice_ids: Sequence[UUID]
    letter: Letter
    channel: Channel
    pause: float


class Settled(Exception):
    """Nothing is sent, and nothing more will happen to the notice."""

    def __init__(self, state: NoticeState, reason: str | None = None) -> None:
        super().__init__(state)
        self.state = state
        self.reason = reason


class Later(Exception):
    """The notice waits until then."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class Unwritten(Exception):
    """The composer failed; it is named by the kind of error, since an error's words may hold a name or a number."""


class Preparation:
    """Decides on due notices, by the policy and by what each person chose, within the transaction it is given."""

    def __init__(
        self, service: str, composer: Composer, channels: Sequence[Channel], policy: Policy, pace: Pace
    ) -> None:
        self._service = service
        self._composer = composer
        self._channels = channels
        self._policy = policy
        self._pace = pace

    def prepare(self, session: Session, now: datetime) -> Ready | None:
        """Find the next notice that goes out and note that it is about to; settle those before it that do not."""
        for _ in range(SETTLED_AT_ONCE):
            notice = queue.claim(session, now)
            if notice is None:
                return None
            correlation_id.set(notice.correlation_id)  # what is logged from here on is about this one
            decide = self._repeat if notice.state is NoticeState.SENDING else self._begin
            try:
                return decide(session, notice, now)
            except Settled as settled:
                _settle(session, notice, settled.state, settled.reason)
            except Later as later:
                _wait(notice, later.until)
            except Unwritten as error:
                _retry(session, notice, str(error), now)
        return None

    def _begin(self, session: Session, notice: Notice, now: datetime) -> Ready:
        """Send a notice for the first time, or after a refusal."""
        if _over(notice, now):
            raise Settled(NoticeState.SKIPPED_LATE, notice.last_error)
        kind, chosen = self._policy.kind(notice.kind), preferences.of(session, notice.person_id)
        if not _wanted(kind, chosen):
            raise Settled(NoticeState.SKIPPED, "opted out")
        if kind.urgency is Urgency.CALM:
            self._mind_the_hour(kind, now)
            self._mind_the_number(session, notice, now)
        if kind.joins and now < notice.created_at + GATHERING:
            raise Later(notice.created_at + GATHERING)
        letter = self._written(session, notice, now)
        if letter is None:
            raise Settled(NoticeState.SKIPPED)
        self._mind_the_hour(kind, now, letter.needed_by)
        channel = self._channel(notice, letter, kind, chosen)
        pause = self._turn(channel, now)
        kinds = self._policy.alike(kind)
        others = [one for one in queue.companions(session, notice, kinds, now) if channel.name not in one.refused_by]
        along = self._along(session, others, letter, now)
        for other in along:
            other.carried_by = notice.id
        for one in (notice, *along):
            one.state, one.channel, one.last_error = NoticeState.SENDING, channel.name, None
            one.attempts += 1
        return self._ready(notice, letter, along, channel, pause)

    def _repeat(self, session: Session, notice: Notice, now: datetime) -> Ready:
        """Send a notice once more of which nobody knows whether it went out, where its channel tells that it came.

        It is unknown where the channel does not, where it no longer applies, and after a second time.
        """
        others = queue.carried(session, notice)
        try:
            channel, letter = self._repeatable(session, notice, now)
        except (Settled, Unwritten):
            _settle_as_unknown(session, [notice, *others])
            raise Settled(notice.state, notice.last_error) from None
        self._mind_the_hour(self._policy.kind(notice.kind), now, letter.needed_by)
        pause = self._turn(channel, now)
        along = self._along(session, others, letter, now)
        _settle_as_unknown(session, (other for other in others if other not in along))
        for one in (notice, *along):
            one.repeated = True
            one.attempts += 1
        session.info["figures"].repeated(1 + len(along))
        log.warning("notice.repeated", notice_id=str(notice.id), channel=channel.name)
        return self._ready(notice, letter, along, channel, pause)

    def _repeatable(self, session: Session, notice: Notice, now: datetime) -> tuple[Channel, Letter]:
        channel = next((one for one in self._channels if one.name == notice.channel and one.repeats), None)
        if channel is None or notice.repeated or _over(notice, now):
            raise Settled(NoticeState.UNKNOWN)
        kind, chosen = self._policy.kind(notice.kind), preferences.of(session, notice.person_id)
        letter = self._written(session, notice, now)
        if letter is None or not channel.reaches(letter) or not _wanted(kind, chosen, channel.name):
            raise Settled(NoticeState.UNKNOWN)
        return channel, letter

    def _mind_the_hour(self, kind: Kind, now: datetime, needed_by: datetime | None = None) -> None:
        morning = self._policy.waits_until(kind.urgency, now, needed_by)
        if morning is not None:
            raise Later(morning)

    def _mind_the_number(self, session: Session, notice: Notice, now: datetime) -> None:
        if not self._policy.daily:
            return
        if queue.letters_since(session, notice.person_id, self._policy.today(now)) >= self._policy.daily:
            raise Later(self._policy.tomorrow(now))

    def _turn(self, channel: Channel, now: datetime) -> float:
        pause = self._pace.turn(channel.name)
        if pause > SOON:
            raise Later(now + timedelta(seconds=pause))
        return pause

    def _written(self, session: Session, notice: Notice, now: datetime) -> Letter | None:
        """Return the notice in words; raises Unwritten, so that one that cannot be written does no other any harm."""
        try:
            with session.begin_nested():
                letter = self._composer(session, notice, now)
        except Exception as error:
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                raise
            log.exception("notice.not_written", notice_id=str(notice.id), kind=notice.kind)
            raise Unwritten(type(error).__name__) from None
        return replace(letter, kind=notice.kind) if letter is not None else None

    def _channel(self, notice: Notice, letter: Letter, kind: Kind, chosen: Preferences) -> Channel:
        """Return the channel that is tried next: the one that the person likes best, of those that are left."""
        reaching = [one for one in self._channels if one.name not in notice.refused_by and one.reaches(letter)]
        wanted = [one for one in reaching if _wanted(kind, chosen, one.name)]
        if wanted:
            return next((one for one in wanted if one.name == chosen.first), wanted[0])
        if notice.refused_by:
            raise Settled(NoticeState.FAILED, notice.last_error)
        if reaching:
            raise Settled(NoticeState.SKIPPED, "opted out")
        raise Settled(NoticeState.FAILED, "no channel reaches this person")

    def _along(self, session: Session, others: Iterable[Notice], letter: Letter, now: datetime) -> dict[Notice, Letter]:
        """Write those of the others that can travel in one letter with this one."""
        along = {}
        for other in others:
            with suppress(Unwritten):
                theirs = self._written(session, other, now)
                if theirs is not None and letters.for_the_same(theirs, letter):
                    along[other] = theirs
        return along

    def _ready(
        self, notice: Notice, letter: Letter, along: Mapping[Notice, Letter], channel: Channel, pause: float
    ) -> Ready:
        language = catalogues.language(self._service, letter.language)
        whole = letters.joined([letter, *along.values()], language)
        return Ready([notice.id, *(one.id for one in along)], whole, channel, pause)


def backoff(attempts: int) -> timedelta:
    """Return the pause after so many attempts."""
    return min(BACKOFF_FIRST * (1 << (attempts - 1) % MAX_ATTEMPTS), BACKOFF_MAX)


def _over(notice: Notice, now: datetime) -> bool:
    return notice.expires_at is not None and now >= notice.expires_at


def _wanted(kind: Kind, chosen: Preferences, channel: str = preferences.EVERY) -> bool:
    return kind.topic is None or chosen.wants(kind.topic, channel)


def _settle(session: Session, notice: Notice, state: NoticeState, reason: str | None) -> None:
    if notice.state is not state:
        session.info["figures"].settled(notice.channel, state.value)
    notice.state, notice.lease_until, notice.last_error = state, None, reason


def _settle_as_unknown(session: Session, notices: Iterable[Notice]) -> None:
    for notice in notices:
        _settle(session, notice, NoticeState.UNKNOWN, notice.last_error or "interrupted while it was being sent")


def _wait(notice: Notice, until: datetime) -> None:
    """Put the notice back until then, or until its end, when it will be too late."""
    notice.next_at = min(until, notice.expires_at) if notice.expires_at is not None else until
    notice.lease_until = None


def _retry(session: Session, notice: Notice, reason: str, now: datetime) -> None:
    notice.attempts += 1
    if notice.attempts >= MAX_ATTEMPTS:
        _settle(session, notice, NoticeState.FAILED, reason)
    else:
        _wait(notice, now + backoff(notice.attempts))
        notice.last_error = reason
