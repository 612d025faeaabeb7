"""The desk's pages about those who organize: the office's list of people, and everybody's own account."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from services.events import accounts, words
from services.events.api import at_desk
from services.events.api.accounts import link
from services.events.models import Organizer
from services.events.schemas import accounts as schemas
from shared.errors import Conflict, DomainError
from shared.principal import Ability, Role
from shared.texts import Text
from shared.texts import text as _
from shared.web import forms, qr
from shared.web.auth import needs, organizer
from shared.web.current import config, database, now
from shared.web.forms import Form
from shared.web.i18n import tell

FRESH: Final = "invitation"
"""Where the session keeps an invitation's link until it has been shown."""
STEPS: Final[Mapping[str, tuple[Callable[..., Organizer], dict[str, Any], Text]]] = {
    "close": (accounts.change_organizer, {"active": False}, _("The account is closed, and signed out everywhere.")),
    "reopen": (accounts.change_organizer, {"active": True}, _("The account is open again.")),
    "sign-out": (accounts.end_all_sign_ins, {}, _("Signed out on every device.")),
    "reset-codes": (
        accounts.reset_codes,
        {},
        _("The code from the old phone is turned off. It can be set up anew on another one."),
    ),
}


def add_to(desk: Blueprint) -> None:
    """Add the office's pages about people to the desk."""
    desk.add_url_rule("/people", view_func=people)
    desk.add_url_rule("/people/invite", view_func=ask_invite)
    desk.add_url_rule("/people/invite", view_func=invite, methods=["POST"])
    desk.add_url_rule("/people/invitations/<uuid:invitation_id>/take-back", view_func=take_back, methods=["POST"])
    desk.add_url_rule("/people/invitations/<uuid:invitation_id>/renew", view_func=renew, methods=["POST"])
    desk.add_url_rule("/people/<uuid:organizer_id>", view_func=person)
    desk.add_url_rule("/people/<uuid:organizer_id>/role", view_func=change_role, methods=["POST"])
    steps = f"any({', '.join(repr(step) for step in STEPS)})"
    desk.add_url_rule(f"/people/<uuid:organizer_id>/<{steps}:step>", view_func=take_step, methods=["POST"])


@needs(Ability.MANAGE_PEOPLE)
def people() -> ResponseReturnValue:
    """List who organizes here and who has been invited; a new invitation's link is shown the first time."""
    principal, fresh = organizer(), session.pop(FRESH, None)
    address = f"{config.origin}{link(fresh['token'])}" if fresh is not None else None
    return render_template(
        "events/people.html",
        people=database.read(accounts.people, community=principal.community),
        invitations=database.read(accounts.open_invitations, community=principal.community, now=now()),
        link=address,
        invited=fresh["name"] if fresh is not None else None,
        code=qr.svg(address) if address is not None else None,
        roles=words.ROLES,
        role_of=Role,
        zone=config.timezone,
    )


@needs(Ability.MANAGE_PEOPLE)
def ask_invite() -> ResponseReturnValue:
    """Ask who is invited, and as what."""
    return _invite_page(Form(None, {"role": Role.GRID}))


@needs(Ability.MANAGE_PEOPLE)
def invite() -> ResponseReturnValue:
    """Make an invitation, and show its link once."""
    form = forms.load(schemas.InvitationSchema(), request.form)
    if form.data is None:
        return _invite_page(form), 422
    made, token = database.write(accounts.invite, **form.data, desk=at_desk(organizer()), now=now())
    return _to_link(made.display_name, token)


@needs(Ability.MANAGE_PEOPLE)
def take_back(invitation_id: UUID) -> ResponseReturnValue:
    """Let an invitation's link open nothing any more."""
    try:
        database.write(accounts.revoke, invitation_id, desk=at_desk(organizer()), now=now())
    except Conflict as error:
        tell(error.detail, "error")
    else:
        tell(_("The invitation has been taken back. Its link opens nothing any more."))
    return redirect(url_for("desk.people"), 303)


@needs(Ability.MANAGE_PEOPLE)
def renew(invitation_id: UUID) -> ResponseReturnValue:
    """Replace an invitation by one with a new link, which is good for a whole week again."""
    try:
        made, token = database.write(accounts.renew, invitation_id, desk=at_desk(organizer()), now=now())
    except Conflict as error:
        tell(error.detail, "error")
        return redirect(url_for("desk.people"), 303)
    return _to_link(made.display_name, token)


@needs(Ability.MANAGE_PEOPLE)
def person(organizer_id: UUID) -> ResponseReturnValue:
    """Show an account and what can be done with it."""
    return _person_page(organizer_id, Form(None, {}))


@needs(Ability.MANAGE_PEOPLE)
def change_role(organizer_id: UUID) -> ResponseReturnValue:
    """Give somebody another role; it counts from their next click on."""
    form = forms.load(schemas.RoleSchema(), request.form)
    if form.data is None:
        return _person_page(organizer_id, form), 422
    try:
        database.write(
            accounts.change_organizer, organizer_id, role=form.data["role"], desk=at_desk(organizer()), now=now()
        )
    except DomainError as error:
        form.refuse(error)
        return _person_page(organizer_id, form), error.status
    tell(_("The role has been changed. It counts at once."))
    return redirect(url_for("desk.person", organizer_id=organizer_id), 303)


@needs(Ability.MANAGE_PEOPLE)
def take_step(organizer_id: UUID, step: str) -> ResponseReturnValue:
    """Close or reopen an account, end its sign-ins, or ask it for no codes."""
    operation, given, told = STEPS[step]
    try:
        database.write(operation, organizer_id, **given, desk=at_desk(organizer()), now=now())
    except DomainError as error:
        form = Form(None, {})
        form.refuse(error)
        return _person_page(organizer_id, form), error.status
    tell(told)
    if organizer_id == organizer().id:  # whoever signs themselves out everywhere is out here as well
        return redirect(url_for("door.login_form"), 303)
    return redirect(url_for("desk.person", organizer_id=organizer_id), 303)


def _invite_page(form: Form) -> str:
    return render_template("events/invite.html", roles=words.ROLES, values=form.values, errors=form.errors)


def _person_page(organizer_id: UUID, form: Form) -> str:
    principal = organizer()
    return render_template(
        "events/person.html",
        person=database.read(accounts.person, organizer_id, community=principal.community),
        is_me=organizer_id == principal.id,
        roles=words.ROLES,
        values=form.values,
        errors=form.errors,
        zone=config.timezone,
    )


def _to_link(name: str, token: str) -> ResponseReturnValue:
    session[FRESH] = {"name": name, "token": token}
    return redirect(url_for("desk.people"), 303)
