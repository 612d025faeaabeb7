"""The log: one JSON line for everything that is said, whoever says it, and nothing of anybody's in it."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import logging
import structlog
from shared import logs

logs.configure(level="INFO", service="signups")
{said}
"""


def said(words):
    """What a process of its own writes, line by line."""
    run = [sys.executable, "-c", PROGRAM.format(said=words)]
    lines = subprocess.run(run, check=True, capture_output=True, text=True).stderr.splitlines()
    return [json.loads(line) for line in lines]


def test_each_line_says_when_where_what_and_for_which_request():
    [line] = said('logs.correlation_id.set("form-4711"); structlog.get_logger().info("notice.sent", channel="email")')
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "service": "signups",
        "level": "info",
        "event": "notice.sent",
        "channel": "email",
        "correlation_id": "form-4711",
    }


@pytest.mark.parametrize(
    ("call", "event"),
    [
        ('warning("Invalid request from ip=%s: %s", "10.0.0.7", "GET /m/geheim")', "Invalid request from ip=…: …"),
        ('error("Worker (pid:%s) exited with code %s", 41, 3)', "Worker (pid:41) exited with code 3"),
        ('error("%(who)s", {"who": "geheim"})', "%(who)s"),
        ('error("100 % sure")', "100 % sure"),
    ],
)
def test_what_a_library_says_is_a_line_like_ours_without_the_texts_it_fills_in(call, event):
    [line] = said(f'logging.getLogger("gunicorn.error").{call}')
    assert (line["event"], line["logger"], line["service"]) == (event, "gunicorn.error", "signups")


def test_a_traceback_says_where_and_not_what_was_entered():
    lines = said(
        """
def enter(phone):
    raise ValueError(f"not a number: {phone}")
try:
    enter("13800138000")
except ValueError:
    structlog.get_logger().exception("notice.not_written")
    logging.getLogger("library").exception("it failed for %s", "13800138000")
""".replace("{phone}", "{{phone}}")
        .replace("{{", "{")
        .replace("}}", "}")
    )
    for line in lines:
        assert line["exception"][0]["kind"] == "ValueError"
        assert line["exception"][0]["frames"][-1]["name"] == "enter"
    assert "13800138000" not in json.dumps(lines)


def test_a_service_that_a_command_starts_has_the_lines_of_libraries_in_its_own_form_and_once():
    [line] = said(
        """
others = logging.NullHandler()
logging.getLogger().addHandler(others)
logs.configure(level="WARNING", human=True)
logs.configure(level="INFO", service="events")
logging.getLogger("gunicorn.error").error("Worker (pid:%s) exited", 41)
assert others in logging.getLogger().handlers
"""
    )
    assert (line["event"], line["service"]) == ("Worker (pid:41) exited", "events")
