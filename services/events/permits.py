"""What a large public event needs before it may take place: the steps towards the safety permit."""

from collections.abc import Sequence
from typing import Final

from services.events.playbook import UsualTask
from services.events.playbook.countdowns import OFFICE, PROPERTY

LARGE: Final = 1000
"""People expected from whom on an event needs a safety permit (大型群众性活动安全管理条例, article 2)."""
SAFETY: Final = "安全责任人"

CHECKLIST: Final[Sequence[UsualTask]] = (
    UsualTask(-45, "定下安全责任人，成立安全小组", "Name who is responsible for safety", OFFICE),
    UsualTask(-40, "写好活动方案", "Write the plan of the event", OFFICE),
    UsualTask(
        -40, "写好安全工作方案：人数、分工、安检、停车", "Write the safety plan: numbers, roles, entry, parking", SAFETY
    ),
    UsualTask(-35, "取得场地管理者同意使用的证明", "Get the consent of whoever runs the place", OFFICE),
    UsualTask(
        -30, "几家单位联合承办的，签好协议、写明责任", "Where several host it, sign who answers for what", OFFICE
    ),
    UsualTask(-25, "向公安机关申请安全许可（最晚举办前20日）", "Apply to the police, at least 20 days before", OFFICE),
    UsualTask(-15, "写好应急预案：拥挤、火情、急救、天气", "Write the emergency plan", SAFETY),
    UsualTask(-14, "按核准人数控制入场，配足安保人员", "Plan entry by the permitted number, hire guards", SAFETY),
    UsualTask(
        -7, "划定疏散通道，备好标识、应急照明和广播", "Mark the exits; signs, emergency light, speakers", PROPERTY
    ),
    UsualTask(-3, "培训安保和志愿者，演练疏散", "Train guards and volunteers, rehearse leaving", SAFETY),
    UsualTask(-2, "消防检查：灭火器、用电、临时搭建", "Fire check: extinguishers, power, what was built", PROPERTY),
    UsualTask(-1, "配合公安机关现场检查，整改隐患", "Be there when the police inspect, mend what they find", SAFETY),
    UsualTask(0, "入口清点人数，满员即停止入场", "Count people at the entry, close it when full", SAFETY),
)
"""The steps, from the regulation's articles 6 to 13 (国务院令第505号); the permit is applied for 20 days before."""


def is_large(expected_attendance: int | None) -> bool:
    """Tell whether so many people need a safety permit."""
    return (expected_attendance or 0) >= LARGE
