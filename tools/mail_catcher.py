"""A mail server for trying Steward out: it sends nothing on, and prints every letter as a person would read it."""

import asyncio
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

PORT = 8025


class Printer:
    """Prints what comes in."""

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Print one letter and say that it was taken."""
        letter = message_from_bytes(envelope.original_content or b"", _class=EmailMessage, policy=policy.default)
        body = letter.get_body(("plain", "html"))
        text = body.get_content() if body is not None else ""
        sys.stdout.write(f"To: {', '.join(envelope.rcpt_tos)}\nSubject: {letter['Subject']}\n\n{text}\n{'-' * 72}\n")
        sys.stdout.flush()
        return "250 taken"


async def serve() -> None:
    """Take letters until the process is told to end."""
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Printer()), port=PORT)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
