"""What those who watch over the service are told of places; read at each look, so by indexes only."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from services.signups.models import Hold, Place


def read(session: Session, now: datetime) -> Mapping[str, float]:
    """Return how many places units keep, and how many of these have no name yet.

    ``ix_holds_release_at`` finds the holds that are still open, ``ix_places_pledge_id`` their places.
    """
    kept, named = session.execute(
        select(func.count(Place.number), func.count(Place.signup_id))
        .join(Hold, Hold.pledge_id == Place.pledge_id)
        .where(or_(Hold.release_at.is_(None), Hold.release_at > now))
    ).one()
    return {"places_held": float(kept), "places_unclaimed": float(kept - named)}
