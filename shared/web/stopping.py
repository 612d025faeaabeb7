"""The page behind the link that ends letters of a kind: for readers one button, for mail programs one request."""

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from shared.errors import NotFound
from shared.notices import preferences, stops
from shared.notices.kinds import TOPICS
from shared.notices.stops import Stop
from shared.texts import text as _
from shared.web import limits
from shared.web.current import config, database, now
from shared.web.security import is_one_click, one_click, personal


def blueprint(service: str) -> Blueprint:
    """Return the pages at ``/<service>/stop/<token>``."""
    pages = Blueprint("stopping", __name__, url_prefix=f"/{service}/{stops.PATH}")
    pages.add_url_rule("/<token>", view_func=ask)
    pages.add_url_rule("/<token>", view_func=stop, methods=["POST"])
    pages.add_url_rule("/<token>/undo", view_func=undo, methods=["POST"])
    return pages


@limits.limit("60 per minute", failures_only=True)
def ask(token: str) -> ResponseReturnValue:
    """Show what the link ends; it ends nothing by itself, since previews of links fetch them too."""
    return _page(_meant(token), token)


@one_click
@limits.limit("60 per minute", failures_only=True)
def stop(token: str) -> ResponseReturnValue:
    """Send no more of it. A mail program is not led on: RFC 8058 (3.2) asks for an answer without a redirection."""
    meant = _meant(token)
    database.write(preferences.stop, meant.person_id, meant.topic, now(), channel=meant.channel)
    return _page(meant, token) if is_one_click() else redirect(url_for(".ask", token=token), 303)


@limits.limit("60 per minute", failures_only=True)
def undo(token: str) -> ResponseReturnValue:
    """Send it again."""
    meant = _meant(token)
    database.write(preferences.resume, meant.person_id, meant.topic, channel=meant.channel)
    return redirect(url_for(".ask", token=token), 303)


def _meant(token: str) -> Stop:
    found = stops.read(config.secret_key, token)
    if found is None:
        raise NotFound(_("This link is not whole. Please open it once more from the message that you got."))
    return found


def _page(meant: Stop, token: str) -> ResponseReturnValue:
    chosen = database.read(preferences.of, meant.person_id)
    page = render_template(
        "stop.html",
        topic=TOPICS[meant.topic],
        stopped=not chosen.wants(meant.topic, meant.channel),
        of_one_channel=bool(meant.channel),
        here=url_for(".ask", token=token),
    )
    return personal(make_response(page))
