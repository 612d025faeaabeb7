"""Every field of every body, with one wrong value at a time in a body that is right otherwise."""

import pytest

from tests.web.catalogue import english_in
from tests.web.routes import Field, writing
from tests.web.site import later

HUGE = "长" * 100_000
ANYWHERE = (1.5, {"x": [1]}, HUGE)
"""No field takes these."""
WRONG = {
    "string": (True, 7, ["x"]),
    "integer": ("", "x", "1.5", True, -1, 10**12, -(10**12), 2**63, 10**400, ["x"]),
    "boolean": ("perhaps", 7, ["x"], ""),
    "uuid": ("x", "", 7, True, ["x"], "00000000-0000-0000-0000-00000000000g", "\0" * 36),
    "date": ("", "x", "0001-01-01", "9999-12-31", "2027-02-30", "20270619T", 0, ["x"], "２０２７-06-19x"),
    "date-time": (
        "",
        "x",
        "0001-01-01T00:00:00+00:00",
        "9999-12-31T23:59:59+00:00",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "2027-06-19T14:00:00",
        "2027-06-19",
        "2027-02-30T14:00:00+08:00",
        "2027-06-19T25:00:00+08:00",
        "2027-06-19T14:00:00+99:00",
        0,
        -1,
        ["x"],
    ),
    "object": ("x", 7, True, ["x"], []),
    "array": ("x", 7, True, {}),
}
STRANGE = (
    "",
    "\u3000 ",
    "\0",
    "a\x07b\x1b[31m",
    "a\nb\r\nc\td",
    "<script>alert(1)</script>",
    "=1+1'; DROP TABLE x;--{{ 7*7 }}%(n)s%s{0}${x}",
    "👨‍👩‍👧‍👦🐉\u202eabc\u2066\u2028\u2029\ufeff\uffff阿卜·𠮷",
    "e\u0301ﷺ" * 9,
)
"""Texts that some fields take as they are and others refuse; none may do harm."""
TAKEN = {200, 201, 202, 401, 409, 412}
"""Statuses of a body that has nothing wrong in it: done, or not possible just now."""
CONTROL = ("\0", "a\x07b\x1b[31m")


def at(errors, path):
    """Return what is said beside a field."""
    for step in path:
        errors = errors.get(str(step), {}) if isinstance(errors, dict) else {}
    return errors


def every_field(site, world):
    return [(operation, field) for operation in writing(site, world) for field in operation.fields]


@pytest.mark.parametrize("kind", WRONG)
def test_a_value_of_another_kind_is_refused_beside_its_field(site, world, kind):
    for operation, field in every_field(site, world):
        if field.kind == kind:
            for value in (*WRONG[kind], *(() if kind in {"object", "array"} else ANYWHERE)):
                if value == -1 and field.spec.get("minimum", 0) < 0:
                    continue  # a day before the event's
                answer = operation.send(site, world, field.put(operation.body, value))
                about = (operation.route, field.path, str(value)[:60], answer.status_code, answer.text[:500])
                assert answer.status_code == 422, about
                assert at(answer.json["errors"], field.path), about
                assert not english_in(answer.json["errors"], operation.route.service), about


def test_null_is_refused_unless_the_document_says_otherwise(site, world):
    for operation, field in every_field(site, world):
        answer = operation.send(site, world, field.put(operation.body, None))
        about = (operation.route, field.path, answer.text[:500])
        if not field.takes_null:
            assert answer.status_code == 422, about
            assert at(answer.json["errors"], field.path), about
        elif answer.status_code == 422:
            assert not english_in(answer.json["errors"], operation.route.service), about


def test_strange_texts_are_taken_as_they_are_or_refused_beside_their_field(site, world):
    for operation, field in every_field(site, world):
        if field.kind == "string":
            for value in STRANGE:
                answer = operation.send(site, world, field.put(operation.body, value))
                about = (operation.route, field.path, value, answer.status_code, answer.text[:500])
                assert answer.status_code in TAKEN | {422}, about
                if value in CONTROL and field.path != ("password",):
                    assert answer.status_code == 422, about
                if answer.status_code == 422:
                    assert at(answer.json["errors"], field.path) or "roles" in str(answer.json["errors"]), about


def test_numbers_at_the_edge_of_what_a_database_holds(site, world):
    for operation, field in every_field(site, world):
        if field.kind == "integer":
            for value in (0, 1, 2**31 - 1, 2**31, "１２", "+1", 1.0, 1e3):
                answer = operation.send(site, world, field.put(operation.body, value))
                assert answer.status_code in TAKEN | {422}, (
                    operation.route,
                    field.path,
                    value,
                    answer.text,
                )


def test_times_at_the_edge_of_what_can_be_planned(site, world):
    for operation, field in every_field(site, world):
        if field.kind == "date-time":
            for value in ("1900-01-01T00:00:00+14:00", "2199-12-31T23:59:59-12:00", "2027-06-19T14:00:00Z"):
                answer = operation.send(site, world, field.put(operation.body, value))
                assert answer.status_code in TAKEN | {422}, (
                    operation.route,
                    field.path,
                    value,
                    answer.text,
                )


def test_lists_that_are_too_long_are_refused(site, world):
    for operation, field in every_field(site, world):
        if field.kind == "array":
            entry = operation.body
            for step in field.path:
                entry = entry[step]
            answer = operation.send(site, world, field.put(operation.body, entry * 250))
            assert answer.status_code == 422, (operation.route, field.path, answer.text[:500])


def test_an_end_before_its_start_is_refused_beside_the_end(fresh_site, world):
    for operation, field in every_field(fresh_site, world):
        if field.path[-1] == "ends_at":
            for end in (later(days=9), later(days=9, hours=23)):
                answer = operation.send(fresh_site, world, field.put(operation.body, end))
                assert answer.status_code == 422, (operation.route, field.path, answer.text)
                assert at(answer.json["errors"], field.path), (operation.route, answer.text)


@pytest.mark.parametrize("phone", ["1390013900", "139001390000", "abcdefghijk", "010-12345678", "+1", "１３９", "110"])
def test_a_wrong_phone_is_refused(site, world, phone):
    for operation, field in every_field(site, world):
        if field.path[-1] == "phone":
            answer = operation.send(site, world, field.put(operation.body, phone))
            assert answer.status_code == 422, operation.route
            assert at(answer.json["errors"], field.path)


@pytest.mark.parametrize("email", ["x", "@", "a@b", "a b@example.com", "a@example.com\nBcc: b@example.com", "a@@b.cn"])
def test_a_wrong_address_is_refused(site, world, email):
    for operation, field in every_field(site, world):
        if field.path[-1] == "email":
            answer = operation.send(site, world, field.put(operation.body, email))
            assert answer.status_code == 422, operation.route
            assert at(answer.json["errors"], field.path)


def test_a_consent_that_is_not_given_is_asked_for(site, world):
    for operation, field in every_field(site, world):
        if field.path[-1] == "consent":
            for value in (False, "false", 0):
                answer = operation.send(site, world, field.put(operation.body, value))
                assert answer.status_code == 422, operation.route
                assert at(answer.json["errors"], field.path)


def test_a_field_is_found_by_its_path():
    field = Field(("shifts", 0, "role"), {"type": "string"})
    assert field.put({"shifts": [{"role": "a"}]}, "b") == {"shifts": [{"role": "b"}]}
