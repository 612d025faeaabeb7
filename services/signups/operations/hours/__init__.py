"""Service hours: a ledger that only grows, settled at the check-out and decided by people where that is unclear."""

from services.signups.operations.hours.deciding import correct, decide, propose
from services.signups.operations.hours.settling import find_forgotten, settle, unsettle

__all__ = ["correct", "decide", "find_forgotten", "propose", "settle", "unsettle"]
