"""The least that a page can cost: Flask that says hello, under the gunicorn that serves Steward."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from shared import serving
from shared.native.parts import kept_port
from shared.native.server import accepts


@contextmanager
def running() -> Iterator[tuple[int, int]]:
    """Serve it with two processes of eight threads meanwhile; yields the pid and the port."""
    with TemporaryDirectory(prefix="steward-hello-") as folder:
        port = kept_port(Path(folder) / "port")
        process = subprocess.Popen([sys.executable, "-m", "tools.bench.hello", str(port)])  # noqa: S603 - our own command
        try:
            while not accepts(port):
                time.sleep(0.05)
            yield process.pid, port
        finally:
            process.terminate()
            process.wait(30)


def make() -> Flask:
    """Return the application."""
    app = Flask("hello")
    app.add_url_rule("/", "hello", lambda: "hello")
    return app


if __name__ == "__main__":
    serving.serve(make, f"127.0.0.1:{sys.argv[1]}", workers=2, threads=8)
