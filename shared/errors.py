"""What can go wrong in the domain; the web layer turns each into one answer, the consumer into a retry."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from shared.texts import Text
from shared.texts import text as _

FieldErrors = Mapping[str, Any]
"""Field name -> list of texts; nested fields and list positions as nested mappings, as marshmallow has them."""


class DomainError(Exception):
    """An action was refused for a reason that its reader can understand.

    ``detail`` says what was wrong and what to do; ``errors`` says it for each field, where fields are to blame.
    """

    status: ClassVar[int] = 400
    kind: ClassVar[str] = "about:blank"
    """The problem's type (RFC 9457), where programs must tell it from others of its status."""
    title: ClassVar[Text] = _("That did not work")

    def __init__(self, detail: str, *, errors: FieldErrors | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors or {}


class BadRequest(DomainError):
    """The request itself is malformed: not JSON, a header missing, a cursor that is none."""

    title = _("The request could not be read")


class Unauthorized(DomainError):
    """Nobody, or nobody known, is asking."""

    status = 401
    title = _("Please sign in")


class Forbidden(DomainError):
    """Somebody known is asking for what is not theirs to do."""

    status = 403
    title = _("Not allowed")


class NotFound(DomainError):
    """There is no such thing, or none that the asker may know of."""

    status = 404
    title = _("Not found")


class Conflict(DomainError):
    """The present state does not allow the action. ``retry_after`` is in seconds where waiting helps."""

    status = 409
    title = _("Not possible right now")

    def __init__(self, detail: str, *, errors: FieldErrors | None = None, retry_after: int | None = None) -> None:
        super().__init__(detail, errors=errors)
        self.retry_after = retry_after


class Stale(DomainError):
    """Somebody else changed the thing since the asker read it."""

    status = 412
    title = _("Changed by somebody else")


class Invalid(DomainError):
    """Some fields are wrong: 422 with the text beside each of them."""

    status = 422
    title = _("Some entries need a correction")

    def __init__(self, errors: FieldErrors, detail: str | None = None) -> None:
        super().__init__(detail or _("Please check the marked entries."), errors=errors)


class Unready(DomainError):
    """A message came before one that it builds on; the inbox tries it again a little later."""

    status = 409


def field_error(field: str, *texts: str) -> Mapping[str, Sequence[str]]:
    """Return the errors of one field in the shape that ``Invalid`` takes."""
    return {field: list(texts)}
