"""The desk's page of the letters that an event sends: each kind as it will be read, with a made-up reader."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import render_template

from shared import catalogues
from shared.catalogues import Language
from shared.notices import segments
from shared.notices.kinds import TOPICS, Kind, Urgency
from shared.notices.queue import Letter
from shared.texts import Text
from shared.texts import text as _
from shared.web.current import config
from shared.web.i18n import translate

HOURS: Final[Mapping[Urgency, Text]] = {
    Urgency.AT_ONCE: _("Comes at once, at night as well."),
    Urgency.NEWS: _("Waits for the morning, unless what it is about begins before that."),
    Urgency.CALM: _("Comes by day only: at night it waits for the morning."),
}

Write = Callable[[str, Language], Letter]
"""Writes a kind of letter in a language, to somebody who is made up."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A letter as it will be read. ``parts`` is how many text messages the short text takes."""

    language: str
    letter: Letter
    short: str
    parts: int


def page(event: Any, kinds: Mapping[str, Kind], titles: Mapping[str, Text], write: Write, back: tuple[str, str]) -> str:
    """Return the page; ``titles`` names the kinds that are shown, and ``back`` is where it was opened, with a label."""
    languages = catalogues.languages(config.service).values()
    shown = [
        (title, HOURS[kinds[name].urgency], translate(_topic(kinds[name])), _samples(name, write, languages))
        for name, title in titles.items()
    ]
    return render_template("letters.html", event=event, shown=shown, back_to=back)


def _samples(kind: str, write: Write, languages: Iterable[Language]) -> list[Sample]:
    return [_sample(language, write(kind, language)) for language in languages]


def _sample(language: Language, letter: Letter) -> Sample:
    short = letter.short or letter.body
    return Sample(language.name, letter, short, segments.parts(short, config.sms_signature))


def _topic(kind: Kind) -> Text | None:
    return TOPICS[kind.topic] if kind.topic is not None else None
