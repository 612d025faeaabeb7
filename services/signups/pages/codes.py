"""Asking for the one-time code of an event that wants one, after a form that is right."""

from uuid import UUID

from flask import render_template, request
from werkzeug.datastructures import MultiDict

from services.signups import queries
from shared.web.current import database
from shared.web.forms import Form


def typed() -> MultiDict[str, str]:
    """Return the form that was sent; where a new code is asked for, without whatever stands in the code's box."""
    sent = request.form.copy()
    if "_again" in sent:
        sent.poplist("code")
        sent["code_by"] = sent["_again"]
    return sent


def code_page(event_id: UUID, sent: Form, words: str | None = None) -> str:
    """Ask for the code; everything that was typed is carried along in the page and kept nowhere else."""
    return render_template(
        "signups/code.html",
        event=database.read(queries.event, event_id),
        words=words,
        carried=[
            (name, value)
            for name, value in request.form.items(multi=True)
            if name not in {"csrf_token", "code", "code_by"} and not name.startswith("_")
        ],
        values=sent.values,
        errors=sent.errors,
    )
