"""What would be due at night comes by day instead."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final

from shared.notices.quiet import QuietHours

USUAL: Final = QuietHours(time(21), time(8))
BEFORE_NIGHT: Final = timedelta(hours=1)


def moments(wall: datetime, before: datetime, quiet: QuietHours | None) -> Sequence[datetime]:
    """Return when to tell of something that is due at ``wall``, the best first.

    By day that is this very moment. In quiet hours it is an hour before they began, or when they are over, as long as
    that is still before ``before``. ``wall`` is in the zone whose clock counts, and so are the answers.
    """
    zone = wall.tzinfo
    morning = quiet.morning(wall, zone) if quiet and zone else None
    if quiet is None or morning is None:
        return [wall]
    began = datetime.combine(wall.date(), quiet.begin, zone)
    if wall.time() < quiet.begin:
        began -= timedelta(days=1)
    return [began - BEFORE_NIGHT, *([morning.astimezone(zone)] if morning < before else [])]
