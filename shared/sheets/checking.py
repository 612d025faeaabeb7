"""What a row of a sheet says by its schema, and what is wrong in it."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from marshmallow import ValidationError

from shared.fields import Schema, messages_of
from shared.sheets.layout import Record


def load(schema: Schema, record: Record) -> dict[str, Any]:
    """Return what a row says; raises ValidationError."""
    loaded: dict[str, Any] = schema.load(dict(record.cells))
    return loaded


def errors_of(schema: Schema, record: Record) -> dict[str, list[str]]:
    """Return what is wrong in a row, by column."""
    try:
        load(schema, record)
    except ValidationError as error:
        return {column: _flat(texts) for column, texts in messages_of(error).items()}
    return {}


def _flat(texts: Sequence[str] | Mapping[int, Sequence[str]]) -> list[str]:
    """Return what is wrong in a cell, once each; what is said of entries of a list is said of the cell."""
    said = chain.from_iterable(texts.values()) if isinstance(texts, Mapping) else texts
    return list(dict.fromkeys(said))
