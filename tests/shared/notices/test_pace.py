"""How fast letters go out by each channel."""

import pytest

from shared.notices import pace
from shared.notices.pace import Pace, Rate


class Watch:
    """A clock in seconds that stands still until it is moved."""

    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_a_channel_without_a_rate_never_waits(watch: Watch) -> None:
    turns = Pace([Rate("sms", 1)], watch)
    assert [turns.turn("email") for _ in range(100)] == [0.0] * 100


def test_turns_come_one_after_the_other(watch: Watch) -> None:
    turns = Pace([Rate("email", 4)], watch)
    assert [turns.turn("email") for _ in range(4)] == [0, 0.25, 0.5, 0.75]
    watch.seconds += 60
    assert turns.turn("email") == 0, "a pause is not saved up"
    assert turns.turn("email") == 0.25


def test_whoever_would_wait_long_is_told_when_to_come_again_each_at_a_moment_of_their_own(watch: Watch) -> None:
    turns = Pace([Rate("chat", 0.25)], watch)
    assert turns.turn("chat") == 0
    later = [turns.turn("chat") for _ in range(3)]
    assert later == [4, 8, 12]
    for seconds in later:
        watch.seconds = 100 + seconds
        assert turns.turn("chat") == 0, "and then it is their turn"


def test_nobody_waits_for_those_who_never_came_again(watch: Watch) -> None:
    turns = Pace([Rate("chat", 0.25)], watch)
    for _ in range(100):
        turns.turn("chat")
    watch.seconds += 4
    assert turns.turn("chat") == 0


def test_rates_are_written_by_channel() -> None:
    rates = pace.parse("email=20, chat=0.3,")
    assert rates == (Rate("email", 20), Rate("chat", 0.3))
    assert ",".join(map(str, rates)) == "email=20,chat=0.3"


@pytest.mark.parametrize(
    "value", ["20", "email", "email=", "=3", "email=fast", "email=0", "sms=-1", "sms=inf", "a=nan"]
)
def test_anything_else_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="letters a second"):
        pace.parse(value)
