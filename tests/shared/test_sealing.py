"""Personal data at rest: sealed with keys that are not in the database, and still found by a whole value."""

from datetime import date
from importlib import import_module

import pytest
from sqlalchemy import MetaData, String, select, type_coerce
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.__main__ import NAMES
from shared import sealing
from shared.database import TYPES, Database, new_metadata
from shared.sealing import Fingerprint, Keyring, Sealed, Unreadable

OLD, NEW = "the key of last year, which somebody has lost", "the key of this year, which nobody has seen"


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map = TYPES


class Person(Base):
    __tablename__ = "people"

    number: Mapped[int] = mapped_column(primary_key=True)
    phone: Mapped[str] = mapped_column(Sealed("people.phone"))
    phone_key: Mapped[str] = mapped_column(Fingerprint(of="phone"))
    born: Mapped[date | None] = mapped_column(Sealed("people.born", date))
    notes: Mapped[list[str] | None] = mapped_column(Sealed("people.notes", object))


@pytest.fixture
def opened(new_database_url):
    """A function that opens the same database with some keys."""
    address, known = new_database_url(Base.metadata), []

    def open_with(*keys):
        known.append(Database(address, "signups", keys=keys))
        return known[-1]

    yield open_with
    for database in known:
        database.dispose()


def add(database, number, **more):
    phone = f"+861390000{number:04d}"

    def write(session):
        key = sealing.ring(session).fingerprints("people.phone", phone)[0]
        session.add(Person(number=number, phone=phone, phone_key=key, **more))

    database.write(write)


def phones(database):
    return database.read(lambda session: session.scalars(select(Person.phone).order_by(Person.number)).all())


def as_kept(database, column=Person.phone):
    return database.read(lambda session: session.scalars(select(type_coerce(column, String))).all())


def found(database, phone):
    def look(session):
        keys = sealing.ring(session).fingerprints("people.phone", phone)
        return session.scalars(select(Person.number).where(Person.phone_key.in_(keys))).all()

    return database.read(look)


def test_what_is_kept_can_be_read_with_the_key_only(opened):
    database = opened(NEW)
    add(database, 1, born=date(1990, 5, 1), notes=["左撇子"])
    person = database.read(lambda session: session.get(Person, 1))
    assert (person.phone, person.born, person.notes) == ("+8613900000001", date(1990, 5, 1), ["左撇子"])
    kept = [*as_kept(database), *as_kept(database, Person.born), *as_kept(database, Person.notes)]
    assert not [one for one in kept if "13900000001" in one or "1990" in one or "左" in one]
    with pytest.raises(Unreadable, match="not given"):
        phones(opened(OLD))
    with pytest.raises(LookupError, match="without the keys"):
        phones(opened())


def test_nothing_stays_nothing(opened):
    database = opened(NEW)
    add(database, 1)
    assert as_kept(database, Person.born) == [None]
    assert database.read(lambda session: session.scalars(select(Person.number).where(Person.born.is_(None))).all())


def test_the_same_value_is_kept_differently_each_time():
    ring = Keyring([NEW])
    assert ring.seal("people.phone", "1") != ring.seal("people.phone", "1")


def test_a_value_opens_in_no_other_column_and_not_once_it_was_changed():
    ring = Keyring([NEW])
    kept = ring.seal("people.phone", "+8613900000001")
    with pytest.raises(Unreadable):
        ring.open("people.email", kept)
    with pytest.raises(Unreadable):
        ring.open("people.phone", kept[:-6] + ("A" * 6 if not kept.endswith("AAAAAA") else "B" * 6))


def test_a_sealed_value_cannot_be_compared_by_mistake():
    with pytest.raises(TypeError, match="fingerprint"):
        select(Person).where(Person.phone == "+8613900000001")
    with pytest.raises(TypeError, match="fingerprint"):
        select(Person).order_by(Person.phone.desc())


def test_a_key_is_changed_without_a_moment_in_which_somebody_cannot_be_read_or_found(opened):
    add(opened(OLD), 1)
    between = opened(NEW, OLD)
    add(between, 2)
    both = ["+8613900000001", "+8613900000002"]
    assert phones(between) == both
    assert [found(between, phone) for phone in both] == [[1], [2]]
    assert between.write(sealing.reseal, [Base.metadata], batch=10) == 1, "what is new already stays"
    assert between.write(sealing.reseal, [Base.metadata], batch=10) == 0
    after = opened(NEW)
    assert phones(after) == both
    assert [found(after, phone) for phone in both] == [[1], [2]]


def test_sealing_anew_goes_on_in_batches(opened):
    old = opened(OLD)
    for number in range(5):
        add(old, number, born=date(1990, 5, 1))
    between = opened(NEW, OLD)
    steps = [between.write(sealing.reseal, [Base.metadata], batch=2) for _ in range(4)]
    assert steps == [2, 2, 1, 0]
    assert len(phones(opened(NEW))) == 5


def test_two_values_that_are_alike_in_two_columns_cannot_be_linked():
    ring = Keyring([NEW])
    assert ring.fingerprints("people.phone", "1") != ring.fingerprints("people.guardian", "1")


@pytest.mark.parametrize("name", NAMES)
def test_every_sealed_column_names_itself(name):
    tables: list[MetaData] = import_module(f"services.{name}.app").service.all_metadata
    for metadata in tables:
        for table in metadata.tables.values():
            for column in sealing.sealed_columns(table):
                assert column.type.column == f"{table.name}.{column.name}"
            for column in table.columns:
                assert not isinstance(column.type, Fingerprint) or column.type.of in table.columns
