"""Where providers report what became of a notice: one signed address, the same in every service that sends notices."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from flask import request

from shared.errors import Unauthorized
from shared.fields import Choice, Line, Schema
from shared.notices import receipts
from shared.notices.channels import signatures
from shared.texts import text as _
from shared.web.current import config, database, now
from shared.web.openapi import ApiBlueprint

P = ParamSpec("P")
T = TypeVar("T")

TEXT: Final = {"type": "string"}


class Unsigned(Unauthorized):
    """Somebody reports who does not know the secret, or long after they signed."""

    title = _("Not signed as agreed")


class Outcome(StrEnum):
    """What a provider can say of a notice that it took."""

    DELIVERED = "delivered"
    FAILED = "failed"


class ReceiptSchema(Schema):
    """A provider's report: ``receipt`` is what it answered when it took the notice."""

    receipt = Line(max=200, required=True)
    state = Choice(Outcome, required=True)
    reason = Line(max=80)


class NothingSchema(Schema):
    """An empty object: whether the receipt is known is nobody's business."""


def entrance(service: str) -> ApiBlueprint:
    """Return the blueprint for the service."""
    made = ApiBlueprint("receipts", __name__, url_prefix=f"/{service}/api/v1/notices", description="For providers")

    @made.route("/receipts", methods=["POST"])
    @_signed
    @made.arguments(ReceiptSchema)
    @made.response(202, NothingSchema)
    @made.doc(
        parameters=[{"in": "header", "name": name, "required": True, "schema": TEXT} for name in signatures.HEADERS]
    )
    def note(report: Mapping[str, Any]) -> Any:
        """Report that a notice was delivered, or that it was not; signed as Standard Webhooks says.

        A report is taken once; the same one again, and one of an unknown receipt, changes nothing.
        """
        delivered = report["state"] is Outcome.DELIVERED
        database.write(receipts.note, report["receipt"], delivered=delivered, reason=report.get("reason"), now=now())
        return {}

    return made


def _signed(view: Callable[P, T]) -> Callable[P, T]:
    """Let only those in who know the secret, before anything of what they sent is read."""

    @wraps(view)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        headers = {name: request.headers.get(name, "") for name in signatures.HEADERS}
        if not signatures.holds(config.webhook_secrets, headers, request.get_data(), now()):
            raise Unsigned(_("The signature is missing or wrong, or its time is more than five minutes off."))
        return view(*args, **kwargs)

    return checked
