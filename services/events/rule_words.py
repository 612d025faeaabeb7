"""What the rules of reminders are called on the pages, and whom each is for."""

from collections.abc import Mapping
from typing import Final

from services.events.models import Event, Reminder
from services.events.rules import AT_ONCE, Milestone, Rule, Thanks, rule_of
from services.events.times import Distance
from shared.texts import Text
from shared.texts import text as _

USUAL: Final[Mapping[str, Text]] = {
    "P7D": _("A week before"),
    "P3D": _("Three days before"),
    "P1D": _("A day before"),
    "P1D@18:00": _("The day before at 18:00"),
    "PT2H": _("Two hours before"),
    "PT1H": _("An hour before"),
    "PT2H/shift": _("Two hours before one’s own shift"),
}
"""What people are usually reminded by."""
USUAL_MILESTONES: Final[Mapping[str, Text]] = {
    "minimum-P3D": _("Three days before, where a shift has too few people: the organizers"),
    "unclaimed-P3D": _("Three days before, where units have named nobody yet: the organizers"),
    "supplies-P2D": _("Two days before: units that still have something to bring"),
    "tasks-P1D": _("The day before a task is due: the organizers"),
    "records-P7D": _("A week after, where hours or results are still open: the organizers"),
}
USUAL_THANKS: Final[Mapping[str, Text]] = {
    AT_ONCE: _("As soon as the event is completed"),
    "P1D@10:00": _("The day after at 10:00"),
}
MILESTONES: Final[Mapping[Milestone, tuple[Text, Text]]] = {
    Milestone.MINIMUM: (_("Too few people"), _("Organizers")),
    Milestone.UNCLAIMED: (_("Units have named nobody"), _("Organizers")),
    Milestone.SUPPLIES: (_("Something is to be brought"), _("Units")),
    Milestone.TASKS: (_("Tasks are due"), _("Organizers")),
    Milestone.RECORDS: (_("Hours or results are open"), _("Organizers")),
}
"""Milestone -> what it is about, and whom it goes to."""


def rule(text: str) -> Text:
    """Return a rule in words."""
    for usual in (USUAL, USUAL_MILESTONES):
        if text in usual:
            return usual[text]
    known = Rule.parse(text)
    if known.milestone:
        what, _whom = MILESTONES[known.milestone]
        return _(
            "%(when)s: %(what)s", when=_distance(known.distance, after=known.milestone is Milestone.RECORDS), what=what
        )
    when = _distance(known.distance)
    if known.at:
        when = _("%(when)s, at %(time)s", when=when, time=f"{known.at:%H:%M}")
    return _("%(when)s (one’s own shift)", when=when) if known.of_shift else when


def thanks(text: str) -> Text:
    """Return when people are thanked in words."""
    if text in USUAL_THANKS:
        return USUAL_THANKS[text]
    known = Thanks.parse(text)
    when = _distance(Distance.parse(known.after), after=True)
    return _("%(when)s, at %(time)s", when=when, time=f"{known.at:%H:%M}") if known.at else when


def thanked(text: str | None) -> Text:
    """Return whether and when those who were there are thanked, as a sentence."""
    if text is None:
        return _("Nobody is thanked afterwards.")
    return _("Those who were there are thanked, and asked how it was: %(when)s.", when=thanks(text))


def planned(reminder: Reminder, event: Event) -> tuple[Text, Text]:
    """Return what a planned reminder is, and whom it goes to."""
    known = rule_of(reminder.rule)
    text = rule(str(known))
    if known.milestone:
        return text, MILESTONES[known.milestone][1]
    if not known.of_shift:
        return text, _("Everybody who signed up, and units")
    ids = set(reminder.shift_ids)
    roles = dict.fromkeys(shift.role for shift in event.shifts if str(shift.id) in ids)
    return text, _("People of: %(roles)s", roles=" · ".join(roles))


def _distance(length: Distance, *, after: bool = False) -> Text:
    """Return a distance in words."""
    hours, minutes = divmod(length.seconds // 60, 60)
    if after:
        return _("%(n)s d after", n=length.days)
    if length.days and not length.seconds:
        return _("%(n)s d before", n=length.days)
    if hours and not (length.days or minutes):
        return _("%(n)s h before", n=hours)
    if minutes and not (length.days or hours):
        return _("%(n)s min before", n=minutes)
    return _("%(days)s d %(hours)s h %(minutes)s min before", days=length.days, hours=hours, minutes=minutes)
