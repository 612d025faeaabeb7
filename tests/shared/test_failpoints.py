"""Processes die at the moments that the environment names, and nowhere else."""

import os
import signal
import subprocess
import sys

import pytest

from shared import config, failpoints
from shared.config import ConfigError

PASSING = """
import os
from shared import failpoints
failpoints.arm(failpoints.parse(os.environ["STEWARD_FAILPOINTS"]))
for number in range(1, 4):
    print(number, flush=True)
    failpoints.reached("relay.confirmed")
    failpoints.reached("consumer.applied")
"""


def passing(moments):
    """Pass two moments three times in a process of its own."""
    environ = os.environ | {"STEWARD_FAILPOINTS": moments}
    done = subprocess.run([sys.executable, "-c", PASSING], env=environ, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.split()


@pytest.mark.parametrize(
    ("moments", "ending"),
    [
        ("", (0, ["1", "2", "3"])),
        ("relay.sent", (0, ["1", "2", "3"])),
        ("relay.confirmed", (-signal.SIGKILL, ["1"])),
        ("relay.sent, consumer.applied:2", (-signal.SIGKILL, ["1", "2"])),
    ],
)
def test_a_process_dies_where_it_is_told_to(moments, ending):
    assert passing(moments) == ending


@pytest.mark.parametrize("moments", ["relay", "relay.confirmed:often"])
def test_what_is_no_moment_is_refused_at_start(moments):
    with pytest.raises(ValueError, match=r"must be moments of relay\.sent"):
        failpoints.parse(moments)


def test_production_refuses_them():
    with pytest.raises(ConfigError) as refused:
        config.load("events", {"STEWARD_MODE": "production", "STEWARD_FAILPOINTS": "relay.confirmed"})
    assert "STEWARD_FAILPOINTS must not be set in production" in refused.value.problems
