"""The sign-up service and the model of it, driven side by side and compared after each step."""

from collections import Counter
from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from hypothesis.stateful import RuleBasedStateMachine
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.signups import operations, waitlist
from services.signups.idempotency import Request
from services.signups.models import Base, Hold, Place, Signup
from shared.contracts import decode
from shared.database import Database
from shared.errors import DomainError
from shared.messaging.envelope import open_envelope
from shared.messaging.tables import Outgoing
from shared.notices.tables import Notice
from tests.signups.conftest import LINKS, NOW, event_data, shift_data
from tests.signups.model import HOUR, Claim, Event, Model, Refused, Shift


class Driver(RuleBasedStateMachine):
    """An empty service; what the other services would know of it is kept from its messages."""

    database: Database
    begins: datetime
    units: list[UUID]

    def __init__(self) -> None:
        super().__init__()
        self.database.write(_empty)
        self.model = Model(NOW + 16 * HOUR, [])  # nine in the morning in Shanghai
        self.versions: Counter[UUID] = Counter()
        self.copies: dict[UUID, dict[str, Any]] = {}
        self.heard = 0

    def both(self, change: Callable[[Model], Any], operation: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Do it to a copy of the model and to the service: both change, or both refuse."""
        self.model.now += timedelta(seconds=1)
        trial = deepcopy(self.model)
        try:
            change(trial)
        except Refused:
            try:
                self.database.write(operation, *args, now=self.model.now, **named)
            except DomainError:
                return None
            raise AssertionError("the service has done what it ought to refuse") from None
        result = self.database.write(operation, *args, now=self.model.now, **named)
        self.model = trial
        return result

    def change(
        self,
        change: Callable[[Model, Claim], None],
        operation: Callable[..., Any],
        among: Sequence[Claim],
        one: int,
        *args: Any,
        **named: Any,
    ) -> None:
        """Do something to one of the sign-ups."""
        chosen = self.model.claims.index(among[one % len(among)])
        signup_id = self.model.claims[chosen].id
        self.both(lambda model: change(model, model.claims[chosen]), operation, signup_id, *args, **named)

    def apply(self, person: int, shift: Shift, unit_id: UUID | None = None) -> None:
        """Sign somebody up, or let them claim a place of the unit."""
        number = self.model.shifts.index(shift)
        claim = None
        if unit_id is not None:
            claim = self.database.read(lambda session: session.get_one(Hold, unit_id).claim_token)
        answer = self.both(
            lambda model: model.sign_up(person, model.shifts[number], unit_id),
            sign_up,
            self.application(person, shift, claim=claim),
            request=Request.of(str(uuid4()), {}),
            links=LINKS,
        )
        if answer is not None and answer.signup_id is not None:
            new = self.model.claims[-1]
            new.id = answer.signup_id
            line = self.model.line(new.shift)
            assert (answer.status, answer.waitlist_position) == (new.state, len(line) if new in line else None)

    def application(self, person: int, shift: Shift, **changes: Any) -> operations.Application:
        """What the person enters."""
        entered = {"name": f"志愿者{person}", "phone": f"+86138{person:08d}", "language": "zh-CN"}
        return operations.Application(shift_id=shift.id, **entered | changes)

    def tell(self, event: Event) -> None:
        """Tell the service of the event as it stands in the model."""
        self.versions[event.id] += 1
        own = [shift for shift in self.model.shifts if shift.event.id == event.id]
        data = event_data(
            event_id=event.id,
            version=self.versions[event.id],
            status=event.status,
            venue={"name": event.venue, "address": ""},
            **{name: getattr(event, name) for name in ("offer_minutes", "travel_minutes", "daily_hours", "rest_hours")},
            starts_at=min(shift.starts_at for shift in own),
            ends_at=max(shift.ends_at for shift in own),
            shifts=[
                shift_data(shift_id=one.id, starts_at=one.starts_at, ends_at=one.ends_at, capacity=one.capacity)
                for one in own
                if one.listed
            ],
        )
        self.both(lambda model: model.change(event.id), operations.record_event, data)

    def compare_rows(self) -> None:
        """Every sign-up, place and hold stands as the model says, and everybody in line has their turn."""
        rows, places, turns = self.database.read(_rows)
        model = self.model
        assert rows == [
            (one.id, f"志愿者{one.person}", one.shift.id, one.state, one.until, one.unit) for one in model.claims
        ]
        for shift in model.shifts:
            here = [place for place in places if place.shift_id == shift.id]
            assert {place.signup_id for place in here if place.signup_id} == {one.id for one in model.on(shift)}
            nameless = Counter(place.pledge_id for place in here if not place.signup_id)
            own = {one: model.nameless(one) for one, unit in model.units.items() if unit.shift is shift}
            assert nameless == Counter({None: model.free(shift)} | own)
            line = model.line(shift)
            assert [turns[one.id] for one in line] == list(range(1, len(line) + 1))

    def compare_copies(self) -> None:
        """What the messages say, come to the same numbers as what is there."""
        self._listen()
        for shift in self.model.shifts:
            copies = [copy for copy in self.copies.values() if copy["shift_id"] == shift.id]
            own = [claim for claim in self.model.claims if claim.shift is shift]
            assert Counter(copy.get("status") for copy in copies if "status" in copy) == Counter(
                one.state for one in own
            )
            assert sum(copy.get("offered", False) for copy in copies) == sum(one.until is not None for one in own)
            kept = sum(copy["held"] - copy["claimed"] for copy in copies if "held" in copy)
            assert kept == self.model.held(shift)

    def _listen(self) -> None:
        """Keep of new messages what the others would; no two states of one thing have the same version."""
        news = select(Outgoing.seq, Outgoing.body).where(Outgoing.seq > self.heard).order_by(Outgoing.seq)
        for seq, body in self.database.read(lambda session: session.execute(news).all()):
            self.heard, message = seq, open_envelope(body)
            data = decode(message.type, message.envelope["data"])
            subject = data.get("signup_id", data["pledge_id"] if message.type.startswith("places") else None)
            if subject is not None:
                assert subject not in self.copies or self.copies[subject]["version"] < data["version"]
                self.copies[subject] = data


def expire(session: Any, *, now: datetime) -> None:
    operations.expire_offers(session, now)


def release(session: Any, *, now: datetime) -> None:
    operations.release_unclaimed(session, now)


def sweep(session: Any, *, now: datetime) -> None:
    waitlist.sweep(session, now)


def sign_up(session: Session, application: operations.Application, **how: Any) -> operations.Answer:
    """Do it the quick way where that can be, as the entrances do."""
    [answer] = operations.sign_up_newcomers(session, [operations.Wish([application], **how)])
    return answer or operations.sign_up(session, application, **how)


def _empty(session: Any) -> None:
    for table in (*reversed(Base.metadata.sorted_tables), Outgoing.__table__, Notice.__table__):
        if table.name != "hour_entries":  # which only grows; nobody serves here
            session.execute(delete(table))


def _rows(session: Any) -> Any:
    signups = session.scalars(select(Signup).order_by(Signup.created_at)).all()
    rows = [(one.id, one.volunteer.name, one.shift_id, one.status, one.offered_until, one.pledge_id) for one in signups]
    return rows, session.scalars(select(Place)).all(), waitlist.positions(session, signups)
