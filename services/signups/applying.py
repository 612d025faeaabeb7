"""What both entrances do with somebody who wants to sign up, or who walks in."""

from typing import Any, Final

from services.signups import operations, queries, schemas
from services.signups.idempotency import Answer, Request
from services.signups.links import Links
from services.signups.models import Signup
from shared.web import limits
from shared.web.auth import organizer
from shared.web.current import config, database, now
from shared.web.i18n import current_language

SIGNUPS: Final = "1200 per minute"
"""Sign-ups from one address: a whole school may sit behind it."""
SIGNUPS_OF_A_PHONE: Final = "60 per hour"
"""A family or a club may sign up together; a script that fills shifts under made-up names may not."""


def apply(entered: dict[str, Any], key: str, *, patient: bool = False) -> Answer:
    """Sign up with what an ``ApplicationSchema`` has loaded, once for each key, in the reader's language.

    ``patient``: wait for the same request while it is in flight, instead of refusing. Raises what ``sign_up`` raises,
    and TooManyRequests for a phone that was used too often.
    """
    limits.spend(SIGNUPS_OF_A_PHONE, entered["phone"])
    request = Request.of(key, entered, patient=patient)
    application = schemas.application(entered, current_language().tag)
    links = Links(config.secret_key)
    return database.write(operations.sign_up, application, request=request, links=links, now=now())


def write_down(entered: dict[str, Any], key: str, *, patient: bool = False) -> Signup:
    """Write down what a ``WalkInSchema`` has loaded, once for each key, for an organizer of the event's community.

    Raises what ``add_walk_in`` raises.
    """
    community = organizer().community
    database.read(queries.shift, entered["shift_id"], community=community)
    request = Request.of(f"walk-in {community} {key}", entered, patient=patient)
    application = schemas.application(entered, current_language().tag)
    links = Links(config.secret_key)
    return database.write(operations.add_walk_in, application, request=request, links=links, now=now())
