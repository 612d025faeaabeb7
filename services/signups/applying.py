"""What both entrances do with somebody who wants to sign up, or who walks in."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar, Final, NoReturn

from sqlalchemy.orm import Session

from services.signups import operations, queries, schemas
from services.signups.idempotency import Answer, Request
from services.signups.links import Links
from services.signups.models import Signup
from services.signups.operations import Application, Proof, Wish
from shared.errors import Conflict, Invalid, field_error
from shared.texts import Text
from shared.texts import text as _
from shared.web import limits
from shared.web.auth import organizer
from shared.web.current import config, database, now
from shared.web.i18n import current_language

SIGNUPS: Final = "1200 per minute"
"""Sign-ups from one address: a whole school may sit behind it."""
SIGNUPS_OF_A_PHONE: Final = "60 per hour"
"""A family or a club may sign up together; a script that fills shifts under made-up names may not."""
CODES: Final = "300 per hour"
"""Codes that one address may have sent, each of which costs money."""
WRONG_CODES: Final[Mapping[str, Text]] = {
    Proof.WRONG: _("This is not the code that we sent. Please look at the newest message."),
    Proof.EXPIRED: _("This code is good no longer. Please have a new one sent."),
}
SENT_BY_SMS: Final = _("We have sent a code of six digits to the mobile number. Please enter it.")
SENT_BY_EMAIL: Final = _("We have sent a code of six digits to the e-mail address. Please enter it.")


class CodeNeeded(Conflict):
    """Everything is right, and the event asks for a code as well, which has just been sent."""

    kind: ClassVar[str] = "urn:steward:problem:code-needed"
    title = _("A code is needed")


def apply(entered: dict[str, Any], key: str, *, patient: bool = False) -> Answer:
    """Sign up with what an ``ApplicationSchema`` or a ``FormSchema`` has loaded, once for each key.

    Raises what ``sign_up_together`` raises, and what ``enter`` does.
    """
    sign_up = partial(operations.sign_up_together, may_wait=entered.get("may_wait", False))
    return enter(sign_up, entered, key, patient=patient, in_crowds=operations.sign_up_newcomers)


def enter(
    operation: Callable[..., Answer],
    entered: dict[str, Any],
    key: str,
    *,
    patient: bool,
    in_crowds: Callable[[Session, Sequence[Wish]], Sequence[Answer | None]] | None = None,
) -> Answer:
    """Let the operation have the applications of what was entered, once for each key, with the event's code.

    ``patient``: wait for the same request while it is in flight, instead of refusing. ``in_crowds`` is tried first.
    Raises what the operation raises, CodeNeeded or Invalid where the event's code is missing or wrong, and
    TooManyRequests for a phone that was used too often.
    """
    for _person in ("one", *entered.get("companions", ())):
        limits.spend(SIGNUPS_OF_A_PHONE, entered["phone"])
    code, by = entered.pop("code", None), entered.pop("code_by", schemas.CodeBy.SMS)
    applications = schemas.applications(entered, current_language().tag)
    request, links, moment = Request.of(key, entered, patient=patient), Links(config.secret_key), now()
    answer = database.write_together(in_crowds, Wish(applications, request, links, moment)) if in_crowds else None
    if answer is None:
        answer = database.write(operation, applications, code=code, request=request, links=links, now=moment)
    _ask_for_code(answer, applications[0], by)
    return answer


def _ask_for_code(answer: Answer, application: Application, by: schemas.CodeBy) -> None:
    """Raise Invalid where the code was wrong; where it was missing, send one and raise CodeNeeded."""
    if answer.status in WRONG_CODES:
        raise Invalid(field_error("code", WRONG_CODES[answer.status]))
    if answer.status == Proof.MISSING:
        _send_code(application, by_email=by is schemas.CodeBy.EMAIL)


def _send_code(application: Application, *, by_email: bool) -> NoReturn:
    limits.spend(CODES, limits.address())
    email = application.email if by_email else None
    database.write(
        operations.send_code,
        application.shift_id,
        phone=application.phone,
        email=email,
        language=application.language,
        now=now(),
    )
    raise CodeNeeded(SENT_BY_EMAIL if email else SENT_BY_SMS)


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
