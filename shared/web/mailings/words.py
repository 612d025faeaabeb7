"""How mailings, notices and what became of them are called on the desk's pages."""

from collections.abc import Mapping
from typing import Final

from shared.notices.tables import Notice, NoticeState
from shared.texts import Text
from shared.texts import text as _
from shared.web.mailings.reading import Stage

STAGES: Final[Mapping[Stage, tuple[Text, str]]] = {
    Stage.PLANNED: (_("Scheduled"), "info"),
    Stage.UNDER_WAY: (_("Under way"), "warning"),
    Stage.DONE: (_("Done"), "good"),
    Stage.STOPPED: (_("Stopped"), "neutral"),
}

STATES: Final[Mapping[NoticeState, tuple[Text, str]]] = {
    NoticeState.QUEUED: (_("Waiting to be sent"), "info"),
    NoticeState.SENDING: (_("Being sent"), "info"),
    NoticeState.SENT: (_("Sent"), "good"),
    NoticeState.DELIVERED: (_("Arrived"), "good"),
    NoticeState.FAILED: (_("Not delivered"), "bad"),
    NoticeState.UNKNOWN: (_("Perhaps sent"), "warning"),
    NoticeState.SKIPPED: (_("Not needed any more"), "neutral"),
    NoticeState.SKIPPED_LATE: (_("Too late to send"), "warning"),
    NoticeState.CANCELLED: (_("Called back"), "neutral"),
}
"""State -> its word and tone, in the order in which they are listed."""

CHANNELS: Final[Mapping[str, Text]] = {
    "email": _("E-mail"),
    "sms": _("Text message"),
    "chat": _("Group chat"),
    "webhook": _("Another program"),
    "apprise": _("Another service"),
    "file": _("Written to a file"),
}

REASONS: Final[Mapping[str, Text]] = {
    "no channel reaches this person": _("No address or number that could be used"),
    "interrupted while it was being sent": _("Steward was interrupted while it was being sent"),
    "opted out": _("Does not want such notices"),
    "refused": _("Refused by the recipient’s mail server"),
    "the server takes no such address": _("The mail server does not take this address"),
}
"""What the sender notes -> the same for people; what a provider said besides is shown as it is."""


def channel(name: str) -> Text | str:
    """Return what a way to reach people is called."""
    return CHANNELS.get(name, name)


def reason(notice: Notice) -> Text | None:
    """Return why a notice stands where it does; None where there is nothing to say."""
    if not notice.last_error:
        return None
    return REASONS.get(notice.last_error) or _("Answer of the provider: %(answer)s", answer=notice.last_error)
