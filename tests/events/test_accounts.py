"""Organizers' accounts: the first one, signing in and out."""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from alembic import command
from argon2 import PasswordHasher
from sqlalchemy import Uuid, column, insert, select, table

from services.events import accounts
from services.events.accounts import passwords
from services.events.app import service
from services.events.models import Organizer
from shared import migrations
from shared.config import Config
from shared.database import Database, UtcDateTime
from shared.errors import Unauthorized
from shared.principal import Principal
from tests.events.world import NOW

CONFIG = Config(service="events", admin_password="correct horse battery", community="朝阳社区")


def prepare(database, config=CONFIG):
    return database.write(accounts.prepare, config, NOW)


def sign_in(database, password, username="admin"):
    organizer = database.read(accounts.check_password, username, password)
    ends = NOW + timedelta(hours=12)
    _organizer, session_id = database.write(
        accounts.sign_in, organizer.id, version=organizer.version, code=None, required=False, expires_at=ends, now=NOW
    )
    return Principal(
        kind="organizer",
        id=organizer.id,
        name=organizer.username,
        community=organizer.community,
        role=organizer.role,
        session_id=session_id,
        issued_at=NOW,
    )


def is_open(database, session):
    return database.read(accounts.confirm, session) is not None


def test_the_first_organizer_has_the_password_that_is_configured(database):
    assert prepare(database) is None
    assert is_open(database, sign_in(database, "correct horse battery"))
    [admin] = database.read(lambda session: session.scalars(select(Organizer)).all())
    assert (admin.username, admin.community, admin.role) == ("admin", "朝阳社区", "office")
    assert admin.password_hash.startswith("$argon2id$")


def test_a_password_that_was_made_up_is_told_once(database):
    unset = replace(CONFIG, admin_password="")
    line = prepare(database, unset)
    password = re.search(r"[a-z]{4}(-[a-z]{4}){3}", line)
    assert sign_in(database, password[0])
    assert prepare(database, unset) is None


def test_a_new_configured_password_replaces_the_old_one_and_ends_its_sign_ins(database):
    prepare(database)
    session = sign_in(database, "correct horse battery")
    prepare(database)
    assert is_open(database, session)
    prepare(database, replace(CONFIG, admin_password="another horse"))
    assert not is_open(database, session)
    assert sign_in(database, "another horse")
    with pytest.raises(Unauthorized):
        sign_in(database, "correct horse battery")


def test_a_wrong_user_and_a_wrong_password_are_refused_alike(database):
    prepare(database)
    answers = []
    for username, password in [("admin", "wrong"), ("nobody", "wrong"), ("nobody", "correct horse battery")]:
        with pytest.raises(Unauthorized) as refused:
            sign_in(database, password, username)
        answers.append(refused.value.detail)
    assert len(set(answers)) == 1


def test_an_unknown_user_costs_as_much_as_a_known_one():
    assert not PasswordHasher().check_needs_rehash(passwords.NOBODYS_HASH)


def test_an_account_that_was_closed_lets_nobody_in(database):
    prepare(database)
    session = sign_in(database, "correct horse battery")
    database.write(lambda open_session: setattr(open_session.scalars(select(Organizer)).one(), "active", False))
    assert not is_open(database, session)
    with pytest.raises(Unauthorized):
        sign_in(database, "correct horse battery")


def test_signing_out_ends_this_sign_in_and_no_other(database):
    prepare(database)
    session, other = sign_in(database, "correct horse battery"), sign_in(database, "correct horse battery")
    for _ in range(2):
        database.write(accounts.close_session, session.session_id, now=NOW)
    assert not is_open(database, session)
    assert is_open(database, other)


def test_accounts_from_before_there_were_roles_become_the_offices(database_url):
    database, first_tables = Database(database_url, "events", keys=["k" * 32]), "7a74cfe6c6bd"
    with database.engine.connect() as connection:
        command.upgrade(migrations._alembic(service, connection), first_tables)
    known = {"username": "admin", "password_hash": "-", "display_name": "管理员", "community": "朝阳社区"}
    row = known | {"id": uuid4(), "role": "organizer", "active": True, "created_at": NOW}
    types = {"id": Uuid, "created_at": UtcDateTime}
    then = table("organizers", *(column(name, types.get(name)) for name in row))
    database.write(lambda session: session.execute(insert(then).values(row)))
    migrations.migrate(service, database)
    assert database.read(lambda session: session.scalars(select(Organizer.role)).all()) == ["office"]
    database.dispose()


def test_secrets_of_codes_from_before_they_were_sealed_are_sealed(database_url):
    database, before = Database(database_url, "events", keys=["k" * 32]), "696733e15608"
    with database.engine.connect() as connection:
        command.upgrade(migrations._alembic(service, connection), before)
    known = {"username": "admin", "password_hash": "-", "display_name": "管理员", "community": "朝阳社区"}
    row = known | {
        "id": uuid4(),
        "role": "office",
        "active": True,
        "created_at": NOW,
        "totp_secret": "JBSWY3DPEHPK3PXP",
    }
    row |= {"version": 1, "valid_from": NOW}
    types = {"id": Uuid, "created_at": UtcDateTime, "valid_from": UtcDateTime}
    then = table("organizers", *(column(name, types.get(name)) for name in row))
    database.write(lambda session: session.execute(insert(then).values(row)))
    migrations.migrate(service, database)
    assert database.read(lambda session: session.scalars(select(Organizer.totp_secret)).all()) == ["JBSWY3DPEHPK3PXP"]
    assert "JBSWY" not in database.read(lambda session: session.scalar(select(column("totp_secret")).select_from(then)))
    assert not migrations.pending(service, database)
    database.dispose()
