"""Versions in headers, so that nobody writes over what somebody else has changed since."""

import re

from flask import request
from werkzeug.exceptions import PreconditionRequired

from shared.errors import BadRequest
from shared.texts import text as _


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
