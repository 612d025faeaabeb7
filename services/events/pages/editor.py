"""The one form that is open on a page of many parts, and what to say when somebody else was quicker."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from flask import request

from services.events import queries
from services.events.models import Event, ProgrammeItem, Shift
from services.events.pages.board import flat, steps_of
from services.events.times import box
from shared.errors import DomainError, NotFound, Stale
from shared.texts import text as _
from shared.web import forms
from shared.web.current import database
from shared.web.i18n import translate

WAS: Final = "_was"
ROWS: Final = frozenset({"shifts", "programme", "questions"})
"""The groups of rows in a form; each row has an ``id``, or a ``key``, once it was saved."""
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
    """Return what was typed, and in boxes that were left alone what somebody else wrote meanwhile.

    Rows are matched by id. One that somebody else added is there too; one that they took out stays only where it was
    changed here, as a new one.
    """
    try:
        was = json.loads(request.form.get(WAS, ""))
    except ValueError:
        was = None
    return _merged(was, typed, newest)


def item_values(item: ProgrammeItem, event: Event) -> dict[str, Any]:
    """Return a programme item as the boxes of a form hold it."""
    return {
        "title": item.title,
        "kind": item.kind,
        "performers": item.performers,
        "starts_at": box(item.starts_at, event.timezone),
        "minutes": item.minutes,
        "place": item.place,
        "roles": list(item.roles),
    }


def without_untouched(entered: Mapping[str, Any], part: Shift | ProgrammeItem | None, event: Event) -> dict[str, Any]:
    """Return what was entered without times that were left alone: a box holds no seconds, so they would be cut."""
    return {
        name: value
        for name, value in entered.items()
        if part is None
        or name not in {"starts_at", "ends_at"}
        or box(value, event.timezone) != box(getattr(part, name), event.timezone)
    }


def part_id(of: str) -> UUID:
    """Return the id of the part whose form is open; raises NotFound where it is none."""
    try:
        return UUID(of)
    except ValueError:
        raise NotFound(_("There is no such entry.")) from None


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


def _merged(was: Any, typed: Mapping[str, Any], newest: Mapping[str, Any]) -> dict[str, Any]:
    before = was if isinstance(was, dict) else {}
    found = dict(typed)
    for name, theirs in newest.items():
        if name not in before:
            continue
        if isinstance(theirs, Mapping):
            found[name] = _merged(before[name], typed.get(name, {}), theirs)
        elif name in ROWS:
            found[name] = _merged_rows(before[name], typed.get(name, []), theirs)
        elif _plain_value(typed.get(name)) == before[name]:
            found[name] = theirs
    return found


def _merged_rows(
    was: Any, typed: Sequence[Mapping[str, Any]], newest: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    rows = [row for row in was if isinstance(row, dict)] if isinstance(was, list) else []
    before, theirs = ({_id(row): row for row in some} for some in (rows, newest))
    found: list[Mapping[str, Any]] = []
    for row in typed:
        known = _id(row)
        if known in theirs:
            found.append(_merged(before.get(known), row, theirs[known]))
        elif known not in before:
            found.append(row)
        elif any(_plain_value(row.get(name)) != value for name, value in before[known].items()):
            found.append({name: value for name, value in row.items() if name != "id"})
    return found + [row for known, row in theirs.items() if known not in before]


def _id(row: Mapping[str, Any]) -> str:
    return str(row.get("id") or row.get("key") or "")


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as boxes hold them: texts, lists of texts, and rows."""
    return {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _plain(value)
    if isinstance(value, list):
        return [_plain(one) for one in value] if _holds_rows(value) else sorted(str(one) for one in value)
    return str("" if value is None else value).replace("\r\n", "\n")  # a browser sends the one, we store the other


def _holds_rows(value: list[Any]) -> bool:
    return any(isinstance(one, Mapping) for one in value)
