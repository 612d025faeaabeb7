"""How several letters to one person become one."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from babel.lists import format_list

from shared.catalogues import Language
from shared.notices.queue import Letter
from shared.texts import text as _

NAMED: Final = 3
"""Titles that a subject has room for."""
BETWEEN: Final = "\n\n———\n\n"


def for_the_same(one: Letter, other: Letter) -> bool:
    """Say whether both go to the same place in the same language."""
    return (one.phone, one.email, one.robot, one.language) == (other.phone, other.email, other.robot, other.language)


def joined(letters: Sequence[Letter], language: Language) -> Letter:
    """Return one letter that says what all of them say, in their order; they are for the same reader."""
    first = letters[0]
    if len(letters) == 1:
        return first
    titles = _titles([letter.subject for letter in letters])
    listed = format_list(titles[:NAMED], locale=language.rules) + ("…" if len(titles) > NAMED else "")
    shorts = [letter.short or letter.body for letter in letters]
    moments = [letter.needed_by for letter in letters if letter.needed_by is not None]
    return replace(
        first,
        subject=str(language.translate(_("%(n)s reminders: %(titles)s", n=len(letters), titles=listed))),
        body=BETWEEN.join(letter.body for letter in letters),
        short="\n".join(shorts),
        needed_by=min(moments, default=None),
    )


def _titles(subjects: Sequence[str]) -> list[str]:
    """Return what tells the subjects apart, each once: without the ``Reminder:`` that all of them begin with."""
    heads = {"".join(re.findall(r"^[^:：]*(?:：|: )", subject)) for subject in subjects}
    head = heads.pop() if len(heads) == 1 else ""
    return list(dict.fromkeys(subject.removeprefix(head) for subject in subjects))
