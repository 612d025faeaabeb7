"""At which migration a database stands, known without Alembic."""

import pytest
from alembic.script import ScriptDirectory

from services.__main__ import NAMES, one_service
from shared import migrations, versions
from shared.database import Database


@pytest.mark.parametrize("name", NAMES)
def test_the_migrations_are_those_that_alembic_finds(name):
    found = [one.revision for one in ScriptDirectory(str(versions.SERVICES / name / "migrations")).walk_revisions()]
    assert versions.newest(name) == found[0]
    assert versions.known(name) == set(found)


def test_a_database_says_what_it_has_seen(new_database_url):
    database = Database(new_database_url(), "partners", keys=["k" * 32])
    assert database.read(versions.seen) is None
    migrations.migrate(one_service("partners"), database)
    assert database.read(versions.seen) == versions.newest("partners")
    database.dispose()
