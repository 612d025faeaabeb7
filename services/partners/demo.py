"""Two work units and what they pledge, for the demo that `make run` begins with; their numbers belong to nobody."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from services.partners import operations
from services.partners.models import Event, Kind
from services.partners.scope import Scope


def seed(session: Session, events: Sequence[UUID], *, now: datetime) -> Sequence[tuple[str, str]]:
    """Add two units, with a need and two pledges for the first event; return each unit's name and its link's path."""
    event = session.get_one(Event, events[0])
    desk = Scope(event.community)
    clinic = operations.add_work_unit(
        session,
        name="社区卫生服务中心",
        kind="clinic",
        contact=operations.Person(name="次仁医生", phone="+8619900010001"),
        scope=desk,
        now=now,
    )
    school = operations.add_work_unit(
        session,
        name="朝阳小学",
        kind="school",
        contact=operations.Person(name="李老师", phone="+8619900010002"),
        scope=desk,
        now=now,
    )
    _help(session, event, school, clinic, desk, now)
    return [(access.unit.name, access.path) for access in (clinic, school)]


def _help(
    session: Session,
    event: Event,
    school: operations.Access,
    clinic: operations.Access,
    desk: Scope,
    now: datetime,
) -> None:
    water = operations.Request(
        event_id=event.id,
        kind=Kind.SUPPLIES,
        quantity=20,
        unit="箱",
        description="矿泉水，活动当天中午前送到签到台",
        due_at=event.starts_at,
    )
    need = operations.post_need(session, water, scope=desk, now=now)
    operations.invite_units(session, need.id, [school.unit.id], scope=desk, now=now)
    shift = max((shift for shift in event.shifts if shift.listed), key=lambda shift: shift.capacity)
    people = operations.Promise(
        work_unit_id=school.unit.id,
        event_id=event.id,
        kind=Kind.PEOPLE,
        shift_id=shift.id,
        quantity=3,
        note="三位老师，都会包粽子",
    )
    supplies = operations.Promise(work_unit_id=clinic.unit.id, need_id=need.id, quantity=8, note="中午由药房的车送来")
    operations.make_pledge(session, people, scope=Scope(desk.community, school.contact.id), now=now)
    operations.make_pledge(session, supplies, scope=Scope(desk.community, clinic.contact.id), now=now)
