"""Pages for whoever has lost their link: a fresh one is sent to where they can be reached."""

from typing import Final

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from services.signups import operations
from services.signups.links import Links
from services.signups.pages.door import door
from services.signups.schemas.own import PersonSchema
from shared.web import forms, limits
from shared.web.current import config, database, now
from shared.web.forms import Form

PAGE: Final = "/signups/find"
REQUESTS: Final = "60 per hour"
"""From one address: many may sit behind it."""
REQUESTS_OF_A_PHONE: Final = "3 per hour"
"""Each is a message that somebody may not have asked for."""


@door.get("/find")
def find() -> ResponseReturnValue:
    """Ask whose link is lost."""
    return _page(Form(None, {}))


@door.post("/find")
@limits.limit(REQUESTS)
def send() -> ResponseReturnValue:
    """Send a fresh link, if the person is known; the answer is the same if not."""
    sent = forms.load(PersonSchema(), request.form)
    if sent.data is None:
        return _page(sent), 422
    limits.spend(REQUESTS_OF_A_PHONE, f"find {sent.data['phone']}")
    database.write(operations.send_links, **sent.data, links=Links(config.secret_key), now=now())
    return redirect(f"{PAGE}/sent", 303)


@door.get("/find/sent")
def sent() -> ResponseReturnValue:
    """Say where to look for the link."""
    return render_template("signups/sent.html")


def _page(typed: Form) -> str:
    return render_template("signups/find.html", values=typed.values, errors=typed.errors)
