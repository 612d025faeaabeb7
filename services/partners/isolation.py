"""What is noted when somebody asks for what is not theirs: a count and a line in the log, never who they are."""

from typing import Final

import structlog
from flask import Blueprint, Response, request

from shared.web import metrics
from shared.web.auth import current_principal

FOREIGN: Final = "foreign"
"""A unit's contact asked for something that is another unit's, or nobody's."""
DEAD_LINK: Final = "dead link"
"""A link that opens nothing: made up, expired, revoked, or of somebody who has left."""


def watch(blueprint: Blueprint) -> None:
    """Note whatever contacts do not find at the addresses of a blueprint."""
    blueprint.after_request(_look)


def note(reason: str) -> None:
    """Count that somebody was refused, and write a line; the address itself is left out, since it may hold a token."""
    metrics.count_refusal(reason)
    rule = request.url_rule.rule if request.url_rule is not None else "none"
    structlog.get_logger().warning("access.refused", reason=reason, method=request.method, route=rule)


def _look(response: Response) -> Response:
    if response.status_code == 404:  # noqa: PLR2004  (not found)
        principal = current_principal()
        if principal is not None and principal.kind == "contact":
            note(FOREIGN)
    return response
