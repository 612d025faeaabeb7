"""What there is on the site before anybody asks something wrong: one of everything, with markup in every name."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from services.events.accounts import ADMIN, hash_password
from services.events.models import Organizer
from services.partners import wanted
from services.partners.operations import invite_units
from services.partners.scope import Scope
from services.signups import certificates, short_links
from services.signups.links import Links
from services.signups.models import Certificate, HourEntry, HourReview, Record, Signup
from shared import clock
from shared.notices import stops
from shared.notices.kinds import Topic
from shared.notices.stops import Stop
from tests.web.site import GIVEN, MARK, PASSWORD, Site, fresh_key, later

STRANGER = "stranger"
STOP = Stop(UUID("00000000-0000-4000-8000-000000000001"), Topic.REMINDERS)
"""What a link ends that came in a letter."""


@dataclass(frozen=True, kw_only=True)
class World:
    """Ids and secrets of what there is. ``other_…`` is of the same community, ``foreign_…`` of another one."""

    organizer: str
    stranger: str
    event: dict[str, Any]
    draft: dict[str, Any]
    cancelled: dict[str, Any]
    foreign: dict[str, Any]
    signup: str
    manage_token: str
    short: str
    other_signup: str
    other_manage_token: str
    unit: str
    contact: str
    other_contact: str
    need: str
    asked: str
    pledge: str
    things: str
    colleague: str
    invitation: str
    invitation_id: str
    claim: str
    give: str
    calendar: str
    template: str
    volunteer: str
    review: str
    entry: str
    record: str
    certificate: str
    stops: dict[str, str]
    mailings: dict[str, str]
    notices: dict[str, str]

    @property
    def shift(self) -> str:
        """The shift on which the sign-ups and the pledge of people are."""
        return str(self.event["shifts"][0]["id"])

    def cookies(self, who: str) -> dict[str, str]:
        """Return the cookies of a browser, by the name of whoever sits before it."""
        return {
            "nobody": {},
            "organizer": {"organizer": self.organizer},
            "stranger": {"organizer": self.stranger},
            "contact": {"contact": self.contact},
            "volunteer": {"signup": self.manage_token},
        }[who]


def build(site: Site) -> World:
    """Make one of everything, over the API wherever it can be made there."""
    events, signups = (
        next(part.database for part in site.parts if part.service.name == name) for name in ("events", "signups")
    )
    events.write(_add_stranger)
    colleague = events.write(_add_colleague)
    organizer, stranger = sign_in(site), sign_in(site, STRANGER)
    event, cancelled = an_event(site, organizer), an_event(site, organizer)
    site.done("POST", f"/events/api/v1/events/{cancelled['id']}/cancel", {"reason": f"下雨 {MARK}"}, token=organizer)
    draft = site.done("POST", "/events/api/v1/events", event_body(), token=organizer)
    foreign = an_event(site, stranger)
    kept = site.done(
        "POST", f"/events/api/v1/events/{draft['id']}/template", {"title": f"我们的端午 {MARK}"}, token=organizer
    )
    site.settle()
    shift = event["shifts"][0]["id"]
    first, second = (
        site.done("POST", "/signups/api/v1/signups", signup_body(shift, number), headers=fresh_key())
        for number in (1, 2)
    )
    unit, other = (a_unit(site, organizer, number) for number in (1, 2))
    wanted = {"kind": "people", "shift_id": shift, "quantity": 2}
    # So many are wanted that none of the tests takes the last of it.
    asked = wanted | {"event_id": event["id"], "quantity": 10_000, "description": f"志愿者 {MARK}"}
    need = site.done("POST", "/partners/api/v1/needs", asked, token=organizer)
    promised = {"work_unit_id": unit["id"], "need_id": need["id"], "quantity": 2, "note": f"两人 {MARK}"}
    pledge = site.done("POST", "/partners/api/v1/pledges", promised, token=unit["access_token"])
    supplies = {
        "work_unit_id": unit["id"],
        "event_id": event["id"],
        "kind": "supplies",
        "quantity": 5,
        "note": "矿泉水",
    }
    things = site.done("POST", "/partners/api/v1/pledges", supplies, token=unit["access_token"])
    site.settle()
    whom = {"display_name": f"王芳 {MARK}", "role": "grid"}
    invited = site.done("POST", "/events/api/v1/invitations", whom, token=organizer)
    mailings = {name: a_message(site, organizer, name, event["id"]) for name in ("signups", "partners")}
    held = site.done("GET", f"/partners/api/v1/pledges/{pledge['id']}", token=organizer)
    assert held["status"] == "held"
    return World(
        organizer=organizer,
        stranger=stranger,
        event=event,
        draft=draft,
        cancelled=cancelled,
        foreign=foreign,
        signup=first["id"],
        manage_token=first["manage_token"],
        short=signups.write(_add_short_link, UUID(first["id"]), site.parts),
        other_signup=second["id"],
        other_manage_token=second["manage_token"],
        unit=unit["id"],
        contact=unit["access_token"],
        other_contact=other["access_token"],
        need=need["id"],
        asked=_ask(site, need["id"], unit["id"]),
        pledge=pledge["id"],
        things=things["id"],
        colleague=str(colleague),
        invitation=invited["url"].rpartition("/")[2],
        invitation_id=invited["id"],
        claim=held["claim_url"].rpartition("/")[2],
        give=a_place_to_give(site, second),
        calendar=a_calendar(site, unit["access_token"]),
        template=kept["key"],
        stops={part.service.name: stops.token(part.config.secret_key, STOP) for part in site.parts},
        mailings=mailings,
        notices={
            name: site.done("GET", f"/{name}/api/v1/notices?event_id={event['id']}", token=organizer)["items"][0]["id"]
            for name in mailings
        },
        **signups.write(_add_hours, UUID(first["id"])),
    )


def a_place_to_give(site: Site, signup: dict[str, Any]) -> str:
    """Return the token of a link by which the sign-up's place can be taken."""
    page, visitor = f"/signups/mine/{signup['id']}/give", site.visitor(signup=signup["manage_token"])
    visitor.send(page, {})
    return visitor.get(page).text.partition("/signups/take/")[2].partition('"')[0]


def a_calendar(site: Site, contact: str) -> str:
    """Return the token of the calendar of the contact's unit."""
    visitor = site.visitor(contact=contact)
    visitor.send("/partners/unit/calendar", {})
    return visitor.get("/partners/unit").text.partition("/partners/feed/")[2].partition(".ics")[0]


def sign_in(site: Site, username: str = ADMIN) -> str:
    """Return an organizer's token."""
    return str(site.done("POST", "/events/api/v1/sessions", {"username": username, "password": PASSWORD})["token"])


def event_body(**changes: Any) -> dict[str, Any]:
    """Return an event as it is sent, ten days from now, with a roomy shift and one of a single place."""
    starts_at, ends_at = later(days=10), later(days=10, hours=3)
    shift = {"starts_at": starts_at, "ends_at": ends_at}
    return {
        "title": f"端午 {MARK}",
        "summary": f"一起包粽子 {MARK}",
        "venue": {"name": f"广场 {MARK}", "address": f"朝阳路1号 {MARK}"},
        "starts_at": starts_at,
        "ends_at": ends_at,
        "conditions": f"身体健康 {MARK}",
        "how_to_sign_up": f"扫码 {MARK}",
        "risks": f"防滑 {MARK}",
        "contact": f"居委会 {MARK}",
        "shifts": [
            {"role": f"包粽子 {MARK}", "description": MARK, "capacity": 20, "skills": [f"包 {MARK}"[:30]], **shift},
            {"role": "套圈", "capacity": 1, **shift},
        ],
        "programme": [{"title": f"合唱 {MARK}", "performers": MARK, "place": MARK, "starts_at": starts_at}],
        "tasks": [{"title": f"借凉棚 {MARK}", "owner": f"物业 {MARK}", "days": -3}],
        "supplies": [{"name": f"粽叶 {MARK}", "quantity": 20, "unit": "张"}],
        "reminders": [{"before": "P1D"}],
    } | changes


def an_event(site: Site, token: str, **changes: Any) -> dict[str, Any]:
    """Return a published event; the other services hear of it when the site has settled."""
    made = site.done("POST", "/events/api/v1/events", event_body(**changes), token=token)
    return dict(site.done("POST", f"/events/api/v1/events/{made['id']}/publish", token=token))


def signup_body(shift_id: str, number: int, **changes: Any) -> dict[str, Any]:
    """Return a sign-up as it is sent; ``number`` makes name and phone."""
    name = f"张{number} {MARK}"
    return {"shift_id": shift_id, "name": name, "phone": f"1390013{number:04d}", "consent": True} | changes


def a_unit(site: Site, token: str, number: int) -> dict[str, Any]:
    """Return a work unit with the token of its contact."""
    contact = {"name": f"李四 {MARK}", "phone": f"1390014{number:04d}", "email": f"unit{number}@example.com"}
    unit = {"name": f"第{number}小学 {MARK}", "kind": f"学校 {MARK}"[:30], "contact": contact}
    return dict(site.done("POST", "/partners/api/v1/work-units", unit, token=token))


def a_message(site: Site, token: str, service: str, event_id: str) -> str:
    """Write to the people of an event, and return the id of that mailing."""
    whom = {"signups": "everybody", "partners": "all"}[service]
    words = {"subject": f"请带伞 {MARK}", "body": f"明天有雨 {MARK}"}
    message = {"event_id": event_id, "whom": whom, "chinese": words}
    made = site.done("POST", f"/{service}/api/v1/mailings", message, token=token, headers=fresh_key())
    return str(made["id"])


def _ask(site: Site, need_id: str, unit_id: str) -> str:
    """Return the id of an invitation to the unit."""
    partners = next(part.database for part in site.parts if part.service.name == "partners")
    scope, need = Scope(GIVEN["STEWARD_COMMUNITY"]), UUID(need_id)
    partners.write(invite_units, need, [UUID(unit_id)], scope=scope, now=clock.utc_now())
    return str(partners.read(wanted.asked_for, need, scope=scope)[0].invitation.id)


def _add_stranger(session: Session) -> None:
    session.add(
        Organizer(
            id=uuid4(),
            username=STRANGER,
            password_hash=hash_password(PASSWORD),
            display_name=f"远方 {MARK}",
            community=f"远方社区 {MARK}",
            role="office",
            created_at=clock.utc_now(),
        )
    )


def _add_short_link(session: Session, signup_id: UUID, parts: Any) -> str:
    """Write the short link of a sign-up, as its letters do."""
    [key] = [part.config.secret_key for part in parts if part.service.name == "signups"]
    return short_links.note(session, session.get_one(Signup, signup_id), Links(key))


def _add_hours(session: Session, signup_id: UUID) -> dict[str, str]:
    """Add what there is only after an event: hours in the ledger, hours that wait, a training, a certificate."""
    signup, now = session.get_one(Signup, signup_id), clock.utc_now()
    whose = {"volunteer_id": signup.volunteer_id}
    entry = HourEntry(
        id=uuid4(),
        signup_id=signup.id,
        event_id=signup.event_id,
        minutes=90,
        kind="served",
        reason=MARK,
        at=now,
        **whose,
    )
    review = HourReview(
        id=uuid4(), signup_id=signup.id, kind="back_fill", minutes=30, reason=MARK, proposed_by=uuid4(), created_at=now
    )
    noted = {"community": GIVEN["STEWARD_COMMUNITY"], **whose}
    record = Record(
        id=uuid4(),
        kind="training",
        title=f"急救 {MARK}",
        content=MARK,
        minutes=60,
        by_whom=MARK,
        day=now.date(),
        recorded_by=uuid4(),
        recorded_at=now,
        **noted,
    )
    certificate = Certificate(
        number=certificates.new_number(now.year),
        since=now.date(),
        until=now.date(),
        minutes=90,
        content={
            "services": [
                {"day": "2027-06-09", "activity": MARK, "content": MARK, "place": MARK, "minutes": 90},
            ],
            "trainings": [],
            "awards": [],
        },
        issued_at=now,
        **noted,
    )
    session.add_all([entry, review, record, certificate])
    session.flush()
    ids = {
        "certificate": certificate.number,
        "review": review.id,
        "entry": entry.id,
        "record": record.id,
        "volunteer": signup.volunteer_id,
    }
    return {name: str(one) for name, one in ids.items()}


def _add_colleague(session: Session) -> UUID:
    colleague = Organizer(
        id=uuid4(),
        username="colleague",
        password_hash="-",
        display_name=f"同事 {MARK}",
        community=GIVEN["STEWARD_COMMUNITY"],
        role="grid",
        created_at=clock.utc_now(),
    )
    session.add(colleague)
    return colleague.id
