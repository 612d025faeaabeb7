"""The template of the Mid-Autumn evening: moon cakes, riddles and the moon."""

from datetime import time
from typing import Final

from services.events.festivals import Lunar
from services.events.models import Kind, Theme
from services.events.playbook.countdowns import COUNTDOWNS
from services.events.playbook.template import Supply, Template, UsualItem, UsualShift, asks

MID_AUTUMN: Final = Template(
    key="mid-autumn",
    title="中秋邻里赏月会",
    title_en="Mid-Autumn Moon Evening",
    theme=Theme.MID_AUTUMN,
    rule=Lunar(8, 15),
    starts=time(18, 30),
    ends=time(20, 30),
    summary="一轮明月，一桌月饼。做月饼、猜灯谜、听曲艺，和邻居们一起赏月过中秋。",
    conditions="年满14周岁，能按时到岗；使用烤箱的岗位须年满18周岁。",
    risks="夜间活动请注意脚下；烤箱高温，请勿让孩子靠近。社区为志愿者购买人身意外保险，现场备有急救箱。",
    expected_attendance=150,
    shifts=(
        UsualShift(
            role="签到台",
            role_en="Welcome desk",
            starts=time(18, 0),
            ends=time(20, 30),
            capacity=3,
            minimum=2,
            description="接待签到，发放灯谜卡。",
            insured=True,
        ),
        UsualShift(
            role="做月饼",
            role_en="Moon cakes",
            starts=time(17, 30),
            ends=time(19, 30),
            capacity=10,
            minimum=4,
            description="备料、看烤箱，教居民压模。",
            min_age=18,
            training="烤箱与用火安全培训",
            insured=True,
            questions=(asks("mooncakes", "做过月饼吗？"),),
        ),
        UsualShift(
            role="灯谜摊",
            role_en="Lantern riddles",
            starts=time(18, 0),
            ends=time(20, 30),
            capacity=6,
            minimum=3,
            description="挂灯谜、核对答案、发小礼物。",
            insured=True,
        ),
        UsualShift(
            role="引导与照看",
            role_en="Ushers",
            starts=time(18, 0),
            ends=time(20, 45),
            capacity=6,
            minimum=3,
            description="照看老人和孩子，散场后收拾场地。",
            insured=True,
        ),
    ),
    programme=(
        UsualItem(
            title="做月饼",
            title_en="Making moon cakes",
            kind=Kind.WORKSHOP,
            starts=time(18, 30),
            minutes=50,
            roles=("做月饼",),
        ),
        UsualItem(
            title="猜灯谜",
            title_en="Lantern riddles",
            kind=Kind.GAME,
            starts=time(18, 30),
            minutes=90,
            roles=("灯谜摊",),
        ),
        UsualItem(
            title="曲艺小唱",
            title_en="Ballads and opera",
            kind=Kind.PERFORMANCE,
            starts=time(19, 20),
            minutes=40,
            performers="老年戏迷协会",
            roles=("引导与照看",),
        ),
        UsualItem(
            title="赏月诗会",
            title_en="Poems under the moon",
            kind=Kind.PERFORMANCE,
            starts=time(20, 0),
            minutes=30,
            roles=("引导与照看",),
        ),
    ),
    supplies=(
        Supply(name="月饼馅料与面皮", name_en="Moon cake filling and dough", quantity=200, unit="份"),
        Supply(name="灯笼", name_en="Lanterns", quantity=60, unit="盏"),
        Supply(name="灯谜", name_en="Riddles", quantity=120, unit="条"),
    ),
    tasks=COUNTDOWNS["mid-autumn"],
)
