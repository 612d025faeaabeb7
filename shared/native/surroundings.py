"""The settings of an installation that runs from a folder, kept there for the commands that look after it."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

FILE: Final = "settings.json"


class NoSettings(Exception):
    """Nothing runs from the folder, or it was never started."""


def keep(folder: Path, environ: Mapping[str, str]) -> None:
    """Write Steward's own settings of the environment into the folder, for its owner's eyes only.

    They hold passwords, as the folder itself does.
    """
    settings = {name: value for name, value in environ.items() if name.startswith("STEWARD_") and value}
    growing = folder / f"{FILE}.part"
    with os.fdopen(os.open(growing, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(settings, file)
    growing.replace(folder / FILE)


def kept(folder: Path) -> dict[str, str]:
    """Return the settings that the folder keeps; raises NoSettings."""
    try:
        settings: dict[str, str] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoSettings(f"{folder} holds no installation that was started: there is no {FILE}.") from None
    return settings
