"""What is seen of Steward in the shape of production while somebody signs up: traces, logs and figures."""

import json
import time
from pathlib import Path

import pytest
import requests

from tests.collector import collecting
from tests.journeys.conftest import PASSWORD, an_event, free_port, start, stop

pytestmark = pytest.mark.real

NAME, PHONE, MAIL = "欧阳观澜", "13987654321", "guanlan@example.org"


@pytest.fixture(scope="module")
def watched(tmp_path_factory):
    """A stack with a collector of traces, and the id of the request in it that somebody was written a letter for."""
    with collecting() as collector, pytest.MonkeyPatch.context() as environment:
        environment.setenv("STEWARD_OTLP_ENDPOINT", collector.address)
        site = start("stack", tmp_path_factory.mktemp("watched"), free_port())
        try:
            yield site, collector, _sign_up(site)
        finally:
            stop(site)


def _sign_up(site):
    """Sign one person up, call the event off, wait for the letter; return the id of the request that called it off."""
    token = site.sign_in()
    event = an_event(site, token)
    answer = site.sign_up(event["shifts"][0]["id"], 1, name=NAME, phone=PHONE, email=MAIL)
    assert answer.status_code == 201, answer.text
    taken = f"/events/api/v1/events/{event['id']}"
    site.until(taken, lambda found: found["shifts"][0]["confirmed"] == 1, token=token)
    called_off = site.call("POST", f"{taken}/cancel", token=token, json={"reason": "下雨"})
    assert called_off.status_code == 200, called_off.text
    notices = site.folder / "var/stack/notices.log"
    _until(lambda: notices.exists() and PHONE in notices.read_text(encoding="utf-8"))
    return called_off.headers["X-Request-ID"]


def test_a_sign_up_and_all_that_comes_of_it_is_one_trace(watched):
    _site, collector, _request = watched
    wanted = {
        ("steward-signups", "POST /signups/api/v1/signups"),
        ("steward-signups", "publish signup.confirmed"),
        ("steward-events", "handle signup.confirmed"),
    }

    def whole():
        [request] = [span for span in collector.spans if span.name == "POST /signups/api/v1/signups"] or [None]
        return request and {(s.service, s.name) for s in collector.spans if s.trace == request.trace} >= wanted

    _until(whole)
    assert any(span.name.startswith("transaction ") for span in collector.spans)
    _until(lambda: any(span.name.startswith("send ") for span in collector.spans))


def test_the_log_leads_from_the_form_to_the_letter_and_names_nobody(watched):
    site, _collector, request = watched
    lines = _log(site)
    mine = [(line["service"], line["event"]) for line in lines if line.get("correlation_id") == request]
    assert ("events", "http.request") in mine
    assert ("signups", "notice.sent") in mine, "by way of a message"


def test_nobody_is_named_in_logs_traces_or_figures(watched):
    site, collector, _request = watched
    seen = "".join(json.dumps(line, ensure_ascii=False) for line in _log(site)) + str(collector.spans)
    seen += "".join(_figures(site, service) for service in ("events", "signups", "partners"))
    for word in (NAME, PHONE, PHONE[3:], MAIL, PASSWORD, "138000"):
        assert word not in seen


def test_web_and_worker_each_show_their_figures(watched):
    site, _collector, _request = watched
    signups, events = _figures(site, "signups"), _figures(site, "events")
    assert 'route="/signups/api/v1/signups",service="signups",status="201"} 1.0' in signups
    assert 'steward_http_threads{service="signups"} 16.0' in signups, "two processes of eight"
    assert 'steward_http_waiting_seconds_count{service="signups"}' in signups
    assert 'steward_messages_published_total{service="signups",type="signup.confirmed"} 1.0' in signups
    assert 'steward_notices_settled_total{channel="file",service="signups",state="sent"} 1.0' in signups
    assert 'steward_messages_handled_total{outcome="done",service="events",type="signup.confirmed"} 1.0' in events
    assert 'steward_outbox_messages{service="events"} 0.0' in events


def _log(site):
    """Every line that the roles have logged; each of them is JSON."""
    folder = site.folder / "var/stack/logs"
    files = [file for role in ("web", "worker") for file in folder.glob(f"*-{role}.log")]
    assert len(files) == 6
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def _figures(site, service):
    """What web and worker of a service show, each at its own address."""
    ports = Path(site.folder, "var/stack/ports")
    web, worker = (int((ports / name).read_text()) for name in (f"{service}-web", f"{service}-worker"))
    addresses = f"http://127.0.0.1:{web}/{service}/metrics", f"http://127.0.0.1:{worker}/metrics"
    return "".join(requests.get(address, timeout=5).text for address in addresses)


def _until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.1)
