"""What is counted and logged of notices, and how a letter leads back to what it was written for."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import insert
from structlog.testing import capture_logs

from shared.logs import correlation_id
from shared.notices import queue
from shared.notices.channels import ChannelError
from shared.notices.queue import Letter
from shared.notices.tables import ALONE, BULK
from tests.shared.messaging.conftest import only_sqlite, plan
from tests.shared.notices.conftest import NOW, Person, Provider


@dataclass
class Looking(Provider):
    """A channel that looks for what it sends a letter."""

    seen: list[str | None] = field(default_factory=list)

    def send(self, notice_id: UUID, letter: Letter) -> str | None:
        self.seen.append(correlation_id.get())
        return super().send(notice_id, letter)


def test_a_letter_is_logged_under_the_id_of_the_form_that_it_comes_of(office):
    token = correlation_id.set("form-4711")
    try:
        office.plan()
    finally:
        correlation_id.reset(token)
    seen: list[str | None] = []
    office.channels = [Looking(seen=seen)]
    with capture_logs() as lines:
        office.work()
    assert seen == ["form-4711"]
    assert [(line["event"], line["notices"]) for line in lines] == [("notice.sent", 1)]
    assert correlation_id.get() != "form-4711", "the next one has its own"


def test_notices_are_counted_by_channel_and_by_what_became_of_them(office):
    gone = office.plan()
    office.database.write(lambda session: session.execute(insert(Person).values(id=gone, coming=False)))
    office.plan()
    office.provider.outcomes = [ChannelError("full", permanent=True)]
    office.plan(expires_at=NOW)
    office.work()
    figures = office.database.figures.text().decode()
    for count in (
        'sends_total{channel="provider",outcome="refused",service="signups"} 1.0',
        'notices_settled_total{channel="",service="signups",state="skipped"} 1.0',
        'notices_settled_total{channel="",service="signups",state="skipped_late"} 1.0',
    ):
        assert f"steward_{count}" in figures


def test_how_long_the_oldest_has_been_due_is_told_apart_for_mailings(office):
    office.plan()
    office.plan()
    later = NOW + timedelta(minutes=7)
    assert office.database.read(queue.still_open, ALONE, later) == queue.Open(2, 420.0)
    assert office.database.read(queue.still_open, ALONE, NOW - timedelta(minutes=1)) == queue.Open(2, 0.0)
    assert office.database.read(queue.still_open, BULK, later) == queue.Open(0, 0.0)


@only_sqlite
@pytest.mark.parametrize(("among", "index"), [(ALONE, "ix_notices_alone"), (BULK, "ix_notices_bulk")])
def test_a_look_reads_what_is_open_and_not_the_log(office, among, index):
    query = f"SELECT count(*), min(next_at) FROM notices WHERE {among} AND next_at > '1970-01-01'"
    assert index in plan(office.database, query)
