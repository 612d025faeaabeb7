"""Contact data in the sign-up service's database: what is kept of it, and what a migration makes of what was there."""

from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import JSON, Date, Uuid, column, insert, inspect, select, table, text
from sqlalchemy.orm import Session

from services.signups import operations
from services.signups.app import service
from services.signups.models import Place, Signup, Volunteer
from services.signups.operations import Guardian
from services.signups.rosters import Filter, part
from shared import migrations, sealing
from shared.database import Database, UtcDateTime
from shared.imports import Upload, records_of
from shared.paging import Page
from tests.shared.messaging.conftest import only_sqlite
from tests.signups.conftest import NOW, World, a_child

BEFORE = "3178a2271110"
KEY, NEWER = "a data key for tests that is long enough", "the data key after that, for tests as well"
TYPES = {"id": Uuid, "event_id": Uuid, "shift_id": Uuid, "volunteer_id": Uuid, "signup_id": Uuid, "birth_date": Date}
TYPES |= {"organizer_id": Uuid} | dict.fromkeys(("skills", "records", "unknown", "findings", "outcome"), JSON)


@pytest.fixture
def old(database_url):
    """A database as the release before left it, with a child who has a place."""
    database = Database(database_url, "signups", keys=[KEY])
    with database.engine.connect() as connection:
        command.upgrade(migrations._alembic(service, connection), BEFORE)
    event, shift, person, signup = (uuid4() for _ in range(4))
    texts = dict.fromkeys(("slug", "theme", "title", "summary", "venue_name", "venue_address"), "–")
    rows = {
        "events": texts
        | {"id": event, "version": 1, "community": "朝阳社区", "status": "published", "timezone": "Asia/Shanghai"}
        | {"lunar": True, "starts_at": NOW, "ends_at": NOW, "occurrence": 0, "waitlist": True}
        | {"conditions": "", "risks": "", "contact": ""},
        "shifts": {"id": shift, "event_id": event, "position": 0, "listed": True, "role": "引导", "description": ""}
        | {"starts_at": NOW, "ends_at": NOW, "capacity": 1, "minimum": 0, "skills": [], "counts_as_service": True},
        "volunteers": {"id": person, "name": "卓玛", "name_key": "卓玛", "phone": "+8613912345678", "created_at": NOW},
        "signups": {"id": signup, "event_id": event, "shift_id": shift, "volunteer_id": person, "status": "confirmed"}
        | {"version": 1, "email": "z@example.com", "birth_date": date(2015, 1, 2), "guardian_name": "扎西"}
        | {"guardian_phone": "+8613911112222", "language": "zh-CN", "manage_hash": "-", "created_at": NOW}
        | {"consented_at": NOW},
        "uploads": {
            "id": uuid4(),
            "kind": "people",
            "community": "朝阳社区",
            "organizer_id": uuid4(),
            "language": "zh-CN",
        }
        | {"state": "checked", "total": 1, "done": 1, "records": [["名单", 2, {"phone": "13912345678"}]]}
        | {"unknown": [], "findings": {}, "outcome": {}, "created_at": NOW, "expires_at": NOW},
        "places": {"shift_id": shift, "number": 1, "signup_id": signup},
    }
    for name, row in rows.items():
        write(database, name, row)
    yield database
    database.dispose()


def write(database, name, row):
    types = TYPES | {one: UtcDateTime for one in row if one.endswith("_at")}
    then = table(name, *(column(one, types.get(one)) for one in row))
    database.write(lambda session: session.execute(insert(then).values(row)))


def raw(session: Session, *tables: str) -> str:
    return str([session.execute(text(f"SELECT * FROM {name}")).all() for name in tables])


def test_the_rows_that_are_there_are_sealed_and_still_belong_together(old):
    migrations.migrate(service, old)
    kept = old.read(raw, "volunteers", "signups", "uploads")
    assert not [secret for secret in ("13912345", "z@example", "2015", "扎西", "139111122") if secret in kept]
    signup = old.read(lambda session: session.scalars(select(Signup)).one())
    assert signup.volunteer.phone == "+8613912345678"
    assert (signup.email, signup.birth_date) == ("z@example.com", date(2015, 1, 2))
    assert (signup.guardian_name, signup.guardian_phone) == ("扎西", "+8613911112222")
    assert old.read(lambda session: session.scalars(select(Place.signup_id)).one()) == signup.id
    assert old.read(lambda session: part(session, Page(5), Filter(community="朝阳社区", search="5678")).items)
    upload = old.read(lambda session: session.scalars(select(Upload)).one())
    assert (records_of(upload)[0].cells, upload.findings) == ({"phone": "13912345678"}, {})
    assert not migrations.pending(service, old)


@only_sqlite
def test_after_it_the_file_holds_no_number_either(old):
    migrations.migrate(service, old)
    old.dispose()
    file = Path(old.url.removeprefix("sqlite:///"))
    assert b"13912345678" not in file.read_bytes()


def test_and_it_can_be_taken_back(old):
    migrations.migrate(service, old)
    with old.engine.connect() as connection:
        command.downgrade(migrations._alembic(service, connection), BEFORE)
    then = table("signups", column("birth_date", Date), column("email"))
    assert old.read(lambda session: session.execute(select(then)).all()) == [(date(2015, 1, 2), "z@example.com")]
    assert "13912345678" in old.read(raw, "volunteers")


@only_sqlite
def test_a_migration_that_would_leave_references_to_nothing_fails_and_changes_nothing(old):
    with old.engine.connect() as connection:
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("DELETE FROM volunteers")
        cursor.execute("PRAGMA foreign_keys=ON")
    with pytest.raises(RuntimeError, match="signups"):
        migrations.migrate(service, old)
    assert old.read(lambda session: session.execute(text("PRAGMA foreign_keys")).scalar()) == 1
    assert "phone_key" not in {one["name"] for one in inspect(old.engine).get_columns("volunteers")}


def test_a_person_is_the_same_one_while_keys_are_changed(world: World):
    world.sign_up(name="卓玛", phone="+8613912345678")
    between = World(Database(world.database.url, "signups", keys=[NEWER, KEY]), world.event, people=10)
    assert between.sign_up(name="卓玛", phone="+8613912345678").status == "received"
    between.database.write(sealing.reseal, service.all_metadata, batch=10)
    assert between.sign_up(name="卓玛", phone="+8613912345678").status == "received"
    afterwards = World(Database(world.database.url, "signups", keys=[NEWER]), world.event, people=20)
    assert afterwards.sign_up(name="卓玛", phone="+8613912345678").status == "received"
    assert len(world.read(lambda session: session.scalars(select(Volunteer.id)).all())) == 1
    between.database.dispose()
    afterwards.database.dispose()


def test_keys_are_changed_also_where_people_were_erased(world: World):
    for phone in ("+8613912345678", "+8613900005678"):
        world.sign_up(name="卓玛", phone=phone)
    for volunteer_id in world.read(lambda session: session.scalars(select(Volunteer.id)).all()):
        world.database.write(operations.erase, volunteer_id, NOW)
    between = Database(world.database.url, "signups", keys=[NEWER, KEY])
    assert between.write(sealing.reseal, service.all_metadata, batch=10)
    assert between.write(sealing.reseal, service.all_metadata, batch=10) == 0
    between.dispose()


def test_somebody_is_found_by_the_whole_number_in_any_dress_and_by_its_end(world: World):
    world.sign_up(name="卓玛", phone="+8613912345678")
    world.sign_up(name="扎西", phone="+8613900005678")

    def found(search):
        wanted = Filter(community="朝阳社区", search=search)
        return {one.volunteer.name for one in world.read(lambda session: part(session, Page(5), wanted)).items}

    assert found("139 1234 5678") == found("13912345678") == {"卓玛"}
    assert found("5678") == found("78") == {"卓玛", "扎西"}
    assert found("13912345679") == found("79") == set()


def test_a_child_of_a_guardian_is_kept_sealed(world: World):
    world.sign_up(birth_date=a_child(8), guardian=Guardian("扎西", "+8613911112222"), email="z@example.com")
    kept = world.read(lambda session: raw(session, "signups", "volunteers"))
    assert not [secret for secret in ("扎西", "139111122", "z@example", str(a_child(8))) if secret in kept]
