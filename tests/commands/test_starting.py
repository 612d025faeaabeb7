"""What a process that starts does not load: it would wait for it, and whoever waits for the process as well."""

import gc
import subprocess
import sys

import pytest

from services.commands.opening import loading
from tests.commands.conftest import run
from tests.conftest import ON_SQLITE

ANSWERING = """
import sys
import pytest

from services.commands.opening import configuration, one_service
from shared.database import Database
from shared.service import build_app

config = configuration("partners")
app = build_app(one_service("partners"), config, Database(config.database_url, "partners", keys=config.data_keys))
for path in ("readyz", ""):
    answer = app.test_client().get(f"/partners/{path}")
    assert answer.status_code < 400, answer.text
print(*sys.modules)
"""
LATER = ("alembic", "openpyxl", "fpdf", "pika", "psycopg", "jwt")
"""What migrates, reads sheets, makes papers, reads tokens, and talks to what is not there."""


@ON_SQLITE
@pytest.mark.usefixtures("installation")
def test_a_web_server_says_that_it_is_ready_and_shows_its_first_page_with_little():
    assert run("migrate", "partners").exit_code == 0
    done = subprocess.run([sys.executable, "-c", ANSWERING], check=True, capture_output=True, text=True)
    assert set(LATER) & set(done.stdout.split()) == set()


def test_while_it_loads_nobody_looks_for_garbage_and_what_was_loaded_is_passed_over_later():
    frozen = gc.get_freeze_count()
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > frozen
    gc.unfreeze()
