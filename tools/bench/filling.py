"""Years of sign-ups, written into a running stack by a few set-based statements.

An event of them has five shifts of forty places, and two hundred people who signed up; each person comes to five
events. The newest are to come, one in half a day, and the others were up to nine years ago. One community has as many
as that; what is more belongs to others like it. Everything has an id that follows from its number, so that both
databases agree without asking each other.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

import psycopg

PEOPLE: Final = 200
"""Who signed up for one event."""
SHIFTS: Final = 5
OF_A_COMMUNITY: Final = 5_000
"""Events, before another community has the next ones."""

FESTIVALS: Final = """
INSERT INTO events SELECT (jsonb_populate_record(one, jsonb_build_object(
    'id', md5('event ' || n), 'slug', 'event-' || n, 'title', '第' || n || '场活动',
    'community', one.community || CASE WHEN n < %(most)s THEN '' ELSE ' ' || n / %(most)s END,
    'starts_at', begins, 'ends_at', begins + interval '3 hours',
    'status', CASE WHEN begins < now() THEN 'completed' ELSE 'published' END
))).*
FROM events one, generate_series(%(first)s::int, %(last)s::int) n,
LATERAL (SELECT date_trunc('hour', now() + interval '30 days') - (n %% %(most)s) * interval '15.5 hours' AS begins) _
WHERE one.id = %(pattern)s
"""
PARTS: Final = """
INSERT INTO shifts SELECT (jsonb_populate_record(one, jsonb_build_object(
    'id', md5('shift ' || n || ' ' || part), 'event_id', event.id, 'position', part,
    'role', (ARRAY['引导', '签到', '包粽子', '搬运', '拍照'])[part + 1],
    'starts_at', event.starts_at, 'ends_at', event.ends_at, 'capacity', %(places)s
))).*
FROM shifts one, generate_series(%(first)s::int, %(last)s::int) n
JOIN events event ON event.id = md5('event ' || n)::uuid, generate_series(0, %(shifts)s::int - 1) part
WHERE one.event_id = %(pattern)s AND one.position = 0
"""
SEATS: Final = """
CREATE TEMPORARY TABLE seats AS
SELECT md5('signup ' || n || ' ' || seat)::uuid AS id, event.id AS event_id, event.starts_at,
    md5('shift ' || n || ' ' || seat %% %(shifts)s)::uuid AS shift_id, seat / %(shifts)s + 1 AS place,
    md5('volunteer ' || n / 5 || ' ' || seat)::uuid AS volunteer_id, lpad((seat * 4987)::text, 6, '0') AS code,
    CASE WHEN seat %% 12 = 0 THEN 'withdrawn' WHEN event.status = 'published' THEN 'confirmed'
        WHEN seat %% 19 = 0 THEN 'absent' ELSE 'attended' END AS status
FROM generate_series(%(first)s::int, %(last)s::int) n JOIN events event ON event.id = md5('event ' || n)::uuid,
    generate_series(0, %(people)s::int - 1) seat
"""
PERSONS: Final = """
INSERT INTO volunteers (id, name, name_key, phone, phone_key, phone_end, created_at)
SELECT DISTINCT ON (seats.volunteer_id) seats.volunteer_id, name, name, one.phone, seats.volunteer_id::text,
    lpad((get_byte(uuid_send(seats.volunteer_id), 0) * 39)::text, 4, '0'), seats.starts_at - interval '9 days'
FROM seats, (SELECT phone FROM volunteers WHERE erased_at IS NULL LIMIT 1) one, LATERAL (
    SELECT substr('王李张刘陈杨赵黄周吴', get_byte(raw, 1) % 10 + 1, 1) || chr(20320 + get_byte(raw, 2) * 16)
        || chr(20480 + get_byte(raw, 3) * 16) AS name FROM uuid_send(seats.volunteer_id) raw
) _
ON CONFLICT DO NOTHING
"""
SIGN_UPS: Final = """
INSERT INTO signups (id, event_id, shift_id, volunteer_id, status, version, language, manage_hash, created_at,
    consented_at, confirmed_at, withdrawn_at, checked_in_at, checked_out_at)
SELECT id, event_id, shift_id, volunteer_id, status, 2, 'zh-CN', encode(sha256(uuid_send(id)), 'hex'), early, early,
    early, CASE status WHEN 'withdrawn' THEN early END, CASE status WHEN 'attended' THEN starts_at END,
    CASE status WHEN 'attended' THEN starts_at + interval '3 hours' END
FROM seats, LATERAL (SELECT least(starts_at, now()) - place * interval '3 hours' AS early) _
"""
REST: Final = (
    """INSERT INTO places (shift_id, number, signup_id)
    SELECT shift_id, place, CASE WHEN status <> 'withdrawn' THEN id END FROM seats""",
    "INSERT INTO check_in_codes (event_id, code, signup_id) SELECT event_id, code, id FROM seats",
    """INSERT INTO hour_entries (id, volunteer_id, signup_id, event_id, minutes, kind, reason, at)
    SELECT md5('hours ' || id)::uuid, volunteer_id, id, event_id, 180, 'served', '', starts_at + interval '3 hours'
    FROM seats WHERE status = 'attended'""",
)
COPIES: Final = """
INSERT INTO signup_copies (signup_id, version, event_id, shift_id, status, minutes)
SELECT id, 2, event_id, shift_id, status, CASE status WHEN 'attended' THEN 180 END FROM seats
"""

LARGE: Final = {"signups": ["signups", "places", "check_in_codes", "hour_entries"], "events": ["signup_copies"]}
"""Tables with a row for each sign-up."""
CONSTRAINTS: Final = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype IN ('f', 'p', 'u') AND (conrelid = ANY(%(tables)s::regclass[]) OR confrelid = ANY(%(tables)s::regclass[]))
ORDER BY contype
"""
"""Foreign keys before the keys that they need."""
INDEXES: Final = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY(%(tables)s::regclass[])
"""


def event(number: int) -> UUID:
    """Return the id of an event by its number; the low ones are to come."""
    return UUID(hashlib.md5(f"event {number}".encode(), usedforsecurity=False).hexdigest())


def fill(databases: dict[str, psycopg.Connection], pattern: str, first: int, last: int) -> None:
    """Write what belongs to these numbers of sign-ups, as whole events that are like the one of the id ``pattern``.

    Somebody has to have signed up already, as everybody gets their sealed phone: it cannot be sealed by SQL.
    """
    values = {"first": first // PEOPLE, "last": last // PEOPLE - 1, "pattern": pattern, "most": OF_A_COMMUNITY}
    values |= {"people": PEOPLE, "shifts": SHIFTS, "places": PEOPLE // SHIFTS}
    for service, own in (("signups", (PERSONS, SIGN_UPS, *REST)), ("events", (COPIES,))):
        connection = databases[service]
        with connection.transaction(), _bare(connection, LARGE[service]):
            for statement in (FESTIVALS, PARTS, SEATS):
                connection.execute(statement, values)
            for statement in own:
                connection.execute(statement)
            connection.execute("DROP TABLE seats")
        connection.execute("VACUUM ANALYZE")


@contextmanager
def _bare(connection: psycopg.Connection, tables: list[str]) -> Iterator[None]:
    """Take away the tables' indexes, keys and what refers to them, and build all of them anew at the end.

    Row by row they would take hours for ten million: each falls into another place of each index.
    """
    constraints = connection.execute(CONSTRAINTS, {"tables": tables}).fetchall()
    for table, name, _definition in constraints:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
    indexes = connection.execute(INDEXES, {"tables": tables}).fetchall()
    for name, _definition in indexes:
        connection.execute(f"DROP INDEX {name}".encode())
    yield
    connection.execute("SET LOCAL maintenance_work_mem = '1GB'")
    for _name, definition in indexes:
        connection.execute(definition.encode())
    for table, name, definition in reversed(constraints):
        connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}".encode())
