"""What a kill in the middle leaves: everything that was answered, once."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.journeys.conftest import Site, an_event, free_port, start, stop


def processes(*words: str) -> list[int]:
    """The pids of the processes whose command line holds all the words."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue  # it has just ended
            if all(word in command for word in words):
                found.append(int(entry.name))
    return found


def kill(site: Site, *words: str) -> None:
    """End the site's processes with these words, as a power cut would."""
    pids = processes(str(site.folder), *words)
    assert pids, words
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def full(count: int) -> Callable[[Any], bool]:
    return lambda event: event["shifts"][0]["confirmed"] == count


@pytest.mark.real
@pytest.mark.xdist_group("stack")
def test_sign_ups_go_on_without_the_broker_and_arrive_when_it_is_back(stack: Site) -> None:
    token = stack.sign_in()
    event = an_event(stack, token)
    shift_id, path = event["shifts"][0]["id"], f"/events/api/v1/events/{event['id']}"
    for number in range(5000, 5005):
        assert stack.sign_up(shift_id, number).status_code == 201
    kill(stack, "beam.smp")
    for number in range(5005, 5020):
        assert stack.sign_up(shift_id, number).status_code == 201
    stack.until(path, full(20), token=token, seconds=90)
    time.sleep(1)  # nothing more may come
    assert stack.get(path, token=token)["shifts"][0]["confirmed"] == 20


@pytest.mark.real
@pytest.mark.xdist_group("stack")
def test_the_database_killed_under_sign_ups_loses_none_that_was_answered(stack: Site) -> None:
    token = stack.sign_in()
    event = an_event(stack, token)
    shift_id, path = event["shifts"][0]["id"], f"/events/api/v1/events/{event['id']}"
    answered = 0
    for number in range(6000, 6040):
        if number == 6010:
            kill(stack, "postgres", "-D")
        answered += stack.sign_up(shift_id, number).status_code == 201
        time.sleep(0.05)
    assert answered >= 10
    counts = f"/signups/api/v1/events/{event['id']}/shifts"
    stack.until(counts, lambda found: found["items"][0]["confirmed"] >= answered, seconds=60)
    confirmed = stack.get(counts)["items"][0]["confirmed"]
    stack.until(path, full(confirmed), token=token, seconds=60)


@pytest.mark.xdist_group("embedded")
def test_an_embedded_steward_killed_in_the_middle_keeps_what_it_answered(tmp_path: Path) -> None:
    site = start("embedded", tmp_path, free_port())
    token = site.sign_in()
    event = an_event(site, token)
    for number in range(10):
        assert site.sign_up(event["shifts"][0]["id"], number).status_code == 201
    for pid in [*children(site.process.pid), site.process.pid]:
        os.kill(pid, signal.SIGKILL)
    site.process.wait()
    site = start("embedded", tmp_path, free_port())
    try:
        token = site.sign_in()
        site.until(f"/events/api/v1/events/{event['id']}", full(10), token=token)
    finally:
        stop(site)


@pytest.mark.xdist_group("embedded")
def test_a_second_start_on_the_same_data_is_refused_in_one_line(embedded: Site) -> None:
    second = subprocess.run(
        embedded.process.args,
        cwd=embedded.folder,
        env=os.environ | {"PORT": str(free_port()), "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert second.returncode != 0
    assert "already running" in second.stderr
    assert requests.get(f"{embedded.origin}/events/healthz", timeout=5).status_code == 200


def children(pid: int) -> list[int]:
    """The pids of a process's children."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]
