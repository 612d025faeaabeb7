"""The delivery log as JSON, the same for every service that sends notices."""

from typing import Any, Final

from marshmallow import fields
from sqlalchemy import Select
from sqlalchemy.orm import Session

from shared.fields import Choice, Line, Schema
from shared.notices.tables import Notice, NoticeState
from shared.paging import Page, Part, fetch
from shared.web import paging
from shared.web.current import database


class NoticeSchema(Schema):
    """A notice and how far it got; the person is told by the first sign of their name only."""

    id = fields.UUID()
    kind = fields.String()
    channel = fields.String()
    state = Choice(NoticeState)
    due_at = fields.AwareDateTime()
    sent_at = fields.AwareDateTime(allow_none=True)
    person = fields.String()
    event_id = fields.UUID(allow_none=True)
    occurrence = fields.Integer()


class NoticeQuery(paging.PageQuery):
    """Which notices to list."""

    event_id = fields.UUID()
    kind = Line(max=40)
    state = Choice(NoticeState)


SHOWN: Final = [name for name in NoticeSchema().fields if name != "person"]
"""What is shown of a notice as it stands in its table."""
NoticePageSchema = paging.page_of(NoticeSchema)


def answer(notices: Select[Notice, str], wanted: dict[str, Any]) -> dict[str, Any]:
    """Return a page of the notices, the newest first.

    ``notices`` selects those that the reader may know of, each with the name of its person; ``wanted`` is what a
    ``NoticeQuery`` has loaded.
    """
    page = paging.asked(wanted, "notices")
    query = notices.where(*(getattr(Notice, name) == value for name, value in wanted.items()))
    part = database.read(_fetch, query, page)
    items = [_shown(notice, name) for notice, name in part.items]
    return paging.answer(Part(items, part.next), "notices")


def masked(name: str) -> str:
    """Return a name as it is shown to others than its bearer: 张*."""
    return f"{name[:1]}*"


def _fetch(session: Session, query: Select[Notice, str], page: Page) -> Part:
    return fetch(session, query, [Notice.created_at, Notice.id], page, descending=True)


def _shown(notice: Notice, name: str) -> dict[str, Any]:
    return {field: getattr(notice, field) for field in SHOWN} | {"person": masked(name)}
