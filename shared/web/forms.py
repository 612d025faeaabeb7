"""Reading forms with the same schemas as JSON, and giving back what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from shared.errors import DomainError
from shared.fields import messages_of
from shared.web.i18n import translate

MAX_ROWS: Final = 200
"""Rows of a group that one form may hold; a schema may ask for fewer."""
WHOLE_FORM: Final = "main"
"""Under this name stands what is wrong with no single field; every page has a place of that id."""


@dataclass(slots=True)
class Form:
    """A form that was sent: ``data`` as the schema loads it, or None; ``values`` as typed; ``errors`` translated."""

    data: Any
    values: dict[str, Any]
    errors: dict[str, Any] = field(default_factory=dict)

    def refuse(self, error: DomainError) -> None:
        """Add what an operation found wrong to the errors of the form."""
        self.data = None
        self.errors |= translate(error.errors) or {WHOLE_FORM: [translate(error.detail)]}


def load(schema: Schema, sent: MultiDict[str, str]) -> Form:
    """Read a form.

    Empty boxes count as left out, a tick box as true or false; one that its schema marks as a ``question`` (yes or
    no, in its metadata) may be left open. Fields of a group are named ``guardian-name``; those
    of rows ``shifts-0-role``, and rows without any content are left out. Names that begin with ``_`` belong to the
    page (its buttons); any other that the schema does not know is refused.
    """
    names = {name for name in sent if name != "csrf_token" and not name.startswith("_")}
    values = _read(schema, sent, "", names)
    given = _given(schema, values) | {name: sent[name] for name in names}
    try:
        return Form(schema.load(given), values)
    except ValidationError as error:
        return Form(None, values, _ordered(schema, messages_of(error)))


def _read(schema: Schema, sent: MultiDict[str, str], prefix: str, left: set[str]) -> dict[str, Any]:
    """Return what was typed in the fields of the schema, and take their names from those that are left."""
    values: dict[str, Any] = {}
    for key, spec in _fields(schema).items():
        name = prefix + key
        group = _group(spec)
        if group is not None and _is_rows(spec):
            numbers = sorted(_rows(name, left))[:MAX_ROWS]
            rows = [_read(group, sent, f"{name}-{number}-", left) for number in numbers]
            values[key] = [row for row in rows if _typed(row)]
        elif group is not None:
            values[key] = _read(group, sent, f"{name}-", left)
        elif isinstance(spec, fields.List):
            values[key] = [value for value in sent.getlist(name) if value.strip()]
        elif isinstance(spec, fields.Boolean) and not spec.metadata.get("question"):
            values[key] = sent.get(name, "") not in {"", "false"}
        elif name in sent:
            values[key] = sent[name]
        if group is None:
            left.discard(name)
    return values


def _given(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what counts as given: without empty boxes and without groups that were not filled in."""
    given: dict[str, Any] = {}
    for key, spec in _fields(schema).items():
        value = values.get(key)
        group = _group(spec)
        if group is not None and _is_rows(spec):
            given[key] = [_given(group, row) for row in value or []]
        elif group is not None:
            if spec.required or _typed(value):
                given[key] = _given(group, value or {})
        elif isinstance(value, bool | list) or (isinstance(value, str) and value.strip()):
            given[key] = value
    return given


def _ordered(schema: Schema, errors: Mapping[str, Any]) -> dict[str, Any]:
    """Return the errors translated, in the order of the form, those of the whole form first."""
    order = {"_schema": -1} | {key: place for place, key in enumerate(_fields(schema))}
    found = sorted(errors.items(), key=lambda item: order.get(item[0], len(order)))
    return {WHOLE_FORM if key == "_schema" else key: translate(texts) for key, texts in found}


def _fields(schema: Schema) -> dict[str, fields.Field[Any]]:
    return {spec.data_key or name: spec for name, spec in schema.load_fields.items()}


def _group(spec: fields.Field[Any]) -> Schema | None:
    inner = spec.inner if isinstance(spec, fields.List) else spec
    return inner.schema if isinstance(inner, fields.Nested) else None


def _is_rows(spec: fields.Field[Any]) -> bool:
    return isinstance(spec, fields.List) or (isinstance(spec, fields.Nested) and bool(spec.many))


def _rows(name: str, left: set[str]) -> set[int]:
    """Return the numbers of the rows that were sent of a group."""
    ends = (key.removeprefix(f"{name}-").partition("-")[0] for key in left if key.startswith(f"{name}-"))
    return {int(end) for end in ends if end.isascii() and end.isdigit() and len(end) <= len(str(MAX_ROWS))}


def _typed(value: Any) -> bool:
    """Say whether anything was typed or ticked."""
    if isinstance(value, Mapping | list):
        return any(_typed(part) for part in (value.values() if isinstance(value, Mapping) else value))
    return value.strip() != "" if isinstance(value, str) else value is True
