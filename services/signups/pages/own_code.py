"""What somebody shows at the entrance to be checked in."""

from typing import Any

from services.signups import today
from services.signups.models import Signup
from shared.web import qr
from shared.web.current import config, database


def check_in_code(signup: Signup) -> dict[str, Any] | None:
    """Return what ``signups/check_in_code.html`` shows: their six digits, and a QR code for an organizer's phone.

    The code is the address of the desk at the entrance with the digits, and says nothing of the person. None for
    somebody who is not expected, or has left.
    """
    is_awaited = signup.status in today.COMING_OR_GOING and signup.checked_out_at is None
    if not is_awaited or signup.shift.event.status != "published":
        return None
    digits = database.read(today.codes, [signup])[signup.id]
    address = f"{config.origin}/signups/desk/events/{signup.event_id}/check-in?q={digits}"
    return {"digits": digits, "code": qr.svg(address)}
