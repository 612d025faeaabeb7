"""A volunteer's own pages: all that their links open, and each sign-up by itself."""

from uuid import UUID

from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.signups import access, feeds, operations, schemas, waitlist
from services.signups.access import Own, own
from services.signups.calendars import as_download
from services.signups.links import Links
from services.signups.models import LIVE, Signup, SignupStatus, Volunteer, may_be_given
from services.signups.pages.door import OFF, door
from services.signups.pages.own_code import check_in_code
from services.signups.words import HEADINGS, STATES
from shared.errors import DomainError
from shared.texts import Text
from shared.texts import text as _
from shared.web import forms, qr
from shared.web.current import config, database, now
from shared.web.forms import Form
from shared.web.i18n import tell
from shared.web.security import personal

PAST_SHOWN = 30
"""Of what is over, the latest; the office knows the rest."""


@door.get("/manage/<token>")
def open_link(token: str) -> ResponseReturnValue:
    """Put the link's token into a cookie and out of the address bar; nothing else is changed by this."""
    return access.remembering(database.read(access.leads_to, token), token)


@door.get("/mine")
def mine() -> ResponseReturnValue:
    """Show somebody all sign-ups that their links open: what is to come first, then what is over."""
    opened = database.read(_with_turns)
    by_time = sorted(opened.signups, key=lambda one: one.shift.starts_at)
    page = render_template(
        "signups/own.html",
        upcoming=[one for one in by_time if _is_to_come(one)],
        past=[one for one in reversed(by_time) if not _is_to_come(one)][:PAST_SHOWN],
        calendars=_calendars(opened),
        several_people=len({one.volunteer_id for one in opened.signups}) > 1,
        state=_state,
    )
    return personal(make_response(page))


@door.post("/mine/forget")
def forget() -> ResponseReturnValue:
    """Close the pages on this device, so that whoever uses it next does not see them."""
    tell(_("Closed. Your sign-ups stand; your links open them again."))
    return access.forgetting("/events/")


@door.get("/mine/<uuid:signup_id>")
def my_signup(signup_id: UUID) -> ResponseReturnValue:
    """Show somebody one of their sign-ups; right after signing up it is the confirmation."""
    return personal(make_response(_page(_signup(signup_id), Form(None, {}))))


@door.post("/mine/<uuid:signup_id>/withdraw")
def withdraw(signup_id: UUID) -> ResponseReturnValue:
    """Withdraw from the shift, or leave its waitlist."""
    signup = _signup(signup_id)
    sent = forms.load(schemas.WithdrawalSchema(), request.form)
    if sent.data is not None:
        try:
            database.write(operations.withdraw, signup.id, reason=sent.data.get("reason"), now=now())
        except DomainError as error:
            sent.refuse(error)
        else:
            return redirect(f"/signups/mine/{signup.id}", 303)
    return personal(make_response(_page(signup, sent), 422))


@door.get("/mine/<uuid:signup_id>/calendar.ics")
def in_calendar(signup_id: UUID) -> ResponseReturnValue:
    """Download one of one's sign-ups as a calendar entry."""
    return personal(as_download(_signup(signup_id), now()))


def _page(signup: Signup, typed: Form) -> str:
    shift, event = signup.shift, signup.shift.event
    is_live = signup.status is not SignupStatus.WITHDRAWN and event.status == "published"
    address = f"{config.origin}/signups/manage/{Links(config.secret_key).manage_token(signup.id)}"
    return render_template(
        "signups/mine.html",
        signup=signup,
        shift=shift,
        event=event,
        heading=OFF if event.status == "cancelled" else HEADINGS[signup.status],
        state=_state(signup),
        is_live=is_live,
        asks_how=operations.feedback_refusal(signup, now()) is None,
        can_withdraw=is_live and signup.status in LIVE and now() < shift.starts_at,
        has_begun=signup.status in LIVE and now() >= shift.starts_at,
        can_give=may_be_given(signup, now()),
        can_return=signup.status is SignupStatus.WITHDRAWN and event.status == "published" and now() < shift.starts_at,
        waits=signup.status is SignupStatus.WAITLISTED,
        manage_url=address,
        code=qr.svg(address),
        check_in=check_in_code(signup),
        values=typed.values,
        errors=typed.errors,
    )


def _calendars(opened: Own) -> list[tuple[Volunteer, str | None]]:
    """Return everybody all of whose sign-ups are open, each with the address of their calendar, if there is one."""
    known, links = database.read(feeds.of_people, opened.people), Links(config.secret_key)
    addresses = {
        person: f"{config.origin}/signups/feed/{links.feed_token(feed.id)}.ics" for person, feed in known.items()
    }
    people = {one.volunteer_id: one.volunteer for one in opened.signups if one.volunteer_id in opened.people}
    return [(volunteer, addresses.get(person)) for person, volunteer in people.items()]


def _signup(signup_id: UUID) -> Signup:
    return database.read(_with_turns).signup(signup_id)


def _with_turns(session: Session) -> Own:
    opened = own(session)
    waitlist.with_turns(session, opened.signups)
    return opened


def _is_to_come(signup: Signup) -> bool:
    shift = signup.shift
    return signup.status is not SignupStatus.WITHDRAWN and shift.event.status == "published" and now() < shift.ends_at


def _state(signup: Signup) -> tuple[Text, str]:
    if signup.shift.event.status == "cancelled" and signup.status is not SignupStatus.WITHDRAWN:
        return _("Cancelled"), "bad"
    return STATES[signup.status]
