"""Writes down the contracts for people: ``python -m shared.contracts.document`` prints docs/messages.md."""

import json
import sys
from collections.abc import Iterable, Iterator
from inspect import cleandoc
from itertools import groupby, takewhile
from typing import Any, Final

from marshmallow import Schema, fields, validate

from shared.contracts import CONTRACTS, OWNERS
from shared.contracts.schema import MessageSchema, PartSchema

INTRODUCTION: Final = """\
# What the services say to each other

Written by `python -m shared.contracts.document` from `shared/contracts`; do not edit it by hand.

Each message is a CloudEvents 1.0 envelope in JSON (`specversion` `id` `source` `type` `subject` `time`
`correlationid`, and `traceparent` where traces are on), whose `data` is described here. `subject` is the id of the
aggregate that the message tells of.
A reader ignores fields that it does not know, and applies a message only when its `version` is higher than that of
its copy. Moments are ISO 8601 with their zone. No message holds a person's name, phone, e-mail or ID number.
"""

KINDS: Final[dict[type[fields.Field[Any]], str]] = {
    fields.UUID: "UUID",
    fields.AwareDateTime: "moment",
    fields.Boolean: "true or false",
    fields.Integer: "whole number",
    fields.String: "text",
}


def markdown() -> str:
    """Return the page: every message type under the service that owns it, then the parts they are made of."""
    chapters = [INTRODUCTION]
    for owner, owned in groupby(sorted(CONTRACTS.values(), key=_owner), key=_owner):
        chapters.append(f"## From `{owner}`\n")
        chapters += _messages(owned)
    chapters.append("## Parts\n")
    chapters += [f"### {_name(part)}\n\n{_description(part)}\n\n{_table(part)}\n" for part in _parts()]
    return "\n".join(chapters)


def _owner(schema: MessageSchema) -> str:
    return OWNERS[schema.message_type.partition(".")[0]]


def _messages(schemas: Iterable[MessageSchema]) -> Iterator[str]:
    known: dict[str, str] = {}
    for schema in schemas:
        title, table = schema.message_type, _table(schema)
        text = f"Fields as in `{known[table]}`." if table in known else f"{table}\n\nSubject: `{schema.subject}`."
        known.setdefault(table, title)
        yield f"### `{title}`\n\n{_description(schema)}\n\n{text}\n"


def _description(schema: Schema) -> str:
    """Return the docstrings of the schema and of those it extends, up to what all have in common."""
    common = (MessageSchema, PartSchema)
    own = takewhile(lambda one: one not in common, type(schema).mro())
    return "\n\n".join(cleandoc(one.__doc__ or "").replace("``", "`") for one in own)


def _table(schema: Schema) -> str:
    rows = [f"| `{name}` | {_kind(field)} | {_if_left_out(field)} |" for name, field in schema.fields.items()]
    return "\n".join(["| field | kind | if left out |", "| --- | --- | --- |", *rows])


def _kind(field: fields.Field[Any]) -> str:
    if isinstance(field, fields.List):
        return f"list of {_kind(field.inner)}"
    if isinstance(field, fields.Nested):
        name = _name(field.schema)
        return f"[{name}](#{name.lower()})"
    kind = next(words for cls, words in KINDS.items() if isinstance(field, cls))
    for validator in field.validators:
        if isinstance(validator, validate.OneOf):
            kind = "one of " + ", ".join(f"`{choice}`" for choice in validator.choices)
        elif isinstance(validator, validate.Range):
            kind += f", {validator.min} or more"
    return f"{kind}, or null" if field.allow_none else kind


def _if_left_out(field: fields.Field[Any]) -> str:
    if field.required:
        return "refused"
    default = field.load_default() if callable(field.load_default) else field.load_default
    return f"`{json.dumps(default)}`"


def _name(schema: Schema) -> str:
    return type(schema).__name__.removesuffix("Schema")


def _parts() -> list[Schema]:
    """Return each part of the messages once, in the order of their first use."""
    found: dict[type, Schema] = {}
    for schema in CONTRACTS.values():
        for field in schema.fields.values():
            inner = field.inner if isinstance(field, fields.List) else field
            if isinstance(inner, fields.Nested):
                found.setdefault(type(inner.schema), inner.schema)
    return list(found.values())


if __name__ == "__main__":
    sys.stdout.write(markdown())
