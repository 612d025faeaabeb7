"""The letters to organizers about what is missing for their events, written from what is true when they are sent."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from services.events import countdown, queries
from services.events.models import Event, EventStatus, Organizer, Shift, SignupCopy
from services.events.queries import NOBODY
from services.events.rules import Milestone, is_open, rule_of
from shared import catalogues, dates
from shared.catalogues import Language
from shared.config import Config
from shared.notices.kinds import Kind
from shared.notices.queue import Composer, Letter
from shared.notices.tables import Notice
from shared.texts import Text
from shared.texts import text as _

KINDS: Final[Mapping[str, Kind]] = {milestone.value: Kind(joins=True) for milestone in Milestone}
"""Nobody needs to opt out: an organizer gets what they asked for on their own page."""
SUBJECTS: Final[Mapping[str, Text]] = {
    Milestone.MINIMUM: _("Too few people: %(event)s"),
    Milestone.UNCLAIMED: _("Names are missing: %(event)s"),
    Milestone.TASKS: _("To be done: %(event)s"),
    Milestone.RECORDS: _("Still to be written down: %(event)s"),
}
OPENINGS: Final[Mapping[str, Text]] = {
    Milestone.MINIMUM: _("%(name)s, some shifts of %(event)s (%(time)s) have fewer people than they need:"),
    Milestone.UNCLAIMED: _("%(name)s, places at %(event)s (%(time)s) are kept for units that have named nobody yet:"),
    Milestone.TASKS: _("%(name)s, this is to be done for %(event)s (%(time)s):"),
    Milestone.RECORDS: _("%(name)s, %(event)s (%(time)s) is over. Still to be written down:"),
}
PAGES: Final[Mapping[str, str]] = {
    Milestone.MINIMUM: "/signups/desk/events/{}",
    Milestone.UNCLAIMED: "/partners/desk/events/{}",
    Milestone.TASKS: "/events/desk/{}/preparation",
    Milestone.RECORDS: "/events/desk/{}",
}
"""Where what is missing can be seen to."""
HELD: Final = (EventStatus.PUBLISHED, EventStatus.COMPLETED)

Lines = Iterator[Text]


def composer(config: Config) -> Composer:
    """Return the function that writes a notice, or None where nothing is missing any more."""

    def compose(session: Session, notice: Notice, now: datetime) -> Letter | None:
        organizer, event = session.get(Organizer, notice.person_id), session.get(Event, notice.event_id)
        if organizer is None or event is None or not organizer.hears_of(notice.kind):
            return None
        language = catalogues.language("events", organizer.language)
        lines = [*_lines(session, event, notice, language, now)]
        if not lines:
            return None
        filling = {
            "name": organizer.display_name,
            "event": event.title,
            "time": dates.moment(event.starts_at, event.timezone, language, now),
        }
        subject = language.translate(_(SUBJECTS[notice.kind].msgid, event=event.title))
        page = f"{config.origin}{PAGES[notice.kind].format(event.id)}"
        body = [
            _(OPENINGS[notice.kind].msgid, **filling),
            *lines,
            _("Here you can see to it: %(link)s", link=page),
            _("Which of these letters you get, you choose here: %(link)s", link=f"{config.origin}/events/desk/me"),
        ]
        return Letter(
            subject=str(subject),
            body="\n".join(language.translate(body)),
            phone=organizer.phone,
            email=organizer.email,
            robot=organizer.robot,
            language=language.tag,
            short=f"{subject} {page}",
        )

    return compose


def _lines(session: Session, event: Event, notice: Notice, language: Language, now: datetime) -> Lines:
    """Yield what is missing, a line each; nothing where the event was moved, called off or has come meanwhile."""
    coming = event.status is EventStatus.PUBLISHED and now < event.starts_at
    if notice.occurrence != event.occurrence:
        return
    match notice.kind:
        case Milestone.MINIMUM if coming:
            yield from _understaffed(session, event, language, now)
        case Milestone.UNCLAIMED if coming:
            yield from _unclaimed(session, event)
        case Milestone.TASKS if event.status in HELD:
            yield from _tasks(event, notice, language, now)
        case Milestone.RECORDS if event.status in HELD and now >= event.ends_at:
            yield from _unrecorded(session, event)


def _understaffed(session: Session, event: Event, language: Language, now: datetime) -> Lines:
    counts = queries.shift_counts(session, [event.id])
    for shift in sorted(event.shifts, key=lambda one: (one.starts_at, one.position)):
        taken = counts.get(shift.id, NOBODY).taken
        if taken < shift.minimum and now < shift.ends_at:
            yield _(
                "- %(role)s, %(time)s: %(taken)s of at least %(minimum)s",
                role=shift.role,
                time=dates.span(shift.starts_at, shift.ends_at, event.timezone, language, now),
                taken=taken,
                minimum=shift.minimum,
            )


def _unclaimed(session: Session, event: Event) -> Lines:
    for pledge, hold in queries.pledges(session, event.id):
        if hold is not None and hold.held > hold.claimed:
            yield _("- %(unit)s: %(n)s places", unit=pledge.work_unit, n=hold.held - hold.claimed)


def _tasks(event: Event, notice: Notice, language: Language, now: datetime) -> Lines:
    """Yield the tasks that are late, and those that are due by the day of which the notice speaks."""
    today = event.local(now).date()
    until = today + timedelta(days=rule_of(notice.rule).distance.days)
    for task in event.tasks:
        due = countdown.due(event, task)
        if is_open(task) and due <= until:
            text = _("- overdue since %(day)s: %(task)s") if due < today else _("- by %(day)s: %(task)s")
            who = f" – {task.owner}" if task.owner else ""
            yield _(text.msgid, day=dates.day(due, language, today), task=f"{task.title}{who}")


def _unrecorded(session: Session, event: Event) -> Lines:
    if event.status is EventStatus.PUBLISHED:
        yield _("- the event has not been completed yet")
    elif event.visitors is None:
        yield _("- how many residents came")
    unknown, unsettled = session.execute(
        select(
            func.count(case((SignupCopy.status == "confirmed", 1))),
            func.count(
                case((and_(SignupCopy.status == "attended", SignupCopy.minutes.is_(None), Shift.counts_as_service), 1))
            ),
        )
        .join(Shift, Shift.id == SignupCopy.shift_id)
        .where(SignupCopy.event_id == event.id)
    ).one()
    if unknown:
        yield _("- whether they came: %(n)s people", n=unknown)
    if unsettled:
        yield _("- hours that nobody has decided on: %(n)s people", n=unsettled)
