"""Brings the catalogues of texts up to date with the code, and says which texts still need a translator.

    python tools/messages.py update     collect the texts of every package into its catalogues
    python tools/messages.py check      fail where a text is missing, untranslated or left over
    python tools/messages.py compile    write the .mo file of every catalogue that is newer than its own

A package's texts are what ``_("…")`` marks in its Python files and templates. `make messages` does all three.
"""

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).resolve().parents[1]
METHODS: Final = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
KEYWORDS: Final = {"_": None}
CATALOGUE: Final = "*/LC_MESSAGES/messages.po"
WIDTH: Final = 110


def packages() -> dict[Path, Path]:
    """Return the folder of code -> the folder of its catalogues, for what is shared and for each service."""
    services = (folder.parent for folder in (ROOT / "services").glob("*/app.py"))
    return {ROOT / "shared": ROOT / "shared/web/translations"} | {
        service: service / "translations" for service in sorted(services)
    }


def texts_of(code: Path) -> Catalog:
    """Return the texts that the package's code and templates use, with the files they stand in."""
    template = Catalog(project="Steward", copyright_holder="Steward contributors", charset="utf-8")
    found = extract_from_dir(code, METHODS, keywords=KEYWORDS, comment_tags=["Translators:"], strip_comment_tags=True)
    for filename, _line, text, comments, context in found:
        place = (code / filename).relative_to(ROOT).as_posix()
        template.add(text, locations=[(place, 0)], auto_comments=comments, context=context)
    return template


def update() -> None:
    """Write every catalogue anew: new texts are added empty, texts that are no longer used are taken out."""
    for code, folder in packages().items():
        template = texts_of(code)
        for file in folder.glob(CATALOGUE):
            catalogue = _read(file)
            written = catalogue.creation_date
            catalogue.update(template, no_fuzzy_matching=True)
            catalogue.obsolete.clear()
            catalogue.creation_date = written  # else every run would change the file
            buffer = BytesIO()
            write_po(buffer, catalogue, width=WIDTH, sort_by_file=True, include_lineno=False)
            if buffer.getvalue() != file.read_bytes():
                file.write_bytes(buffer.getvalue())


def problems() -> Iterator[str]:
    """Yield one line for each text that a catalogue lacks or has too much, and for each placeholder lost."""
    for code, folder in packages().items():
        template = texts_of(code)
        files = sorted(folder.glob(CATALOGUE))
        if not files and len(template):
            yield f"{folder.relative_to(ROOT)}: no catalogue"
        for file in files:
            catalogue = _read(file)
            place = file.relative_to(ROOT).as_posix()
            known = {message.id: message for message in catalogue if message.id}
            wanted = {message.id for message in template if message.id}
            for text in sorted(wanted - known.keys(), key=str):
                yield f"{place}: missing: {text}"
            for text in sorted(known.keys() - wanted, key=str):
                yield f"{place}: no longer used: {text}"
            for message in known.values():
                yield from (f"{place}: {problem}: {message.id}" for problem in _faults(message))


def compile_stale() -> None:
    """Write the .mo beside each catalogue that changed since."""
    for folder in packages().values():
        for file in folder.glob(CATALOGUE):
            compiled = file.with_suffix(".mo")
            if not compiled.exists() or compiled.stat().st_mtime < file.stat().st_mtime:
                with compiled.open("wb") as opened:
                    write_mo(opened, _read(file, strict=False))


def _read(file: Path, *, strict: bool = True) -> Catalog:
    with file.open("rb") as opened:
        return read_po(opened, locale=file.parents[1].name, abort_invalid=strict)


def _faults(message: Message) -> Iterator[str]:
    if not message.string:
        yield "not translated"
    elif message.fuzzy:
        yield "still to be confirmed (fuzzy)"
    else:
        yield from (str(error) for error in message.check())


def _main(command: str) -> int:
    if command == "update":
        update()
    elif command == "compile":
        compile_stale()
    else:
        lines = list(problems())
        for line in lines:
            sys.stdout.write(f"{line}\n")
        return 1 if lines else 0
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1]))
