"""Personal data at rest: sealed with keys that are not in the database, and still found by a whole value.

A sealed value names its key, so that several may be in use while they are changed; it belongs to its column, so that
it opens in no other. A fingerprint stands beside a sealed value that has to be found or be unique.
"""

import base64
import hmac
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Self
from weakref import WeakKeyDictionary

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import (
    Column,
    ColumnElement,
    Dialect,
    MetaData,
    String,
    Table,
    TypeDecorator,
    bindparam,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql import operators

NONCE: Final = 12
"""Bytes; drawn anew for each value (NIST SP 800-38D: safe for 2**32 values under one key)."""
ID: Final = 4
"""Bytes of a key's name. They come from the key by a one-way function and tell nothing of it."""
FORMS: Final[Mapping[type, tuple[Callable[[Any], str], Callable[[str], Any]]]] = {
    str: (str, str),
    date: (date.isoformat, date.fromisoformat),
    object: (lambda value: orjson.dumps(value).decode(), orjson.loads),
}
"""What a value is -> how it becomes text, and is read from it; ``object`` is whatever JSON can hold."""


class Unreadable(Exception):
    """A sealed value cannot be opened: its key was not given, or it was changed or moved."""


@dataclass(frozen=True, slots=True)
class Key:
    """What is derived from one of the secrets that the service was given."""

    id: str
    cipher: AESGCM
    mac: bytes

    @classmethod
    def of(cls, secret: str) -> Self:
        """Derive the keys for each purpose, so that none is used for two."""

        def derived(purpose: bytes, length: int) -> bytes:
            return HKDF(SHA256(), length, salt=None, info=b"steward " + purpose).derive(secret.encode())

        return cls(derived(b"id", ID).hex(), AESGCM(derived(b"seal", 32)), derived(b"fingerprint", 32))


class Keyring:
    """The keys of one service: the newest seals, all of them open."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Take the secrets, the newest first."""
        keys = [Key.of(secret) for secret in secrets]
        self._newest = keys[0]
        self._known = {key.id: key for key in keys}

    @property
    def mark(self) -> str:
        """How everything begins that was made with the newest key."""
        return f"{self._newest.id}."

    @property
    def is_changing(self) -> bool:
        """Whether there may be values of older keys."""
        return len(self._known) > 1

    def seal(self, column: str, value: str) -> str:
        """Return the value as it is kept in the column, ``table.column``."""
        nonce = os.urandom(NONCE)
        sealed = self._newest.cipher.encrypt(nonce, value.encode(), column.encode())
        return self.mark + base64.urlsafe_b64encode(nonce + sealed).decode("ascii")

    def open(self, column: str, kept: str) -> str:
        """Return what was sealed in the column; raises Unreadable."""
        key_id, _dot, packed = kept.partition(".")
        if key_id not in self._known:
            raise Unreadable(f"{column} holds a value of the key {key_id!r}, which was not given")
        raw = base64.urlsafe_b64decode(packed)
        try:
            return self._known[key_id].cipher.decrypt(raw[:NONCE], raw[NONCE:], column.encode()).decode()
        except InvalidTag:
            raise Unreadable(f"{column} holds a value that was not sealed there") from None

    def knows(self, kept: str) -> bool:
        """Say whether the value was sealed with one of these keys."""
        return kept.partition(".")[0] in self._known

    def fingerprints(self, column: str, value: str) -> list[str]:
        """Return what may stand for the whole value of the sealed column: one for each key, the newest first."""
        return [
            f"{key.id}.{hmac.digest(key.mac, f'{column}={value}'.encode(), 'sha256').hex()}"
            for key in self._known.values()
        ]


_RINGS: Final[WeakKeyDictionary[Dialect, Keyring]] = WeakKeyDictionary()
"""An engine's dialect -> its keys: what SQLAlchemy hands to a type when a value goes in or out."""


def give(dialect: Dialect, secrets: Sequence[str]) -> None:
    """Let the engine with this dialect seal and open values."""
    _RINGS[dialect] = Keyring(secrets)


def ring(session: Session) -> Keyring:
    """Return the keys that the session's database works with."""
    return ring_of(session.get_bind().dialect)


def ring_of(dialect: Dialect) -> Keyring:
    """Return the keys that were given to the engine with this dialect; raises LookupError where none were."""
    try:
        return _RINGS[dialect]
    except KeyError:
        raise LookupError("this database was opened without the keys of its sealed columns") from None


class Sealed(TypeDecorator[Any]):
    """Text, a date or JSON (``kind``) that nobody can read without the key; NULL stays NULL.

    It cannot be compared or sorted by, since the same value is kept differently each time.
    """

    impl = String
    cache_ok = True

    def __init__(self, column: str, kind: type = str) -> None:
        super().__init__()
        self.column = column
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Seal the value."""
        return None if value is None else ring_of(dialect).seal(self.column, FORMS[self.kind][0](value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Open the value; raises Unreadable."""
        return None if value is None else FORMS[self.kind][1](ring_of(dialect).open(self.column, value))

    class comparator_factory(TypeDecorator.Comparator[Any]):  # noqa: N801  # as SQLAlchemy calls it
        """Refuses what would silently find nothing."""

        def operate(self, op: operators.OperatorType, *other: Any, **kwargs: Any) -> ColumnElement[Any]:
            """Allow to ask whether there is a value."""
            if other != (None,):
                raise TypeError("a sealed value cannot be compared: look for its fingerprint")
            return super().operate(op, *other, **kwargs)


class Fingerprint(TypeDecorator[str]):
    """One of ``Keyring.fingerprints`` of the sealed column ``of`` in the same table."""

    impl = String
    cache_ok = True

    def __init__(self, of: str) -> None:
        super().__init__()
        self.of = of


def reseal(session: Session, tables: Sequence[MetaData], *, batch: int) -> int:
    """Seal up to ``batch`` rows of each table with the newest key; return how many there were.

    Fingerprints are made anew with them; that of an empty value stays, since nobody is found by it. Once none are left,
    older keys may be taken away.
    """
    everything = [table for metadata in tables for table in metadata.sorted_tables]
    return sum(_reseal(session, table, batch) for table in everything if sealed_columns(table))


def sealed_columns(table: Table) -> list[Column[Any]]:
    """Return the table's sealed columns."""
    return [column for column in table.columns if isinstance(column.type, Sealed)]


def all_sealed(tables: MetaData) -> list[Column[Any]]:
    """Return the sealed columns of all the tables."""
    return [column for table in tables.sorted_tables for column in sealed_columns(table)]


def _reseal(session: Session, table: Table, batch: int) -> int:
    keys, columns = ring(session), sealed_columns(table)
    stale = or_(*(~type_coerce(column, String).startswith(keys.mark) for column in columns))
    identity = list(table.primary_key.columns)
    fingerprints = {
        column: table.columns[column.type.of] for column in table.columns if isinstance(column.type, Fingerprint)
    }
    rows = session.execute(
        select(*identity, *columns, *fingerprints).where(stale).order_by(*identity).limit(batch).with_for_update()
    ).mappings()
    changed = [
        {f"row_{column.name}": row[column] for column in identity}
        | {column.name: row[column] for column in columns}
        | {column.name: _fingerprint(keys, of, row[of]) or row[column] for column, of in fingerprints.items()}
        for row in rows
    ]
    if changed:
        # On the connection: the ORM would take the list for rows of a mapped class.
        session.connection().execute(
            update(table).where(*(column == bindparam(f"row_{column.name}") for column in identity)), changed
        )
    return len(changed)


def _fingerprint(keys: Keyring, column: Column[Any], value: str | None) -> str | None:
    """Return the newest key's fingerprint of the column's value, None where there is nothing to be found by it."""
    return keys.fingerprints(f"{column.table.name}.{column.name}", value)[0] if value else None
