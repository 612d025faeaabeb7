"""Which part of the roster a page shows, as its address says; links and forms of the page keep it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Self
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from services.signups.models import SignupStatus
from services.signups.rosters import Filter
from shared.web.auth import organizer
from shared.web.current import config, now

DESK: Final = "/signups/desk"
TO_CLEAR: Final = "to-clear"
"""The tab of those whose skills nobody has confirmed; it stands among the states in the address."""
OF_AN_EVENT: Final = re.compile(rf"{DESK}/events/([^/]+)(?=/|$)")
LONGEST_SEARCH: Final = 50


@dataclass(frozen=True, slots=True)
class View:
    """A roster as it is asked for: across events, or that of one.

    ``here`` is its address without the query, ``kept`` what of the query its links keep (all but tab and page), and
    ``tab`` the state that is shown, empty for all.
    """

    here: str
    wanted: Filter
    kept: Mapping[str, str]
    tab: str

    @classmethod
    def of(cls, query: Mapping[str, str], event_id: UUID | None = None) -> Self:
        """Return the view that a query asks for, of the event or across events.

        What makes no sense in the query is left out, so that an old link still opens.
        """
        is_of_one = event_id is not None
        here = f"{DESK}/events/{event_id}" if is_of_one else DESK
        event_id = event_id or _uuid(query.get("event", ""))
        search = searched(query)
        today = now().astimezone(ZoneInfo(config.timezone)).date()
        since = _day(query.get("since", "")) if is_of_one or "since" in query else today
        until = _day(query.get("until", ""))
        shift_id = _uuid(query.get("shift", ""))
        tab = query.get("status", "")
        tab = tab if tab in {TO_CLEAR, *SignupStatus} else ""
        kept = {
            "event": str(event_id or "") if not is_of_one else "",
            "shift": str(shift_id or ""),
            "q": search,
            "since": since.isoformat() if since else "",
            "until": until.isoformat() if until else "",
        }
        wanted = Filter(
            community=organizer().community,
            event_id=event_id,
            shift_id=shift_id,
            status=SignupStatus(tab) if tab in set(SignupStatus) else None,
            to_clear=tab == TO_CLEAR,
            search=search,
            since=_midnight(since) if since else None,
            until=_midnight(until + timedelta(days=1)) if until else None,
        )
        return cls(here, wanted, {name: value for name, value in kept.items() if value or name == "since"}, tab)

    @classmethod
    def of_address(cls, address: str) -> Self:
        """Return the view of a whole address, as a form sends it back."""
        parts = urlsplit(address)
        named = OF_AN_EVENT.match(parts.path)
        return cls.of(dict(parse_qsl(parts.query, keep_blank_values=True)), _uuid(named[1]) if named else None)

    def address(self, *, tab: str | None = None, page: str = "", file: str = "") -> str:
        """Return the address of another tab or page of the view, or of a file with all that it shows."""
        chosen = {"status": self.tab if tab is None else tab, "cursor": page}
        query = dict(self.kept) | {name: value for name, value in chosen.items() if value}
        if self.here != DESK and not query.get("since"):
            query.pop("since", None)
        path = f"{self.here}{file}"
        return f"{path}?{urlencode(query)}" if query else path

    @property
    def narrows(self) -> bool:
        """Whether something was asked for, so that an empty list does not mean that nobody has signed up."""
        wanted = self.wanted
        of_one_event = wanted.event_id is not None and self.here == DESK
        return of_one_event or bool(self.tab or wanted.search or wanted.shift_id or wanted.until)


def searched(query: Mapping[str, str]) -> str:
    """Return what is looked for."""
    words = " ".join(query.get("q", "").split())  # a Chinese keyboard's blank is not printable
    # PostgreSQL fails on NUL, and a lone half of a character cannot be sent to any database.
    return "".join(filter(str.isprintable, words)).strip()[:LONGEST_SEARCH]


def _uuid(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None


def _day(written: str) -> date | None:
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None
    return found if 1900 <= found.year < 2200 else None  # noqa: PLR2004  (as shared.fields has it)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(config.timezone))
