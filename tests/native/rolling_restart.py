"""With two web servers for each service, one can be restarted after the other, and nobody notices."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import requests

from shared.native.gateway import Gateway
from tests.journeys.conftest import PASSWORD, ROOT, Site, an_event, free_port

pytestmark = pytest.mark.real

UP_WITHIN = 180
CLIENTS = 4
SERVER = """
import sys, time
from shared import serving

def application(environ, start_response):
    time.sleep(0.02)
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]

serving.serve(lambda: application, sys.argv[1], workers=2, threads=4)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A stack with two web servers for each service."""
    folder, port = tmp_path_factory.mktemp("rolling"), free_port()
    environ = {
        "PYTHONPATH": str(ROOT),
        "PORT": str(port),
        "STEWARD_ADMIN_PASSWORD": PASSWORD,
        "STEWARD_RATE_LIMIT": "off",
    }
    with (folder / "output.log").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "services", "stack", "--webs", "2"],
            cwd=folder,
            env=os.environ | environ,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    deadline = time.monotonic() + UP_WITHIN
    while "Steward is up" not in (folder / "output.log").read_text():
        assert time.monotonic() < deadline, (folder / "output.log").read_text()
        time.sleep(0.1)
    yield Site("stack", f"http://127.0.0.1:{port}", folder, process)
    process.terminate()
    process.wait(20)


def web_servers(site):
    """Return the supervised web servers of signups: address -> pid."""
    supervisor = int((site.folder / "var/stack/supervisord.pid").read_text())
    found = {}
    for pid in Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split():
        words = Path("/proc", pid, "cmdline").read_text().rstrip("\0").split("\0")
        if words[-4:-1] == ["serve", "signups", "--bind"]:
            found[words[-1]] = int(pid)
    return found


def restart(site, address):
    """Ask one server to stop, as an operator does, and wait until its successor answers."""
    before = web_servers(site)[address]
    os.kill(before, signal.SIGTERM)
    deadline = time.monotonic() + UP_WITHIN
    while True:
        try:
            if web_servers(site).get(address) not in {None, before}:
                requests.get(f"http://{address}/signups/readyz", timeout=5).raise_for_status()
                return
        except (OSError, requests.RequestException):
            pass
        assert time.monotonic() < deadline, address
        time.sleep(0.1)


def test_restarting_one_after_the_other_under_load_answers_everybody(site):
    event = an_event(site, site.sign_in())
    shift = event["shifts"][0]["id"]
    answers, stopping = Counter(), threading.Event()

    def come(client):
        number = 0
        while not stopping.is_set():
            number += 1
            answers["sign-up", site.sign_up(shift, 100_000 * client + number).status_code] += 1
            answers["page", site.call("GET", f"/signups/events/{event['id']}").status_code] += 1

    clients = [threading.Thread(target=come, args=[client]) for client in range(1, CLIENTS + 1)]
    for client in clients:
        client.start()
    try:
        servers = web_servers(site)
        assert len(servers) == 2
        for address in servers:
            restart(site, address)
    finally:
        stopping.set()
        for client in clients:
            client.join()
    assert set(answers) == {("sign-up", 201), ("page", 200)}, answers
    assert answers["sign-up", 201] > 20
    counts = site.get(f"/signups/api/v1/events/{event['id']}/shifts")["items"][0]
    assert counts["confirmed"] + counts["waitlisted"] == answers["sign-up", 201]


def small_server(address):
    """Start a web server of ours with next to nothing in it, and wait until it answers."""
    process = subprocess.Popen([sys.executable, "-c", SERVER, address], cwd=ROOT)
    deadline = time.monotonic() + UP_WITHIN
    while True:
        try:
            requests.get(f"http://{address}/", timeout=5)
        except requests.ConnectionError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        else:
            return process


def test_whoever_waits_at_the_door_of_a_server_that_ends_is_still_served(tmp_path):
    addresses = [f"127.0.0.1:{free_port()}" for _ in range(2)]
    servers = {address: small_server(address) for address in addresses}
    gateway = Gateway(tmp_path, {"events": addresses}, free_port())
    gateway.start()
    answers, stopping = Counter(), threading.Event()

    def come():
        while not stopping.is_set():
            answers[requests.post(f"http://127.0.0.1:{gateway.port}/events/", data=b"x", timeout=30).status_code] += 1

    clients = [threading.Thread(target=come) for _ in range(16)]
    for client in clients:
        client.start()
    try:
        for address in addresses * 2:
            servers[address].terminate()
            servers[address].wait(15)
            servers[address] = small_server(address)
    finally:
        stopping.set()
        for client in clients:
            client.join()
        gateway.stop()
        for server in servers.values():
            server.terminate()
            server.wait(15)
    assert set(answers) == {200}, answers
