"""The short links of letters, which lead to where a sign-up's own link leads, or to the questions how it was."""

from flask.typing import ResponseReturnValue

from services.signups import access, short_links
from services.signups.pages import feedback
from services.signups.pages.door import door
from shared.web.current import database, now


@door.get(f"/{short_links.OWN}/<token>")
def open_short_link(token: str) -> ResponseReturnValue:
    """Put the link's token into a cookie and lead to its sign-up; nothing else is changed by this."""
    signup_id = database.read(short_links.opened, token, now())
    return access.remembering(f"/signups/mine/{signup_id}", token)


@door.get(f"/{short_links.FEEDBACK}/<token>")
def open_short_feedback(token: str) -> ResponseReturnValue:
    """The same, and lead to the questions how it was."""
    database.read(short_links.opened, token, now())
    return access.remembering(feedback.PAGE, token)
