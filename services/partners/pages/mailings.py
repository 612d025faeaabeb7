"""The desk's pages of notices to many units."""

from services.partners.mailings import ROOM
from services.partners.pages.desk import desk
from shared.web import mailings

mailings.add_pages(desk, ROOM)
