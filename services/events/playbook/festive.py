"""The templates of the other festivals on the Chinese calendar."""

from datetime import time
from typing import Final

from services.events.festivals import Lunar
from services.events.models import Kind, Theme
from services.events.playbook.template import Supply, Template, UsualItem, UsualShift

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
        ),
        UsualShift(
            role="灯谜摊",
            role_en="Lantern riddles",
            starts=time(18, 0),
            ends=time(20, 30),
            capacity=6,
            minimum=3,
            description="挂灯谜、核对答案、发小礼物。",
        ),
        UsualShift(
            role="引导与照看",
            role_en="Ushers",
            starts=time(18, 0),
            ends=time(20, 45),
            capacity=6,
            minimum=3,
            description="照看老人和孩子，散场后收拾场地。",
        ),
    ),
    programme=(
        UsualItem(
            title="做月饼",
            title_en="Making moon cakes",
            kind=Kind.WORKSHOP,
            starts=time(18, 30),
            minutes=50,
        ),
        UsualItem(title="猜灯谜", title_en="Lantern riddles", kind=Kind.GAME, starts=time(18, 30), minutes=90),
        UsualItem(
            title="曲艺小唱",
            title_en="Ballads and opera",
            kind=Kind.PERFORMANCE,
            starts=time(19, 20),
            minutes=40,
            performers="老年戏迷协会",
        ),
        UsualItem(
            title="赏月诗会",
            title_en="Poems under the moon",
            kind=Kind.PERFORMANCE,
            starts=time(20, 0),
            minutes=30,
        ),
    ),
    supplies=(
        Supply(name="月饼馅料与面皮", name_en="Moon cake filling and dough", quantity=200, unit="份"),
        Supply(name="灯笼", name_en="Lanterns", quantity=60, unit="盏"),
        Supply(name="灯谜", name_en="Riddles", quantity=120, unit="条"),
    ),
)

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
        ),
        UsualShift(
            role="剪窗花",
            role_en="Paper cutting",
            starts=time(9, 30),
            ends=time(12, 0),
            capacity=6,
            minimum=3,
            description="教孩子剪窗花，看好剪刀。",
        ),
        UsualShift(
            role="引导",
            role_en="Ushers",
            starts=time(9, 30),
            ends=time(12, 15),
            capacity=8,
            minimum=4,
            description="引导排队，搀扶老人，散场清洁。",
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
        ),
        UsualItem(
            title="写春联、送福字",
            title_en="Spring couplets",
            kind=Kind.WORKSHOP,
            starts=time(10, 20),
            minutes=100,
        ),
        UsualItem(title="新春团拜", title_en="New Year greetings", kind=Kind.CEREMONY, starts=time(11, 30), minutes=20),
    ),
    supplies=(
        Supply(name="红纸", name_en="Red paper", quantity=300, unit="张"),
        Supply(name="墨汁", name_en="Ink", quantity=10, unit="瓶"),
        Supply(name="安全剪刀", name_en="Safety scissors", quantity=30, unit="把"),
    ),
    reminders=("P7D", "P1D", "PT2H"),
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
        ),
        UsualShift(
            role="煮汤圆",
            role_en="Rice-ball kitchen",
            starts=time(17, 30),
            ends=time(20, 30),
            capacity=6,
            minimum=3,
            min_age=18,
        ),
        UsualShift(role="引导", role_en="Ushers", starts=time(18, 0), ends=time(20, 45), capacity=6, minimum=3),
    ),
    programme=(
        UsualItem(title="亮灯仪式", title_en="Lighting up", kind=Kind.CEREMONY, starts=time(18, 30), minutes=10),
        UsualItem(title="猜灯谜", title_en="Lantern riddles", kind=Kind.GAME, starts=time(18, 40), minutes=90),
        UsualItem(title="吃汤圆", title_en="Rice balls for all", kind=Kind.OTHER, starts=time(19, 0), minutes=80),
    ),
    supplies=(
        Supply(name="花灯", name_en="Lanterns", quantity=80, unit="盏"),
        Supply(name="汤圆", name_en="Rice balls", quantity=200, unit="份"),
    ),
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
        ),
        UsualShift(
            role="茶点与陪伴",
            role_en="Tea and company",
            starts=time(9, 0),
            ends=time(11, 30),
            capacity=8,
            minimum=4,
            min_age=16,
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
        ),
    ),
    programme=(
        UsualItem(title="健康检查", title_en="Health checks", kind=Kind.OTHER, starts=time(9, 30), minutes=60),
        UsualItem(
            title="戏曲联唱",
            title_en="Opera medley",
            kind=Kind.PERFORMANCE,
            starts=time(10, 0),
            minutes=60,
            performers="老年戏迷协会",
        ),
        UsualItem(title="吃重阳糕", title_en="Double Ninth cake", kind=Kind.OTHER, starts=time(11, 0), minutes=30),
    ),
    supplies=(
        Supply(name="重阳糕", name_en="Double Ninth cake", quantity=80, unit="份"),
        Supply(name="轮椅", name_en="Wheelchairs", quantity=4, unit="辆"),
    ),
)

FESTIVE: Final = (SPRING_FESTIVAL, LANTERN, DOUBLE_NINTH)
