"""What the links open that a browser keeps: the one place that decides whose pages somebody sees.

- A manage link opens the one sign-up that it was made for and no other of the same person; its short form in letters
  does the same. Whoever signs up is given it, under whatever name and phone they enter; if it opened more, a stranger
  could sign somebody up for a shift and read where else that person helps.
- An access link that was sent to the person's phone opens all their sign-ups, since that is the phone of them all.
- One that was sent to an e-mail address opens those that carry the same address: anybody may have entered it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import Response, make_response, redirect
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from services.signups import queries, short_links
from services.signups.links import Links, token_hash
from services.signups.models import AccessLink, ShortLink, Signup, Volunteer
from shared.errors import NotFound
from shared.texts import text as _
from shared.web import cookies
from shared.web.current import config, now
from shared.web.security import personal

COOKIE: Final = "steward-signups-links"
"""Holds the tokens of the links that were opened here, the last one first, to have them gone from the address bar."""
FORMERLY: Final = "steward-signup"
"""What the release before called it, under which browsers still keep it for ``/signups``."""
COOKIE_AGE: Final = 90 * 24 * 3600
BETWEEN: Final = "."
"""Stands between two tokens; no token has it."""
MOST: Final = 20
"""Tokens that a browser keeps: a family's for a season, and less than a kilobyte."""


@dataclass(frozen=True, slots=True)
class Own:
    """The sign-ups that the links of this browser open.

    ``latest`` is that of the manage link that was opened last; ``people`` are those all of whose sign-ups are open,
    because the link was sent to their phone.
    """

    signups: Sequence[Signup]
    latest: Signup | None
    people: frozenset[UUID]

    def signup(self, signup_id: UUID) -> Signup:
        """Return one of the sign-ups; raises NotFound for all that are not open."""
        found = next((one for one in self.signups if one.id == signup_id), None)
        if found is None:
            raise NotFound(_("There is no such sign-up. Please open the link that you were given for it."))
        return found

    def served(self) -> list[Volunteer]:
        """Return the people whose record is open: by a link to their phone, or by that of a shift they served.

        Any other link could have been got by somebody who only knows a name and a number.
        """
        served = {one.volunteer for one in self.signups if one.minutes or one.volunteer_id in self.people}
        return sorted(served, key=lambda person: (person.name, person.id))


def own(session: Session) -> Own:
    """Return what the links open that this browser keeps; nothing where it keeps none."""
    hashes = [token_hash(token) for token in _tokens()]
    if not hashes:
        return Own([], None, frozenset())
    short = _short(session, hashes)
    links = session.scalars(_valid_links().where(AccessLink.token_hash.in_(hashes))).all()
    people = frozenset(link.volunteer_id for link in links if link.volunteer_id and link.address_mark is None)
    marks = {(link.volunteer_id, link.address_mark) for link in links}
    mark = Links(config.secret_key).address_mark
    found = session.scalars(
        queries.with_people().where(
            or_(
                Signup.manage_hash.in_(hashes),
                Signup.id.in_(short.values()),
                Signup.volunteer_id.in_({link.volunteer_id for link in links}),
            )
        )
    )
    opened = [
        one
        for one in found
        if one.manage_hash in hashes
        or one.id in short.values()
        or one.volunteer_id in people
        or (one.email and (one.volunteer_id, mark(one.email)) in marks)
    ]
    by_id = {one.id: one for one in opened}
    by_link = {one.manage_hash: one for one in opened} | {one: by_id[signup_id] for one, signup_id in short.items()}
    return Own(opened, next((by_link[one] for one in hashes if one in by_link), None), people)


def leads_to(session: Session, token: str) -> str:
    """Return the page that a link opens; raises NotFound."""
    link = session.scalar(_valid_links().where(AccessLink.token_hash == token_hash(token)))
    return "/signups/mine" if link is not None else f"/signups/mine/{queries.signup_by_token(session, token).id}"


def remembering(page: str, *tokens: str) -> Response:
    """Lead to a page with the tokens in the cookie, before those that were opened here earlier."""
    kept = list(dict.fromkeys((*tokens, *_tokens())))[:MOST]
    answer = make_response(redirect(page, 303))
    cookies.keep(answer, COOKIE, BETWEEN.join(kept), seconds=COOKIE_AGE)
    return personal(answer)


def forgetting(page: str) -> Response:
    """Lead to a page without any token: the phone or the tablet is somebody else's."""
    answer = make_response(redirect(page, 303))
    cookies.forget(answer, COOKIE)
    cookies.forget_plain(answer, FORMERLY, path="/signups")
    return personal(answer)


def _tokens() -> list[str]:
    kept = (cookies.read(COOKIE), cookies.read_plain(FORMERLY))
    return [token for tokens in kept if tokens for token in tokens.split(BETWEEN) if token][:MOST]


def _short(session: Session, hashes: Sequence[str]) -> dict[str, UUID]:
    """Return hash -> sign-up, for those that are of short links."""
    rows = session.execute(
        select(ShortLink.token_hash, ShortLink.signup_id).where(
            ShortLink.token_hash.in_(hashes), short_links.is_good(now())
        )
    )
    return {hashed: signup_id for hashed, signup_id in rows}  # noqa: C416  (a Row is no pair to mypy)


def _valid_links() -> Select[AccessLink]:
    return select(AccessLink).where(AccessLink.expires_at > now(), AccessLink.volunteer_id.is_not(None))
