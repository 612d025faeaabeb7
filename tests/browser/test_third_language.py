"""A translator alone can add a language: catalogues in a made-up one, and the pages of all services speak it."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po, write_po
from flask.testing import FlaskClient

from services.__main__ import NAMES, all_services
from shared import catalogues, embedded
from shared.service import build_app

MADE_UP = "eo"
"""A locale that Steward does not have, and whose dates Babel can write."""
LETTERS = str.maketrans(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "αβψδεφγηιξκλμνοπϙρστυϝωχψζΑΒΨΔΕΦΓΗΙΞΚΛΜΝΟΠϘΡΣΤΥϜΩΧΨΖ"
)
PLACEHOLDER = re.compile(r"(%\(\w+\)s|%%)")


@pytest.fixture
def clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, FlaskClient]]:
    """Browsers of the three services, beside a copy of the catalogues to which the made-up language was added."""
    for folder in ["shared/web", *(f"services/{name}" for name in NAMES)]:
        source, copied = (root / folder / "translations" for root in (catalogues.ROOT, tmp_path))
        shutil.copytree(source, copied, ignore=shutil.ignore_patterns("*.mo"))
        _translate(copied)
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    monkeypatch.setattr(catalogues, "SHARED", tmp_path / "shared" / "web" / "translations")
    catalogues.languages.cache_clear()
    parts = embedded.open_parts(all_services(), embedded.environment(tmp_path / "data", NAMES, {}))
    yield {part.service.name: build_app(part.service, part.config, part.database).test_client() for part in parts}
    for part in parts:
        part.database.dispose()
    catalogues.languages.cache_clear()


def test_pages_speak_a_language_that_is_only_a_catalogue(clients: dict[str, FlaskClient]) -> None:
    for path in ("/events/", "/events/login", "/signups/received", "/partners/no-such-page"):
        page = clients[path.split("/")[1]].get(path, headers={"Accept-Language": MADE_UP}).text
        assert f'<html lang="{MADE_UP}"' in page
        assert "Στεωαρδ" in page
        assert _foreign_words(page) == [], path


def _foreign_words(page: str) -> list[str]:
    """Return what a reader would see or hear that is in another language, but for the names of languages."""
    others = r"<span>(中文|English)</span>|<(script|style)\b.*?</\2>"
    shown = re.sub(r"<[^>]+>", " ", re.sub(others, "", page, flags=re.DOTALL))
    attributes = re.findall(r'(?:aria-label|placeholder|title|alt|data-words-\w+)="([^"]*)"', page)
    return re.findall(r"[A-Za-z]{2,}|[\u4e00-\u9fff]+", " ".join([shown, *attributes]))


def _translate(folder: Path) -> None:
    """Do what a translator does: write a .po, with every text in the made-up language."""
    [known] = folder.glob("*/LC_MESSAGES/messages.po")
    with known.open("rb") as file:
        catalogue = read_po(file, locale=MADE_UP)
    for message in catalogue:
        if isinstance(message.id, str) and message.id:
            is_pattern = message.id.startswith("EEE")  # how a date is written: a translator orders it, no more
            parts = PLACEHOLDER.split(message.id)
            spoken = "".join(part if PLACEHOLDER.fullmatch(part) else part.translate(LETTERS) for part in parts)
            message.string = message.id if is_pattern else spoken
    target = folder / MADE_UP / "LC_MESSAGES" / "messages.po"
    target.parent.mkdir(parents=True)
    with target.open("wb") as written:
        write_po(written, catalogue)
