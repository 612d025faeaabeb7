"""Sending to those once more whom a mailing did not reach."""

from uuid import uuid4

import pytest

from shared.notices import queue
from shared.notices.channels import ChannelError
from shared.notices.tables import Notice, NoticeState
from tests.shared.notices.conftest import NOW

MAILING = uuid4()


@pytest.fixture
def failed(office):
    """A notice of the mailing that was refused for good, and one of another mailing."""
    for mailing_id in (MAILING, uuid4()):
        person = office.plan()
        office.database.write(lambda session, mailing_id=mailing_id, person=person: belong(session, person, mailing_id))
    office.provider.outcomes = [ChannelError("refused", permanent=True)] * 2
    office.work()
    assert office.states() == ["failed", "failed"]


def belong(session, person_id, mailing_id):
    session.query(Notice).filter_by(person_id=person_id).update({"mailing_id": mailing_id})


def resend(office, **changes):
    asked = {"mailing_id": MAILING, "states": [NoticeState.FAILED], "now": office.clock()} | changes
    return office.database.write(queue.resend, **asked)


@pytest.mark.usefixtures("failed")
def test_only_those_of_the_mailing_go_out_again_and_only_once(office):
    assert [resend(office), resend(office)] == [1, 0]
    office.work()
    assert sorted(office.states()) == ["failed", "sent"]
    assert len(office.provider.taken) == 1
    assert resend(office) == 0


@pytest.mark.usefixtures("failed")
def test_what_would_come_too_late_stays_as_it_is(office):
    def expire(session):
        session.query(Notice).update({"expires_at": NOW})

    office.database.write(expire)
    office.clock.pass_by(seconds=1)
    assert resend(office) == 0
