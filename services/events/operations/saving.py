"""Keeping an event as a template of the community's own, to begin others with."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.events import saved
from services.events.models import SavedTemplate
from services.events.operations.desk import Desk, take
from services.events.playbook import BLANK, PLAYBOOK, base_of
from shared.errors import Conflict, Invalid, NotFound, field_error
from shared.texts import text as _

MAX_TEMPLATES: Final = 100
"""Templates that one community may keep."""
TAKEN: Final = _(
    "One of your templates has this name already. Please choose a different name, or tick that it is to be replaced."
)
TAKEN_BY_ANOTHER: Final = _("Another of your templates has this name. Please choose a different one.")


def save_template(
    session: Session, event_id: UUID, entered: Mapping[str, Any], *, desk: Desk, now: datetime
) -> SavedTemplate:
    """Keep the event under ``title``; where that name is taken, only ``replace`` writes over what it stands for.

    Raises Invalid beside ``title`` where the name is taken, and Conflict where there are too many.
    """
    event = take(session, event_id, desk)
    title = entered["title"]
    present = _named(session, title, desk)
    if present is not None and not entered.get("replace"):
        raise Invalid(field_error("title", TAKEN))
    base = base_of(event.template or BLANK)
    kept = {
        "theme": event.theme.value,
        "body": saved.body_of(event),
        "created_by": desk.organizer_id,
        "created_at": now,
    }
    if present is not None and base_of(present.key) == base:
        for name, value in kept.items():
            setattr(present, name, value)
        return present
    if present is not None:  # its key names another festival
        session.delete(present)
        session.flush()
    count = session.scalar(select(func.count()).where(SavedTemplate.community == desk.community)) or 0
    if count >= MAX_TEMPLATES:
        raise Conflict(_("%(n)s templates are the most. Please delete one that is not needed.", n=MAX_TEMPLATES))
    key = f"{base if base in PLAYBOOK else BLANK}--{secrets.token_hex(4)}"
    made = SavedTemplate(id=uuid4(), community=desk.community, key=key, title=title, **kept)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # a colleague was quicker with this name
        raise Invalid(field_error("title", TAKEN)) from None
    return made


def rename_template(session: Session, key: str, title: str, *, desk: Desk) -> SavedTemplate:
    """Give the template another name; raises Invalid where another has it, and NotFound."""
    template = _take(session, key, desk)
    present = _named(session, title, desk)
    if present is not None and present.id != template.id:
        raise Invalid(field_error("title", TAKEN_BY_ANOTHER))
    template.title = title
    try:
        with session.begin_nested():
            session.flush()
    except IntegrityError:
        raise Invalid(field_error("title", TAKEN_BY_ANOTHER)) from None
    return template


def delete_template(session: Session, key: str, *, desk: Desk) -> SavedTemplate:
    """Take the template away; events that began with it stay as they are. Raises NotFound."""
    template = _take(session, key, desk)
    session.delete(template)
    return template


def _named(session: Session, title: str, desk: Desk) -> SavedTemplate | None:
    return session.scalars(
        select(SavedTemplate).where(SavedTemplate.community == desk.community, SavedTemplate.title == title)
    ).one_or_none()


def _take(session: Session, key: str, desk: Desk) -> SavedTemplate:
    template = saved.find(session, key, desk.community)
    if template is None:
        raise NotFound(_("There is no such template."))
    return template
