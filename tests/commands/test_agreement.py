"""That the services agree is proved, and where they do not, it is said where, and mended."""

from datetime import timedelta
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import delete, insert, literal, select, update

from services.events.models import Event as OwnEvent
from services.events.models import FeedbackCopy, HoldCopy, NeedCopy, PledgeCopy, SignupCopy
from services.events.operations.retelling import retell_events
from services.partners.models import Event as PartnersEvent
from services.partners.models import Pledge, PledgeStep
from services.partners.models.ledger import Movement
from services.signups.models import Event as SignupsEvent
from services.signups.models import Hold, Place, Signup
from services.signups.models import Shift as SignupsShift
from shared import clock
from shared.agreement import comparing
from shared.messaging.tables import InboxStatus, Incoming, Outgoing
from shared.notices.tables import Notice
from shared.sign_ins import OrganizerCopy
from tests.commands.conftest import read, run
from tests.conftest import ON_SQLITE

NOW = ("--patience", "0")
SOON = ("--patience", "2")


def places_where_they_differ(found):
    return {(one["what"], one["owner"], one["copy in"]) for one in found["differences"]}


def test_services_at_rest_agree(town):
    agreed = read("reconcile", *NOW)
    assert (agreed["agree"], agreed["differences"], agreed["mended"]) == (True, [], 0)
    assert set(agreed["messages"]) == {"events", "signups", "partners"}
    assert "agree" in run("reconcile", *NOW).output
    for pair in comparing.pairs(town.parts):  # by their sums alone, so that a million sign-ups are no long work
        owner, reader = comparing.sides(pair)
        assert owner.sums() == reader.sums(), pair.kind


def test_every_copy_that_is_missing_or_wrong_is_found_and_mended(town):
    lost = town.database("events").read(lambda session: session.scalars(select(SignupCopy.signup_id)).all())[:3]
    town.change(
        "events",
        delete(SignupCopy).where(SignupCopy.signup_id.in_(lost)),
        update(HoldCopy).values(held=HoldCopy.held + 1),
        update(NeedCopy).values(version=NeedCopy.version - 1, quantity=1),
        update(PledgeCopy).values(version=PledgeCopy.version + 5),  # as after a restored backup of the owner
    )
    town.change("signups", update(SignupsShift).values(capacity=SignupsShift.capacity + 1))
    town.change(
        "partners",
        update(PartnersEvent).values(version=PartnersEvent.version + 3, status="cancelled"),
        update(Pledge).where(Pledge.places_version > 0).values(held=0),
    )
    found = read("reconcile", *NOW, code=1)
    assert places_where_they_differ(found) == {
        ("signup", "signups", "events"),
        ("hold", "signups", "events"),
        ("need", "partners", "events"),
        ("pledge", "partners", "events"),
        ("shift", "events", "signups"),
        ("event", "events", "partners"),
        ("hold", "signups", "partners"),
    }
    assert {one["id"] for one in found["differences"] if one["what"] == "signup"} == set(map(str, lost))
    with town.working():
        mended = read("reconcile", "--mend", *SOON)
    assert (mended["agree"], mended["differences"]) == (True, [])
    assert mended["mended"] >= 7  # of some kinds one, and all shifts of an event by one message


@ON_SQLITE
def test_copies_of_what_no_owner_knows_are_let_go_of(town):
    nobody = uuid4()
    event_id, shift_id = town.database("events").read(
        lambda session: session.execute(select(SignupCopy.event_id, SignupCopy.shift_id)).first()
    )
    town.change(
        "events",
        insert(SignupCopy).values(
            signup_id=nobody, version=3, event_id=event_id, shift_id=shift_id, status="confirmed"
        ),
        insert(FeedbackCopy).values(signup_id=nobody, version=1, event_id=event_id, overall=5, organised=5, again=True),
    )
    organizer = {"organizer_id": uuid4(), "version": 9, "community": "x", "role": "office", "active": True}
    town.change("partners", insert(OrganizerCopy).values(**organizer, valid_from=clock.utc_now()))
    with town.working():
        assert read("reconcile", "--mend", *SOON)["mended"] == 3
    assert town.count("events", FeedbackCopy) == 0


@ON_SQLITE
def test_a_partners_service_that_lost_a_pledge_lets_its_people_keep_their_places(town):
    somebody, kept = town.database("signups").read(
        lambda session: (
            session.scalars(select(Place.signup_id).where(Place.signup_id.is_not(None))).first(),
            session.execute(select(Place.shift_id, Place.number).where(Place.pledge_id.is_not(None))).first(),
        )
    )
    town.change(
        "signups",
        update(Place).where(Place.signup_id == somebody).values(signup_id=None),
        update(Place).where(Place.shift_id == kept[0], Place.number == kept[1]).values(signup_id=somebody),
    )
    town.change("partners", delete(Movement), delete(PledgeStep), delete(Pledge))
    with town.working():
        assert read("reconcile", "--mend", *SOON)["agree"]
    assert (town.count("signups", Hold), town.count("events", HoldCopy)) == (0, 0)
    place = select(Place.pledge_id).where(Place.signup_id == somebody)
    assert town.database("signups").read(lambda session: session.scalars(place).all()) == [None]


@ON_SQLITE
def test_a_sign_up_service_that_lost_a_hold_keeps_places_anew(town):
    town.change(
        "signups",
        update(Place).values(pledge_id=None),
        update(Signup).values(pledge_id=None),
        delete(Hold),
    )
    with town.working():
        assert read("reconcile", "--mend", *SOON)["agree"]
    assert town.count("signups", Hold) == 1


@ON_SQLITE
def test_an_event_that_its_owner_has_lost_is_left_to_people(town):
    lost = uuid4()
    columns = {column.name: column for column in SignupsEvent.__table__.columns}
    columns["id"] = lost
    town.change(
        "signups",
        insert(SignupsEvent).from_select(
            list(columns),
            select(*[literal(lost) if name == "id" else column for name, column in columns.items()]).limit(1),
        ),
    )
    with town.working():
        left = read("reconcile", "--mend", "--patience", "1", code=1)
    assert [(one["id"], one["expected"]) for one in left["differences"]] == [(str(lost), "nothing")]


@ON_SQLITE
def test_what_is_on_its_way_is_no_difference(town):
    retold = town.database("events").read(lambda session: session.scalars(select(OwnEvent.id)).first())
    town.database("events").write(retell_events, {retold: 50}, clock.utc_now())
    with town.working():
        assert read("reconcile", *SOON)["agree"]


@ON_SQLITE
def test_dead_messages_are_no_agreement(town):
    town.change(
        "events",
        insert(Incoming).values(
            message_id=uuid4(), type="x", body=b"{}", status=InboxStatus.DEAD, attempts=1, received_at=clock.utc_now()
        ),
    )
    assert read("reconcile", *NOW, code=1)["messages"]["events"]["dead"] == 1
    assert "steward messages list events" in run("reconcile", *NOW).output


@ON_SQLITE
@pytest.mark.parametrize("name", ["events", "signups", "partners"])
def test_a_service_that_has_everything_is_told_again_without_harm(town, name):
    letters = town.count("signups", Notice) + town.count("partners", Notice)
    with town.working():
        assert read("resync", name)["told"] > 0
        assert read("reconcile", *SOON)["agree"]
    assert town.count("signups", Notice) + town.count("partners", Notice) == letters
    assert read("reconcile", *NOW)["messages"][name]["dead"] == 0


def test_a_service_that_was_restored_from_an_older_backup_catches_up(town):
    town.change("events", delete(SignupCopy), delete(HoldCopy), delete(NeedCopy), delete(PledgeCopy))
    town.change("partners", update(PartnersEvent).values(version=1, title="as it was"))
    with town.working():
        for name in ("events", "partners"):
            run("resync", name)
        assert read("reconcile", *SOON)["agree"]
    old = town.database("partners").read(lambda session: session.scalars(select(PartnersEvent.title)).all())
    assert "as it was" not in old


@ON_SQLITE
def test_messages_that_nobody_takes_to_the_broker_are_not_piled_up(town, monkeypatch):
    monkeypatch.setattr("shared.agreement.mending.FULL", 0)
    monkeypatch.setattr("shared.agreement.mending.STUCK_AFTER", 0.1)
    town.change(
        "signups",
        insert(Outgoing).values(
            message_id=uuid4(),
            aggregate="x",
            version=1,
            type="signup.confirmed",
            body=orjson.dumps({"time": clock.utc_now()}),
            next_at=clock.utc_now() - timedelta(minutes=1),
        ),
    )
    assert run("resync", "events").exit_code == 3
