"""How lengths of time are written."""

from shared.texts import Text
from shared.texts import text as _


def lasting(minutes: int) -> Text:
    """Return a length of time as people write it: 2 h 5 min."""
    sign = "-" if minutes < 0 else ""
    whole, rest = divmod(abs(minutes), 60)
    if not whole:
        return _("%(n)s min", n=f"{sign}{rest}")
    if not rest:
        return _("%(n)s h", n=f"{sign}{whole}")
    return _("%(hours)s h %(minutes)s min", hours=f"{sign}{whole}", minutes=rest)
