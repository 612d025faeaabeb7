"""Two senders that are killed again and again: nothing is lost, and nobody gets what they cannot tell from the first.

A sender has four moments at which its end matters. Whoever is killed at one of them is followed by another.
"""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from shared.notices import sender as module
from shared.notices.queue import LEASE
from tests.shared.messaging.conftest import only_postgresql
from tests.shared.notices.conftest import Killed, Office, Provider

PEOPLE = 30
DEATHS = 6
MOMENTS = ("claimed", "sending", "taken", "sent")
"""The notice is leased; ``sending`` is committed; the provider has it; the outcome is written and not committed."""


class Fuse:
    """Kills whoever passes a moment, each third time, until there were enough deaths."""

    def __init__(self, moment: str) -> None:
        self.moment = moment
        self.passed = self.deaths = 0
        self.lock = threading.Lock()

    def pass_by(self, moment: str) -> None:
        with self.lock:
            if moment != self.moment:
                return
            self.passed += 1
            if self.passed % 3 == 0 and self.deaths < DEATHS:
                self.deaths += 1
                raise Killed(moment)


class Mortal(Provider):
    """A channel in which a sender may find its end."""

    fuse: Fuse

    def send(self, *notice: Any) -> str | None:
        self.fuse.pass_by("sending")
        receipt = super().send(*notice)
        self.fuse.pass_by("taken")
        return receipt


def before(moment: str, fuse: Fuse, act: Callable[..., Any]) -> Callable[..., Any]:
    """Do the work, and perhaps end before anybody hears of it."""

    def wrapped(*arguments: Any) -> Any:
        result = act(*arguments)
        fuse.pass_by(moment)
        return result

    return wrapped


def keep_sending(office: Office) -> None:
    """Start another sender whenever one was killed, as a supervisor does."""
    while True:
        try:
            return office.work()
        except Killed:
            continue


@only_postgresql
@pytest.mark.parametrize("repeats", [False, True], ids=["tells no repeats", "tells repeats"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_senders_lose_nothing_and_leave_nothing_behind(
    office: Office, monkeypatch: pytest.MonkeyPatch, moment: str, *, repeats: bool
) -> None:
    fuse = Fuse(moment)
    provider = Mortal(repeats=repeats)
    provider.fuse = fuse
    office.channels = [provider]
    monkeypatch.setattr(office, "compose", before("claimed", fuse, office.compose))
    monkeypatch.setattr(module, "_sent", before("sent", fuse, module._sent))
    for _ in range(PEOPLE):
        office.plan()
    senders = [threading.Thread(target=keep_sending, args=[office]) for _ in range(2)]
    for thread in senders:
        thread.start()
    for thread in senders:
        thread.join(60)
    assert fuse.deaths == DEATHS
    office.work(seconds=LEASE.total_seconds())

    states, times = Counter(office.states()), Counter(Counter(provider.taken).values())
    match moment, repeats:
        case "claimed", _:
            assert states == {"sent": PEOPLE}
            assert times == {1: PEOPLE}
        case "sending", True:
            assert states == {"sent": PEOPLE}
            assert times == {1: PEOPLE}
        case "sending", False:
            assert states == {"sent": PEOPLE - DEATHS, "unknown": DEATHS}
            assert times == {1: PEOPLE - DEATHS}, "nobody can tell this from the next case"
        case _, False:
            assert states == {"sent": PEOPLE - DEATHS, "unknown": DEATHS}
            assert times == {1: PEOPLE}
        case _, True:
            assert states == {"sent": PEOPLE}
            assert times == {1: PEOPLE - DEATHS, 2: DEATHS}, "twice under the same id, by which it is recognised"
    assert sum(notice.repeated for notice in office.notices()) == (DEATHS if repeats and moment != "claimed" else 0)


def test_a_letter_that_kills_its_sender_each_time_is_not_sent_for_ever(office: Office) -> None:
    office.provider.repeats = True
    office.provider.outcomes = [Killed() for _ in range(9)]
    office.plan()
    for _ in range(2):
        with pytest.raises(Killed):
            office.work(seconds=LEASE.total_seconds())
    office.work(seconds=LEASE.total_seconds())
    assert office.states() == ["unknown"]
    assert len(office.provider.taken) == 2


def test_a_provider_that_takes_and_does_not_answer_gets_it_once_more_where_it_recognises_it(office: Office) -> None:
    office.provider.repeats = True
    office.provider.outcomes = [TimeoutError(), None]
    office.plan()
    office.work()
    office.work(seconds=10)
    assert office.states() == ["sent"]
    assert len(office.provider.taken) == 2
    assert len(set(office.provider.taken)) == 1
