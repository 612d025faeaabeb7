"""Several web processes behind one door: nobody waits for a busy one while another has time."""

from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from threading import Event
from urllib.request import urlopen

from tests.shared.programs import serving

WORKERS, THREADS = 2, 3
CROWD = WORKERS * THREADS
PROGRAM = f"""
import sys
from multiprocessing import Barrier
from shared import serving

all_here = Barrier({CROWD}, timeout=60)

def answer(environ, start_response):
    all_here.wait()
    start_response("204 NO CONTENT", [])
    return []

serving.serve(lambda: answer, f"127.0.0.1:{{sys.argv[1]}}", workers={WORKERS}, threads={THREADS})
"""
"""Answers nobody before all are in hand, which takes every thread of every process."""


def test_a_crowd_that_comes_at_once_is_spread_over_all_threads():
    def come(port: int) -> int:
        with urlopen(f"http://127.0.0.1:{port}/", timeout=90) as answer:
            return answer.status

    with serving(PROGRAM) as port, ThreadPoolExecutor(CROWD) as people:
        for _crowd in range(10):
            assert list(people.map(come, [port] * CROWD)) == [204] * CROWD


BUSY = """
import sys
import time
from shared import serving

def answer(environ, start_response):
    time.sleep(0.005)
    start_response("204 NO CONTENT", [])
    return []

serving.serve(lambda: answer, f"127.0.0.1:{sys.argv[1]}", workers=1, threads=1)
"""


def test_those_who_stay_connected_keep_nobody_at_the_door():
    over = Event()

    def stay(port: int) -> int:
        connection = HTTPConnection("127.0.0.1", port, timeout=90)
        asked = 0
        while not over.is_set():
            connection.request("GET", "/")
            connection.getresponse().read()
            asked += 1
        connection.close()
        return asked

    with serving(BUSY) as port, ThreadPoolExecutor(4) as people:
        staying = [people.submit(stay, port) for _ in range(4)]
        try:
            for _newcomer in range(20):
                with urlopen(f"http://127.0.0.1:{port}/", timeout=90) as answer:
                    assert answer.status == 204
        finally:
            over.set()
        assert min(one.result(90) for one in staying) > 0
