"""The desk's pages of notices to many volunteers."""

from services.signups.mailings import ROOM
from services.signups.pages.desk import desk
from shared.web import mailings

mailings.add_pages(desk, ROOM)
