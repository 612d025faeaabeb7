"""The desk for messages that could not be applied: the same page in every service, over that service's own inbox."""

from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from shared.errors import NotFound
from shared.messaging import inbox
from shared.messaging.inbox import MAX_ATTEMPTS, Letter
from shared.messaging.tables import InboxStatus
from shared.principal import Ability
from shared.texts import Text
from shared.texts import text as _
from shared.web.auth import needs
from shared.web.current import config, database, now
from shared.web.i18n import tell, translate
from shared.web.navigation import MESSAGES

AT_MOST: Final = 100
"""Messages of each kind on the page; the oldest come first, and the next ones follow as these are settled."""
SUBJECTS: Final[Mapping[str, Text]] = {
    "event": _("News of an event"),
    "reminder": _("A reminder that is due"),
    "milestone": _("Something promised that is due"),
    "organizer": _("News of an organizer’s account"),
    "session": _("An organizer has signed out"),
    "signup": _("News of a sign-up"),
    "places": _("Places kept for a unit"),
    "capacity": _("More places taken than there are"),
    "feedback": _("Somebody’s feedback"),
    "need": _("What an event needs"),
    "pledge": _("What a unit promises"),
}
"""First word of a message type -> what such messages are about."""
SETTLED_ALREADY: Final = _("This message has been settled already.")


def blueprint(service: str) -> Blueprint:
    """Return the desk's pages for the service: what waits, what is dead, and what becomes of it."""
    made = Blueprint("messages", __name__, url_prefix=f"/{service}/desk/messages")
    made.add_url_rule("", view_func=unsettled)
    made.add_url_rule("/<uuid:message_id>/replay", view_func=replay, methods=["POST"])
    made.add_url_rule("/<uuid:message_id>/discard", view_func=discard, methods=["POST"])
    return made


@needs(Ability.DISCARD)
def unsettled() -> ResponseReturnValue:
    """List what is dead, and what is tried again by itself; of each only what it is about, never what it says."""
    return render_template(
        "messages.html",
        dead=database.read(inbox.unsettled, InboxStatus.DEAD, AT_MOST),
        waiting=database.read(inbox.unsettled, InboxStatus.RETRY, AT_MOST),
        about=_about,
        desks=[(translate(name), address, None, address == request.path) for name, address in MESSAGES],
        attempts=MAX_ATTEMPTS,
        zone=config.timezone,
    )


@needs(Ability.DISCARD)
def replay(message_id: UUID) -> ResponseReturnValue:
    """Give a dead message its attempts back."""
    return _settle(lambda: database.write(inbox.replay, message_id, now()), _("It will be tried again at once."))


@needs(Ability.DISCARD)
def discard(message_id: UUID) -> ResponseReturnValue:
    """Declare a dead message settled without applying it."""
    return _settle(lambda: database.write(inbox.discard, message_id), _("Discarded."))


def _about(letter: Letter) -> Text:
    return SUBJECTS.get(letter.type.partition(".")[0], _("Something this version does not know"))


def _settle(act: Callable[[], None], done: Text) -> ResponseReturnValue:
    """Do it and lead back to the list; a colleague may have been quicker, or the page was sent twice."""
    try:
        act()
    except NotFound:
        tell(SETTLED_ALREADY, "warning")
    else:
        tell(done)
    return redirect(url_for("messages.unsettled"), 303)
