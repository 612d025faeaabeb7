"""Pages on which people see what is known of them, take it along, take their consent back, and are forgotten."""

from typing import Final

import orjson
from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from services.signups import access, operations, own_data, own_words
from services.signups.own_data import Known, Person, PersonSchema
from services.signups.pages.certificates import PAPERS
from services.signups.pages.door import door
from services.signups.words import STATES
from shared.errors import Conflict, NotFound
from shared.texts import text as _
from shared.web import limits
from shared.web.current import database, now
from shared.web.i18n import tell
from shared.web.security import personal

PAGE: Final = "/signups/mine/data"


@door.get("/mine/data")
def my_data() -> ResponseReturnValue:
    """Show all that is known of whoever opened their link."""
    return personal(make_response(_page()))


@door.get("/mine/data.json")
def take_along() -> ResponseReturnValue:
    """Download the same for other programs."""
    content = orjson.dumps(PersonSchema(many=True).dump(_all()), option=orjson.OPT_INDENT_2)
    return _file(content, "application/json", "my-data.json")


@door.get("/mine/data.pdf")
@limits.limit(PAPERS)
def take_along_on_paper() -> ResponseReturnValue:
    """Download the same to read and to print."""
    from services.signups.papers.own_data import draw  # noqa: PLC0415  # what draws papers takes long to import

    return _file(draw(_all(), now()), "application/pdf", "my-data.pdf")


@door.post("/mine/data/consent")
def end_consent() -> ResponseReturnValue:
    """Take the consent back: what is to come is withdrawn, and no more notices are sent."""
    person = _chosen(request.form.get("person", ""))
    database.write(operations.end_consent, [one.id for one in person.signups], now())
    tell(_("You have taken your consent back. Nothing more will be sent to you."))
    return redirect(PAGE, 303)


@door.get("/mine/data/erase")
def ask_to_erase() -> ResponseReturnValue:
    """Say what erasing means, and ask once more."""
    person = _chosen(request.args.get("person", ""))
    own_data.must_be_whole(person)
    return personal(make_response(render_template("signups/erase.html", person=person)))


@door.post("/mine/data/erase")
def erase() -> ResponseReturnValue:
    """Forget the person; their links open nothing any more."""
    person = _chosen(request.form.get("person", ""))
    try:
        own_data.must_be_whole(person)
    except Conflict as error:
        tell(error.detail, "error")
        return redirect(PAGE, 303)
    database.write(operations.erase, person.volunteer.id, now())
    return redirect("/signups/forgotten", 303)


@door.get("/forgotten")
def forgotten() -> ResponseReturnValue:
    """Tell somebody that their data were erased; the page itself knows nobody."""
    return render_template("signups/erased.html")


def _page() -> str:
    return render_template("signups/data.html", people=_all(), states=STATES, words=own_words)


def _file(content: bytes, content_type: str, name: str) -> Response:
    answer = Response(content, content_type=content_type)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return personal(answer)


def _all() -> list[Known]:
    """Return the people of whom this browser's links open something, with all that is shown of them."""
    return database.read(lambda session: own_data.known(session, _opened(session)))


def _opened(session: Session) -> list[Person]:
    """Return the people of whom this browser's links open something; raises NotFound where they open nothing."""
    links = access.own(session)
    if not links.signups:
        raise NotFound(_("Please open the link that you were given when you signed up."))
    return own_data.opened(session, links.signups, links.people)


def _chosen(person_id: str) -> Person:
    """Return one of the people, who need not be named where there is only one."""
    found = [one for one in database.read(_opened) if person_id in {"", str(one.volunteer.id)}]
    if len(found) != 1:
        raise NotFound(_("There is nobody like that here."))
    return found[0]
