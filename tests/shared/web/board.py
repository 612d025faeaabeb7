"""A made-up service, a notice board, with one of everything that a service may have."""

from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, abort, current_app, jsonify, redirect, render_template, render_template_string, request
from flask.typing import ResponseReturnValue
from marshmallow import fields
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from werkzeug import Response

from shared import paging as keyset
from shared.database import TYPES, new_metadata
from shared.errors import Conflict, DomainError, Invalid, NotFound, Stale, field_error
from shared.fields import Choice, Day, Line, LocalMoment, Moment, Paragraph, Phone, Schema, Whole, size, true
from shared.principal import Principal
from shared.texts import text as _
from shared.web import forms, kept, limits, paging
from shared.web.auth import bearer_token, current_principal, sign_in_cookie, sign_out
from shared.web.current import database, now
from shared.web.i18n import tell
from shared.web.openapi import ApiBlueprint
from shared.web.preconditions import etag, if_match
from shared.web.security import from_any_service, personal

CONTACT = uuid4()
CONTACT_TOKEN = "the-contact-of-a-clinic"
ENDED = UUID(int=1)
"""A sign-in that was ended."""


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = TYPES


class Note(Base):
    __tablename__ = "notes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    title: Mapped[str]
    copies: Mapped[int]
    pinned_at: Mapped[datetime]
    version: Mapped[int]


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class PersonSchema(Schema):
    name = Line(max=50, min=2, required=True)
    phone = Phone(required=True)
    adult = fields.Boolean()


class RowSchema(Schema):
    role = Line(max=20, required=True)
    capacity = Whole(min=1, max=2000, required=True)


class NoteSchema(Schema):
    title = Line(max=20, required=True)
    copies = Whole(min=1, max=9, load_default=1)
    text = Paragraph(max=200, load_default="")
    colour = Choice(Colour)
    day = Day()
    at = Moment()
    pinned_until = LocalMoment()
    guardian = fields.Nested(PersonSchema)
    rows = fields.List(fields.Nested(RowSchema), validate=size(3), load_default=list)
    shift_ids = fields.List(fields.UUID(), load_default=list)


class FormSchema(NoteSchema):
    consent = fields.Boolean(required=True, validate=true)


class NoteAnswerSchema(Schema):
    id = fields.UUID()
    title = fields.String()
    copies = fields.Integer()
    version = fields.Integer()


class NoteQuery(paging.PageQuery):
    title = Line(max=20)


def pin(session: Session, *, title: str, now: datetime, copies: int = 1, **_rest: Any) -> Note:
    if title == "taken":
        raise Invalid(field_error("title", _("Please fill this in.")))
    if title == "late":
        raise Conflict(_("Please check the marked entries."), retry_after=7)
    note = Note(id=uuid4(), title=title, copies=copies, pinned_at=now, version=1)
    session.add(note)
    return note


def change(session: Session, note_id: UUID, version: int, title: str) -> Note:
    note = session.get(Note, note_id, with_for_update=True)
    if note is None:
        raise NotFound(_("There is nothing at this address."))
    if note.version != version:
        raise Stale(_("Please read the newest version and make your change again."))
    note.title, note.version = title, version + 1
    return note


def notes(session: Session, page: keyset.Page) -> keyset.Part:
    return keyset.fetch(session, select(Note), (Note.title, Note.pinned_at, Note.copies, Note.id), page)


def identify(_session: Session, token: str, _now: datetime) -> Principal | None:
    known = sha256(token.encode()).digest() == sha256(CONTACT_TOKEN.encode()).digest()
    return Principal(kind="contact", id=CONTACT, name="诊所", community="示范社区", role="") if known else None


def confirm(_session: Session, principal: Principal) -> Principal | None:
    return None if principal.session_id == ENDED else principal


def gauges(session: Session, _now: datetime) -> dict[str, float]:
    return {"notes": float(len(session.scalars(select(Note)).all()))}


api_door = ApiBlueprint("api_door", __name__, url_prefix="/board/api/v1", description="For everybody")
api_desk = ApiBlueprint("api_desk", __name__, url_prefix="/board/api/v1")
api_unit = ApiBlueprint("api_unit", __name__, url_prefix="/board/api/v1")
door = Blueprint("door", __name__, url_prefix="/board", template_folder="templates")
desk = Blueprint("desk", __name__, url_prefix="/board")
unit = Blueprint("unit", __name__, url_prefix="/board")


@api_door.route("/notes", methods=["POST"])
@api_door.arguments(NoteSchema)
@api_door.response(201, NoteAnswerSchema)
def api_pin(data: dict[str, Any]) -> Any:
    """Pin a note."""
    return database.write(pin, **data, now=now())


@api_door.route("/notes")
@api_door.arguments(NoteQuery, location="query")
@api_door.response(200, paging.page_of(NoteAnswerSchema))
def api_list(query: dict[str, Any]) -> Any:
    """List the notes."""
    return paging.answer(database.read(notes, paging.asked(query, "notes")), "notes")


@api_door.route("/notes/<uuid:note_id>", methods=["PATCH"])
@api_door.arguments(NoteAnswerSchema(only=["title"]))
@api_door.response(200, NoteAnswerSchema)
def api_change(data: dict[str, Any], note_id: UUID) -> Any:
    """Change a note."""
    note = database.write(change, note_id, if_match(), data["title"])
    return note, 200, etag(note.version)


@api_door.route("/echo", methods=["POST"])
@api_door.arguments(FormSchema)
def api_echo(data: dict[str, Any]) -> Any:
    return jsonify({name: str(value) for name, value in data.items()})


@api_door.route("/whoami")
def api_whoami() -> Any:
    principal = current_principal()
    return jsonify(kind=principal.kind if principal else None, bearer=bearer_token())


@api_door.route("/break/<kind>")
@door.get("/break/<kind>")
def break_down(kind: str) -> ResponseReturnValue:
    match kind:
        case "database":
            raise OperationalError("SELECT 13800138000", {"name": "张三"}, Exception("gone"))
        case "text":
            abort(404, _("Please fill this in."))
        case "nested":
            raise Invalid({"rows": {0: {"role": [_("Please use at most %(n)s characters.", n=3)]}}})
        case _other:
            raise ValueError("13800138000 张三")


@api_desk.route("/secret")
@desk.get("/desk")
def secret() -> ResponseReturnValue:
    return jsonify(name=current_principal().name)


@api_unit.route("/unit")
@unit.get("/unit")
def our_unit() -> ResponseReturnValue:
    return jsonify(kind=current_principal().kind)


@door.get("/notes/new")
def blank() -> ResponseReturnValue:
    return _page({}, {})


@door.post("/notes/new")
def send() -> ResponseReturnValue:
    form = forms.load(FormSchema(), request.form)
    if form.data is not None:
        try:
            database.write(pin, **form.data, now=now())
        except DomainError as error:
            form.refuse(error)
        else:
            tell(_("Please check the marked entries."))
            return redirect("/board/notes/new", 303)
    return _page(form.values, form.errors), 422


def _page(values: Any, errors: Any) -> str:
    return render_template("board/note.html", values=values, errors=errors, label=_("Please fill this in."))


@door.get("/link")
def by_link() -> ResponseReturnValue:
    return personal(current_app.make_response("of somebody"))


@door.get("/words/<text>")
def words(text: str) -> ResponseReturnValue:
    return text


@door.post("/sign-in/<kind>")
def sign_in(kind: str) -> ResponseReturnValue:
    response = redirect("/board/desk", 303)
    sign_in_cookie(response, request.form["token"], now().replace(year=now().year + 1), kind=kind)
    return response


@door.post("/sign-out")
@from_any_service
def leave() -> ResponseReturnValue:
    response = Response(status=204)
    sign_out(response)
    return response


@door.get("/overlooked")
@kept.page()
def overlooked() -> ResponseReturnValue:
    return render_template_string("{{ csrf_token() }}")


@door.get("/often")
@limits.limit("2 per minute")
def often() -> ResponseReturnValue:
    return "once more"


@api_door.route("/often")
@limits.limit("2 per minute", key=lambda: request.args.get("who", ""))
def api_often() -> ResponseReturnValue:
    return jsonify()


@door.get("/guess")
@limits.limit("2 per hour", failures_only=True)
def guess() -> ResponseReturnValue:
    if request.args.get("word") != "sesame":
        raise NotFound(_("There is nothing at this address."))
    return "open"
