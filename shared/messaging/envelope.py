"""The bytes of a message: a CloudEvents 1.0 envelope in JSON, the same on the broker and inside the process."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import orjson

from shared import contracts, tracing
from shared.logs import current_correlation_id

CONTENT_TYPE: Final = "application/cloudevents+json"
MAX_BYTES: Final = 1_000_000
MAX_NAME: Final = 200
"""Characters of an envelope's own texts."""


class Garbage(ValueError):
    """The bytes are no message of ours; the text says why and quotes none of their content."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message as its handler sees it. ``data`` holds Python values (UUID, aware datetime) as its contract says."""

    id: UUID
    type: str
    source: str
    time: datetime
    correlation_id: str
    data: Mapping[str, Any]


def seal(service: str, message_type: str, data: Mapping[str, Any], now: datetime) -> tuple[UUID, bytes]:
    """Return the id and the bytes of a new message; raises ContractError where the data does not fit."""
    owner = contracts.OWNERS.get(message_type.partition(".")[0])
    if owner != service:
        raise contracts.ContractError(f"{service} may not send {message_type}, which belongs to {owner}")
    message_id = uuid4()
    envelope = {
        "specversion": "1.0",
        "id": str(message_id),
        "source": f"/{service}",
        "type": message_type,
        "subject": contracts.subject(message_type, data),
        "time": now.isoformat(),
        "datacontenttype": "application/json",
        "correlationid": current_correlation_id(),
        "data": contracts.encode(message_type, data),
    }
    trace = tracing.current()
    if trace is not None:
        envelope["traceparent"] = trace  # as CloudEvents' extension for distributed tracing has it
    body = orjson.dumps(envelope)
    if len(body) > MAX_BYTES:
        raise contracts.ContractError(f"{message_type}: {len(body)} bytes are more than {MAX_BYTES}")
    return message_id, body


def written_at(body: bytes) -> datetime:
    """Return the moment at which a message of ours was written."""
    return datetime.fromisoformat(orjson.loads(body)["time"])


def trace_of(body: bytes) -> str | None:
    """Return the ``traceparent`` of what wrote a message of ours, where that was traced."""
    return _traceparent(orjson.loads(body))


def _traceparent(envelope: Mapping[str, Any]) -> str | None:
    found = envelope.get("traceparent")
    return str(found) if _is_name(found) else None


@dataclass(frozen=True, slots=True)
class Sealed:
    """An envelope that was opened as far as its address; ``read`` checks the data against the contract."""

    id: UUID
    type: str
    body: bytes
    envelope: Mapping[str, Any]

    @property
    def trace(self) -> str | None:
        """The ``traceparent`` of what wrote the message, where that was traced."""
        return _traceparent(self.envelope)

    def read(self) -> Message:
        """Return the message; raises ContractError for an unknown type or data that do not fit."""
        return Message(
            id=self.id,
            type=self.type,
            source=self.envelope["source"],
            time=datetime.fromisoformat(self.envelope["time"]),
            correlation_id=self.envelope["correlationid"],
            data=contracts.decode(self.type, self.envelope["data"]),
        )


def open_envelope(body: bytes) -> Sealed:
    """Read the envelope of the bytes that came in; raises Garbage where they are none."""
    if len(body) > MAX_BYTES:
        raise Garbage("larger than a message may be")
    try:
        envelope = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Garbage("not JSON") from None
    if not isinstance(envelope, dict) or envelope.get("specversion") != "1.0":
        raise Garbage("not a CloudEvents 1.0 envelope")
    texts = ("id", "source", "type", "time", "correlationid")
    if not all(_is_name(envelope.get(name)) for name in texts):
        raise Garbage(f"an envelope needs {', '.join(texts)} as texts of {MAX_NAME} printable characters at most")
    if not isinstance(envelope.get("data"), dict):
        raise Garbage("an envelope needs data as an object")
    try:
        message_id = UUID(envelope["id"])
        moment = datetime.fromisoformat(envelope["time"])
    except ValueError:
        raise Garbage("id is no UUID or time is no moment") from None
    if moment.tzinfo is None:
        raise Garbage("time has no zone")
    return Sealed(message_id, envelope["type"], body, envelope)


def _is_name(value: object) -> bool:
    # PostgreSQL takes no NUL in a text: one such row would fail its whole batch, again and again.
    return isinstance(value, str) and 0 < len(value) <= MAX_NAME and value.isprintable()
