"""The desk's page about one's own account: name, password, and the code at sign-in; every role has it."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError
from werkzeug import Response

from services.events import accounts, rule_words, signing_in, words
from services.events.models import Organizer
from services.events.rules import Milestone
from services.events.schemas import accounts as schemas
from shared import phones
from shared.errors import DomainError, Invalid, field_error
from shared.fields import messages_of
from shared.notices.channels.chat import is_robot
from shared.principal import Ability, Role
from shared.texts import Text
from shared.texts import text as _
from shared.web import forms, limits
from shared.web.auth import LIFETIME, needs, organizer, sign_in_cookie
from shared.web.current import config, database, now
from shared.web.forms import Form
from shared.web.i18n import current_language, tell

LETTERS: Final[Mapping[Milestone, Text]] = {
    milestone: what for milestone, (what, _whom) in rule_words.MILESTONES.items() if milestone is not Milestone.SUPPLIES
}
"""What one can be told of; units are told of supplies."""
NO_ROBOT: Final = _("Please copy the whole address of the robot from the chat service.")


def add_to(desk: Blueprint) -> None:
    """Add the pages about one's own account to the desk."""
    desk.add_url_rule("/me", view_func=me)
    desk.add_url_rule("/me", view_func=rename, methods=["POST"])
    desk.add_url_rule("/me/letters", view_func=choose_letters, methods=["POST"])
    desk.add_url_rule("/me/password", view_func=ask_password)
    desk.add_url_rule("/me/password", view_func=change_password, methods=["POST"])
    desk.add_url_rule("/me/codes", view_func=codes)
    desk.add_url_rule("/me/codes", view_func=confirm_codes, methods=["POST"])
    desk.add_url_rule("/me/codes/begin", view_func=begin_codes, methods=["POST"])
    desk.add_url_rule("/me/codes/stop", view_func=ask_stop)
    desk.add_url_rule("/me/codes/stop", view_func=stop_codes, methods=["POST"])


def _guess() -> str:
    """Return under what a wrong password is counted: somebody may have found the desk open."""
    return accounts.guess(limits.address(), str(organizer().id))


@needs(Ability.READ)
def me() -> ResponseReturnValue:
    """Show one's own account."""
    return _my_page(Form(None, {}))


@needs(Ability.READ)
def rename() -> ResponseReturnValue:
    """Change what one is called."""
    form = forms.load(schemas.NameSchema(), request.form)
    if form.data is None:
        return _my_page(form), 422
    database.write(accounts.rename, organizer().id, **form.data)
    tell(_("Your name has been changed."))
    return redirect(url_for("desk.me"), 303)


@needs(Ability.WRITE)
def choose_letters() -> ResponseReturnValue:
    """Change where one is written to, and of what."""
    form = forms.load(schemas.LettersSchema(), request.form)
    if form.data is None:
        return _my_page(form), 422
    robot = form.data["robot"]
    if robot is not None and not is_robot(robot, config.chat_hosts):
        form.refuse(Invalid(field_error("robot", NO_ROBOT)))
        return _my_page(form), 422
    database.write(accounts.choose_letters, organizer().id, **form.data, language=current_language().tag)
    tell(_("Saved."))
    return redirect(url_for("desk.me"), 303)


@needs(Ability.READ)
def ask_password() -> ResponseReturnValue:
    """Ask for the present password and a new one."""
    return _password_page(Form(None, {}))


@limits.limit(accounts.WRONG_PASSWORDS, key=_guess, failures_only=True)
@needs(Ability.READ)
def change_password() -> ResponseReturnValue:
    """Replace one's password; every other device is signed out."""
    form = forms.load(schemas.NewPasswordSchema(), request.form)
    if form.data is None:
        return _password_page(form), 422
    try:
        schemas.refuse_name(form.data["new"], organizer().name, "new")
        return _signed_in_anew(
            _("Your password has been changed. Other devices are signed out."),
            accounts.change_password,
            old=form.data["old"],
            new_hash=accounts.hash_password(form.data["new"]),
        )
    except (ValidationError, DomainError) as error:
        form.refuse(Invalid(messages_of(error)) if isinstance(error, ValidationError) else error)
        return _password_page(form), 422


@needs(Ability.READ)
def begin_codes() -> ResponseReturnValue:
    """Make a secret for one's phone."""
    database.write(accounts.begin_codes, organizer().id)
    return redirect(url_for("desk.codes"), 303)


@needs(Ability.READ)
def codes() -> ResponseReturnValue:
    """Show the secret for one's phone, until a code has confirmed it."""
    return _codes_page(Form(None, {}))


@limits.limit(accounts.WRONG_PASSWORDS, key=_guess, failures_only=True)
@needs(Ability.READ)
def confirm_codes() -> ResponseReturnValue:
    """Ask for a code from the next sign-in on; every other device is signed out."""
    form = forms.load(schemas.OwnCodesSchema(), request.form)
    if form.data is not None:
        try:
            _try_code()
            return _signed_in_anew(
                _("Done. From the next sign-in on, you are asked for a code as well."),
                accounts.confirm_codes,
                **form.data,
            )
        except DomainError as error:
            form.refuse(error)
    return _codes_page(form, 422)


@needs(Ability.READ)
def ask_stop() -> ResponseReturnValue:
    """Ask for password and code before codes are turned off."""
    return _stop_page(Form(None, {}))


@limits.limit(accounts.WRONG_PASSWORDS, key=_guess, failures_only=True)
@needs(Ability.READ)
def stop_codes() -> ResponseReturnValue:
    """Ask for no code at sign-in any more; every other device is signed out."""
    form = forms.load(schemas.OwnCodesSchema(), request.form)
    if form.data is not None:
        try:
            _try_code()
            return _signed_in_anew(
                _("Signing in asks for your password only."),
                accounts.stop_codes,
                **form.data,
                required=config.codes_required,
            )
        except DomainError as error:
            form.refuse(error)
    return _stop_page(form), 422


def _try_code() -> None:
    """Count a code that is tried, from wherever; raises TooManyRequests."""
    limits.spend(accounts.CODES, f"own code {organizer().id}")


def _signed_in_anew(told: Text, operation: Callable[..., tuple[Organizer, UUID]], **given: Any) -> Response:
    """Change how one signs in, and lead back with the sign-in that takes the place of all others; raises as it does."""
    moment = now()
    changed = database.write(operation, organizer().id, **given, expires_at=moment + LIFETIME, now=moment)
    response = redirect(url_for("desk.me"), 303)
    sign_in_cookie(response, *signing_in.token(*changed, moment))
    tell(told)
    return response


def _my_page(form: Form) -> str:
    known = database.read(accounts.me, organizer().id)
    values = {name: getattr(known, name) for name in ("display_name", "email", "phone", "robot", "told_of")}
    values["phone"] = phones.shown(known.phone or "")
    if not (known.email or known.phone or known.robot):
        values["told_of"] = list(LETTERS)  # whoever writes an address wants to hear of something
    return render_template(
        "events/me.html",
        me=known,
        role=words.ROLES[Role(known.role)],
        letters=list(LETTERS.items()),
        values=values | form.values,
        errors=form.errors,
        codes_required=config.codes_required,
    )


def _password_page(form: Form) -> str:
    return render_template("events/password.html", errors=form.errors)


def _stop_page(form: Form) -> str:
    return render_template("events/codes_stop.html", values=form.values, errors=form.errors)


def _codes_page(form: Form, status: int = 200) -> ResponseReturnValue:
    known = database.read(accounts.me, organizer().id)
    if known.totp_secret is None or known.totp_since is not None:
        return redirect(url_for("desk.me"), 303)
    shown = signing_in.shown_secret(known)
    page = render_template("events/codes.html", **shown, values=form.values, errors=form.errors)
    return page, status
