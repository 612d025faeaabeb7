"""The bytes of a message."""

from datetime import timedelta
from uuid import uuid4

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts import ContractError
from shared.logs import correlation_id
from shared.messaging.envelope import MAX_BYTES, Garbage, open_envelope, seal
from tests.shared.messaging.conftest import START, held, places


def changed(**fields: object) -> bytes:
    return orjson.dumps({**orjson.loads(held()), **fields})


def test_what_was_sealed_is_read_as_it_was_meant():
    data = places(version=7)
    token = correlation_id.set("the form it came from")
    message_id, body = seal("signups", "places.held", data, START)
    correlation_id.reset(token)
    message = open_envelope(body).read()
    assert message.id == message_id
    assert (message.type, message.source, message.time) == ("places.held", "/signups", START)
    assert message.correlation_id == "the form it came from"
    assert message.data == {**data, "claim_url": None, "claim_link": 0}


def test_it_is_a_cloudevent():
    data = places()
    envelope = orjson.loads(seal("signups", "places.held", data, START)[1])
    assert envelope["specversion"] == "1.0"
    assert envelope["subject"] == str(data["pledge_id"])
    assert envelope["datacontenttype"] == "application/json"
    assert envelope["time"] == "2027-06-01T09:00:00+00:00"


def test_only_the_owner_may_send_a_type():
    with pytest.raises(ContractError, match=r"partners may not send places\.held"):
        seal("partners", "places.held", places(), START)


def test_nobody_may_send_a_type_without_an_owner():
    with pytest.raises(ContractError):
        seal("signups", "weather.changed", {"version": 1}, START)


def test_what_a_reader_would_refuse_is_refused_to_its_writer():
    with pytest.raises(ContractError, match="bytes are more than"):
        seal("signups", "places.held", places(claim_url="/" + "x" * MAX_BYTES), START)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\xff",
        b"[]",
        b'"text"',
        b"{}",
        b'{"specversion": "1.0"}',
        b"[" * 5000,
        changed(specversion="0.3"),
        changed(id="not-a-uuid"),
        changed(id=5),
        changed(type=None),
        changed(type=""),
        changed(type="places\x00.held"),
        changed(type="x" * 201),
        changed(correlationid="a\nb"),
        changed(time="yesterday"),
        changed(time="2027-06-01T09:00:00"),
        changed(data=[1]),
        changed(data=None),
        changed(padding="x" * MAX_BYTES),
    ],
)
def test_what_is_no_message_is_garbage(body):
    with pytest.raises(Garbage):
        open_envelope(body)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3)
    ),
    max_leaves=6,
)
ours = orjson.loads(held())
envelopes = st.dictionaries(st.sampled_from([*ours, "traceparent"]), values, max_size=3).map(
    lambda spoilt: orjson.dumps({**ours, **spoilt})
)
contents = st.dictionaries(st.sampled_from([*ours["data"], "note"]), values, max_size=3).map(
    lambda spoilt: orjson.dumps({**ours, "data": {**ours["data"], **spoilt}})
)
cut = st.integers(0, len(held())).map(lambda length: held()[:length])


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | values.map(orjson.dumps) | envelopes | contents | cut)
def test_any_bytes_are_a_message_or_one_of_two_errors(body):
    try:
        sealed = open_envelope(body)
    except Garbage:
        return
    assert sealed.trace is None or isinstance(sealed.trace, str)
    try:
        message = sealed.read()
    except ContractError:
        return
    assert message.data.keys() >= ours["data"].keys()


def test_an_envelope_of_an_unknown_type_can_be_opened_but_not_read():
    sealed = open_envelope(changed(type="places.moved.v2"))
    assert sealed.type == "places.moved.v2"
    with pytest.raises(ContractError):
        sealed.read()


def test_an_error_quotes_nothing_of_what_it_refuses():
    secret = "张伟13800138000"
    with pytest.raises(Garbage) as garbage:
        open_envelope(changed(id=secret))
    with pytest.raises(ContractError) as read:
        open_envelope(changed(data={**orjson.loads(held())["data"], "version": secret})).read()
    with pytest.raises(ContractError) as written:
        seal("signups", "places.held", places(held=secret, event_id=secret), START)
    with pytest.raises(ContractError) as unknown:
        seal("signups", "places.held", places(note=secret), START)
    for error in (garbage, read, written, unknown):
        assert secret not in str(error.value)


def test_the_time_may_be_told_in_any_zone():
    body = changed(time="2027-06-01T17:00:00+08:00", id=str(uuid4()))
    assert open_envelope(body).read().time - START == timedelta(0)
