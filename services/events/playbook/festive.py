"""The templates of the other festivals on the Chinese calendar."""

from datetime import time
from typing import Final

from services.events.festivals import Lunar
from services.events.models import Kind, Theme
from services.events.playbook.countdowns import COUNTDOWNS
from services.events.playbook.template import FESTIVAL_REMINDERS, Supply, Template, UsualItem, UsualShift, asks

SPRING_FESTIVAL: Final = Template(
    key="spring-festival",
    title="新春游园会",
    title_en="Spring Festival Fair",
    theme=Theme.SPRING_FESTIVAL,
    rule=Lunar(1, 1),
    starts=time(10, 0),
    ends=time(12, 0),
    summary="写春联、剪窗花、拜大年。正月初一上午，社区请大家到广场互道一声新年好。",
    conditions="年满14周岁，能按时到岗；写春联的志愿者请自带毛笔。",
    risks="天冷路滑请注意保暖和安全；现场禁止燃放烟花爆竹。社区为志愿者购买人身意外保险。",
    expected_attendance=300,
    shifts=(
        UsualShift(
            role="写春联",
            role_en="Couplet writing",
            starts=time(9, 30),
            ends=time(12, 0),
            capacity=8,
            minimum=4,
            description="为居民书写春联和福字。",
            skills=("书法",),
            insured=True,
            questions=(asks("brush", "能自带笔墨吗？"),),
        ),
        UsualShift(
            role="剪窗花",
            role_en="Paper cutting",
            starts=time(9, 30),
            ends=time(12, 0),
            capacity=6,
            minimum=3,
            description="教孩子剪窗花，看好剪刀。",
            insured=True,
        ),
        UsualShift(
            role="引导",
            role_en="Ushers",
            starts=time(9, 30),
            ends=time(12, 15),
            capacity=8,
            minimum=4,
            description="引导排队，搀扶老人，散场清洁。",
            insured=True,
        ),
    ),
    programme=(
        UsualItem(
            title="舞狮迎春",
            title_en="Lion dance",
            kind=Kind.PERFORMANCE,
            starts=time(10, 0),
            minutes=20,
            performers="社区舞狮队",
            roles=("引导",),
        ),
        UsualItem(
            title="写春联、送福字",
            title_en="Spring couplets",
            kind=Kind.WORKSHOP,
            starts=time(10, 20),
            minutes=100,
            roles=("写春联",),
        ),
        UsualItem(
            title="新春团拜",
            title_en="New Year greetings",
            kind=Kind.CEREMONY,
            starts=time(11, 30),
            minutes=20,
            roles=("引导",),
        ),
    ),
    supplies=(
        Supply(name="红纸", name_en="Red paper", quantity=300, unit="张"),
        Supply(name="墨汁", name_en="Ink", quantity=10, unit="瓶"),
        Supply(name="安全剪刀", name_en="Safety scissors", quantity=30, unit="把"),
    ),
    tasks=COUNTDOWNS["spring-festival"],
    reminders=FESTIVAL_REMINDERS,
)

LANTERN: Final = Template(
    key="lantern",
    title="元宵灯会",
    title_en="Lantern Festival",
    theme=Theme.SPRING_FESTIVAL,
    rule=Lunar(1, 15),
    starts=time(18, 30),
    ends=time(20, 30),
    summary="挂花灯、猜灯谜、吃汤圆。正月十五，一起把年过圆满。",
    conditions="年满14周岁，能按时到岗；煮汤圆的岗位须年满18周岁。",
    risks="夜间人多，请照看好老人和孩子；煮食区有明火和热水，请勿靠近。社区为志愿者购买人身意外保险。",
    expected_attendance=200,
    shifts=(
        UsualShift(
            role="挂灯与灯谜",
            role_en="Lanterns and riddles",
            starts=time(17, 30),
            ends=time(20, 30),
            capacity=8,
            minimum=4,
            insured=True,
        ),
        UsualShift(
            role="煮汤圆",
            role_en="Rice-ball kitchen",
            starts=time(17, 30),
            ends=time(20, 30),
            capacity=6,
            minimum=3,
            min_age=18,
            training="用火安全培训",
            insured=True,
        ),
        UsualShift(
            role="引导", role_en="Ushers", starts=time(18, 0), ends=time(20, 45), capacity=6, minimum=3, insured=True
        ),
    ),
    programme=(
        UsualItem(
            title="亮灯仪式",
            title_en="Lighting up",
            kind=Kind.CEREMONY,
            starts=time(18, 30),
            minutes=10,
            roles=("挂灯与灯谜",),
        ),
        UsualItem(
            title="猜灯谜",
            title_en="Lantern riddles",
            kind=Kind.GAME,
            starts=time(18, 40),
            minutes=90,
            roles=("挂灯与灯谜",),
        ),
        UsualItem(
            title="吃汤圆",
            title_en="Rice balls for all",
            kind=Kind.OTHER,
            starts=time(19, 0),
            minutes=80,
            roles=("煮汤圆",),
        ),
    ),
    supplies=(
        Supply(name="花灯", name_en="Lanterns", quantity=80, unit="盏"),
        Supply(name="汤圆", name_en="Rice balls", quantity=200, unit="份"),
    ),
    tasks=COUNTDOWNS["lantern"],
)

DOUBLE_NINTH: Final = Template(
    key="double-ninth",
    title="重阳敬老会",
    title_en="Double Ninth with our Elders",
    rule=Lunar(9, 9),
    starts=time(9, 30),
    ends=time(11, 30),
    summary="请社区里的老人来坐坐：量血压、剪头发、听戏、吃重阳糕。腿脚不便的老人，志愿者上门去接。",
    conditions="年满16周岁，有耐心，能按时到岗；接送老人的志愿者须年满18周岁。",
    risks="接送老人时请两人同行、走无障碍通道；现场有医生值守。社区为志愿者和到场老人购买人身意外保险。",
    expected_attendance=80,
    shifts=(
        UsualShift(
            role="接送老人",
            role_en="Fetching elders",
            starts=time(8, 30),
            ends=time(12, 0),
            capacity=10,
            minimum=6,
            description="两人一组，上门接送腿脚不便的老人。",
            min_age=18,
            training="接送与轮椅使用培训",
            insured=True,
        ),
        UsualShift(
            role="茶点与陪伴",
            role_en="Tea and company",
            starts=time(9, 0),
            ends=time(11, 30),
            capacity=8,
            minimum=4,
            min_age=16,
            insured=True,
        ),
        UsualShift(
            role="义剪",
            role_en="Haircuts",
            starts=time(9, 30),
            ends=time(11, 30),
            capacity=3,
            minimum=1,
            min_age=18,
            skills=("理发",),
            insured=True,
        ),
    ),
    programme=(
        UsualItem(
            title="健康检查",
            title_en="Health checks",
            kind=Kind.OTHER,
            starts=time(9, 30),
            minutes=60,
            roles=("茶点与陪伴",),
        ),
        UsualItem(
            title="戏曲联唱",
            title_en="Opera medley",
            kind=Kind.PERFORMANCE,
            starts=time(10, 0),
            minutes=60,
            performers="老年戏迷协会",
            roles=("茶点与陪伴",),
        ),
        UsualItem(
            title="吃重阳糕",
            title_en="Double Ninth cake",
            kind=Kind.OTHER,
            starts=time(11, 0),
            minutes=30,
            roles=("茶点与陪伴",),
        ),
    ),
    supplies=(
        Supply(name="重阳糕", name_en="Double Ninth cake", quantity=80, unit="份"),
        Supply(name="轮椅", name_en="Wheelchairs", quantity=4, unit="辆"),
    ),
    tasks=COUNTDOWNS["double-ninth"],
)

FESTIVE: Final = (SPRING_FESTIVAL, LANTERN, DOUBLE_NINTH)
