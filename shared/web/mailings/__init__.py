"""Notices to many at the desk: writing to an event's people, what became of each, and the same as JSON.

The services that send notices have these rooms alike; what is theirs alone they say in a ``Room``.
"""

from flask import Blueprint

from shared.web.mailings import api
from shared.web.mailings.following import Following
from shared.web.mailings.room import About, Room
from shared.web.mailings.schemas import BroadcastForm, BroadcastSchema
from shared.web.mailings.writing import Writing

__all__ = ["About", "BroadcastForm", "BroadcastSchema", "Room", "add_api", "add_pages"]

add_api = api.add_to


def add_pages(desk: Blueprint, room: Room) -> None:
    """Give a service's desk the pages of its notices."""
    Writing(room).add_to(desk)
    Following(room).add_to(desk)
