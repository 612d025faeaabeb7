"""The playbook: how a neighbourhood's festivals and weekly activities usually go, as templates for new events."""

from collections.abc import Mapping
from typing import Final

from services.events.festivals import Lunar
from services.events.playbook.dragon_boat import DRAGON_BOAT
from services.events.playbook.everyday import EVERYDAY
from services.events.playbook.festive import FESTIVE
from services.events.playbook.mid_autumn import MID_AUTUMN
from services.events.playbook.national_day import NATIONAL_DAY
from services.events.playbook.template import Supply, Template, UsualItem, UsualShift, UsualTask

__all__ = [
    "BLANK",
    "PLAYBOOK",
    "Supply",
    "Template",
    "UsualItem",
    "UsualShift",
    "UsualTask",
    "base_of",
    "goes_by_the_moon",
]

PLAYBOOK: Final[Mapping[str, Template]] = {
    template.key: template for template in (DRAGON_BOAT, MID_AUTUMN, NATIONAL_DAY, *FESTIVE, *EVERYDAY)
}
"""Template key -> template, in the order in which they are offered."""
BLANK: Final = "blank"
"""Key of the template that says nothing of what takes place."""


def base_of(key: str) -> str:
    """Return the key of the playbook's template that a community's own one came from: dragon-boat--4f7a2c91."""
    return key.partition("--")[0]


def goes_by_the_moon(key: str | None) -> bool:
    """Tell whether the template's festival has its day on the Chinese calendar."""
    template = PLAYBOOK.get(base_of(key or ""))
    return template is not None and isinstance(template.rule, Lunar)
