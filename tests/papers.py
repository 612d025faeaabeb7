"""Reads the text of a PDF back, by the table of characters that it carries for readers."""

import re
import zlib
from typing import Any


def text_of(pdf: bytes) -> str:
    """Return all text of the file, each piece as it was drawn on a line of its own."""
    streams = [_inflated(raw) for raw in re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)]
    characters: dict[int, str] = {}
    for stream in streams:
        if b"begincmap" in stream:
            characters |= _characters(stream.decode("latin-1"))
    lines = [
        "".join(characters.get(code, "") for code in _codes(piece))
        for stream in streams
        if b"begincmap" not in stream
        for piece in re.findall(rb"\(((?:[^()\\]|\\.)*)\) ?Tj", stream, re.DOTALL)
    ]
    return "\n".join(lines)


def _inflated(raw: bytes) -> bytes:
    try:
        return zlib.decompress(raw)
    except zlib.error:
        return raw  # it is not packed


def _characters(cmap: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, sign in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            found[int(code, 16)] = bytes.fromhex(sign).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, sign in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            for offset in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + offset] = chr(int(sign, 16) + offset)
    return found


def _codes(piece: bytes) -> list[int]:
    def plain(match: Any) -> bytes:
        return {b"n": b"\n", b"r": b"\r"}.get(match[1], match[1])

    raw = re.sub(rb"\\(.)", plain, piece, flags=re.DOTALL)
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]
