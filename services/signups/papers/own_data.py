"""What is known of somebody on paper, for them to take along, in their language."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from services.signups import own_words
from services.signups.own_data import Known
from services.signups.words import STATES
from shared.papers.paper import SMALL, Column, Paper
from shared.texts import text as _
from shared.web.i18n import current_language, moment, translate

TERMS: Final = 52.0
VALUES: Final = 114.0
TITLE: Final = 13.0
LEAST: Final = 40.0
"""Millimetres that are left on a page for a table to begin there."""


def draw(people: Sequence[Known], made_at: datetime) -> bytes:
    """Return all that the page tells of the people, as a PDF in the reader's language."""
    paper = Paper(
        title=translate(_("Your data")),
        foot=translate(_("Drawn up on %(time)s", time=moment(made_at))),
        pages=translate(_("Page {page} of {nb}")),
        made_at=made_at,
    )
    paper.set_lang(current_language().tag)
    paper.heading(translate(_("Your data")), 20)
    paper.ln(3)
    paper.words(translate(_("What the community office keeps about you.")))
    for person in people:
        _person(paper, person)
    return paper.bytes()


def _person(paper: Paper, person: Known) -> None:
    _title(paper, person.volunteer.name)
    if not person.whole:
        _lines(paper, [_("This link opens one of several sign-ups only. Here is what it opens.")])
    _facts(paper, own_words.person(person))
    for one in person.signups:
        _title(paper, one.shift.event.title)
        _facts(paper, [(_("State"), STATES[one.status][0]), *own_words.signup(one, person.feedback.get(one.id))])
    if person.notices:
        _title(paper, _("Notices sent to you"))
        _lines(paper, own_words.notices(person))
    if person.looks:
        _title(paper, _("Who looked at your phone number"))
        _lines(paper, own_words.looks(person))


def _title(paper: Paper, text: str) -> None:
    """Draw what stands above a table, and begin a page rather than leave it alone at the foot of one."""
    if paper.will_page_break(LEAST):
        paper.add_page()
    paper.ln(5)
    paper.words(translate(text), size=TITLE)
    paper.ln(1)


def _facts(paper: Paper, facts: own_words.Facts) -> None:
    columns = [Column(translate(_("Item")), TERMS), Column(translate(_("Content")), VALUES)]
    paper.grid(columns, [[str(translate(term)), str(translate(value))] for term, value in facts])


def _lines(paper: Paper, lines: Sequence[Any]) -> None:
    for line in lines:
        paper.words(translate(line), size=SMALL + 1)
