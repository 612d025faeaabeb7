"""What states, kinds and fields are called on the pages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from services.events.asking import QuestionKind
from services.events.models import Event, EventStatus, Kind, ReminderState, Theme
from shared.principal import Role
from shared.texts import Text
from shared.texts import text as _

BRIEF: Final = 80
"""Characters up to which a change is shown in full."""

Tag = tuple[Text, str]
"""Words and the tone of a tag."""

STATUS: Final[Mapping[EventStatus, Tag]] = {
    EventStatus.DRAFT: (_("Draft"), "neutral"),
    EventStatus.PUBLISHED: (_("Published"), "good"),
    EventStatus.CANCELLED: (_("Cancelled"), "bad"),
    EventStatus.COMPLETED: (_("Completed"), "info"),
}
ROLES: Final[Mapping[Role, tuple[Text, Text]]] = {
    Role.OFFICE: (_("Community office"), _("Everything: events, people, cancelling, and the accounts of colleagues.")),
    Role.GRID: (_("Grid worker"), _("Plans and publishes events, looks after rosters and check-in.")),
    Role.PROPERTY: (_("Property staff"), _("Plans and publishes events, looks after rosters and check-in.")),
    Role.VIEWER: (_("Read only"), _("Sees how everything stands, changes nothing, and sees no telephone numbers.")),
}
"""Role -> its name, and what it may do."""
KINDS: Final[Mapping[Kind, Text]] = {
    Kind.PERFORMANCE: _("Performance"),
    Kind.CONTEST: _("Contest"),
    Kind.GAME: _("Game"),
    Kind.TALK: _("Talk"),
    Kind.WORKSHOP: _("Workshop"),
    Kind.CEREMONY: _("Ceremony"),
    Kind.OTHER: _("Other"),
}
THEMES: Final[Mapping[Theme, Text]] = {
    Theme.EVERYDAY: _("Everyday"),
    Theme.DRAGON_BOAT: _("Dragon Boat: reed green"),
    Theme.MID_AUTUMN: _("Mid-Autumn: night blue and moon gold"),
    Theme.NATIONAL_DAY: _("National Day: red and gold"),
    Theme.SPRING_FESTIVAL: _("Spring Festival: festive red"),
}
NAMES: Final[Mapping[str, Text]] = {
    **{str(kind): name for kind, name in KINDS.items()},
    **{str(theme): name for theme, name in THEMES.items()},
}
REMINDERS: Final[Mapping[ReminderState, Tag]] = {
    ReminderState.PENDING: (_("Planned"), "neutral"),
    ReminderState.FIRED: (_("Sent"), "good"),
    ReminderState.CANCELLED: (_("Cancelled"), "neutral"),
    ReminderState.SKIPPED: (_("Skipped: too late"), "warning"),
}
QUESTIONS: Final[Mapping[QuestionKind, Text]] = {
    QuestionKind.TEXT: _("A few words"),
    QuestionKind.CHOICE: _("One of several answers"),
    QuestionKind.NUMBER: _("A number"),
    QuestionKind.YES_NO: _("Yes or no"),
}
ANSWERS: Final[Mapping[str, str]] = {QuestionKind.TEXT: "…", QuestionKind.NUMBER: "0–9", QuestionKind.YES_NO: "✓/✗"}
"""How the history shows what is answered, in signs that every language reads."""
PLEDGES: Final[Mapping[str, Text]] = {
    "people": _("People"),
    "venue": _("Venue"),
    "supplies": _("Supplies"),
    "speaker": _("Speaker"),
}
STEWARD: Final = _("Steward itself")
"""Who did what no organizer did."""
ACTIONS: Final[Mapping[str, Text]] = {
    "created": _("created the event"),
    "duplicated": _("created the event after an earlier one"),
    "changed": _("changed the event"),
    "published": _("published the event"),
    "cancelled": _("cancelled the event"),
    "completed": _("completed the event"),
    "unpublished": _("took the event back to a draft"),
    "republished": _("published the event again: somebody signed up just as it was being taken back"),
    "widened": _("kept the places that were taken already: people signed up while they were being reduced"),
    "left_series": _("took the event out of its series"),
    "prepared": _("got something ready"),
}
FIELDS: Final[Mapping[str, Text]] = {
    "title": _("Name of the event"),
    "summary": _("What it is about"),
    "theme": _("Look"),
    "venue_name": _("Place"),
    "venue_address": _("Address or meeting point"),
    "starts_at": _("Start"),
    "ends_at": _("End"),
    "timezone": _("Time zone"),
    "conditions": _("Who can take part"),
    "how_to_sign_up": _("How to sign up"),
    "risks": _("Risks and protection"),
    "contact": _("Contact line of the office"),
    "expected_attendance": _("People expected"),
    "waitlist": _("Waitlist"),
    "visitors": _("Residents who came"),
    "reminders": _("Reminders"),
    "thanks": _("Thanks"),
    "offer_minutes": _("Minutes to think about an offered place"),
    "asks_code": _("One-time code"),
    "travel_minutes": _("Minutes on the way between shifts"),
    "daily_hours": _("Most hours a day"),
    "rest_hours": _("Hours of rest at least"),
    "shift": _("Shift"),
    "shift.role": _("Role"),
    "shift.description": _("What there is to do"),
    "shift.starts_at": _("Start"),
    "shift.ends_at": _("End"),
    "shift.capacity": _("Places"),
    "shift.minimum": _("At least"),
    "shift.min_age": _("Youngest age"),
    "shift.skills": _("Skills"),
    "shift.counts_as_service": _("Counts as service"),
    "shift.training": _("Training needed"),
    "shift.insured": _("Accident insurance"),
    "shift.questions": _("Questions"),
    "shift.swap_approval": _("Swaps need approval"),
    "shift.order": _("Order of the shifts"),
    "programme": _("Programme item"),
    "programme.title": _("Title"),
    "programme.kind": _("Kind"),
    "programme.performers": _("Performers"),
    "programme.starts_at": _("Start"),
    "programme.minutes": _("Length in minutes"),
    "programme.place": _("Where"),
    "programme.roles": _("Roles that serve it"),
    "programme.order": _("Order of the programme"),
    "task": _("Task"),
    "task.title": _("What is to be done"),
    "task.owner": _("Who"),
    "task.days": _("Days from the event"),
    "task.done": _("Done"),
    "supply": _("Supplies"),
    "supply.name": _("What"),
    "supply.quantity": _("Needed"),
    "supply.unit": _("Unit"),
    "supply.ready": _("Ready"),
}


def state(event: Event, free: int, now: datetime) -> Tag:
    """Return how the event stands for somebody who would like to join in; ``free`` is in places."""
    if event.status is not EventStatus.PUBLISHED:
        return STATUS[event.status]
    if now >= event.ends_at:
        return _("Over"), "neutral"
    if now >= event.starts_at:
        return _("Going on now"), "accent"
    if free > 0:
        return _("Open for sign-up"), "good"
    return (_("Full, waitlist open"), "warning") if event.waitlist else (_("Full"), "warning")


def minutes(length: int) -> Text:
    """Return a length of time in words."""
    hours, rest = divmod(length, 60)
    if rest:
        return _("%(n)s minutes", n=length)
    return _("1 hour") if hours == 1 else _("%(n)s hours", n=hours)


def value(field: str, raw: object, event: Event) -> str:
    """Return a value of the history in words."""
    if raw in (None, "", []):
        return _("nothing")
    if isinstance(raw, bool):
        return _("yes") if raw else _("no")
    if isinstance(raw, list):
        return ", ".join(_question(one) if isinstance(one, dict) else str(one) for one in raw)
    if isinstance(raw, str):
        if field.endswith("_at"):
            return event.local(datetime.fromisoformat(raw)).strftime("%Y-%m-%d %H:%M")
        return NAMES.get(raw, raw) if field in {"theme", "programme.kind"} else raw
    return str(raw)


def _question(asked: Mapping[str, Any]) -> str:
    answers = " / ".join(asked["options"]) or ANSWERS[asked["kind"]]
    return f"{asked['label']} ({answers}){' *' if asked['required'] else ''}"
