"""Notices handed to a program of the office's own, by a signed webhook."""

import json
import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from shared.clock import utc_now
from shared.notices.channels import signatures
from shared.notices.queue import Letter

TAKEN: Final = range(200, 300)
RECEIPT: Final = re.compile(r"[!-~]{1,200}")


class WebhookChannel:
    """Posts each notice as JSON, signed as Standard Webhooks says; any 2xx means that it was taken.

    A repeat has the same ``webhook-id``, by which the receiver drops it.
    """

    name = "webhook"
    repeats = True

    def __init__(self, url: str, secrets: Sequence[bytes]) -> None:
        self._url = url
        self._secrets = secrets

    def reaches(self, letter: Letter) -> bool:
        """Whoever has a phone or an e-mail address: the receiver chooses."""
        return letter.phone is not None or letter.email is not None

    def send(self, notice_id: UUID, letter: Letter) -> str | None:
        """Post the letter; the answer may hold ``{"receipt": "…"}``, by which its delivery is reported later."""
        from shared.notices.channels.posting import post  # noqa: PLC0415  (its library takes long to import)

        content = {
            "id": str(notice_id),
            "kind": letter.kind,
            "to": {"phone": letter.phone, "email": letter.email},
            "language": letter.language,
            "subject": letter.subject,
            "body": letter.body,
            "short": letter.short,
        }
        body = json.dumps(content, ensure_ascii=False).encode()
        answer = post(self._url, body, signatures.signed(self._secrets, str(notice_id), body, utc_now()), keep=True)
        if answer.status not in TAKEN:
            raise answer.refusal()
        receipt = answer.fields().get("receipt")
        return receipt if isinstance(receipt, str) and RECEIPT.fullmatch(receipt) else None
