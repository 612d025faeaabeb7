"""Notices by Apprise, for services that have no channel of their own here; needs the extra ``notify``."""

import logging
from urllib.parse import quote
from uuid import UUID

import apprise

from shared.notices.channels.protocol import ChannelError, Unclear
from shared.notices.queue import Letter

logging.getLogger("apprise").setLevel(logging.CRITICAL)  # its warnings name whom a notice was for


class AppriseChannel:
    """Sends through the service that Apprise's address names, with ``{phone}`` or ``{email}`` where the person stands.

    Apprise says yes or no. Its yes is weaker than others': some services refuse with HTTP 200, which it takes for sent.
    Behind its no may be a service that took the notice and answered too late, so a no leaves the notice unknown.
    """

    name = "apprise"
    repeats = False

    def __init__(self, url: str) -> None:
        self._url = url

    def reaches(self, letter: Letter) -> bool:
        """Whoever has what the address asks for."""
        return self._address(letter) is not None

    def send(self, notice_id: UUID, letter: Letter) -> None:  # noqa: ARG002  (there is no place for it)
        """Send the short text to a phone, or the whole letter to an e-mail address."""
        address = self._address(letter)
        service = apprise.Apprise()  # a new one each time: it would rest 5.5 s before its second notice
        if address is None or not service.add(address):
            raise ChannelError("no address that Apprise knows", permanent=True)
        by_phone = "{phone}" in self._url
        taken = service.notify(
            body=(letter.short or letter.body) if by_phone else letter.body,
            title="" if by_phone else letter.subject,
            body_format=apprise.NotifyFormat.TEXT,
        )
        if not taken:
            raise Unclear("Apprise says no")

    def _address(self, letter: Letter) -> str | None:
        """Return the address with the person put in."""
        values = {"{phone}": letter.phone, "{email}": letter.email}
        address = self._url
        for place, value in values.items():
            if place in address:
                if value is None:
                    return None
                address = address.replace(place, quote(value, safe=""))
        return address
