"""How a unit's record of contributions looks on paper, for the unit's own report."""

from datetime import datetime

from fpdf.enums import Align

from services.partners import record, words
from services.partners.models import Pledge
from services.partners.record import Record
from shared.papers.paper import Column, Paper
from shared.texts import text as _
from shared.web.i18n import current_language, translate, whole_day


def draw(found: Record, year: int | None, made_at: datetime) -> bytes:
    """Return what the unit has contributed, in a year or in all, as a PDF in the reader's language."""
    title = translate(_("Record of contributions"))
    paper = Paper(
        title=title,
        foot=translate(_("As of %(date)s", date=whole_day(made_at))),
        pages=translate(_("Page {page} of {nb}")),
        made_at=made_at,
    )
    paper.set_lang(current_language().tag)
    paper.heading(title, 20)
    paper.ln(3)
    paper.words(found.unit.name, size=13, align=Align.C)
    over = [found.unit.community, str(year or ""), _("Events: %(n)s", n=found.events)]
    over.append(_("People sent: %(n)s", n=found.people))
    paper.words(" · ".join(translate(part) for part in over if part), align=Align.C)
    paper.ln(4)
    columns = [
        Column(translate(_("Date")), 30),
        Column(translate(_("Event")), 46),
        Column(translate(_("Contribution")), 40),
        Column(translate(_("Promised")), 25, "RIGHT"),
        Column(translate(_("Given")), 25, "RIGHT"),
    ]
    paper.grid(columns, [_row(pledge) for pledge in found.pledges])
    return paper.bytes()


def _row(pledge: Pledge) -> list[str]:
    promised, given = words.amount(pledge, pledge.quantity), words.amount(pledge, record.given(pledge))
    return [
        whole_day(pledge.event.starts_at, pledge.event.timezone),
        pledge.event.title,
        translate(words.matter(pledge)),
        translate(promised),
        translate(given),
    ]
