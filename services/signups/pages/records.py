"""The desk's page for what stands beside a volunteer's hours: trainings, awards and appraisals."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.signups import contacts, ledgers
from services.signups.durations import lasting
from services.signups.models import RecordKind
from services.signups.operations import records
from services.signups.pages.desk import desk
from services.signups.pages.views import DESK
from services.signups.schemas.hours import RecordForm
from shared.texts import Text
from shared.texts import text as _
from shared.web import forms
from shared.web.auth import organizer
from shared.web.current import database, now
from shared.web.forms import Form
from shared.web.i18n import tell

KINDS: Final[Mapping[RecordKind, Text]] = {
    RecordKind.TRAINING: _("Training"),
    RecordKind.AWARD: _("Award"),
    RecordKind.APPRAISAL: _("Appraisal"),
}


@desk.get("/people/<uuid:volunteer_id>/records")
def person_records(volunteer_id: UUID) -> ResponseReturnValue:
    """Show the trainings, awards and appraisals of one person."""
    return _page(volunteer_id, Form(None, {}))


@desk.post("/people/<uuid:volunteer_id>/records")
def add_record(volunteer_id: UUID) -> ResponseReturnValue:
    """Note one more, and return to the page; a form that is wrong comes back with what was typed."""
    person = database.read(ledgers.person, volunteer_id, community=organizer().community)
    sent = forms.load(RecordForm(), request.form)
    if sent.data is None:
        return _page(volunteer_id, sent), 422
    database.write(
        records.add_record,
        volunteer_id,
        community=organizer().community,
        organizer_id=organizer().id,
        now=now(),
        **sent.data,
    )
    tell(_("%(name)s: added to the record", name=contacts.name_of(person)))
    return redirect(f"{DESK}/people/{volunteer_id}/records", 303)


@desk.post("/people/<uuid:volunteer_id>/records/<uuid:record_id>/remove")
def remove_record(volunteer_id: UUID, record_id: UUID) -> ResponseReturnValue:
    """Take out what was noted by mistake, and return to the page."""
    database.read(ledgers.person, volunteer_id, community=organizer().community)
    database.write(records.remove_record, volunteer_id, record_id, community=organizer().community)
    tell(_("Taken out of the record."))
    return redirect(f"{DESK}/people/{volunteer_id}/records", 303)


def _page(volunteer_id: UUID, typed: Form) -> str:
    community = organizer().community
    person = database.read(ledgers.person, volunteer_id, community=community)
    return render_template(
        "signups/person_records.html",
        person=person,
        name=contacts.name_of(person),
        records=database.read(ledgers.records, volunteer_id, community=community),
        kinds=KINDS,
        lasting=lasting,
        may_write=organizer().may_write,
        values=typed.values,
        errors=typed.errors,
    )
