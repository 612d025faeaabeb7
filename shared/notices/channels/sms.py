"""Text messages, by a provider."""

from collections.abc import Mapping
from typing import Final, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from shared.notices.channels.protocol import ChannelError
from shared.notices.channels.texts import shortened
from shared.notices.queue import Letter

ANY: Final = "*"
"""Stands in the table of templates for every kind that is not in it."""


class Provider(Protocol):
    """A company that sends text messages."""

    @property
    def longest(self) -> int:
        """Characters that a message may have."""
        ...

    def send(self, notice_id: UUID, phone: str, template: str, text: str) -> str | None:
        """Send one message, and return its number with the provider; fails as a channel does."""
        ...


class SmsChannel:
    """Sends text messages. Providers in China send only what follows a template that they have registered.

    ``templates`` names the template of each kind of notice, whose one variable is the text; a kind that has none is not
    sent this way. Providers recognise no repeats.
    """

    name = "sms"
    repeats = False

    def __init__(self, provider: Provider, templates: Mapping[str, str]) -> None:
        self._provider = provider
        self._templates = templates

    def reaches(self, letter: Letter) -> bool:
        """Whoever has a mobile number, where there is a template for what is to be said."""
        return letter.phone is not None and self._template(letter) is not None

    def send(self, notice_id: UUID, letter: Letter) -> str | None:
        """Send the short text, or the body where there is none."""
        template = self._template(letter)
        if letter.phone is None or template is None:
            raise ChannelError("no number or no template", permanent=True)
        text = shortened(letter.short or letter.body, self._provider.longest)
        return self._provider.send(notice_id, letter.phone, template, text)

    def _template(self, letter: Letter) -> str | None:
        return self._templates.get(letter.kind, self._templates.get(ANY))


def provider(url: str, signature: str) -> Provider:
    """Return the provider that a setting names by its scheme; only then is its library loaded."""
    from shared.notices.channels.tencent import Tencent  # noqa: PLC0415

    return Tencent(urlsplit(url), signature)
