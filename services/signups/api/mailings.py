"""Notices to many volunteers as JSON."""

from services.signups.api.signups import desk
from services.signups.mailings import ROOM
from shared.web import mailings

mailings.add_api(desk, ROOM)
