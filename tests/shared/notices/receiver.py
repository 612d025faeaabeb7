"""A real HTTP server on loopback, whose answers the test decides: what notices are handed to."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from ssl import PROTOCOL_TLS_SERVER, SSLContext
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass
class Request:
    """What arrived."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    connection: int

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """Answers with what is first in ``answers``, and in the end with 200 and an empty object.

    An answer is a status, a body and headers; None hangs up without one, and ``waiting`` holds all of them back.
    """

    port: int = 0
    answers: list[tuple[int, Any, Mapping[str, str]] | None] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    waiting: threading.Event = field(default_factory=threading.Event)

    def will_say(self, status: int, body: Any = None, **headers: str) -> None:
        self.answers.append((status, {} if body is None else body, headers))

    def will_hang_up(self) -> None:
        self.answers.append(None)

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@contextmanager
def receiving(context: SSLContext | None = None) -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.waiting.set()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.requests.append(Request(self.path, headers, body, self.client_address[1]))
            receiver.waiting.wait(30)
            answer = receiver.answers.pop(0) if receiver.answers else (200, {}, {})
            if answer is None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, said, more = answer
            written = said if isinstance(said, bytes) else json.dumps(said).encode()
            described = {"Content-Type": "application/json", "Content-Length": str(len(written))}
            self.send_response(status)
            for name, value in {**described, **more}.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, *_args: object) -> None:
            """Nobody reads it."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_args: object) -> None:
            """Some of those who call hang up in the middle, which is what the tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.waiting.set()
        server.shutdown()
        server.server_close()
        thread.join()


def own_certificate(folder: Path) -> SSLContext:
    """Return what a server needs for TLS with a certificate that it has made itself."""
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, None)
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM)
    )
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
