"""How a certificate of service looks on paper. It is a Chinese document, in whatever language it was asked for."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from fpdf.enums import Align

from services.signups.durations import lasting
from services.signups.models import Certificate
from shared import catalogues
from shared.papers.paper import SMALL, Column, Paper
from shared.texts import Text
from shared.texts import text as _

NUMERALS: Final = "一二三"
CODE: Final = 27.0
"""Millimetres of the QR code's side."""
GREY: Final = 130
END: Final = 62.0
"""Millimetres of what stands below the tables, which must not be torn apart."""


def draw(certificate: Certificate, name: str, address: str, zone: str) -> bytes:
    """Return the certificate as a PDF; ``address`` is where it can be verified."""
    issued = certificate.issued_at.astimezone(ZoneInfo(zone))
    paper = Paper(
        title=_said(_("Certificate of volunteer service")),
        foot=_said(_("No. %(number)s", number=certificate.number)),
        pages=_said(_("Page {page} of {nb}")),
        made_at=issued,
    )
    paper.ln(4)
    paper.heading(_said(_("Certificate of volunteer service")), 24)
    paper.ln(2)
    paper.words(_said(_("No. %(number)s", number=certificate.number)), size=SMALL + 1, align=Align.C)
    paper.ln(5)
    paper.words(_said(_opening(certificate, name)), size=12, leading=0.75, align=Align.L)
    paper.ln(4)
    _part(paper, 1, _("Volunteer service (organised by %(community)s)", community=certificate.community))
    _services(paper, certificate)
    number = 2
    for title, lines, drawn in (
        (_("Trainings"), certificate.content["trainings"], _trainings),
        (_("Awards"), certificate.content["awards"], _awards),
    ):
        if lines:
            _part(paper, number, title)
            drawn(paper, lines)
            number += 1
    _end(paper, certificate, address, issued.date())
    return paper.bytes()


def _opening(certificate: Certificate, name: str) -> Text:
    filling = {
        "name": name,
        "since": _day(certificate.since),
        "until": _day(certificate.until),
        "community": certificate.community,
        "times": len(certificate.content["services"]),
        "hours": lasting(certificate.minutes),
    }
    if certificate.id_masked:
        return _(
            "This is to certify that %(name)s (ID number %(id)s) gave %(hours)s of volunteer service to %(community)s"
            " on %(times)s occasions from %(since)s to %(until)s.",
            id=certificate.id_masked,
            **filling,
        )
    return _(
        "This is to certify that %(name)s gave %(hours)s of volunteer service to %(community)s on %(times)s occasions"
        " from %(since)s to %(until)s.",
        **filling,
    )


def _services(paper: Paper, certificate: Certificate) -> None:
    columns = [
        Column(_said(_("No.")), 10, "CENTER"),
        Column(_said(_("Date")), 23, "CENTER"),
        Column(_said(_("Activity")), 43),
        Column(_said(_("Service given")), 28),
        Column(_said(_("Place of service")), 32),
        Column(_said(_("Hours")), 30, "RIGHT"),
    ]
    rows = [
        [
            str(number),
            _short_day(line["day"]),
            line["activity"],
            line["content"],
            line["place"],
            _said(lasting(line["minutes"])),
        ]
        for number, line in enumerate(certificate.content["services"], start=1)
    ]
    paper.grid(columns, rows, total=(_said(_("Total")), _said(lasting(certificate.minutes))))


def _trainings(paper: Paper, trainings: list[Mapping[str, Any]]) -> None:
    columns = [
        Column(_said(_("Date")), 23, "CENTER"),
        Column(_said(_("Training")), 45),
        Column(_said(_("Content")), 40),
        Column(_said(_("Organiser")), 28),
        Column(_said(_("Hours")), 30, "RIGHT"),
    ]
    paper.grid(
        columns,
        [
            [_short_day(one["day"]), one["title"], one["content"], one["by_whom"], _said(lasting(one["minutes"]))]
            for one in trainings
        ],
    )


def _awards(paper: Paper, awards: list[Mapping[str, Any]]) -> None:
    columns = [
        Column(_said(_("Date")), 23, "CENTER"),
        Column(_said(_("Award")), 93),
        Column(_said(_("Awarded by")), 50),
    ]
    paper.grid(columns, [[_short_day(one["day"]), one["title"], one["by_whom"]] for one in awards])


def _part(paper: Paper, number: int, title: Text) -> None:
    """Draw the title of a part, and begin a page rather than leave it alone at the foot of one."""
    if paper.will_page_break(30):
        paper.add_page()
    paper.ln(3)
    paper.words(f"{NUMERALS[number - 1]}、{_said(title)}", size=11)
    paper.ln(1)


def _end(paper: Paper, certificate: Certificate, address: str, issued: date) -> None:
    """Draw how to verify it, on the left, and who answers for it, with a place for their stamp, on the right."""
    if paper.will_page_break(END):
        paper.add_page()
    paper.ln(8)
    top, left, right = paper.get_y(), paper.l_margin, paper.l_margin + 88
    paper.code(address, left, top, CODE)
    paper.set_xy(left, top + CODE + 2)
    paper.set_font_size(SMALL)
    verify = _("Scan the code to verify this certificate, or open: %(address)s", address=address)
    paper.multi_cell(80, 4.6, _said(verify), align=Align.L)
    lines = [
        _("Recorded by: %(community)s", community=certificate.community),
        _("Person in charge (signature):"),
        _("Date: %(day)s", day=_day(issued)),
    ]
    for number, line in enumerate(lines):
        paper.set_xy(right, top + number * 11)
        paper.set_font_size(11)
        paper.multi_cell(0, 6, _said(line), align=Align.L)
    paper.set_xy(right, top + 34)
    with paper.local_context(text_color=GREY):
        paper.cell(0, 6, _said(_("(Stamp of the office)")), align=Align.C)
    paper.set_xy(left, max(top + CODE + 20, top + 44))
    paper.words(
        _said(
            _(
                "Drawn up from the record of service that the office named above keeps. Hours are exact to the minute."
                " Issued free of charge."
            )
        ),
        size=SMALL,
    )


def _day(day: date) -> Text:
    # Translators: a date in a document
    return _("%(year)s-%(month)s-%(day)s", year=day.year, month=day.month, day=day.day)


def _short_day(iso: str) -> str:
    return iso.replace("-", ".")


def _said(text: Text) -> str:
    return str(catalogues.language("signups", catalogues.FIRST).translate(text))
