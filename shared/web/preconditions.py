"""Headers that keep a request from doing harm: the version it builds on, and the key by which a repeat is known."""

import re
from typing import Any, Final

from flask import request
from werkzeug.exceptions import PreconditionRequired

from shared.errors import BadRequest
from shared.texts import text as _

KEY: Final = "Idempotency-Key"
LONGEST_KEY: Final = 200
KEY_ASKED: Final[dict[str, Any]] = {"in": "header", "name": KEY, "required": True, "schema": {"type": "string"}}
"""How OpenAPI describes it."""


def idempotency_key() -> str:
    """Return the key of the request, by which it is known when it comes again; raises BadRequest without one."""
    key = request.headers.get(KEY, "").strip()
    if not 0 < len(key) <= LONGEST_KEY:
        raise BadRequest(_("Please send an Idempotency-Key of up to %(n)s characters.", n=LONGEST_KEY))
    return key


def etag(version: int) -> dict[str, str]:
    """Return the header that names the version of what is answered."""
    return {"ETag": f'"{version}"'}


def if_match() -> int:
    """Return the version that the request builds on, from ``If-Match: "3"``.

    Raises PreconditionRequired (428) without it, and BadRequest when it is not one version: ``*`` would write over
    anything. A proxy that compresses makes a version weak (``W/"3"``); it still is that version.
    """
    header = request.headers.get("If-Match")
    if header is None:
        raise PreconditionRequired
    match = re.fullmatch(r'(?:W/)?"([0-9]{1,9})"', header.strip())
    if match is None:
        raise BadRequest(_('Please send If-Match with the one version that you read, like If-Match: "3".'))
    return int(match[1])
