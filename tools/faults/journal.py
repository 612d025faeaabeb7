"""What the clients were promised, written down at the moment of the answer."""

import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from uuid import UUID


@dataclass
class Pledged:
    """A pledge that was answered: how much of it still stands, by the last answer; None while one is awaited."""

    quantity: int | None


@dataclass
class Journal:
    """Everything that was acknowledged, for as long as the stack runs."""

    signups: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    """Idempotency key -> the sign-ups that its answers named; more than one is one too many."""
    seated: set[UUID] = field(default_factory=set)
    """Sign-ups that were answered as confirmed."""
    leaving: set[UUID] = field(default_factory=set)
    """Sign-ups whose withdrawal was asked for, answered or not."""
    withdrawn: set[UUID] = field(default_factory=set)
    """Sign-ups whose withdrawal was answered."""
    pledges: dict[UUID, Pledged] = field(default_factory=dict)
    versions: dict[UUID, int] = field(default_factory=dict)
    """Event -> the version that its last change was answered with."""
    awaiting_reminder: set[UUID] = field(default_factory=set)
    """Sign-ups for events that remind while the load runs."""
    set_aside: set[UUID] = field(default_factory=set)
    """Messages that a fault brought in, and of which no service can make anything: they have to be listed as such."""
    answers: Counter[str] = field(default_factory=Counter)
    """How many requests were ``acknowledged``, answered ``5xx``, ``refused`` for a reason, or left ``unanswered``."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, outcome: str) -> None:
        """Count one answer."""
        with self.lock:
            self.answers[outcome] += 1

    def signed_up(self, key: str, signup_id: UUID, *, seated: bool) -> None:
        """Note the answer to a sign-up."""
        with self.lock:
            self.signups[key].add(signup_id)
            if seated:
                self.seated.add(signup_id)

    @property
    def all_signups(self) -> set[UUID]:
        """Every sign-up that was ever answered."""
        with self.lock:
            return {one for several in self.signups.values() for one in several}
