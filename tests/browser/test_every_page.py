"""What every page of all services keeps to: in both languages, light and dark, on a phone and on a wide screen."""

import pytest

from tests.browser.addresses import NO_PAGES, Addresses, page_rules
from tests.browser.survey import Survey

ALLOWED_WORDS = {"Steward", "admin", "English", "Li", "Na", "Excel", "xlsx", "CSV", "PDF", "MB"}
"""Latin words that a Chinese page may show: the brand, a user's name, the other language, a name on the style page, and
kinds of files."""


@pytest.mark.usefixtures("chromium")
def test_every_page_is_looked_at(addresses: Addresses) -> None:
    looked_at = {sample.rule for sample in addresses.samples} - {""}
    assert set(page_rules()) == looked_at | NO_PAGES.keys()


def test_axe_finds_nothing_to_mend(survey: Survey) -> None:
    assert survey.all("axe") == []


def test_what_is_pressed_is_large_enough_for_a_thumb(survey: Survey) -> None:
    assert survey.all("small_targets") == []


def test_nothing_is_wider_than_the_screen_zoomed_or_in_large_text(survey: Survey) -> None:
    assert survey.all("too_wide") == []


def test_the_browser_has_nothing_to_complain_about(survey: Survey) -> None:
    """A breach of the Content Security Policy stands in the console, too."""
    assert survey.all("console") == []


def test_a_chinese_page_holds_no_english_words(survey: Survey) -> None:
    reference = [f"zh-CN /{service}/api/docs" for service in ("events", "signups", "partners")]
    found = [line for line in survey.all("latin", "zh-CN") if not line.startswith(tuple(reference))]
    assert [line for line in found if line.rpartition(" ")[2] not in ALLOWED_WORDS] == []
