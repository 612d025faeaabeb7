"""What a process that starts does not load: it would wait for it, and whoever waits for the process as well."""

import gc
import subprocess
import sys
from concurrent.futures import CancelledError, ThreadPoolExecutor
from multiprocessing import get_context
from threading import Event, Timer

import pytest
from werkzeug.test import Client

from services.commands.opening import NAMES, loading, one_service
from shared import embedded
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
LATER = ("alembic", "openpyxl", "fpdf", "pika", "psycopg", "jwt", "icalendar", "segno", "urllib3")
"""What migrates, reads sheets, makes papers, codes and calendars, reads tokens, and talks to what is not there."""


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


@pytest.fixture
def environ(tmp_path):
    return embedded.environment(tmp_path, NAMES, {})


def test_the_first_page_waits_for_no_other_service_and_whoever_comes_to_one_waits(environ):
    may_open = Event()

    def others():
        assert may_open.wait(60)
        return embedded.open_parts([one_service("partners")], environ)

    (first,) = embedded.open_parts([one_service("events")], environ)
    site = embedded.Site(first, others, pytest.fail)
    visitor = Client(site.application())
    site.start()
    try:
        assert visitor.get("/events/").status_code == 200
        with ThreadPoolExecutor() as threads:
            asked = threads.submit(visitor.get, "/partners/readyz")
            assert visitor.get("/events/").status_code == 200
            assert not asked.done()
            may_open.set()
            assert asked.result(60).status_code == 200
    finally:
        may_open.set()
        site.stop()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_where_another_service_cannot_be_opened_nobody_waits_and_all_of_it_ends(environ):
    gave_up = Event()

    def others():
        raise OSError("the disk is full")

    (first,) = embedded.open_parts([one_service("events")], environ)
    site = embedded.Site(first, others, gave_up.set)
    visitor = Client(site.application())
    site.start()
    with pytest.raises(CancelledError):
        visitor.get("/partners/")
    assert gave_up.wait(60)
    site.stop()


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_the_process_that_serves_ends_when_what_it_is_opening_is_open(environ):
    begun, may_open, is_open = Event(), Event(), Event()

    def others():
        begun.set()
        assert may_open.wait(60)
        is_open.set()
        return []

    (first,) = embedded.open_parts([one_service("events")], environ)
    first.database.dispose()
    site = embedded.Site(first, others, pytest.fail)

    def serve():
        site.start()
        assert begun.wait(60)
        Timer(0.1, may_open.set).start()
        site.stop()
        sys.exit(0 if is_open.is_set() else "it ended before")

    process = get_context("fork").Process(target=serve)  # as gunicorn makes those that serve
    process.start()
    process.join(60)
    assert process.exitcode == 0


def test_databases_are_current_once_all_are_migrated(environ):
    assert not embedded.is_current(NAMES, environ)
    embedded.open_parts([one_service(name) for name in NAMES[:2]], environ)
    assert not embedded.is_current(NAMES, environ)
    embedded.open_parts([one_service(NAMES[2])], environ)
    assert embedded.is_current(NAMES, environ)
