"""When a request came, as gunicorn's own process knows: never before whoever sent it had begun to."""

import http.client
import json
import socket
from time import perf_counter

import pytest

from tests.shared.programs import serving

PROGRAM = """
import json
import sys
from time import perf_counter

from shared import serving
from shared.arriving import came


def answer(environ, start_response):
    body = json.dumps([came.get(), perf_counter()]).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


serving.serve(lambda: answer, f"127.0.0.1:{sys.argv[1]}", workers=1, threads=1)
"""
REQUEST = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


@pytest.fixture(scope="module")
def port():
    with serving(PROGRAM) as port:
        yield port


def test_on_a_connection_that_was_kept_it_is_known(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    moments = []
    for _request in range(3):
        sent = perf_counter()
        connection.request("GET", "/")
        came, answered = json.loads(connection.getresponse().read())
        moments.append(came)
        assert came is None or sent <= came <= answered
    connection.close()
    assert moments[0] is None  # one may connect long before one asks
    assert None not in moments[1:]


def test_of_one_that_came_at_once_with_another_it_is_not_known(port):
    moments = []
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection, connection.makefile("rb") as answers:
        for times in (1, 2):
            connection.sendall(REQUEST * times)
            for _time in range(times):
                assert answers.readline().startswith(b"HTTP/1.1 200")
                head = http.client.parse_headers(answers)
                moments.append(json.loads(answers.read(int(head["Content-Length"])))[0])
    first, second, third = moments
    assert (first, third) == (None, None)
    assert second is not None
