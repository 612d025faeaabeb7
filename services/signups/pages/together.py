"""The confirmation for several people, or several shifts, that were signed up in one go."""

from collections.abc import Sequence
from uuid import UUID

from flask import make_response, render_template, session
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.signups import queries, waitlist
from services.signups.links import Links
from services.signups.models import Signup, SignupStatus
from services.signups.pages.door import door
from services.signups.words import STATES
from shared.errors import NotFound
from shared.texts import text as _
from shared.web import qr
from shared.web.current import config, database
from shared.web.security import personal


@door.get("/together")
def together() -> ResponseReturnValue:
    """List the sign-ups that this browser made last in one go, each with its own link."""
    last = session.get("signed_up", {"made": [], "known": False})
    signups = database.read(_made, [UUID(one) for one in last["made"]])
    links = Links(config.secret_key)
    addresses = {one.id: f"{config.origin}/signups/manage/{links.manage_token(one.id)}" for one in signups}
    page = render_template(
        "signups/together.html",
        event=signups[0].shift.event,
        signups=signups,
        known=last["known"],
        waiting=[one for one in signups if one.status is SignupStatus.WAITLISTED],
        states=STATES,
        addresses=addresses,
        codes={signup_id: qr.svg(address) for signup_id, address in addresses.items()},
    )
    return personal(make_response(page))


def _made(session: Session, made: Sequence[UUID]) -> list[Signup]:
    """Return the sign-ups, person after person; raises NotFound where there are none."""
    found = {one.id: one for one in session.scalars(queries.with_people().where(Signup.id.in_(made)))}
    if not found:
        raise NotFound(_("Please open the link that you were given when you signed up."))
    waitlist.with_turns(session, list(found.values()))
    return [found[signup_id] for signup_id in made if signup_id in found]
