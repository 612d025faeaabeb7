"""Letters to a made-up contact, for the desk to see how an event's letters will be read."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from services.partners import letters
from services.partners.letters.occasion import Before, Occasion, place_of
from services.partners.models import Contact, Event, Invitation, Kind, Need, Pledge, PledgeStatus, WorkUnit
from shared.catalogues import Language
from shared.config import Config
from shared.notices.queue import Letter
from shared.texts import text as _

NOBODY: Final = UUID(int=0)
TOKEN: Final = "x" * 43
"""As long as that of a real link, for text messages to be counted right."""


def sample(kind: str, language: Language, event: Event, config: Config, now: datetime) -> Letter:
    """Return a letter of the kind about the event; nothing of it is in the database."""
    say, to = language.translate, Occasion(_nobody(language), event, config, now)
    need = Need(
        kind=Kind.SUPPLIES,
        quantity=20,
        unit=say(_("boxes")),
        description=say(_("Drinking water")),
        due_at=event.starts_at,
        returnable=False,
    )
    water = Pledge(kind=Kind.SUPPLIES, need=need, quantity=20, delivered=20, status=PledgeStatus.PENDING, note="")
    people = _people(event)
    match kind:
        case "invited":
            asked = Invitation(need=need, expires_at=event.ends_at)
            letter = letters.invitation(to, asked, f"{config.origin}/partners/enter/{TOKEN}")
        case "names_missing":
            letter = letters.names_missing(to, people, event.starts_at - timedelta(days=2))
        case "thanks":
            letter = letters.thanks(to, [water])
        case "broadcast":
            letter = letters.broadcast(to, say(_("Your subject")), say(_("Here stands what you write.")))
        case "changed":
            day = timedelta(days=1)
            before = Before(event.starts_at - day, event.ends_at - day, place_of(event), {})
            letter = letters.about_pledges(to, kind, [people, water], before=before)
        case "supplies_due":
            letter = letters.about_pledges(to, kind, [water])
        case _:
            letter = letters.about_pledges(to, kind, [people, water])
    return letter


def written(event: Event, said: Mapping[str, str], language: Language, config: Config) -> Letter:
    """Return what an organizer wrote as it would reach a made-up contact."""
    return letters.broadcast(Occasion(_nobody(language), event, config, event.ends_at), said["subject"], said["body"])


def _nobody(language: Language) -> Contact:
    say = language.translate
    unit = WorkUnit(name=say(_("Sunrise Primary School")))
    return Contact(id=NOBODY, name=say(_("Ms Zhang")), phone="", language=language.tag, work_unit=unit)


def _people(event: Event) -> Pledge:
    """Return five people for the first shift, three of whom have a name."""
    return Pledge(
        kind=Kind.PEOPLE,
        shift=next((shift for shift in event.shifts if shift.listed), None),
        quantity=5,
        held=5,
        claimed=3,
        claim_url=f"/signups/claim/{TOKEN}",
        status=PledgeStatus.HELD,
        note="",
    )
