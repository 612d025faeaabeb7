"""The people at their browsers and the programs of the units: they ask, and ask again as a good client does."""

import random
import threading
import time
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid4

import requests

from tools.faults.journal import Journal

PATIENCE: Final = 90.0
"""Seconds for which a client asks again with the same key."""
TIMEOUT: Final = 15.0
FAILURE: Final = 500


class Client:
    """Sends requests, counts how they are answered, and repeats those that may be repeated."""

    def __init__(self, origin: str, journal: Journal) -> None:
        self._origin = origin
        self._journal = journal
        self._session = requests.Session()

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] = {},
        again: bool = True,
    ) -> requests.Response | None:
        """Return the answer, if need be after asking ``again``; None where none came within ``PATIENCE``."""
        deadline = time.monotonic() + PATIENCE
        sent = dict(headers) | ({"Authorization": f"Bearer {token}"} if token else {})
        while True:
            answer = self._once(method, path, body, sent)
            if answer is not None and not _is_for_now(answer):
                self._journal.count("acknowledged" if answer.ok else "refused")
                return answer
            if not again or time.monotonic() > deadline:
                return None
            time.sleep(random.uniform(0.2, 0.5))  # noqa: S311  (jitter)

    def _once(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> requests.Response | None:
        try:
            answer = self._session.request(method, self._origin + path, json=body, headers=headers, timeout=TIMEOUT)
        except requests.RequestException:
            self._journal.count("unanswered")
            self._session.close()
            return None
        if answer.status_code >= FAILURE:
            self._journal.count("5xx")
        return answer


def _is_for_now(answer: requests.Response) -> bool:
    """Say whether the answer asks to come again."""
    return answer.status_code >= FAILURE or "Retry-After" in answer.headers


class People:
    """People with names and phones of their own, so that each of them signs up once."""

    def __init__(self) -> None:
        self._number = 0
        self._lock = threading.Lock()

    def next(self) -> dict[str, Any]:
        """Return the next person; every other one has an address for letters."""
        with self._lock:
            self._number += 1
            number = self._number
        person: dict[str, Any] = {"name": f"志愿者{number}", "phone": f"138{number:08d}", "consent": True}
        return person | ({"email": f"reader{number}@example.org"} if number % 2 else {})


def sign_up(
    client: Client, journal: Journal, people: People, shift_id: str, claim: str | None = None
) -> tuple[UUID, str] | None:
    """Let the next person sign up; return their sign-up and its manage token, or None where there was no place."""
    key = str(uuid4())
    body = people.next() | {"shift_id": shift_id} | ({"claim": claim} if claim else {})
    answer = client.ask("POST", "/signups/api/v1/signups", body, headers={"Idempotency-Key": key})
    if answer is None or not answer.ok or "id" not in answer.json():
        return None
    found = answer.json()
    signup_id = UUID(found["id"])
    journal.signed_up(key, signup_id, seated=found["status"] == "confirmed")
    return signup_id, str(found["manage_token"])


def withdraw(client: Client, journal: Journal, signup_id: UUID, token: str) -> None:
    """Let somebody withdraw."""
    with journal.lock:
        journal.leaving.add(signup_id)
    answer = client.ask("POST", f"/signups/api/v1/signups/{signup_id}/withdraw", token=token)
    if answer is not None and answer.ok:
        with journal.lock:
            journal.withdrawn.add(signup_id)
