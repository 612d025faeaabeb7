"""What the sign-up service ought to do with places, in plain lists: the measure that the machine holds it to.

Nothing here is taken from the service. What is refused raises ``Refused``; its copy of the model is thrown away.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")


class Refused(Exception):
    """The service has to say no, and to change nothing."""


@dataclass
class Event:
    id: UUID
    venue: str
    offer_minutes: int
    travel_minutes: int
    daily_hours: int | None
    rest_hours: int | None
    status: str = "published"


@dataclass
class Shift:
    id: UUID
    event: Event
    starts_at: datetime
    capacity: int
    listed: bool = True

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + 2 * HOUR

    @property
    def day(self) -> object:
        return self.starts_at.astimezone(SHANGHAI).date()


@dataclass
class Claim:
    """A sign-up."""

    person: int
    shift: Shift
    state: str = "waitlisted"
    until: datetime | None = None
    unit: UUID | None = None
    walked_in: bool = False
    id: UUID | None = None

    @property
    def has_place(self) -> bool:
        return self.state in {"confirmed", "attended"} or self.until is not None

    @property
    def is_in_line(self) -> bool:
        return self.state == "waitlisted" and self.until is None

    def confirm(self) -> None:
        self.state, self.until = "confirmed", None


@dataclass
class Unit:
    """A hold: ``held`` places on the shift, of which some have a name."""

    shift: Shift
    requested: int = 0
    held: int = 0
    waits_since: datetime | None = None
    release_at: datetime | None = None
    is_new: bool = True


@dataclass
class Model:
    now: datetime
    shifts: list[Shift]
    claims: list[Claim] = field(default_factory=list)
    units: dict[UUID, Unit] = field(default_factory=dict)

    # What there is

    def nameless(self, unit_id: UUID) -> int:
        return self.units[unit_id].held - sum(one.has_place and one.unit == unit_id for one in self.claims)

    def on(self, shift: Shift) -> list[Claim]:
        return [one for one in self.claims if one.shift is shift and one.has_place]

    def held(self, shift: Shift) -> int:
        return sum(self.nameless(unit_id) for unit_id, unit in self.units.items() if unit.shift is shift)

    def free(self, shift: Shift) -> int:
        return max(shift.capacity - len(self.on(shift)) - self.held(shift), 0)

    def line(self, shift: Shift) -> list[Claim]:
        return [one for one in self.claims if one.shift is shift and one.is_in_line]

    def others(self, person: int, shift: Shift) -> list[Shift]:
        """The other shifts for which the person has given their time."""
        own = [one.shift for one in self.claims if one.person == person and one.has_place]
        return [one for one in own if one is not shift and one.event.status == "published"]

    def fits(self, person: int, shift: Shift) -> bool:
        """Whether the person may take the shift besides what they do already."""
        others = self.others(person, shift)
        for other in others:
            one, following = sorted((shift, other), key=lambda one: one.starts_at)
            gap = HOUR * 0
            if one.event.venue != following.event.venue:
                gap = timedelta(minutes=max(one.event.travel_minutes, following.event.travel_minutes))
            if one.day != following.day:
                gap = max(gap, HOUR * max(one.event.rest_hours or 0, following.event.rest_hours or 0))
            if one.ends_at + gap > following.starts_at:
                return False
        today = [one for one in (shift, *others) if one.day == shift.day]
        return all(len(today) * 2 <= (one.event.daily_hours or 24) for one in today)

    def has_time(self, unit: Unit) -> bool:
        """Whether places are kept for the unit still."""
        return unit.release_at is None or self.now < unit.release_at

    def waiting(self, shift: Shift) -> list[Unit]:
        """The units that lack places of the shift and wait for them, in their order."""
        found = [
            (unit.waits_since, unit_id)
            for unit_id, unit in self.units.items()
            if unit.shift is shift and unit.waits_since and unit.held < unit.requested and self.has_time(unit)
        ]
        return [self.units[unit_id] for _since, unit_id in sorted(found)]

    def next(self, shift: Shift) -> Claim | None:
        """Who comes next, should a place be free."""
        return next((one for one in self.line(shift) if self.fits(one.person, shift)), None)

    def is_open(self, shift: Shift) -> bool:
        return shift.listed and shift.event.status == "published" and self.now < shift.starts_at

    # What is done

    def promote(self, shift: Shift, *, present: Claim | None = None) -> None:
        while self.is_open(shift) and self.free(shift) and (claim := self.next(shift)) is not None:
            until = self.now + timedelta(minutes=shift.event.offer_minutes)
            is_late = shift.starts_at - self.now <= 48 * HOUR
            if is_late and self.now < until < shift.starts_at and claim is not present:
                claim.until = until
            else:
                claim.confirm()
        for unit in self.waiting(shift) if self.is_open(shift) else ():
            unit.held += min(self.free(shift), unit.requested - unit.held)

    def sign_up(self, person: int, shift: Shift, unit: UUID | None = None) -> bool:
        """Tell whether there is a new sign-up."""
        if not self.is_open(shift):
            raise Refused
        if self.is_on(person, shift):
            return False
        if not self.fits(person, shift) or (unit is not None and not self.nameless(unit)):
            raise Refused
        claim = Claim(person, shift, unit=unit)
        self.claims.append(claim)
        if unit is None:
            self.promote(shift, present=claim)
        else:
            claim.confirm()
        return True

    def walk_in(self, person: int, shift: Shift) -> None:
        self.refuse_over(shift)
        clash = any(
            one.starts_at < shift.ends_at and shift.starts_at < one.ends_at for one in self.others(person, shift)
        )
        if self.is_on(person, shift) or clash:
            raise Refused
        self.promote(shift)
        if not self.free(shift):
            raise Refused
        state = "attended" if shift.starts_at <= self.now else "confirmed"
        self.claims.append(Claim(person, shift, state, walked_in=True))

    def withdraw(self, claim: Claim) -> None:
        if claim.state == "withdrawn":
            return
        if claim.state == "attended" or (claim.shift.event.status == "published" and self.now >= claim.shift.starts_at):
            raise Refused
        self.leave(claim)
        self.promote(claim.shift)

    def accept(self, claim: Claim) -> None:
        if claim.state in {"confirmed", "attended"}:
            return
        if claim.until is None or claim.shift.event.status != "published":
            raise Refused
        if self.now >= min(claim.until, claim.shift.starts_at) or not self.fits(claim.person, claim.shift):
            raise Refused
        claim.confirm()

    def decline(self, claim: Claim) -> None:
        if claim.state != "withdrawn" and claim.until is None:
            raise Refused
        self.withdraw(claim)

    def expire(self) -> None:
        ended = [one for one in self.claims if one.until and min(one.until, one.shift.starts_at) <= self.now]
        for claim in sorted(ended, key=lambda one: (one.until, one.id)):
            if claim.shift.event.status == "published":
                self.leave(claim)
                self.promote(claim.shift)
            else:
                claim.until = None

    def sweep(self) -> None:
        for shift in sorted(self.shifts, key=lambda one: (one.starts_at, one.id)):
            self.promote(shift)

    def move(self, claim: Claim, target: Shift) -> None:
        if claim.shift is target:
            return
        if claim.state not in {"confirmed", "waitlisted"} or self.is_on(claim.person, target):
            raise Refused
        self.refuse_over(target)
        self.promote(target)
        before, had_place = claim.shift, claim.has_place
        self.leave(claim)
        if not self.fits(claim.person, target) or not self.free(target):
            raise Refused
        claim.shift, claim.unit = target, None
        claim.confirm()
        if had_place:
            self.promote(before)

    def pledge(self, unit_id: UUID, quantity: int, release_at: datetime | None, *, waits: bool) -> None:
        unit = self.units[unit_id]
        unit.requested, unit.release_at = quantity, release_at
        unit.waits_since = (unit.waits_since or self.now) if waits else None
        self.give_back(unit_id)
        self.promote(unit.shift)
        if unit.is_new and self.is_open(unit.shift) and self.has_time(unit):
            unit.held += max(min(self.free(unit.shift), quantity - unit.held), 0)
        unit.is_new = False

    def release(self) -> None:
        """The unit whose time was over first lets its nameless places go, if there is one."""
        over = [(one.release_at, unit_id) for unit_id, one in self.units.items() if not self.has_time(one)]
        unit_id = next((unit_id for _at, unit_id in sorted(over) if self.nameless(unit_id)), None)
        if unit_id is not None:
            self.give_back(unit_id)
            self.promote(self.units[unit_id].shift)

    def change(self, event_id: UUID) -> None:
        """Hear of a new state of the event, which stands in the model already."""
        for shift in self.shifts:
            if shift.event.id != event_id:
                continue
            if shift.listed:
                self.promote(shift)
            elif shift.event.status == "published":
                for claim in self.claims:
                    if claim.shift is shift and claim.state in {"confirmed", "waitlisted"}:
                        self.leave(claim)

    # How it is done

    def is_on(self, person: int, shift: Shift) -> bool:
        return any(one.person == person and one.shift is shift and one.state != "withdrawn" for one in self.claims)

    def refuse_over(self, shift: Shift) -> None:
        if not shift.listed or shift.event.status != "published" or self.now >= shift.ends_at:
            raise Refused

    def leave(self, claim: Claim) -> None:
        had_place = claim.has_place
        claim.state, claim.until = "withdrawn", None
        if had_place and claim.unit is not None:
            self.give_back(claim.unit)

    def give_back(self, unit_id: UUID) -> None:
        """The unit keeps no more nameless places than it asks for, and none once its time is over."""
        unit = self.units[unit_id]
        wanted = unit.requested if self.has_time(unit) else 0
        unit.held -= max(min(unit.held - wanted, self.nameless(unit_id)), 0)
