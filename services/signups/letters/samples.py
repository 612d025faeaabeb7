"""Letters to a made-up volunteer, for the desk to see how an event's letters will be read."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from services.signups import letters, short_links
from services.signups.known import Known
from services.signups.letters import Address, changes
from services.signups.letters.wordings import CODE, KINDS, OWN_LINK, WORDINGS
from services.signups.models import Event, Shift, Signup
from services.signups.own_words import NOTICES
from shared import dates
from shared.catalogues import Language
from shared.config import Config
from shared.notices.queue import Letter
from shared.texts import Text
from shared.texts import text as _

TITLES: Final[Mapping[str, Text]] = {
    **NOTICES,
    "code": _("The one-time code"),
    "own_link": _("A lost link, sent once more"),
}
"""Kind of a notice -> how the desk calls it, in the order in which it is shown."""
NAME: Final = "张*"
NOWHERE: Final = Address(None, None)
SHORT, WHOLE, SIGNED = (number * "x" for number in (22, 43, 105))
"""As long as the tokens of real links, for text messages to be counted right."""


def sample(kind: str, language: Language, event: Event, shift: Shift | None, config: Config, now: datetime) -> Letter:
    """Return a letter of the kind about a shift of the event; nothing of it is in the database."""
    shift = shift or _whole_event(event, language)
    own = f"{config.origin}/signups/{short_links.FEEDBACK if kind == 'thanks' else short_links.OWN}/{SHORT}"
    stop = f"{config.origin}/signups/stop/{SIGNED}" if KINDS[kind].topic is not None else None
    if kind == "broadcast":
        said = {"subject": _("Your subject"), "body": _("Here stands what you write.")}
        return written(event, language.translate(said), language, config)
    wording = {"code": CODE, "own_link": OWN_LINK}.get(kind) or WORDINGS[kind]
    return letters.letter(
        wording,
        _filling(kind, shift, language, now),
        language,
        NOWHERE,
        lines=_lines(kind, shift, language, now),
        link=f"{config.origin}/signups/manage/{WHOLE}" if kind == "own_link" else own if wording.asks else None,
        stop=stop,
    )


def written(event: Event, said: Mapping[str, str], language: Language, config: Config) -> Letter:
    """Return what an organizer wrote as it would reach a made-up volunteer."""
    own, stop = (f"{config.origin}/signups/{path}" for path in (f"{short_links.OWN}/{SHORT}", f"stop/{SIGNED}"))
    return letters.broadcast({language.tag: said}, NAME, event, language, NOWHERE, link=own, stop=stop)


def _whole_event(event: Event, language: Language) -> Shift:
    """Return a shift for the time of the event, which has none yet."""
    role = language.translate(_("Helping out"))
    return Shift(id=uuid4(), event=event, role=role, starts_at=event.starts_at, ends_at=event.ends_at)


def _filling(kind: str, shift: Shift, language: Language, now: datetime) -> Mapping[str, Any]:
    return letters.about([shift], language, now) | {
        "name": "" if kind == "code" else NAME,  # whoever asks for one is known by their number only
        "until": dates.moment(now + timedelta(hours=2), shift.event.timezone, language, now),
        "reason": _("a storm is coming"),
        "unit": _("Sunrise Primary School"),
        "code": "123456",
        "n": 10,
    }


def _lines(kind: str, shift: Shift, language: Language, now: datetime) -> list[Text]:
    if kind == "thanks":
        return [_("You gave %(hours)s hours of your time.", hours=2)]
    if kind != "changed":
        return []
    event, day = shift.event, timedelta(days=1)
    before = Known(
        (event.starts_at - day, event.ends_at - day),
        {shift.id: (shift.starts_at - day, shift.ends_at - day)},
        (event.venue_name, event.venue_address),
    )
    return changes.lines([before], [Signup(shift=shift, shift_id=shift.id)], language, now)
