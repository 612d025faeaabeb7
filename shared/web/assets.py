"""Style sheets, scripts and pictures: under names that change with their content, kept by browsers for a year."""

import gzip
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

FOLDER: Final = Path(__file__).parent / "static"
A_YEAR: Final = "public, max-age=31536000, immutable"
SMALL: Final = 256
"""Below this, compressing costs more than it saves."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent; ``packed`` is its gzip form where that is smaller."""

    content: bytes
    packed: bytes | None
    kind: str


@dataclass(frozen=True, slots=True)
class Assets:
    """All files of the folder, and a fingerprint of them all, so that style sheets may name pictures beside them."""

    files: dict[str, Asset]
    fingerprint: str


@lru_cache
def read(folder: Path = FOLDER) -> Assets:
    """Read a folder of files once, packing what gets smaller by it."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
    digest = sha256()
    for name, content in files.items():
        digest.update(f"{name} {len(content)} ".encode() + content)
    return Assets({name: _asset(name, content) for name, content in files.items()}, digest.hexdigest()[:12])


def blueprint(service: str) -> Blueprint:
    """Return the addresses ``/<service>/static/<fingerprint>/<name>``."""
    pages = Blueprint("assets", __name__, url_prefix=f"/{service}/static")
    pages.add_url_rule("/<fingerprint>/<path:name>", "file", _file)
    return pages


def address(service: str, name: str) -> str:
    """Return where the file is; raises KeyError for one that does not exist."""
    return f"/{service}/static/{read().fingerprint}/{name if name in read().files else _missing(name)}"


def _file(fingerprint: str, name: str) -> Response:
    assets = read()
    asset = assets.files.get(name)
    if asset is None:
        raise NotFound
    packed = asset.packed if request.accept_encodings["gzip"] else None
    response = Response(packed or asset.content, content_type=asset.kind)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    # A page of the version before this one may still ask; it gets the file, but nobody keeps it under that name.
    response.headers["Cache-Control"] = A_YEAR if fingerprint == assets.fingerprint else "no-cache"
    return response


def _asset(name: str, content: bytes) -> Asset:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    packed = gzip.compress(content, 9, mtime=0) if len(content) >= SMALL else content
    text = kind.startswith("text/") or kind.endswith(("javascript", "+xml", "json"))
    return Asset(content, packed if len(packed) < len(content) else None, f"{kind}; charset=utf-8" if text else kind)


def _missing(name: str) -> str:
    raise KeyError(f"no such file in {FOLDER.name}: {name}")
