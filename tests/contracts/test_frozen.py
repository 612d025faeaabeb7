"""What the services have said to each other once must be understood for ever.

``examples`` holds one message for each type, as it was when the type came into use. An example is never edited; a new
optional field does without one, and a break is a new type with an example of its own.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from shared.contracts import CONTRACTS, OWNERS, ContractError, decode, document, encode, subject
from shared.contracts.signups import SignupAttendedSchema

EXAMPLES = {
    file.stem: json.loads(file.read_text(encoding="utf-8"))
    for file in sorted(Path(__file__).with_name("examples").glob("*.json"))
}
DOCUMENT = Path(__file__).parents[2] / "docs" / "messages.md"
of_every_type = pytest.mark.parametrize("message_type", CONTRACTS)


def survives(schema: Schema, example: Mapping[str, Any]) -> bool:
    """Tell whether a reader takes the message, and hands on everything that stood in it."""
    try:
        return holds(schema.dump(schema.load(example, unknown=EXCLUDE)), example)
    except ValidationError:
        return False


def holds(found: Any, frozen: Any) -> bool:
    if isinstance(frozen, dict):
        return isinstance(found, dict) and all(key in found and holds(found[key], frozen[key]) for key in frozen)
    if isinstance(frozen, list):
        return len(found) == len(frozen) and all(map(holds, found, frozen))
    return type(found) is type(frozen) and bool(found == frozen)


def test_every_message_type_has_its_example_and_every_example_its_type():
    assert EXAMPLES.keys() == CONTRACTS.keys()


@of_every_type
def test_a_message_of_the_first_days_is_still_understood(message_type):
    example = EXAMPLES[message_type]
    assert holds(encode(message_type, decode(message_type, example)), example)
    assert survives(CONTRACTS[message_type], example)


@of_every_type
def test_what_is_read_can_be_written_and_read_again(message_type):
    data = decode(message_type, EXAMPLES[message_type])
    assert decode(message_type, encode(message_type, data)) == data


@of_every_type
def test_the_subject_is_the_aggregate(message_type):
    example = EXAMPLES[message_type]
    assert subject(message_type, decode(message_type, example)) == example[CONTRACTS[message_type].subject]


ATTENDED = EXAMPLES["signup.attended"]


def altered(**changes: fields.Field[Any] | None) -> Schema:
    """The contract of ``signup.attended`` with other fields; None takes one away."""
    declared = {**SignupAttendedSchema._declared_fields, **changes}
    return Schema.from_dict({name: field for name, field in declared.items() if field is not None})()


def test_the_check_accepts_the_contract_and_a_new_optional_field():
    assert survives(altered(), ATTENDED)
    assert survives(altered(weather=fields.String(load_default=None, allow_none=True)), ATTENDED)


@pytest.mark.parametrize(
    "changes",
    [
        {"minutes": None},
        {"minutes": None, "duration": fields.Integer(load_default=None)},
        {"minutes": fields.String()},
        {"minutes": fields.Integer(load_default=None, validate=validate.Range(max=100))},
        {"version": fields.String()},
        {"checked_in_at": fields.Date()},
        {"weather": fields.String(required=True)},
    ],
    ids=["removed", "renamed", "retyped", "narrowed", "version as text", "moment as day", "new and required"],
)
def test_the_check_finds_a_break(changes):
    assert not survives(altered(**changes), ATTENDED)


def from_a_newer_writer(value: Any) -> Any:
    if isinstance(value, dict):
        return {"colour": "red", **{key: from_a_newer_writer(inner) for key, inner in value.items()}}
    return [from_a_newer_writer(one) for one in value] if isinstance(value, list) else value


@of_every_type
def test_a_reader_ignores_what_only_a_newer_writer_knows(message_type):
    example = EXAMPLES[message_type]
    assert decode(message_type, from_a_newer_writer(example)) == decode(message_type, example)


@of_every_type
def test_a_writer_may_not_say_more_than_the_contract_knows(message_type):
    data = {**decode(message_type, EXAMPLES[message_type]), "phone": "13800138000"}
    with pytest.raises(ContractError, match="unknown phone") as raised:
        encode(message_type, data)
    assert "13800138000" not in str(raised.value)


def test_what_a_writer_puts_into_a_part_beyond_the_contract_is_not_sent():
    data = decode("event.published", EXAMPLES["event.published"])
    data["venue"] = {**data["venue"], "keeper": "张伟"}
    assert "张伟" not in json.dumps(encode("event.published", data), ensure_ascii=False)


@of_every_type
def test_a_writer_may_leave_out_no_required_field(message_type):
    data = decode(message_type, EXAMPLES[message_type])
    required = [name for name, field in CONTRACTS[message_type].fields.items() if field.required]
    assert "version" in required
    assert CONTRACTS[message_type].subject in required
    for name in required:
        with pytest.raises(ContractError, match=name):
            encode(message_type, {key: value for key, value in data.items() if key != name})


@of_every_type
@pytest.mark.parametrize("value", [object(), "x", -1, 1.5, [], {"a": 1}], ids=lambda value: type(value).__name__)
def test_a_wrong_value_is_an_error_of_the_contract_for_writer_and_reader(message_type, value):
    example = EXAMPLES[message_type]
    with pytest.raises(ContractError):
        decode(message_type, {**example, "version": value, "event_id": value})
    with pytest.raises(ContractError):
        encode(message_type, {**decode(message_type, example), "version": -1, "event_id": value})


def test_an_unknown_type_is_an_error_of_the_contract():
    for use in (encode, decode):
        with pytest.raises(ContractError, match=r"weather\.changed"):
            use("weather.changed", {})


PERSONAL = frozenset(
    {
        *("name", "names", "surname", "nickname", "person", "volunteer", "guardian", "contact"),
        *("phone", "mobile", "tel", "telephone", "email", "mail", "wechat", "address"),
        *("gender", "birth", "birthday", "born", "age", "idcard", "id_number", "passport", "health", "note", "notes"),
    }
)
ALLOWED = frozenset(
    {
        "work_unit",  # an organisation
        "event.published.venue.name",
        "event.published.venue.address",
        "event.published.contact",  # the office's own public line
        "event.published.shifts.min_age",  # a rule, not a person's age
    }
)


def names(schema: Schema, path: str) -> list[str]:
    found = []
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        here = f"{path}.{name}"
        found += names(inner.schema, here) if isinstance(inner, fields.Nested) else [here]
    return found


@of_every_type
def test_no_field_is_meant_for_something_personal(message_type):
    # The four event messages are one and the same state.
    path = "event.published" if message_type.startswith("event.") else message_type
    for field in names(CONTRACTS[message_type], path):
        words = field.rpartition(".")[2].split("_")
        assert field in ALLOWED or PERSONAL.isdisjoint({*words, "_".join(words)}), field


@of_every_type
def test_every_type_is_named_as_its_owner_has_it(message_type):
    aggregate, _, happening = message_type.partition(".")
    assert OWNERS[aggregate] in {"events", "signups", "partners"}
    assert happening.endswith(("ed", "made", "held", "given", "withdrawn", "absent")) or message_type == "reminder.due"


def test_the_page_about_the_messages_is_up_to_date():
    assert DOCUMENT.read_text(encoding="utf-8") == document.markdown(), (
        "run: .venv/bin/python -m shared.contracts.document > docs/messages.md"
    )
