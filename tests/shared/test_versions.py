"""At which migration a database stands, known without Alembic."""

import pytest

from services.__main__ import NAMES, one_service
from shared import migrations, versions
from shared.database import Database


@pytest.mark.parametrize("name", NAMES)
def test_the_newest_migration_is_the_one_that_alembic_names(name):
    assert versions.newest(name) == next(iter(migrations.revisions(one_service(name))))


def test_a_database_says_what_it_has_seen(new_database_url):
    database = Database(new_database_url(), "partners", keys=["k" * 32])
    assert database.read(versions.seen) is None
    migrations.migrate(one_service("partners"), database)
    assert database.read(versions.seen) == versions.newest("partners")
    database.dispose()
