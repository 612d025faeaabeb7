"""Compresses pages and JSON on their way out; nothing behind or before the services does it again."""

import gzip
from typing import Final

from flask import Flask, Response, request

from shared.web.security import NOT_KEPT

SMALL: Final = 1024
"""Below this, an answer fits into one packet anyway."""
QUICK: Final = 5
"""A level that costs a page about a millisecond."""
KINDS: Final = frozenset({"text/html", "application/json", "application/problem+json", "text/calendar", "text/csv"})


def init_app(app: Flask) -> None:
    """Compress the application's answers. To be called before the headers are set, since hooks run last to first."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    """Compress what is for everybody, and JSON.

    A page that is not to be kept shows somebody's data or carries a link that is a key. Whoever can make a browser open
    such a page with words of theirs in its address could tell from the size of the answer whether it repeats them
    (BREACH); so these go as they are. JSON is safe: it ignores cookies, and nobody else can make a browser ask for it.
    """
    kind = response.mimetype
    if kind not in KINDS or response.is_streamed or "Content-Encoding" in response.headers or _is_small(response):
        return response
    response.vary.add("Accept-Encoding")
    secret = kind == "text/html" and response.headers.get("Cache-Control") == NOT_KEPT
    if secret or not request.accept_encodings["gzip"]:
        return response
    response.set_data(gzip.compress(response.get_data(), QUICK, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    return response


def _is_small(response: Response) -> bool:
    return len(response.get_data()) < SMALL
