"""Answers that are calendars."""

from collections.abc import Iterable
from http import HTTPStatus

from flask import Response, request

from shared import calendars
from shared.calendars import Entry
from shared.catalogues import Language
from shared.web.current import config

KIND = "text/calendar; charset=utf-8"


def as_download(entry: Entry, language: Language) -> Response:
    """Return one entry as a file to download; a newer file replaces the entry."""
    answer = Response(calendars.single(entry, language), content_type=KIND)
    answer.headers["Content-Disposition"] = "attachment; filename=steward.ics"
    return answer


def as_feed(entries: Iterable[Entry], language: Language, *, name: str) -> Response:
    """Return the calendar that a program reads again and again: 304 where it has this one already.

    Like every page at a public door it is asked for each time, and no cache on the way gives it to anybody else.
    """
    content = calendars.subscription(entries, language, name=name, timezone=config.timezone)
    answer = Response(content, content_type=KIND)
    answer.add_etag(weak=True)  # the same compressed or not
    tag, _is_weak = answer.get_etag()
    if tag is not None and request.if_none_match.contains_weak(tag):
        answer.status_code = HTTPStatus.NOT_MODIFIED  # its content is left out on the way
    return answer
