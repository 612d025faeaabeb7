"""Lists in pages, as JSON asks for them: ``?limit=&cursor=`` and ``{"items": […], "next_cursor": …}``."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer
from marshmallow import Schema as AnySchema
from marshmallow import fields

from shared.errors import BadRequest
from shared.fields import Line, Schema, Whole
from shared.paging import DEFAULT_LIMIT, MAX_LIMIT, Page, Part, Position
from shared.texts import text as _
from shared.web.current import config

MAX_CURSOR: Final = 1000
KINDS: Final[Mapping[str, tuple[type, Callable[[str], Any]]]] = {
    "uuid": (UUID, UUID),
    "moment": (datetime, datetime.fromisoformat),
    "day": (date, date.fromisoformat),
    "number": (int, int),
    "text": (str, str),
}
"""How values of a position are written into a cursor; a datetime is a date as well, so its line comes first."""


class PageQuery(Schema):
    """What a list takes in its query string; a list's own schema adds its filters."""

    limit = Whole(min=1, max=MAX_LIMIT, load_default=DEFAULT_LIMIT)
    cursor = Line(max=MAX_CURSOR, metadata={"description": "next_cursor of the page before"})


def page_of(item: type[AnySchema]) -> type[Schema]:
    """Return the schema of one page of a list of such items."""
    members = {
        "__doc__": f"One page of a list of {item.__name__}.",
        "items": fields.List(fields.Nested(item), required=True),
        "next_cursor": fields.String(required=True, allow_none=True),
    }
    return type(f"{item.__name__.removesuffix('Schema')}PageSchema", (Schema,), members)


def asked(query: dict[str, Any], of: str) -> Page:
    """Take limit and cursor out of what a ``PageQuery`` has loaded.

    ``of`` names the list, so that a cursor of another one is refused. Raises BadRequest for one that is not ours.
    """
    limit, cursor = query.pop("limit"), query.pop("cursor", None)
    return Page(limit, None if not cursor else _position(cursor, of))


def answer(part: Part, of: str) -> dict[str, Any]:
    """Return the page as it is answered; ``of`` as in ``asked``."""
    return {"items": part.items, "next_cursor": None if part.next is None else _cursor(part.next, of)}


def _cursor(position: Position, of: str) -> str:
    kinds = [next(name for name, (kind, _read) in KINDS.items() if isinstance(value, kind)) for value in position]
    written = [value.isoformat() if isinstance(value, date) else str(value) for value in position]
    return str(_serializer(of).dumps(list(zip(kinds, written, strict=True))))


def _position(cursor: str, of: str) -> Position:
    try:
        return tuple(KINDS[kind][1](written) for kind, written in _serializer(of).loads(cursor))
    except BadData:
        text = _("This cursor is not one of this list. Please take next_cursor as it was answered, or leave it out.")
        raise BadRequest(text) from None


def _serializer(of: str) -> URLSafeSerializer:
    return URLSafeSerializer(config.secret_key, salt=f"cursor of {of}")
