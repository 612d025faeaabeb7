"""Pages by which organizers come in and go: signing in with its second step, an invitation's link, signing out."""

from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug import Response as AnyResponse

from services.events import accounts, signing_in, words
from services.events.models import Organizer
from services.events.pages.front import door
from services.events.schemas import CredentialsSchema
from services.events.schemas.accounts import JoinSchema, SecondStepSchema
from services.events.signing_in import Ticket
from shared.errors import DomainError, NotFound, Unauthorized
from shared.principal import Role
from shared.texts import text as _
from shared.web import forms, limits
from shared.web.auth import current_principal, sign_in_cookie, sign_out
from shared.web.current import config, database, now
from shared.web.forms import Form
from shared.web.i18n import tell
from shared.web.security import from_any_service, local_path, personal


def _counted() -> str:
    """Return under what a refusal is counted: the account of the ticket, or the one whose name was typed."""
    try:
        username = signing_in.ticket_of(request.form.get("ticket", "")).username
    except Unauthorized:
        username = request.form.get("username", "")
    return accounts.guess(limits.address(), username)


@door.get("/login")
def login_form() -> ResponseReturnValue:
    """Ask an organizer for name and password."""
    principal = current_principal()
    if principal is not None and principal.kind == "organizer":
        return redirect(_next(), 303)
    return _login_page(Form(None, {}))


@door.post("/login")
@limits.limit(accounts.WRONG_FROM_ONE_ADDRESS, failures_only=True)
@limits.limit(accounts.WRONG_PASSWORDS, key=_counted, failures_only=True)
def login() -> ResponseReturnValue:
    """Sign an organizer in and go on to where they wanted to be; some are asked for a code before."""
    if "ticket" in request.form:
        return _second_step()
    form = forms.load(CredentialsSchema(), request.form)
    if form.data is None:
        return _login_page(form), 422
    try:
        return _after_password(signing_in.with_password(**form.data))
    except Unauthorized as error:
        form.refuse(error)
        return _login_page(form), 422


@door.post("/logout")
@from_any_service
def logout() -> ResponseReturnValue:
    """End the sign-in, here and wherever its token may have gone."""
    principal = current_principal()
    if principal is not None and principal.kind == "organizer" and principal.session_id is not None:
        database.write(accounts.close_session, principal.session_id, now=now())
    response = redirect(url_for("door.home"), 303)
    sign_out(response)
    tell(_("You are signed out. See you soon."))
    return response


@door.get("/invitations/<token>")
def invitation(token: str) -> ResponseReturnValue:
    """Let somebody who was invited choose a name and a password; opening the link uses nothing up."""
    return _join_page(token, Form(None, {}))


@door.post("/invitations/<token>")
def join(token: str) -> ResponseReturnValue:
    """Make the account, and sign its holder in as whoever gives their password."""
    form = forms.load(JoinSchema(), request.form)
    if form.data is None:
        return _join_page(token, form, 422)
    try:
        database.read(accounts.invitation, token, now=now())  # a stranger is not worth the work of a hash
    except NotFound:
        return _over()
    password_hash = accounts.hash_password(form.data["password"])
    try:
        made = database.write(
            accounts.accept, token, username=form.data["username"], password_hash=password_hash, now=now()
        )
    except NotFound:
        return _over()
    except DomainError as error:
        form.refuse(error)
        return _join_page(token, form, 422)
    tell(_("Welcome, %(name)s. Your account is ready.", name=made.display_name))
    return _after_password(made)


def _after_password(known: Organizer) -> ResponseReturnValue:
    """Let somebody in whose password was right, or ask for the code; where that is required it is set up now."""
    if known.totp_since is None:
        if not config.codes_required:
            return _let_in(known.id, known.version)
        known = database.write(accounts.begin_codes, known.id)
    return _code_page(Form(None, {"ticket": signing_in.ticket_for(known)}), known)


def _second_step() -> ResponseReturnValue:
    form = forms.load(SecondStepSchema(), request.form)
    try:
        ticket: Ticket = signing_in.ticket_of(request.form["ticket"])
    except Unauthorized as error:
        form.refuse(error)
        return _login_page(form), 422
    if form.data is not None:
        try:
            return _let_in(ticket.organizer_id, ticket.version, form.data["code"])
        except Unauthorized as error:
            form.refuse(error)
    return _code_page(form, database.read(accounts.me, ticket.organizer_id), 422)


def _let_in(organizer_id: UUID, version: int, code: str | None = None) -> AnyResponse:
    token, expires_at = signing_in.sign_in(organizer_id, version, code)
    response = redirect(_next(), 303)
    sign_in_cookie(response, token, expires_at)
    return response


def _login_page(form: Form) -> str:
    return render_template("events/login.html", values=form.values, errors=form.errors)


def _code_page(form: Form, known: Organizer, status: int = 200) -> Response:
    """Ask for the code; whoever has set up none is shown before how that is done."""
    page = render_template(
        "events/code.html",
        **(signing_in.shown_secret(known) if known.totp_since is None else {}),
        address=url_for("door.login", next=request.args.get("next")),
        values=form.values,
        errors=form.errors,
    )
    return personal(make_response(page, status))


def _join_page(token: str, form: Form, status: int = 200) -> Response:
    try:
        found = database.read(accounts.invitation, token, now=now())
    except NotFound:
        return _over()
    page = render_template(
        "events/join.html",
        invitation=found,
        role=words.ROLES[Role(found.role)],
        values=form.values,
        errors=form.errors,
    )
    return personal(make_response(page, status))


def _over() -> Response:
    return personal(make_response(render_template("events/invitation_over.html"), 404))


def _next() -> str:
    return local_path(request.args.get("next"), url_for("desk.board"))
