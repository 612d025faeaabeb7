"""The one form that is open on a page of many parts, and what to say when somebody else was quicker."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from flask import request

from services.events import queries
from services.events.models import Event
from services.events.pages.board import flat, steps_of
from shared.errors import DomainError, Stale
from shared.web import forms
from shared.web.current import database
from shared.web.i18n import translate

WAS: Final = "_was"
StaleWords = tuple[str, list[dict[str, Any]]]
"""What to say of a change that came between, and what it was."""


@dataclass(slots=True)
class Editor:
    """The form that is open: of which part, and what its boxes hold."""

    of: str
    values: Mapping[str, Any]
    errors: Mapping[str, Any] = field(default_factory=dict)
    stale: StaleWords | None = None
    was: str = field(default_factory=lambda: request.form.get(WAS, ""))
    """What the boxes held when the form was opened, as JSON; it comes back with the form."""


def opened(of: str, values: Mapping[str, Any], typed: Mapping[str, Any] | None = None) -> Editor:
    """Return the form as it is opened, with the values of the part; ``typed`` are those to show instead."""
    return Editor(of, typed or values, was=json.dumps(_plain(values)))


def merged(typed: Mapping[str, Any], newest: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed, and in boxes that were left alone what somebody else wrote meanwhile."""
    try:
        was = json.loads(request.form.get(WAS, ""))
    except ValueError:
        was = None
    if not isinstance(was, dict):
        return dict(typed)
    now_typed = _plain(typed)
    alone = {name: value for name, value in newest.items() if name in was and now_typed.get(name) == was[name]}
    return {**typed, **alone}


def notice_of(error: Stale, newest: Event, version: int) -> StaleWords:
    """Return what to tell somebody whose page was older than the event, and what was changed since."""
    history = [(row[0], row[1]) for row in database.read(queries.history, newest.id, since=version)]
    return translate(error.detail), steps_of(history, newest)


def flat_part(errors: Mapping[str, Any], group: str) -> dict[str, Any]:
    """Return the errors of an event with those of its parts beside the boxes of the one form that is open."""
    own = flat({name: texts for name, texts in errors.items() if name != group})
    parts = errors.get(group, {})
    if not isinstance(parts, Mapping):
        return {**own, forms.WHOLE_FORM: parts}
    return own | {name: texts for part in parts.values() for name, texts in part.items()}


def first_text(error: DomainError) -> str:
    """Return the first thing that an operation found wrong, for there is no form to show it in."""
    texts = [text for found in flat(error.errors or {}).values() for text in found]
    return texts[0] if texts else error.detail


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as boxes hold them: texts, and lists of texts."""
    return {
        name: sorted(str(one) for one in value) if isinstance(value, list) else str("" if value is None else value)
        for name, value in values.items()
    }
