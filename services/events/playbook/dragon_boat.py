"""The template of the Dragon Boat afternoon: a rice-dumpling contest and a ring-toss game, with partner units."""

from datetime import time
from typing import Final

from services.events.festivals import Lunar
from services.events.models import Kind, Theme
from services.events.playbook.template import Supply, Template, UsualItem, UsualShift

DRAGON_BOAT: Final = Template(
    key="dragon-boat",
    title="端午游园会",
    title_en="Dragon Boat Afternoon",
    theme=Theme.DRAGON_BOAT,
    rule=Lunar(5, 5),
    starts=time(14, 0),
    ends=time(17, 0),
    summary="包粽子、吃粽子、套圈赢奖品——社区和驻地单位一起，请街坊邻居过个热热闹闹的端午节。包好的粽子会送到独居老人家里。",
    venue_address="广场东侧凉棚集合",
    conditions="年满14周岁、身体健康，能按时到岗；包粽子的志愿者请提前洗手、剪短指甲。",
    risks="天气炎热请注意防暑；蒸煮区有明火和热水，非工作人员请勿靠近；吃粽子比赛请细嚼慢咽。社区为志愿者购买人身意外保险，现场备有急救箱。",
    expected_attendance=200,
    shifts=(
        UsualShift(
            role="签到台",
            role_en="Welcome desk",
            starts=time(13, 30),
            ends=time(17, 0),
            capacity=4,
            minimum=2,
            description="接待居民和志愿者签到，发放游园卡和奖品。",
        ),
        UsualShift(
            role="引导",
            role_en="Ushers",
            starts=time(13, 30),
            ends=time(17, 0),
            capacity=6,
            minimum=3,
            description="在路口和场内指路，照看老人和孩子。",
        ),
        UsualShift(
            role="包粽子",
            role_en="Rice dumplings",
            starts=time(14, 0),
            ends=time(16, 0),
            capacity=20,
            minimum=8,
            description="和居民一起包粽子，不会包也没关系，现场有师傅教。",
        ),
        UsualShift(
            role="套圈",
            role_en="Ring-toss stall",
            starts=time(14, 0),
            ends=time(17, 0),
            capacity=6,
            minimum=3,
            description="摆奖品、发竹圈、看好投掷线，让大家排队轮流玩。",
        ),
    ),
    programme=(
        UsualItem(
            title="开场：端午的由来",
            title_en="Opening: where the festival comes from",
            kind=Kind.TALK,
            starts=time(14, 0),
            minutes=10,
            performers="社区小学",
            place="主舞台",
        ),
        UsualItem(
            title="学包粽子",
            title_en="Learn to wrap rice dumplings",
            kind=Kind.WORKSHOP,
            starts=time(14, 10),
            minutes=60,
            place="东侧凉棚",
        ),
        UsualItem(
            title="套圈游戏",
            title_en="Ring-toss game",
            kind=Kind.GAME,
            starts=time(14, 10),
            minutes=150,
            place="南侧草坪",
        ),
        UsualItem(
            title="比赛吃粽子",
            title_en="Rice-dumpling eating contest",
            kind=Kind.CONTEST,
            starts=time(15, 20),
            minutes=40,
            place="主舞台",
        ),
        UsualItem(
            title="给独居老人送粽子",
            title_en="Dumplings for elderly neighbours",
            kind=Kind.OTHER,
            starts=time(16, 0),
            minutes=40,
        ),
        UsualItem(
            title="颁奖与合影",
            title_en="Prizes and group photo",
            kind=Kind.CEREMONY,
            starts=time(16, 40),
            minutes=20,
            place="主舞台",
        ),
    ),
    supplies=(
        Supply(name="糯米", name_en="Glutinous rice", quantity=50, unit="公斤"),
        Supply(name="粽叶", name_en="Reed leaves", quantity=1500, unit="张"),
        Supply(name="竹圈", name_en="Rings", quantity=60, unit="个"),
        Supply(name="套圈奖品", name_en="Ring-toss prizes", quantity=100, unit="份"),
        Supply(name="遮阳棚", name_en="Sunshades", quantity=6, unit="顶"),
        Supply(name="饮用水", name_en="Drinking water", quantity=20, unit="箱"),
    ),
    reminders=("P7D", "P1D", "PT2H"),
)
