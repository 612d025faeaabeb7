"""What is said of each thing that was looked at."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.texts import Text


class State(StrEnum):
    """How a thing is."""

    FINE = "fine"
    SOON = "soon"
    """It works, and will not for long, or nobody can tell."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: ``check`` is its name for programs, ``remedy`` what to do unless it is fine."""

    check: str
    service: str | None
    state: State
    words: Text
    remedy: Text | None = None


Findings = Iterator[Finding]


def fine(check: str, words: Text, service: str | None = None) -> Finding:
    """Say that it is as it should be."""
    return Finding(check, service, State.FINE, words)


def soon(check: str, words: Text, remedy: Text, service: str | None = None) -> Finding:
    """Say that somebody should look after it before it matters."""
    return Finding(check, service, State.SOON, words, remedy)


def wrong(check: str, words: Text, remedy: Text, service: str | None = None) -> Finding:
    """Say that it has to be mended now."""
    return Finding(check, service, State.WRONG, words, remedy)
