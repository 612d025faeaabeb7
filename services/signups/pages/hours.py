"""The desk's pages for service hours: what waits for a decision, what is due, and one person's ledger."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.signups import contacts, ledgers
from services.signups.durations import lasting
from services.signups.models import EntryKind, HourEntry, HourReview, Outcome, ReviewKind, Signup
from services.signups.operations import hours
from services.signups.operations.hours import ledger
from services.signups.pages.desk import desk
from services.signups.pages.views import DESK
from services.signups.schemas.hours import CorrectionForm, DecisionForm, ProposalForm
from shared.errors import DomainError
from shared.principal import Ability
from shared.texts import Text
from shared.texts import text as _
from shared.web import forms
from shared.web.auth import needs, organizer
from shared.web.current import database, now
from shared.web.forms import Form
from shared.web.i18n import date_range, tell

HOURS: Final = f"{DESK}/hours"
WHY: Final[Mapping[ReviewKind, tuple[Text, str]]] = {
    ReviewKind.SHORT: (_("Much shorter than planned"), "warning"),
    ReviewKind.FORGOTTEN: (_("Not checked out"), "warning"),
    ReviewKind.BACK_FILL: (_("Back-filled"), "info"),
}
"""Why hours wait -> its words and tone."""
KINDS: Final[Mapping[EntryKind, tuple[Text, str]]] = {
    EntryKind.SERVED: (_("Served"), "good"),
    EntryKind.BACK_FILLED: (_("Back-filled"), "info"),
    EntryKind.REVERSAL: (_("Taken back"), "neutral"),
}
"""Kind of an entry -> its word and tone."""


@desk.get("/hours")
def hours_overview() -> ResponseReturnValue:
    """Show what waits for a decision, and for which events hours are still missing."""
    community = organizer().community
    return render_template(
        "signups/hours.html",
        waiting=database.read(ledgers.waiting, community=community),
        due=database.read(ledgers.due, community=community, now=now()),
        why=WHY,
        may_take=_may_take,
        lasting=lasting,
        may_write=organizer().may_write,
    )


@desk.get("/hours/<uuid:review_id>")
@needs(Ability.WRITE)
def ask_what_counts(review_id: UUID) -> ResponseReturnValue:
    """Ask what becomes of hours that wait."""
    return _decision_page(review_id, Form(None, {}))


@desk.post("/hours/<uuid:review_id>")
def decide_review(review_id: UUID) -> ResponseReturnValue:
    """Let hours count or refuse them, and return to those that wait."""
    database.read(ledgers.review, review_id, community=organizer().community)
    sent = forms.load(DecisionForm(), request.form)
    if sent.data is not None:
        try:
            decided = database.write(hours.decide, review_id, organizer_id=organizer().id, now=now(), **sent.data)
        except DomainError as error:
            sent.refuse(error)
        else:
            tell(_told(decided))
            return redirect(HOURS, 303)
    return _decision_page(review_id, sent), 422


@desk.get("/hours/entries/<uuid:entry_id>")
@needs(Ability.WRITE)
def ask_what_is_right(entry_id: UUID) -> ResponseReturnValue:
    """Ask for the right minutes of an entry."""
    return _correction_page(entry_id, Form(None, {}))


@desk.post("/hours/entries/<uuid:entry_id>")
def correct(entry_id: UUID) -> ResponseReturnValue:
    """Correct an entry, and return to the person's ledger."""
    entry, signup = database.read(ledgers.entry, entry_id, community=organizer().community)
    sent = forms.load(CorrectionForm(), request.form)
    if sent.data is not None:
        try:
            database.write(hours.correct, entry.id, organizer_id=organizer().id, now=now(), **sent.data)
        except DomainError as error:
            sent.refuse(error)
        else:
            tell(_("%(name)s: hours corrected", name=contacts.name(signup)))
            return redirect(f"{DESK}/people/{entry.volunteer_id}/hours", 303)
    return _correction_page(entry_id, sent), 422


@desk.get("/people/<uuid:volunteer_id>/hours")
def person_hours(volunteer_id: UUID) -> ResponseReturnValue:
    """Show the ledger of one person."""
    return _person_page(volunteer_id, Form(None, {}))


@desk.post("/people/<uuid:volunteer_id>/hours")
def propose(volunteer_id: UUID) -> ResponseReturnValue:
    """Propose hours of somebody who was not checked in on the day; a colleague has to approve them."""
    person = database.read(ledgers.person, volunteer_id, community=organizer().community)
    sent = forms.load(ProposalForm(), request.form)
    if sent.data is not None:
        try:
            database.write(
                hours.propose,
                volunteer_id=volunteer_id,
                community=organizer().community,
                organizer_id=organizer().id,
                now=now(),
                **sent.data,
            )
        except DomainError as error:
            sent.refuse(error)
        else:
            tell(_("%(name)s: a colleague now has to approve these hours", name=contacts.name_of(person)))
            return redirect(f"{DESK}/people/{volunteer_id}/hours", 303)
    return _person_page(volunteer_id, sent), 422


def _may_take(review: HourReview) -> bool:
    """Say whether the reader may let the hours count as they are."""
    return organizer().may_write and review.minutes > 0 and review.may_be_approved_by(organizer().id)


def _decision_page(review_id: UUID, typed: Form) -> str:
    review, signup = database.read(ledgers.review, review_id, community=organizer().community)
    return render_template(
        "signups/decide.html",
        review=review,
        signup=signup,
        why=WHY[review.kind],
        who=_who(review.proposed_by),
        is_own=not review.may_be_approved_by(organizer().id),
        is_waiting=review.outcome is None,
        can_change=review.kind is not ReviewKind.BACK_FILL,
        planned=ledger.planned(signup.shift),
        most=ledger.most(signup.shift),
        lasting=lasting,
        values=typed.values,
        errors=typed.errors,
    )


def _correction_page(entry_id: UUID, typed: Form) -> str:
    entry, signup = database.read(ledgers.entry, entry_id, community=organizer().community)
    return render_template(
        "signups/correct.html",
        entry=entry,
        signup=signup,
        kind=KINDS[entry.kind],
        most=ledger.most(signup.shift),
        lasting=lasting,
        values=typed.values,
        errors=typed.errors,
    )


def _person_page(volunteer_id: UUID, typed: Form) -> str:
    return render_template(
        "signups/person_hours.html",
        **database.read(_person, volunteer_id),
        kinds=KINDS,
        said=_said,
        lasting=lasting,
        may_write=organizer().may_write,
        values=typed.values,
        errors=typed.errors,
    )


def _person(session: Session, volunteer_id: UUID) -> dict[str, Any]:
    community = organizer().community
    person = ledgers.person(session, volunteer_id, community=community)
    entries = ledgers.ledger(session, volunteer_id, community=community)
    return {
        "person": person,
        "name": contacts.name_of(person),
        "entries": entries,
        "total": sum(entry.minutes for entry, _signup, _stands in entries),
        "options": [
            (one.id, _shift_line(one))
            for one in ledgers.without_hours(session, volunteer_id, community=community, now=now())
        ],
        "waiting": ledgers.waiting(session, community=community, volunteer_id=volunteer_id),
    }


def _shift_line(signup: Signup) -> str:
    """Return event, role and time of a sign-up in one line."""
    shift = signup.shift
    when = date_range(shift.starts_at, shift.ends_at, shift.event.timezone)
    return f"{shift.event.title} · {shift.role} · {when}"


def _who(organizer_id: UUID | None) -> Text:
    if organizer_id is None:
        return _("Steward")
    return _("you") if organizer_id == organizer().id else _("a colleague")


def _said(entry: HourEntry) -> Text:
    """Return who wrote an entry, and who agreed."""
    first, second = _who(entry.recorded_by), _who(entry.approved_by)
    if entry.approved_by is None:
        return _("by %(first)s", first=first)
    return _("by %(first)s, approved by %(second)s", first=first, second=second)


def _told(review: HourReview) -> Text:
    if review.outcome is Outcome.REFUSED:
        return _("The hours do not count.")
    return _("%(length)s count now.", length=lasting(review.minutes))
