"""Fields, and the schema that all forms and all JSON are read with; it knows no web."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sized
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import marshmallow
from marshmallow import RAISE, ValidationError, fields, validate

from shared import phones
from shared.texts import Text
from shared.texts import text as _

Member = TypeVar("Member", bound=StrEnum)

YEARS: Final = range(1900, 2200)
"""Years outside of these are slips of the finger, and no database takes all of them."""
MAX_EMAIL: Final = 254
"""RFC 5321, 4.5.3.1.3, less the two angle brackets."""
MAX_WHOLE: Final = 2**31 - 1
"""What every database takes as an integer."""


class _Fixed(Text):
    """A text that stays translatable when marshmallow formats it."""

    __slots__ = ()

    def format(self, *_args: object, **_kwargs: object) -> "_Fixed":
        return self


class _Answers(set[Any]):
    """What counts as yes, or as no: JSON's own word and those of forms, but no number, though to Python True is 1."""

    def __contains__(self, value: object) -> bool:
        return (isinstance(value, bool) or not isinstance(value, int | float)) and super().__contains__(value)


YES: Final = _Answers(fields.Boolean.truthy)
NO: Final = _Answers(fields.Boolean.falsy)
REQUIRED: Final = _("Please fill this in.")
UNKNOWN: Final = _("This field is not known here. Please leave it out.")
OBJECT: Final = _("Please send an object with the fields asked for.")
SENTENCES: Final[Mapping[str, Text]] = {
    "Missing data for required field.": REQUIRED,
    "Field may not be null.": _("Please give a value, or leave this out."),
    "Invalid value.": _("This is not right. Please check it."),
    "Invalid type.": OBJECT,
    "Not a valid string.": _("Please send text here."),
    "Not a valid utf-8 string.": _("Please send text here."),
    "Not a valid list.": _("Please send a list here."),
    "Not a valid mapping type.": OBJECT,
    "Not a valid boolean.": _("Please answer yes (true) or no (false)."),
    "Not a valid UUID.": _("This is not the id of anything here."),
}
"""What marshmallow says -> what we say."""


class Schema(marshmallow.Schema):
    """The schema that all others are made from: unknown fields are refused, and errors say what to do."""

    error_messages: dict[str, str] = {"unknown": UNKNOWN, "type": OBJECT}  # noqa: RUF012  # as marshmallow declares it

    class Meta:
        """Nothing is taken in that was not asked for."""

        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Give the field our words for what marshmallow would say, and let it take what the document says it does."""
        del field_name
        _adapt(field_obj)


class Line(fields.String):
    """One line of text: NFC, no white space at its ends, single spaces within, no control characters.

    ``min`` and ``max`` count characters. A required line may not be blank; one that is not may be.
    """

    def __init__(self, *, max: int, min: int = 0, **kwargs: Any) -> None:  # noqa: A002  # read as in a schema
        super().__init__(**kwargs)
        self.min, self.max = min, max
        self.metadata = {**self.metadata, "maxLength": max}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = self._tidy(_printable(super()._deserialize(value, attr, data, **kwargs)))
        if not text and self.required:
            raise self.make_error("required")
        if len(text) > self.max:
            raise ValidationError(_("Please use at most %(n)s characters.", n=self.max))
        if text and len(text) < self.min:
            raise ValidationError(_("Please use at least %(n)s characters.", n=self.min))
        return text

    def _tidy(self, text: str) -> str:
        return " ".join(text.split())


class Paragraph(Line):
    """Text of several lines, each tidied like a line, with at most one empty line between them."""

    def _tidy(self, text: str) -> str:
        lines = (" ".join(line.split()) for line in re.split(r"\r\n|\r|\n", text))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class Phone(fields.String):
    """A mobile number in any dress, loaded as E.164; see ``shared.phones``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        written = super()._deserialize(value, attr, data, **kwargs)
        if not written.strip() and self.required:
            raise self.make_error("required")
        try:
            return phones.e164(written)
        except ValueError:
            text = _("This mobile number is not right. Please enter all 11 digits; numbers from abroad begin with +.")
            raise ValidationError(text) from None


class Email(fields.String):
    """An e-mail address."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        written = _printable(super()._deserialize(value, attr, data, **kwargs))
        address = unicodedata.normalize("NFKC", written).strip()
        if not address and self.required:
            raise self.make_error("required")
        text = _("This e-mail address is not right. Please write it like name@example.com.")
        if len(address) > MAX_EMAIL:
            raise ValidationError(text)
        return str(validate.Email(error=_Fixed(text.msgid, {}))(address))


class Whole(fields.Integer):
    """A whole number from ``min`` to ``max``; in a form it may be written with full-width digits."""

    def __init__(self, *, min: int = 0, max: int = MAX_WHOLE, **kwargs: Any) -> None:  # noqa: A002  # read as in a schema
        super().__init__(**kwargs)
        self.min, self.max = min, max
        self.metadata = {**self.metadata, "minimum": min, "maximum": max}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        del attr, data, kwargs
        if isinstance(value, str):
            written = unicodedata.normalize("NFKC", value).strip()
            value = int(written) if re.fullmatch(r"[+-]?[0-9]{1,15}", written) else None
        elif isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not self.min <= value <= self.max:
            raise ValidationError(_("Please enter a whole number from %(min)s to %(max)s.", min=self.min, max=self.max))
        return value


class Choice(fields.Field[Member]):
    """One member of an enumeration, by its value."""

    def __init__(self, kind: type[Member], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind = kind
        self.metadata = {**self.metadata, "type": "string", "enum": [member.value for member in kind]}

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        del attr, obj, kwargs
        return None if value is None else str(self.kind(value))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Member:
        del attr, data, kwargs
        try:
            return self.kind(value)
        except ValueError:
            names = ", ".join(member.value for member in self.kind)
            raise ValidationError(_("Please choose one of these: %(names)s.", names=names)) from None


class Ids(fields.List[UUID]):
    """What was ticked in a list; ids that no list holds are one mistake, however many they are."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[UUID | None]:
        try:
            return super()._deserialize(value, attr, data, **kwargs)
        except ValidationError:
            raise ValidationError(_("Please choose from the list.")) from None


class Moment(fields.AwareDateTime):
    """A date and a time with its offset from UTC, as JSON carries them (ISO 8601)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            moment = super()._deserialize(value, attr, data, **kwargs)
        except (ValidationError, OverflowError):
            moment = None
        if moment is None or moment.year not in YEARS:
            raise ValidationError(_("Please write date, time and offset from UTC like 2027-06-19T14:00:00+08:00."))
        return moment


class LocalMoment(fields.NaiveDateTime):
    """A date and a time without a zone, as forms carry them (``datetime-local``); the zone is known elsewhere."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            moment = super()._deserialize(value, attr, data, **kwargs)
        except (ValidationError, OverflowError):
            moment = None
        if moment is None or moment.year not in YEARS:
            raise ValidationError(_("Please enter a date and a time, like 2027-06-19 14:00."))
        return moment


class Day(fields.Date):
    """A date."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        try:
            day = super()._deserialize(value, attr, data, **kwargs)
        except ValidationError:
            day = None
        if day is None or day.year not in YEARS:
            raise ValidationError(_("Please enter a date, like 2027-06-19."))
        return day


class Timezone(fields.String):
    """The IANA name of a time zone."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name = super()._deserialize(value, attr, data, **kwargs)
        try:
            if re.fullmatch(r"UTC|[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+){1,2}", name):
                return ZoneInfo(name).key
        except (LookupError, ValueError, OSError):
            pass
        raise ValidationError(_("Please name a time zone like Asia/Shanghai."))


def messages_of(error: ValidationError) -> dict[str, Any]:
    """Return a schema's errors: field -> texts, nested as the data; ``_schema`` is what concerns no single field."""
    return error.messages if isinstance(error.messages, dict) else {"_schema": error.messages}


def size(most: int, least: int = 0) -> Callable[[Sized], None]:
    """Return a validator for the number of entries of a list."""

    def check(entries: Sized) -> None:
        if len(entries) > most:
            raise ValidationError(_("Please give at most %(n)s entries.", n=most))
        if len(entries) < least:
            raise ValidationError(_("Please give at least %(n)s entries.", n=least))

    return check


def true(value: bool) -> None:  # noqa: FBT001  # marshmallow calls it
    """Refuse a box that was not ticked: a consent is either given or missing."""
    if not value:
        raise ValidationError(_("Please tick this box if you agree; it cannot go on without."))


def _adapt(field: fields.Field[Any]) -> None:
    said = {key: SENTENCES.get(str(text), text) for key, text in field.error_messages.items()}
    if field.required:
        said["null"] = said["required"]
    field.error_messages = {
        key: _Fixed(text.msgid, text.params) if isinstance(text, Text) else text for key, text in said.items()
    }
    if isinstance(field, fields.Boolean):
        field.truthy, field.falsy = YES, NO
    for inner in (getattr(field, name, None) for name in ("inner", "key_field", "value_field")):
        if isinstance(inner, fields.Field):
            _adapt(inner)


def _printable(text: str) -> str:
    """Return the text in NFC; raises ValidationError on what cannot be seen, stored or sent: NUL, lone surrogates."""
    if any(unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\t\n\r" for sign in text):
        raise ValidationError(_("This contains signs that cannot be used here. Please type it anew."))
    return unicodedata.normalize("NFC", text)
