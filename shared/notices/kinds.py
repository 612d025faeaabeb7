"""What kinds of notices there are to a sender: what people can ask not to hear of, and what may come at night."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.texts import Text
from shared.texts import text as _


class Topic(StrEnum):
    """What somebody can ask not to be told of any more."""

    REMINDERS = "reminders"
    CHANGES = "changes"
    THANKS = "thanks"
    MESSAGES = "messages"


TOPICS: Final[Mapping[Topic, Text]] = {
    Topic.REMINDERS: _("Reminders before something begins"),
    Topic.CHANGES: _("Changes and cancellations"),
    Topic.THANKS: _("Thanks and questions afterwards"),
    Topic.MESSAGES: _("Messages of the community office"),
}


class Urgency(StrEnum):
    """When a notice may reach its reader.

    ``at_once``: they asked for it this minute (a code, a link). ``news``: it waits for the morning, unless what it is
    about begins before. ``calm``: it waits for the morning, and for the next day where the person had enough letters.
    """

    AT_ONCE = "at_once"
    NEWS = "news"
    CALM = "calm"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice. Without a topic nobody can opt out of it; ``joins``: one letter holds several of an hour."""

    topic: Topic | None = None
    urgency: Urgency = Urgency.CALM
    joins: bool = False
