"""How a reader wants the pages: language, light or dark, size of the text; kept in cookies of their browser."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, redirect, request
from werkzeug import Response

from shared import catalogues
from shared.web import cookies
from shared.web.current import config
from shared.web.security import from_any_service, local_path

A_YEAR: Final = 365 * 24 * 3600
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {"theme": ("auto", "light", "dark"), "text": ("normal", "large")}
"""Preference -> what can be chosen, first what holds without a choice."""
COOKIES: Final = tuple(f"steward-{name}" for name in CHOICES)


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the reader chose."""

    theme: str
    text: str


def blueprint(service: str) -> Blueprint:
    """Return the address ``/<service>/preferences``."""
    pages = Blueprint("preferences", __name__, url_prefix=f"/{service}")
    pages.add_url_rule("/preferences", "keep", _keep, methods=["POST"])
    return pages


def preferences() -> Preferences:
    """Return what the reader chose on this browser."""
    return Preferences(**{name: _chosen(name, cookies.read(f"steward-{name}")) for name in CHOICES})


def _chosen(name: str, value: str | None) -> str:
    return value if value in CHOICES[name] else CHOICES[name][0]


@from_any_service  # so that a page without other forms needs no token, and is the same for everybody
def _keep() -> Response:
    """Keep what was chosen, and go back to the page; anything that is no choice is left as it was."""
    response = redirect(local_path(request.form.get("next"), f"/{config.service}/"), 303)
    allowed = {**CHOICES, "lang": tuple(catalogues.languages(config.service))}
    for name, choices in allowed.items():
        value = request.form.get(name)
        if value in choices:
            cookies.keep(response, f"steward-{name}", value, seconds=A_YEAR)
    return response
