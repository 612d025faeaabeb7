"""What an event template consists of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any, Final

from services.events.asking import QuestionKind
from services.events.festivals import Rule
from services.events.models import Kind, Theme

HOW_TO_SIGN_UP: Final = (
    "打开本活动网页，选择岗位，填写姓名和手机号即可报名；不方便上网的居民，可到社区服务窗口请工作人员代为登记。"
)
VENUE: Final = "社区文化广场"
ADDRESS: Final = "社区党群服务中心门前集合"
CONTACT: Final = "社区服务窗口（工作日 8:30–17:30）"

MILESTONES: Final = ("minimum-P3D", "unclaimed-P3D", "supplies-P2D", "tasks-P1D", "records-P7D")
FESTIVAL_REMINDERS: Final = ("P7D", "P1D@18:00", "PT2H/shift", *MILESTONES)
"""For what is signed up for weeks ahead, and has many shifts."""


def asks(
    key: str, label: str, kind: QuestionKind = QuestionKind.YES_NO, options: Sequence[str] = ()
) -> Mapping[str, Any]:
    """Return a question of a usual shift; nobody has to answer it."""
    return {"key": key, "kind": kind.value, "label": label, "options": list(options), "required": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualShift:
    """A role that such an event usually needs, at times of the event's day; ``capacity`` and ``minimum`` are people."""

    role: str
    role_en: str
    starts: time
    ends: time
    capacity: int
    minimum: int
    description: str = ""
    min_age: int | None = None
    skills: Sequence[str] = ()
    counts_as_service: bool = True
    training: str = ""
    insured: bool = False
    questions: Sequence[Mapping[str, Any]] = ()
    swap_approval: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualItem:
    """What such an event usually shows, at a time of its day."""

    title: str
    title_en: str
    kind: Kind
    starts: time
    minutes: int
    performers: str = ""
    place: str = ""
    roles: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What such an event usually needs of things."""

    name: str
    name_en: str
    quantity: int
    unit: str


@dataclass(frozen=True, slots=True)
class UsualTask:
    """What is usually done for such an event: ``days`` from its day, -30 a month before; ``owner`` is a role."""

    days: int
    title: str
    title_en: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A festival's or an activity's usual shape. The texts become the event's own and are Chinese, as its readers are.

    ``rule`` says on which day it falls; without one the organizer chooses. ``reminders`` are rules
    (``services.events.rules``).
    """

    key: str
    title: str
    title_en: str
    theme: Theme = Theme.EVERYDAY
    rule: Rule | None
    starts: time
    ends: time
    summary: str = ""
    venue_name: str = VENUE
    venue_address: str = ADDRESS
    conditions: str = ""
    how_to_sign_up: str = HOW_TO_SIGN_UP
    risks: str = ""
    contact: str = CONTACT
    expected_attendance: int | None = None
    shifts: Sequence[UsualShift] = ()
    programme: Sequence[UsualItem] = ()
    supplies: Sequence[Supply] = ()
    tasks: Sequence[UsualTask] = ()
    reminders: Sequence[str] = ("P1D@18:00", "PT2H/shift", *MILESTONES)
