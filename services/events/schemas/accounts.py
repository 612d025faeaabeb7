"""What may be entered about accounts, as JSON and in forms, and what is shown of them."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, Final

from marshmallow import ValidationError, fields, validates_schema

from services.events.accounts import MAX_USERNAME
from services.events.rules import Milestone
from services.events.schemas import CredentialsSchema, Password
from shared.fields import REQUIRED, Choice, Email, Line, Phone, Schema
from shared.principal import Role
from shared.texts import text as _

MIN_PASSWORD: Final = 10
USERNAME: Final = re.compile(r"[\w.-]+")


class Username(Line):
    """A name to sign in with: letters of any script, digits, dots, hyphens."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name = super()._deserialize(value, attr, data, **kwargs)
        if not USERNAME.fullmatch(name):
            raise ValidationError(_("Please use letters, digits, dots and hyphens only, without spaces."))
        return name


class NewPassword(Password):
    """A password that is being chosen: long rather than complicated."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        password = super()._deserialize(value, attr, data, **kwargs)
        if len(password) < MIN_PASSWORD:
            raise ValidationError(_("Please use at least %(n)s characters. A short sentence is a good password.", n=10))
        return password


class Code(fields.String):
    """The six digits of a sign-in code, in any dress."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        written = unicodedata.normalize("NFKC", super()._deserialize(value, attr, data, **kwargs))
        code = re.sub(r"[\s-]", "", written)
        if not code and self.required:
            raise ValidationError(REQUIRED)
        if not re.fullmatch(r"[0-9]{6}", code):
            raise ValidationError(_("Please type the six digits that your phone shows."))
        return code


class SignInSchema(CredentialsSchema):
    """What a program signs in with; ``code`` only where the account asks for one."""

    code = Code()


class CodeSchema(Schema):
    """A sign-in code."""

    code = Code(required=True)


class OwnCodesSchema(CodeSchema):
    """All that signing in asks for, to change what it asks for."""

    password = Password(required=True)


class SecondStepSchema(CodeSchema):
    """A sign-in code, and the ticket that says whose name and password were right."""

    ticket = fields.String(required=True)


class InvitationSchema(Schema):
    """Who is invited, and as what."""

    display_name = Line(max=50, required=True)
    role = Choice(Role, required=True)


class JoinSchema(Schema):
    """With what somebody who was invited will sign in."""

    username = Username(min=2, max=MAX_USERNAME, required=True)
    password = NewPassword(required=True)

    @validates_schema
    def _is_hard_to_guess(self, data: dict[str, Any], **_rest: Any) -> None:
        refuse_name(data["password"], data["username"], "password")


class AccountSchema(InvitationSchema):
    """An account as whoever looks after the machine makes it."""

    username = Username(min=2, max=MAX_USERNAME, required=True)
    community = Line(max=50, required=True)


class NameSchema(Schema):
    """What an organizer is called."""

    display_name = Line(max=50, required=True)


def _offered(chosen: Sequence[str]) -> None:
    if not set(chosen) <= set(Milestone):
        raise ValidationError(_("Please choose one of the answers that are offered."))


class LettersSchema(Schema):
    """Where an organizer is written to, and of what; an empty box is an address that is not used."""

    email = Email(load_default=None)
    phone = Phone(load_default=None)
    robot = Line(max=500, load_default=None)
    """The address of a chat group's robot, as the chat service shows it. Whoever has it can write to the group."""
    told_of = fields.List(fields.String(), load_default=list, validate=_offered)


class NewPasswordSchema(Schema):
    """An organizer's own change of password."""

    old = Password(required=True)
    new = NewPassword(required=True)


class RoleSchema(Schema):
    """What somebody is to be from now on."""

    role = Choice(Role, required=True)


class OrganizerChangeSchema(Schema):
    """What the office changes of an account; what is not sent stays."""

    role = Choice(Role)
    active = fields.Boolean()


class InvitationShownSchema(Schema):
    """An invitation; ``url`` is the link, which is shown only when it is made."""

    id = fields.UUID(required=True)
    display_name = fields.String(required=True)
    role = Choice(Role, required=True)
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    url = fields.String()


class InvitationsSchema(Schema):
    """The invitations that may still be used."""

    items = fields.List(fields.Nested(InvitationShownSchema), required=True)


class OrganizerShownSchema(Schema):
    """An organizer's account; ``codes`` says whether signing in asks for a code."""

    id = fields.UUID(required=True)
    username = fields.String(required=True)
    display_name = fields.String(required=True)
    role = Choice(Role, required=True)
    active = fields.Boolean(required=True)
    codes = fields.Boolean(required=True)
    created_at = fields.AwareDateTime(required=True)
    signed_in_at = fields.AwareDateTime(required=True, allow_none=True)


class OrganizersSchema(Schema):
    """The community's organizers."""

    items = fields.List(fields.Nested(OrganizerShownSchema), required=True)


def refuse_name(password: str, username: str, field: str) -> None:
    """Raise ValidationError beside the field where the password is the user name, or that name written repeatedly."""
    name, rest = username.casefold(), password.casefold()
    if name and not rest.replace(name, ""):
        raise ValidationError(_("Please do not use the user name as the password."), field)
