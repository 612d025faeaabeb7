"""The one origin: what nginx passes on, and what it answers itself."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from shared.native.gateway import Gateway
from shared.native.parts import free_port

pytestmark = pytest.mark.real


class Echo(BaseHTTPRequestHandler):
    """Answers with the path and headers that arrived."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = json.dumps({"path": self.path, "headers": dict(self.headers)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words):
        """Say nothing."""


@pytest.fixture(scope="module")
def echo():
    """The address of an echo."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def origin(echo, tmp_path_factory):
    """A gateway before an echo for events, and before nobody for signups."""
    addresses = {"events": [echo], "signups": [f"127.0.0.1:{free_port()}"]}
    gateway = Gateway(tmp_path_factory.mktemp("gateway"), addresses, free_port())
    gateway.start()
    yield f"http://127.0.0.1:{gateway.port}"
    gateway.stop()


def test_the_root_leads_to_the_events(origin):
    answer = requests.get(origin, allow_redirects=False, timeout=5)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/events/")


def test_the_path_arrives_as_it_was_sent(origin):
    assert requests.get(f"{origin}/events/a%20b?x=1", timeout=5).json()["path"] == "/events/a%20b?x=1"


def test_nobody_can_say_for_themselves_who_they_are(origin):
    forged = {"X-Forwarded-For": "6.6.6.6", "X-Forwarded-Proto": "https", "X-Request-ID": "mine"}
    headers = requests.get(f"{origin}/events/", headers=forged, timeout=5).json()["headers"]
    assert headers["X-Forwarded-For"] == "127.0.0.1"
    assert headers["X-Forwarded-Proto"] == "http"
    assert len(headers["X-Request-ID"]) == 32


def test_a_proxy_in_front_that_is_named_has_ended_tls_and_says_who_somebody_is(echo, tmp_path):
    gateway = Gateway(tmp_path, {"events": [echo]}, free_port(), scheme="https", proxies=["127.0.0.1"])
    gateway.start()
    address, known = f"http://127.0.0.1:{gateway.port}/events/", {"X-Forwarded-For": "6.6.6.6"}
    headers = requests.get(address, headers=known, timeout=5).json()["headers"]
    gateway.stop()
    assert (headers["X-Forwarded-For"], headers["X-Forwarded-Proto"]) == ("6.6.6.6", "https")


@pytest.mark.parametrize("path", ["/events/metrics", "/events//metrics", "/signups/x/../metrics", "/events/%6detrics"])
def test_metrics_are_not_for_the_public(origin, path):
    session = requests.Session()
    request = session.prepare_request(requests.Request("GET", origin))
    request.url = f"{origin}{path}"  # as it stands: requests would tidy it up
    assert session.send(request, timeout=5).status_code == 404
    session.close()


def test_a_path_of_no_service_gets_the_first_services_own_page(origin):
    assert requests.get(f"{origin}/nowhere", timeout=5).json()["path"] == "/nowhere"


@pytest.mark.parametrize(
    ("path", "content_type"),
    [("/signups/", "text/html; charset=utf-8"), ("/signups/api/v1/signups", "application/problem+json")],
)
def test_a_service_that_is_down_is_a_503_with_advice(origin, path, content_type):
    answer = requests.get(origin + path, timeout=5)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert answer.headers["Content-Type"] == content_type
    assert "请" in answer.content.decode()


def test_too_large_a_body_is_refused(origin):
    assert requests.post(f"{origin}/events/", data=b"x" * 5_000_000, timeout=5).status_code == 413
