"""The bare transaction of a sign-up: the statements that the operation sends, by pgbench, without any of our code."""

import os
import re
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import make_url

SIGN_UP: Final = """
\\set n random(1, 1000000000)
\\set code random(0, 999999)
BEGIN;
SELECT pg_try_advisory_xact_lock(hashtextextended(:client_id || ' ' || :n, 0));
SELECT * FROM idempotency_keys WHERE key = :client_id || ' ' || :n;
SELECT * FROM shifts JOIN events ON events.id = shifts.event_id WHERE shifts.id = '{shift}';
INSERT INTO volunteers (id, name, name_key, phone, phone_key, phone_end, created_at)
VALUES (gen_random_uuid(), '志愿者' || :n, '志愿者' || :n, repeat('x', 60), :client_id || ' ' || :n, '0000', now())
ON CONFLICT (phone_key, name_key) DO UPDATE SET phone_key = excluded.phone_key RETURNING id AS volunteer \\gset
SELECT shift_id FROM signups WHERE volunteer_id = ':volunteer' AND status <> 'withdrawn';
SELECT EXISTS (SELECT id FROM signups WHERE shift_id = '{shift}' AND status = 'waitlisted' AND offered_until IS NULL);
SELECT number AS place FROM places WHERE shift_id = '{shift}' AND signup_id IS NULL AND pledge_id IS NULL
ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED \\gset
INSERT INTO signups (id, event_id, shift_id, volunteer_id, status, version, language, manage_hash, created_at,
consented_at, confirmed_at) VALUES (gen_random_uuid(), '{event}', '{shift}', ':volunteer', 'confirmed', 1, 'zh-CN',
repeat('x', 20) || gen_random_uuid(), now(), now(), now()) RETURNING id AS signup \\gset
INSERT INTO check_in_codes (event_id, code, signup_id) VALUES ('{event}', :client_id || ' ' || :n, ':signup')
ON CONFLICT (event_id, code) DO NOTHING RETURNING code;
UPDATE places SET signup_id = ':signup' WHERE shift_id = '{shift}' AND number = :place;
INSERT INTO outbox (message_id, aggregate, version, type, body, attempts, next_at, published_at)
VALUES (gen_random_uuid(), ':signup', 1, 'signup.confirmed', repeat('x', 500)::bytea, 0, now(), now());
INSERT INTO idempotency_keys (key, digest, signup_id, status, others, created_at)
VALUES (:client_id || ' ' || :n, repeat('x', 64), ':signup', 'confirmed', '[]', now());
COMMIT;
"""
"""Its messages count as published already, so that no relay takes them away."""


def sign_ups(url: str, event: str, shift: str, *, clients: int, seconds: float) -> float:
    """Return how many a second the database alone takes, each of its client's places being rows of their own."""
    with TemporaryDirectory(prefix="steward-pgbench-") as folder:
        script = Path(folder) / "sign-up.sql"
        script.write_text(SIGN_UP.format(event=event, shift=shift), encoding="utf-8")
        for patience in (1, 4, 16):  # where the machine is so busy that none is done in time, none are told of
            said = _run(url, script, clients, max(round(seconds), 1) * patience)
            found = re.search(r"tps = ([0-9.]+)", said)
            if found is not None:
                return float(found[1])
    raise SystemExit(f"pgbench says no figure:\n{said}")


def _run(url: str, script: Path, clients: int, seconds: int) -> str:
    address = make_url(url)
    words = ["pgbench", "--no-vacuum", f"--file={script}", f"--client={clients}", f"--time={seconds}"]
    words += ["--host", str(address.host), "--port", str(address.port), "--username", str(address.username)]
    done = subprocess.run(  # noqa: S603 - our own command
        [*words, str(address.database)],
        env=dict(os.environ) | {"PGPASSWORD": str(address.password)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout
