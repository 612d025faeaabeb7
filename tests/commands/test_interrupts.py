"""Ctrl-C is heard whenever it is pressed, also while something starts."""

import signal
import weakref

import pytest

from services.commands import ending


class Thing:
    """Something that is forgotten."""


@pytest.fixture(autouse=True)
def handler_as_before():
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_it_interrupts_as_ever():
    go_on = ending.hearing_interrupts()
    go_on()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_it_is_known_of_even_where_python_tells_nobody():
    go_on, thing = ending.hearing_interrupts(), Thing()
    told = weakref.ref(thing, lambda _gone: signal.raise_signal(signal.SIGINT))
    del thing
    assert told() is None
    with pytest.raises(KeyboardInterrupt):
        go_on()
