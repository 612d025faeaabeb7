"""The pages on which an organizer sees what became of an event's notices, stops a mailing or sends it again."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shared.errors import DomainError, NotFound
from shared.notices import queue
from shared.notices.tables import NoticeState
from shared.paging import Page
from shared.texts import Text
from shared.texts import text as _
from shared.web import paging
from shared.web.auth import organizer
from shared.web.current import database, is_htmx, now
from shared.web.i18n import tell, translate
from shared.web.mailings import broadcasts, reading, words
from shared.web.mailings.reading import Overview, Stage
from shared.web.mailings.room import About, Room
from shared.web.mailings.writing import AT

PEOPLE: Final = {"signups": _("Volunteers"), "partners": _("Partner units")}
"""Service -> whom it writes to; their pages are two tabs of one room."""
MAILINGS: Final = 20
NOTICES: Final = 30
LOG: Final = "/events/<uuid:event_id>/notices"


class Following:
    """The pages for one service's people."""

    def __init__(self, room: Room) -> None:
        self._room = room

    def add_to(self, desk: Blueprint) -> None:
        """Give the service's desk these pages."""
        desk.add_url_rule(AT, "mailings", self.mailings)
        desk.add_url_rule(f"{AT}/<uuid:mailing_id>", "mailing", self.mailing)
        desk.add_url_rule(f"{AT}/<uuid:mailing_id>/stop", "stop_mailing", self.stop, methods=["POST"])
        desk.add_url_rule(f"{AT}/<uuid:mailing_id>/resend", "resend_mailing", self.resend, methods=["POST"])
        desk.add_url_rule(LOG, "notices", self.notices)
        desk.add_url_rule(f"{LOG}/<uuid:notice_id>", "notice", self.notice)

    def mailings(self, event_id: UUID) -> ResponseReturnValue:
        """List the event's mailings, the newest first, and how far each has come."""
        page = paging.asked({"limit": MAILINGS, "cursor": request.args.get("cursor")}, "mailings")
        event, part = database.read(self._overviews, event_id, page)
        told = paging.answer(part, "mailings")
        return _watched(
            "mailings/list.html",
            is_busy=any(one.stage(now()) is Stage.UNDER_WAY for one in part.items),
            event=event,
            overviews=told["items"],
            next_cursor=told["next_cursor"],
            desks=[
                (translate(people), f"/{service}/desk/events/{event_id}/mailings", None, service == self._room.service)
                for service, people in PEOPLE.items()
            ],
            **self._frame(),
        )

    def mailing(self, event_id: UUID, mailing_id: UUID) -> ResponseReturnValue:
        """Show one mailing: what it says, to whom, and how far it has come."""
        one, event, said = database.read(self._mailing, event_id, mailing_id)
        return _watched(
            "mailings/one.html",
            is_busy=one.stage(now()) is Stage.UNDER_WAY,
            event=event,
            one=one,
            said=said,
            is_own=one.mailing.created_by == organizer().id,
            is_broadcast=one.mailing.kind == broadcasts.KIND,
            languages_of=[(_("In Chinese"), "zh-CN"), (_("In English"), "en")],
            **self._frame(),
        )

    def stop(self, event_id: UUID, mailing_id: UUID) -> ResponseReturnValue:
        """Stop a mailing, and tell how many had gone out."""

        def act() -> Text:
            gone, back = database.write(broadcasts.stop, self._room, mailing_id, by=organizer(), now=now())
            return _("Stopped. Sent before: %(gone)s. Taken back: %(back)s.", gone=gone, back=back)

        return self._do(event_id, mailing_id, act)

    def resend(self, event_id: UUID, mailing_id: UUID) -> ResponseReturnValue:
        """Send to those once more whom the mailing did not reach."""

        def act() -> Text:
            number = database.write(queue.resend, mailing_id=mailing_id, states=[NoticeState.FAILED], now=now())
            return _("Sent once more: %(n)s", n=number)

        return self._do(event_id, mailing_id, act)

    def notices(self, event_id: UUID) -> ResponseReturnValue:
        """List what was or will be sent to whom; ``?kind=``, ``?state=`` and ``?mailing=`` choose some of it."""
        page = paging.asked({"limit": NOTICES, "cursor": request.args.get("cursor")}, "notices of an event")
        kind, state, mailing_id = (request.args.get(name, "") for name in ("kind", "state", "mailing"))
        wanted: dict[str, Any] = {"kind": kind} if kind in self._room.kinds else {}
        if mailing := _uuid(mailing_id):
            wanted["mailing_id"] = mailing
        chosen = NoticeState(state) if state in set(NoticeState) else None
        found = database.read(self._log, event_id, wanted, chosen, page)
        told = paging.answer(found.pop("part"), "notices of an event")
        return render_template(
            "mailings/log.html",
            **found,
            rows=told["items"],
            next_cursor=told["next_cursor"],
            kept={name: str(value) for name, value in (("kind", wanted.get("kind")), ("mailing", mailing)) if value},
            state=chosen,
            **self._frame(),
        )

    def notice(self, event_id: UUID, notice_id: UUID) -> ResponseReturnValue:
        """Show one notice and what happened to it, as far as is known."""
        event, found, person = database.read(self._notice, event_id, notice_id)
        return render_template("mailings/notice.html", event=event, notice=found, person=person, **self._frame())

    def _overviews(self, session: Session, event_id: UUID, page: Page) -> tuple[About, Any]:
        community = organizer().community
        event = self._room.event(session, event_id, community)
        return event, reading.overviews(session, self._room, page, community, event_id)

    def _mailing(self, session: Session, event_id: UUID, mailing_id: UUID) -> tuple[Overview, About, Any]:
        one, event = reading.mailing(session, self._room, mailing_id, organizer().community)
        if event.id != event_id:
            raise NotFound(_("There is no such mailing."))
        return one, event, self._room.said(session, one.mailing.audience)

    def _log(
        self, session: Session, event_id: UUID, wanted: Mapping[str, Any], state: NoticeState | None, page: Page
    ) -> dict[str, Any]:
        community = organizer().community
        narrowed = wanted if state is None else {**wanted, "state": state}
        return {
            "event": self._room.event(session, event_id, community),
            "kinds_there": reading.kinds(session, event_id),
            "counts": reading.states(session, event_id, wanted),
            "part": reading.log(session, self._room.log(community), event_id, narrowed, page),
        }

    def _notice(self, session: Session, event_id: UUID, notice_id: UUID) -> tuple[About, Any, str]:
        community = organizer().community
        event = self._room.event(session, event_id, community)
        return event, *reading.notice(session, self._room.log(community), event_id, notice_id)

    def _do(self, event_id: UUID, mailing_id: UUID, act: Callable[[], Text]) -> ResponseReturnValue:
        """Do something with a mailing of the organizer's own event, and return to its page."""
        database.read(self._mailing, event_id, mailing_id)
        try:
            tell(act())
        except DomainError as error:
            tell(error.detail, "warning")
        return redirect(url_for(".mailing", event_id=event_id, mailing_id=mailing_id), 303)

    def _frame(self) -> Mapping[str, Any]:
        return {"kinds": self._room.kinds, "words": words, "now": now(), "may_write": organizer().may_write}


def _watched(template: str, *, is_busy: bool, **shown: Any) -> Response:
    """Return a page that asks for itself anew while something happens; once that is over it is loaded as a whole."""
    response = make_response(render_template(template, is_busy=is_busy, **shown))
    if is_htmx() and not is_busy:
        response.headers["HX-Refresh"] = "true"
    return response


def _uuid(written: str) -> UUID | None:
    try:
        return UUID(written)
    except ValueError:
        return None
