"""Programs that serve something on a port, each a process of its own."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from shared.native.parts import free_port
from shared.native.server import accepts


@contextmanager
def serving(program: str) -> Iterator[int]:
    """Run the program, which finds its port among its arguments; yields the port once it is served."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", program, str(port)])
    try:
        deadline = time.monotonic() + 60
        while not accepts(port):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(60)
