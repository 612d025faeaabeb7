"""The languages that Steward speaks, and each package's texts in them; pages and notices are written with these.

English stands in the code. Every other language is a folder with a ``messages.po`` in the ``translations`` of each
package; adding one takes no code.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

from babel import Locale

from shared.texts import Text

ROOT: Final = Path(__file__).resolve().parents[1]
SHARED: Final = ROOT / "shared" / "web" / "translations"
FIRST: Final = "zh-CN"
"""The language of whoever did not say which."""
SOURCE: Final = "en"


@dataclass(frozen=True)
class Language:
    """A language in which one service can answer. ``tag`` is as in HTML; ``locale`` names its folders."""

    tag: str
    locale: str
    service: str

    @cached_property
    def rules(self) -> Locale:
        """How the language writes dates and numbers."""
        return Locale.parse(self.locale)

    @cached_property
    def name(self) -> str:
        """Its name in itself."""
        return (self.rules.language_name or self.tag).title()

    @cached_property
    def texts(self) -> NullTranslations:
        """The texts of the service, and those that all share."""
        merged = NullTranslations()
        for folder in (ROOT / "services" / self.service / "translations", SHARED):
            file = folder / self.locale / "LC_MESSAGES" / "messages.po"
            if file.is_file():
                merged.add_fallback(_load(file))
        return merged

    def translate(self, part: Any) -> Any:
        """Return a text in this language; in mappings and lists every text, whatever else they hold stays."""
        if isinstance(part, Text):
            said = self.texts.gettext(part.msgid)
            return said % {name: self.translate(value) for name, value in part.params.items()} if part.params else said
        if isinstance(part, Mapping):
            return {name: self.translate(value) for name, value in part.items()}
        if isinstance(part, list | tuple):
            return [self.translate(value) for value in part]
        return part


@lru_cache
def languages(service: str) -> Mapping[str, Language]:
    """Return tag -> language for each that the shared texts have been translated to, the first one first."""
    locales = [Locale.parse(folder.name) for folder in sorted(SHARED.iterdir()) if folder.is_dir()]
    found = {_tag(locale): Language(_tag(locale), str(locale), service) for locale in locales}
    found[SOURCE] = Language(SOURCE, SOURCE, service)
    return dict(sorted(found.items(), key=lambda item: (item[0] != FIRST, item[0] != SOURCE, item[0])))


def language(service: str, tag: str | None) -> Language:
    """Return the language of that tag, or the first one where there is none such."""
    known = languages(service)
    return known.get(tag or FIRST, known[FIRST])


def _tag(locale: Locale) -> str:
    return "-".join(part for part in (locale.language, locale.territory) if part)


def _load(file: Path) -> GNUTranslations:
    """Read a catalogue by way of its compiled form, which is made where it is missing or older."""
    compiled = file.with_suffix(".mo")
    if not compiled.exists() or compiled.stat().st_mtime < file.stat().st_mtime:
        content = _compile(file)
        _keep(compiled, content)
        return GNUTranslations(BytesIO(content))
    with compiled.open("rb") as opened:
        return GNUTranslations(opened)


def _compile(file: Path) -> bytes:
    from babel.messages.mofile import write_mo  # noqa: PLC0415  # needed after a change only
    from babel.messages.pofile import read_po  # noqa: PLC0415  # as above

    buffer = BytesIO()
    with file.open("rb") as opened:
        write_mo(buffer, read_po(opened))
    return buffer.getvalue()


def _keep(compiled: Path, content: bytes) -> None:
    """Put the compiled form beside its source, whole or not at all; a folder that is read-only does without."""
    try:
        with NamedTemporaryFile(dir=compiled.parent, suffix=".mo.part", delete=False) as file:
            file.write(content)
        Path(file.name).chmod(0o644)
        os.replace(file.name, compiled)  # noqa: PTH105  # the name of a temporary file is a str
    except OSError:
        return
