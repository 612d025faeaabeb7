"""Texts that are written where they arise and translated where they are read.

An operation or a schema knows neither Flask nor the reader's language. It names an English text and its
parameters; the web layer looks the text up in the reader's catalogue when it answers.
"""

from collections.abc import Mapping
from typing import Self


class Text(str):
    """An English text that remembers its message id and parameters, so that it can still be translated."""

    __slots__ = ("msgid", "params")

    msgid: str
    params: Mapping[str, object]

    def __new__(cls, msgid: str, params: Mapping[str, object]) -> Self:
        """Fill the parameters into the English text and keep both parts."""
        self = super().__new__(cls, msgid % params if params else msgid)
        self.msgid = msgid
        self.params = params
        return self

    def __reduce__(self) -> tuple[type[Self], tuple[str, Mapping[str, object]]]:
        """Say what a copy is made of; schemas are copied with their texts."""
        return type(self), (self.msgid, self.params)


def text(msgid: str, **params: object) -> Text:
    """Mark an English text for translation; ``%(name)s`` in it is filled from ``params``.

    Import it as ``_`` so that the catalogue extractor finds the call.
    """
    return Text(msgid, params)
