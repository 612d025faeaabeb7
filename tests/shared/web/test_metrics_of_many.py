"""Figures of a service that runs in several processes."""

import os
import subprocess
import sys

PROGRAM = """
from tests.shared.web import board
from shared.clock import utc_now
from shared.config import Config
from shared.database import Database
from shared.web import application

config = Config(service="board", database_url="sqlite://", secret_key="s" * 40)
app = application.build(config, Database(config.database_url, "board"), utc_now, public=[board.door], organizer=[])
client = app.test_client()
client.get("/board/words/a")
print(client.get("/board/metrics").text)
"""


def test_each_process_shows_what_all_have_counted(tmp_path):
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for times in (1.0, 2.0):
        out = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, check=True, capture_output=True, text=True
        ).stdout
        (line,) = (one for one in out.splitlines() if one.startswith("steward_http_requests_total") and "words" in one)
        assert float(line.split()[-1]) == times
