"""What the catalogues know, to tell whether an answer is in the language that was asked for."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from babel.messages.pofile import read_po

from shared.catalogues import ROOT, SHARED

HAN = re.compile("[\u4e00-\u9fff]")
FILE = "zh_Hans_CN/LC_MESSAGES/messages.po"


@lru_cache
def english(service: str) -> frozenset[str]:
    """Return the English texts of a service that are other ones in Chinese."""
    found: set[str] = set()
    for folder in (SHARED, ROOT / "services" / service / "translations"):
        with (folder / FILE).open("rb") as file:
            found |= {str(message.id) for message in read_po(file) if message.id and message.string != message.id}
    return frozenset(found)


def english_in(said: Any, service: str) -> list[str]:
    """Return the texts that are not Chinese, of all those in a nested structure."""
    return [text for text in _texts(said) if text in english(service) or not HAN.search(text)]


def _texts(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    for part in said.values() if isinstance(said, dict) else said if isinstance(said, list) else ():
        yield from _texts(part)
