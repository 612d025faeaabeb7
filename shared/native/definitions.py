"""What the broker has to know before Steward connects: vhosts, users with least rights, and queue policies.

RabbitMQ loads it as a definitions file at its start, in `make stack`, in the tests and under compose alike; exchange,
queues and bindings come later from the ``declare`` command.

    python -m shared.native.definitions FILE SECRET...

writes it for the users and passwords in the broker's addresses (``amqp://user:password@…``), one in each secret's file.
"""

import base64
import hashlib
import json
import re
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from shared.contracts import OWNERS
from shared.endpoints import brokers
from shared.messaging.transport import EXCHANGE, dead_queue_name, queue_name

VHOST: Final = "steward"
ADMIN: Final = "steward"
"""The user that declares the topology and looks after it; no service knows its password."""
DELIVERY_LIMIT: Final = 20
"""How often a message is delivered before it goes to the dead queue; RabbitMQ 4's default, set for 3.x as well."""
SALT_BYTES: Final = 4
"""As ``rabbit_password_hashing_sha256`` has it: base64(salt + sha256(salt + password))."""


def definitions(passwords: Mapping[str, str], vhosts: Sequence[str] = (VHOST,)) -> dict[str, Any]:
    """Return the definitions for these vhosts; ``passwords`` has one for each service and one for ADMIN.

    A service may publish what it owns, read its own two queues, write its own dead queue (through the default
    exchange) and configure nothing.
    """
    services = [user for user in passwords if user != ADMIN]
    return {
        "users": [
            _user(name, password, "administrator" if name == ADMIN else "") for name, password in passwords.items()
        ],
        "vhosts": [{"name": vhost} for vhost in vhosts],
        "permissions": [
            permission
            for vhost in vhosts
            for permission in (
                _permission(ADMIN, vhost, configure=".*", write=".*", read=".*"),
                *(_service_permission(service, vhost) for service in services),
            )
        ],
        "topic_permissions": [
            {"user": service, "vhost": vhost, "exchange": EXCHANGE, "write": _own_keys(service), "read": "^$"}
            for vhost in vhosts
            for service in services
        ],
        "policies": [_dead_letter_policy(service, vhost) for vhost in vhosts for service in services],
    }


def write(file: Path, address_files: Sequence[Path]) -> None:
    """Write the definitions for the users that the broker's addresses in these files name.

    Where a file has several, they are nodes with the same users. Raises OSError and ValueError.
    """
    addresses = [urlsplit(brokers(one.read_text(encoding="utf-8"))[0]) for one in address_files]
    passwords = {address.username or "": unquote(address.password or "") for address in addresses}
    file.write_text(json.dumps(definitions(passwords), indent=2), encoding="utf-8")


def _user(name: str, password: str, tag: str) -> dict[str, Any]:
    salt = secrets.token_bytes(SALT_BYTES)
    digest = hashlib.sha256(salt + password.encode()).digest()
    return {
        "name": name,
        "password_hash": base64.b64encode(salt + digest).decode("ascii"),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": [tag] if tag else [],
    }


def _permission(user: str, vhost: str, *, configure: str, write: str, read: str) -> dict[str, str]:
    return {"user": user, "vhost": vhost, "configure": configure, "write": write, "read": read}


def _service_permission(service: str, vhost: str) -> dict[str, str]:
    return _permission(
        service,
        vhost,
        configure="^$",
        write=rf"^(amq\.default|{re.escape(EXCHANGE)})$",
        read=f"^({re.escape(queue_name(service))}|{re.escape(dead_queue_name(service))})$",
    )


def _own_keys(service: str) -> str:
    prefixes = sorted(prefix for prefix, owner in OWNERS.items() if owner == service)
    return rf"^({'|'.join(prefixes)})\." if prefixes else "^$"


def _dead_letter_policy(service: str, vhost: str) -> dict[str, Any]:
    """Keep what cannot be delivered: it moves to the dead queue, confirmed, and a full queue refuses new messages."""
    return {
        "vhost": vhost,
        "name": queue_name(service),
        "pattern": f"^{re.escape(queue_name(service))}$",
        "apply-to": "queues",
        "priority": 0,
        "definition": {
            "delivery-limit": DELIVERY_LIMIT,
            "dead-letter-exchange": "",
            "dead-letter-routing-key": dead_queue_name(service),
            "dead-letter-strategy": "at-least-once",
            "overflow": "reject-publish",
        },
    }


if __name__ == "__main__":
    write(Path(sys.argv[1]), [Path(name) for name in sys.argv[2:]])
