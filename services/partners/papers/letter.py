"""How a letter of thanks looks on paper: a letter that the office prints, stamps and hands over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from fpdf.enums import Align

from services.partners import thanks
from services.partners.models import Event, Pledge, WorkUnit
from shared.papers.paper import Paper
from shared.texts import text as _
from shared.web.i18n import current_language, translate, whole_day

TYPE: Final = 14.0
LEADING: Final = 0.72
SIGNATURE: Final = 75.0
"""Millimetres of the right of the page on which the office signs and puts its stamp; it takes no more in height."""
GREY: Final = 130


def draw(unit: WorkUnit, event: Event, pledges: Sequence[Pledge], made_at: datetime) -> bytes:
    """Return the letter to the unit for what it gave, as a PDF in the reader's language."""
    language = current_language()
    title = translate(_("Letter of thanks"))
    paper = Paper(title=title, foot="", pages="", made_at=made_at)
    paper.set_lang(language.tag)
    paper.ln(10)
    paper.heading(title, 28)
    paper.ln(14)
    _say(paper, translate(_("To: %(unit)s", unit=unit.name)))
    indent = "\u3000\u3000" if language.tag.startswith("zh") else ""
    for paragraph in thanks.paragraphs(event, pledges):
        _say(paper, f"{indent}{translate(paragraph)}")
    _sign(paper, unit.community, whole_day(made_at, event.timezone))
    return paper.bytes()


def _say(paper: Paper, text: str) -> None:
    paper.words(text, size=TYPE, leading=LEADING)
    paper.ln(3)


def _sign(paper: Paper, community: str, day: str) -> None:
    """Draw who thanks and when, on the right, with room for the stamp; never torn apart by the end of a page."""
    if paper.will_page_break(SIGNATURE):
        paper.add_page()
    paper.ln(16)
    paper.set_left_margin(paper.w - paper.r_margin - SIGNATURE)  # it is the last that is drawn
    paper.words(community, size=TYPE, align=Align.C)
    paper.words(day, size=TYPE, align=Align.C)
    with paper.local_context(text_color=GREY):
        paper.words(translate(_("(Stamp of the office)")), align=Align.C)
