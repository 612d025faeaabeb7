"""What providers say later of what they took."""

import pytest

from shared.notices import queue, receipts
from shared.notices.tables import NoticeState
from tests.shared.notices.conftest import Office


@pytest.fixture
def receipt(office: Office) -> str:
    """What the provider calls the one notice that it took."""
    office.plan()
    office.work()
    [notice] = office.notices()
    assert notice.receipt
    return notice.receipt


def note(office: Office, receipt: str, *, delivered: bool, reason: str | None = None) -> bool:
    return office.database.write(receipts.note, receipt, delivered=delivered, reason=reason, now=office.clock())


def test_it_was_delivered(office: Office, receipt: str) -> None:
    office.clock.pass_by(seconds=4)
    assert note(office, receipt, delivered=True)
    [notice] = office.notices()
    assert (notice.state, notice.delivered_at) == (NoticeState.DELIVERED, office.clock())
    office.clock.pass_by(seconds=4)
    assert not note(office, receipt, delivered=True)
    assert office.notices()[0].delivered_at == notice.delivered_at


def test_it_was_not_and_the_log_says_why(office: Office, receipt: str) -> None:
    assert note(office, receipt, delivered=False, reason="no such number")
    [notice] = office.notices()
    assert (notice.state, notice.last_error) == (NoticeState.FAILED, "no such number")


def test_delivered_is_the_last_word_whichever_comes_first(office: Office, receipt: str) -> None:
    note(office, receipt, delivered=False)
    assert note(office, receipt, delivered=True)
    assert not note(office, receipt, delivered=False)
    assert office.states() == ["delivered"]


def test_word_of_something_unknown_changes_nothing(office: Office, receipt: str) -> None:
    assert not note(office, f"not {receipt}", delivered=True)
    assert office.states() == ["sent"]


def test_what_is_to_be_sent_again_stays_queued(office: Office, receipt: str) -> None:
    note(office, receipt, delivered=False)
    [notice] = office.notices()
    office.database.write(queue.resend, notice_ids=[notice.id], now=office.clock())
    assert not note(office, receipt, delivered=False)
    assert office.states() == ["queued"]
