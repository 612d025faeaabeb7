"""What channels do with a text: find its links, and shorten it where the receiver takes no more."""

import re
from collections.abc import Callable
from typing import Final

from shared.notices.channels.protocol import ChannelError

LINK: Final = re.compile(r"https?://[!-~]*[A-Za-z0-9/_=~-]")
"""An address in a text, without the comma or bracket behind it; ours are ASCII."""


def shortened(text: str, most: int, size: Callable[[str], int] = len) -> str:
    """Return the text, cut before its first link until ``size`` of it is at most ``most``: half a link leads nowhere.

    Raises ChannelError where what begins with the link is too much by itself.
    """
    if size(text) <= most:
        return text
    link = LINK.search(text)
    words, rest = (text[: link.start()], f" {text[link.start() :]}") if link else (text, "")
    for end in range(len(words), -1, -1):
        shorter = f"{words[:end].rstrip()}…{rest}"
        if size(shorter) <= most:
            return shorter
    raise ChannelError("too long", permanent=True)
