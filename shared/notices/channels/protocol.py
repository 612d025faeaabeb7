"""What every channel offers, and the ways in which handing a notice over can fail."""

from typing import Protocol
from uuid import UUID

from shared.notices.queue import Letter


class ChannelError(Exception):
    """The notice was surely not taken. ``permanent`` means that trying again through this channel will not help.

    ``retry_after`` are the seconds for which the receiver wants to be left alone, where it says so.
    """

    def __init__(self, reason: str, *, permanent: bool, retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.retry_after = retry_after


class Unclear(Exception):
    """The receiver's answer does not say whether it took the notice."""


class Channel(Protocol):
    """One way to reach a person. Several threads may send through it at the same time."""

    @property
    def name(self) -> str:
        """What the delivery log calls it."""
        ...

    @property
    def repeats(self) -> bool:
        """Whether a notice may be handed over twice, because the receiver recognises it by its id."""
        ...

    def reaches(self, letter: Letter) -> bool:
        """Tell whether the letter has an address for this way."""
        ...

    def send(self, notice_id: UUID, letter: Letter) -> str | None:
        """Hand the letter over; return what the receiver calls it when it reports the delivery, if it does.

        Raises ChannelError where the letter was not taken. Any other exception means that nobody can tell.
        """
        ...
