"""The pages on which an organizer writes a message to many: the form, how it will arrive, and sending it."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from shared.catalogues import FIRST, SOURCE, language
from shared.errors import DomainError, Invalid
from shared.notices.segments import parts
from shared.principal import Ability
from shared.texts import text as _
from shared.web import forms
from shared.web.auth import needs, organizer
from shared.web.current import config, database, now
from shared.web.forms import Form
from shared.web.i18n import tell
from shared.web.mailings import broadcasts, reading, schemas
from shared.web.mailings.broadcasts import CountChanged, Ready, SentBefore
from shared.web.mailings.room import About, Room

AT: Final = "/events/<uuid:event_id>/mailings"
MOST_DIGITS: Final = 9
SENT_BEFORE: Final = _(
    "You have sent this form already, with another text. If you go on, the same people get a second message."
)


class Writing:
    """The pages for one service's people."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def add_to(self, desk: Blueprint) -> None:
        """Give the service's desk these pages."""
        desk.add_url_rule(f"{AT}/new", "write_mailing", self.write)
        desk.add_url_rule(f"{AT}/new", "send_mailing", self.send, methods=["POST"])
        desk.add_url_rule(f"{AT}/reach", "mailing_reach", self.reach)

    @needs(Ability.WRITE)
    def write(self, event_id: UUID) -> ResponseReturnValue:
        """Show the form, for everybody that the first choice means."""
        event = database.read(self._room.event, event_id, organizer().community)
        first = {"whom": next(iter(self._room.whom))}
        return self._form(event, Form(None, first | {"key": str(uuid4())}), MultiDict(first))

    @needs(Ability.WRITE)
    def reach(self, event_id: UUID) -> ResponseReturnValue:
        """Show how many people a choice means and how they can be reached, for the form to keep in sight."""
        event = database.read(self._room.event, event_id, organizer().community)
        return render_template("mailings/reach.html", **self._count(event, request.args))

    def send(self, event_id: UUID) -> ResponseReturnValue:
        """Show what was written as it will arrive; once that was confirmed, send it and show how it goes."""
        event = database.read(self._room.event, event_id, organizer().community)
        form = forms.load(self._room.form(), request.form)
        if "_change" in request.form:
            return self._form(event, form, request.form)
        confirmed = request.form.get("_confirmed", "")[:MOST_DIGITS]
        try:
            if form.data is not None:
                entered = self._entered(form, event)
                if not confirmed.isdecimal():
                    return self._preview(form, database.read(self._prepare, event_id, entered))
                return self._begin(event_id, form, entered, int(confirmed))
        except SentBefore:
            form.values["key"] = str(uuid4())
            form.refuse(Invalid({forms.WHOLE_FORM: [SENT_BEFORE]}))
        except DomainError as error:
            form.refuse(error)
        return self._form(event, form, request.form), 422

    def _begin(self, event_id: UUID, form: Form, entered: Mapping[str, Any], confirmed: int) -> ResponseReturnValue:
        by, key = organizer(), str(form.data["key"])
        try:
            mailing_id = database.write(
                broadcasts.send, self._room, event_id, entered, key=key, by=by, confirmed=confirmed, now=now()
            )
        except CountChanged:
            return self._preview(form, database.read(self._prepare, event_id, entered), before=confirmed)
        tell(_("The message is on its way.") if "due_at" not in entered else _("The message is planned."))
        return redirect(url_for(".mailing", event_id=event_id, mailing_id=mailing_id), 303)

    def _prepare(self, session: Session, event_id: UUID, entered: Mapping[str, Any]) -> Ready:
        return broadcasts.prepare(session, self._room, event_id, entered, by=organizer(), now=now())

    def _entered(self, form: Form, event: About) -> dict[str, Any]:
        entered = {name: value for name, value in form.data.items() if name != "key"}
        if "due_at" in entered:
            entered["due_at"] = entered["due_at"].replace(tzinfo=ZoneInfo(event.timezone))
        return entered

    def _form(self, event: About, form: Form, chosen: MultiDict[str, str]) -> str:
        return render_template(
            "mailings/new.html",
            event=event,
            values=form.values,
            errors=form.errors,
            whom=list(self._room.whom.items()),
            shifts=database.read(self._room.shifts, event.id),
            max_subject=schemas.MAX_SUBJECT,
            max_body=schemas.MAX_BODY,
            **self._count(event, chosen),
        )

    def _count(self, event: About, chosen: MultiDict[str, str]) -> Mapping[str, Any]:
        """Return whom the choice means and how they can be reached, whatever else of the form is wrong."""
        names = self._room.query().fields
        choice = forms.load(self._room.query(), MultiDict(one for one in chosen.items(multi=True) if one[0] in names))
        if choice.data is None:
            return {"said": [], "reach": None}
        return database.read(self._counted, event, choice.data)

    def _counted(self, session: Session, event: About, entered: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            audience = self._room.audience(session, event.id, entered)
        except Invalid:
            return {"said": [], "reach": None}
        reach = reading.reach(session, self._room, event.id, audience)
        return {"said": self._room.said(session, audience), "reach": reach}

    def _preview(self, form: Form, ready: Ready, before: int | None = None) -> str:
        """Return the page that asks once more; ``before`` is the number of people that is not true any more."""
        return render_template(
            "mailings/preview.html",
            event=ready.event,
            values=form.values,
            ready=ready,
            before=before,
            is_planned="due_at" in form.data,
            said=database.read(self._room.said, ready.audience),
            letters=[
                (_("To those who read Chinese"), self._letter(ready, FIRST)),
                (_("To those who read English"), self._letter(ready, SOURCE)),
            ],
        )

    def _letter(self, ready: Ready, tag: str) -> Mapping[str, Any]:
        tag = tag if tag in ready.words else FIRST
        letter = self._room.letter(ready.event, ready.words[tag], language(self._room.service, tag), config)
        short = letter.short or letter.body
        return {"letter": letter, "short": short, "signs": len(short), "segments": parts(short, config.sms_signature)}
