"""`make stack`: every role a process of its own, and whichever is killed comes back."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from services.__main__ import NAMES
from shared.native.parts import free_port

pytestmark = pytest.mark.real

ROOT = Path(__file__).parents[2]
ROLES = {
    "postgres": "/bin/postgres -D",
    "epmd": "epmd -port",
    "rabbitmq": "beam.smp",
    "gateway": "nginx -p",
    "web": "services serve signups",
    "worker": "services worker signups",
}
"""What is killed -> what its command line holds."""
BACK_WITHIN = 180


class Running:
    """A stack and its address."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        with (folder / "output.log").open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services", "stack"],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": str(ROOT), "PORT": str(self.port)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def said(self):
        """Return what it has written."""
        return (self.folder / "output.log").read_text()

    def supervisord(self):
        """Return the supervisor's pid."""
        return int((self.folder / "var/stack/supervisord.pid").read_text())

    def find(self, words):
        """Return the pid of the supervised process with these words in its command line, or None."""
        children = Path("/proc", str(self.supervisord()), "task", str(self.supervisord()), "children")
        for pid in children.read_text().split():
            if words in Path("/proc", pid, "cmdline").read_text().replace("\0", " "):
                return int(pid)
        return None

    def is_ready(self):
        """Say whether all services answer and reach their database and broker."""
        try:
            addresses = [f"http://127.0.0.1:{self.port}/{name}/readyz" for name in NAMES]
            return all(requests.get(address, timeout=5).status_code == 200 for address in addresses)
        except requests.ConnectionError:
            return False

    def wait(self, condition, seconds=BACK_WITHIN):
        """Look until the condition holds."""
        deadline = time.monotonic() + seconds
        while not _quietly(condition):
            assert time.monotonic() < deadline, self.said()
            assert self.process.poll() is None, self.said()
            time.sleep(0.1)


def _quietly(condition):
    try:
        return condition()
    except (FileNotFoundError, ProcessLookupError, ValueError):  # a process or its pid file is just changing
        return False


@pytest.fixture(scope="module")
def stack(tmp_path_factory):
    """A stack that is up."""
    running = Running(tmp_path_factory.mktemp("stack"))
    running.wait(lambda: "Steward is up" in running.said(), 60)
    yield running
    running.process.send_signal(signal.SIGINT)  # ignored where a test has stopped it already
    running.process.wait(15)


@pytest.mark.parametrize("role", ROLES)
def test_whatever_is_killed_comes_back(stack, role):
    stack.wait(stack.is_ready)
    killed = stack.find(ROLES[role])
    os.kill(killed, signal.SIGKILL)
    stack.wait(lambda: stack.find(ROLES[role]) not in {None, killed} and stack.is_ready())


def test_the_supervisor_comes_back_and_everything_with_it(stack):
    stack.wait(stack.is_ready)
    killed = stack.supervisord()
    os.kill(killed, signal.SIGKILL)
    stack.wait(lambda: stack.supervisord() != killed and stack.said().count("Steward is up") == 2)
    assert stack.is_ready()


def test_a_second_start_on_the_same_folder_refuses_in_one_line(stack):
    second = subprocess.run(
        [sys.executable, "-m", "services", "stack"],
        cwd=stack.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr == "A stack runs on var/stack already. Please stop it first (Ctrl-C where it was started).\n"


def test_secrets_are_for_their_owner_only(stack):
    secrets = [*(stack.folder / "var/stack/secrets").iterdir(), stack.folder / "var/stack/supervisord.conf"]
    public = {"token-public-key.pem"}
    assert not [file for file in secrets if file.name not in public and file.stat().st_mode & 0o077]


def test_it_stops_and_leaves_nothing_behind(stack):
    stack.wait(stack.is_ready)
    pids = [stack.find(words) for words in ROLES.values()]
    stack.process.terminate()
    assert stack.process.wait(60) == 0
    stack.wait(lambda: not any(is_alive(pid) for pid in pids))


def is_alive(pid):
    """Say whether the process runs; one that nobody has buried yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
