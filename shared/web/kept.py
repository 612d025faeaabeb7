"""Pages for everybody that are drawn once and given to all who ask before anything is written anywhere.

PostgreSQL says with one short question whether anything was (``Database.stamp``), so what is given is right at once.
What differs from visitor to visitor on a page with a form is a token and the like, which is filled in; a page without
one is the same for all, and has an ETag. Whoever has signed in, has signed up or has news waiting gets a page of their
own. On SQLite nothing is kept.
"""

import re
import struct
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from hashlib import sha256
from threading import Lock
from typing import Final, ParamSpec, cast

from flask import Response, current_app, g, request, session
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from shared import contracts
from shared.web import cookies, i18n, preferences
from shared.web.current import config, database, now

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]
Key = tuple[object, ...]

MOST: Final = 200
"""Pages that a process keeps; the one that was asked for longest ago makes room."""
TOKEN: Final = "csrf_token"  # noqa: S105
GIVEN: Final = "steward.given"
"""Where a request's environment says which page was given."""
HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""How gzip begins: deflated, of no date, on no system in particular (RFC 1952)."""
END: Final = b"\x01\x00\x00\xff\xff"
"""The last block, an empty one (RFC 1951)."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page in parts: bytes with what they are deflated, and between them the names of what is filled in.

    ``tag`` stands for the content of one in which nothing is.
    """

    parts: Sequence[tuple[bytes, bytes] | str]
    tag: str | None

    @classmethod
    def of(cls, body: str, fresh: Mapping[str, str]) -> "Page":
        """Take the page apart at what was filled in."""
        if not fresh:
            plain = body.encode()
            return cls([_deflated(plain)], sha256(plain).hexdigest()[:32])
        names = {value: name for name, value in fresh.items()}
        pieces = re.split(f"({'|'.join(map(re.escape, names))})", body)
        return cls([names[piece] if piece in names else _deflated(piece.encode()) for piece in pieces], None)

    def body(self, fresh: Mapping[str, str], *, packed: bool) -> bytes:
        """Return the page with this filled in, as gzip has it or as it is."""
        return self.packed(fresh) if packed else self.plain(fresh)

    def plain(self, fresh: Mapping[str, str]) -> bytes:
        """Return the page with this filled in."""
        filled = {name: value.encode() for name, value in fresh.items()}
        return b"".join([filled[part] if isinstance(part, str) else part[0] for part in self.parts])

    def packed(self, fresh: Mapping[str, str]) -> bytes:
        """Return the same as gzip has it; what is filled in stands in it as it is."""
        plain = self.plain(fresh)
        stored = {name: _stored(value.encode()) for name, value in fresh.items()}
        blocks = [stored[part] if isinstance(part, str) else part[1] for part in self.parts]
        return b"".join([HEAD, *blocks, END, struct.pack("<LL", zlib.crc32(plain), len(plain))])


@dataclass(frozen=True, slots=True)
class Given:
    """A page that was given: until when it holds (stamp and second), by which rule, and what is filled in for each."""

    page: Page
    moment: tuple[object, ...]
    rule: str
    fresh: Callable[[], Mapping[str, str]] | None


class Shelf:
    """The pages that a process keeps."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._turns: dict[Key, Lock] = {}
        self._lock = Lock()

    def find(self, key: Key) -> Page | None:
        """Return the page that is kept under the key."""
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
            return self._pages.get(key)

    @contextmanager
    def drawing(self, key: Key) -> Iterator[None]:
        """Let one thread at a time draw the page that is to be kept under the key."""
        with self._lock:
            turn = self._turns.setdefault(key, Lock())
        try:
            with turn:
                yield
        finally:
            with self._lock:
                self._turns.pop(key, None)

    def keep(self, key: Key, page: Page) -> None:
        """Keep the page."""
        with self._lock:
            self._pages[key] = page
            while len(self._pages) > MOST:
                self._pages.popitem(last=False)


def page(fresh: Callable[[], Mapping[str, str]] | None = None) -> Callable[[View[P]], View[P]]:
    """Keep what the view draws.

    A page with a form says what is ``fresh`` for each visitor besides the form's token, gets it from ``mine``, and
    prints it as it is.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def keeping(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            g.fresh = dict(fresh()) if fresh is not None else {}
            key = _key()
            if key is None:
                return view(*args, **kwargs)
            if fresh is not None:
                g.fresh[TOKEN] = generate_csrf()
            shelf: Shelf = current_app.extensions.setdefault("kept", Shelf())
            found = shelf.find(key)
            if found is not None:
                return _answer(found, key, fresh)
            with shelf.drawing(key):  # one draws, and the others wait for it
                found = shelf.find(key)
                if found is None:
                    body = view(*args, **kwargs)
                    if not isinstance(body, str) or (TOKEN in g and TOKEN not in g.fresh):
                        return body  # the latter has a form that nobody told us of
                    found = Page.of(body, g.fresh)
                    shelf.keep(key, found)
            return _answer(found, key, fresh)

        return keeping

    return decorate


def mine() -> Mapping[str, str]:
    """Return what is fresh for this visitor."""
    return cast("Mapping[str, str]", g.fresh)


def _key() -> Key | None:
    """Return what the page depends on besides its view; None where it depends on who is asking."""
    if any(map(_tells_who, request.cookies)) or not {TOKEN}.issuperset(session):
        return None
    stamp = database.stamp()
    if stamp is None:
        return None
    second = int(now().timestamp())  # what has begun, or is over, is said on pages as well
    return stamp, second, request.url, i18n.current_language().tag, preferences.preferences()


def _tells_who(cookie: str) -> bool:
    """Say whether a cookie may make the page somebody's own: not a choice, a session, or what other services keep."""
    name = cookie.removeprefix(cookies.PREFIX)
    others = tuple(f"steward-{service}" for service in set(contracts.OWNERS.values()) if service != config.service)
    return name not in {i18n.COOKIE, *preferences.COOKIES, f"steward-{config.service}"} and not name.startswith(others)


def _answer(found: Page, key: Key, fresh: Callable[[], Mapping[str, str]] | None) -> Response:
    request.environ[GIVEN] = Given(found, key[:2], str(request.url_rule), fresh)
    packs = request.accept_encodings["gzip"] > 0
    response = Response(found.body(mine(), packed=packs), mimetype="text/html")
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    if found.tag is not None:
        response.set_etag(found.tag, weak=True)  # the same compressed or not
    return response


def _deflated(plain: bytes) -> tuple[bytes, bytes]:
    """Return the bytes, and the same as blocks that need nothing of what came before (RFC 1951)."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return plain, deflater.compress(plain) + deflater.flush(zlib.Z_FULL_FLUSH)


def _stored(plain: bytes) -> bytes:
    """Return a block that holds the bytes as they are."""
    return struct.pack("<BHH", 0, len(plain), len(plain) ^ 0xFFFF) + plain
