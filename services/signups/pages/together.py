"""The confirmation for several people, or several shifts, that were signed up in one go."""

from flask import make_response, render_template, session
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.signups import idempotency, queries, waitlist
from services.signups.idempotency import Answer
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
    signups, known = database.read(_made, session.get("signed_up", ""))
    links = Links(config.secret_key)
    addresses = {one.id: f"{config.origin}/signups/manage/{links.manage_token(one.id)}" for one in signups}
    page = render_template(
        "signups/together.html",
        event=signups[0].shift.event,
        signups=signups,
        known=known,
        waiting=[one for one in signups if one.status is SignupStatus.WAITLISTED],
        states=STATES,
        addresses=addresses,
        codes={signup_id: qr.svg(address) for signup_id, address in addresses.items()},
    )
    return personal(make_response(page))


def _made(session: Session, key: str) -> tuple[list[Signup], bool]:
    """Return the sign-ups, person after person, and whether some of those asked for had been there before."""
    answers = (idempotency.answered(session, key) or Answer("")).all
    made = [one.signup_id for one in answers if one.signup_id is not None]
    found = {one.id: one for one in session.scalars(queries.with_people().where(Signup.id.in_(made)))}
    if not found:
        raise NotFound(_("Please open the link that you were given when you signed up."))
    waitlist.with_turns(session, list(found.values()))
    return [found[signup_id] for signup_id in made if signup_id in found], len(made) < len(answers)
