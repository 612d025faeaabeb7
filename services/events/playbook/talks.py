"""The templates of what people come to listen to and to talk over: lectures, policy talks, residents' meetings."""

from dataclasses import replace
from datetime import time
from typing import Final

from services.events.festivals import Monthly
from services.events.models import Kind
from services.events.playbook.countdowns import COUNTDOWNS
from services.events.playbook.template import MILESTONES, Supply, Template, UsualItem, UsualShift

WEDNESDAY: Final = 2
FRIDAY: Final = 4

HALL: Final = "社区党群服务中心"

SEATS: Final = UsualShift(
    role="听讲席",
    role_en="Seats for listeners",
    starts=time(14, 30),
    ends=time(16, 0),
    capacity=60,
    minimum=10,
    description="听讲不计志愿服务时长。",
    counts_as_service=False,
)
WELCOME: Final = UsualShift(
    role="会务与签到",
    role_en="Welcome desk",
    starts=time(14, 0),
    ends=time(16, 15),
    capacity=4,
    minimum=2,
    min_age=16,
)

LECTURE: Final = Template(
    key="lecture",
    title="健康大讲堂",
    title_en="Health Lecture",
    rule=Monthly(2, WEDNESDAY),
    starts=time(14, 30),
    ends=time(16, 0),
    summary="请社区卫生服务中心的医生讲讲常见病的预防，讲完现场答疑、量血压。",
    venue_name=HALL,
    venue_address="二楼多功能厅",
    conditions="听讲不限年龄；服务岗位须年满16周岁。",
    risks="请有序上下楼梯，身体不适及时告诉工作人员。听讲不计志愿服务时长。",
    expected_attendance=60,
    shifts=(SEATS, WELCOME),
    programme=(
        UsualItem(
            title="专题讲座",
            title_en="Lecture",
            kind=Kind.TALK,
            starts=time(14, 30),
            minutes=60,
            performers="社区卫生服务中心",
            roles=("会务与签到",),
        ),
        UsualItem(
            title="答疑与量血压",
            title_en="Questions, blood pressure",
            kind=Kind.OTHER,
            starts=time(15, 30),
            minutes=30,
            roles=("会务与签到",),
        ),
    ),
    supplies=(
        Supply(name="血压计", name_en="Blood pressure monitors", quantity=2, unit="台"),
        Supply(name="健康手册", name_en="Health booklets", quantity=60, unit="本"),
        Supply(name="饮用水", name_en="Drinking water", quantity=3, unit="箱"),
    ),
    tasks=COUNTDOWNS["lecture"],
)

POLICY_TALK: Final = Template(
    key="policy-talk",
    title="政策宣讲会",
    title_en="Policy Talk",
    rule=Monthly(3, WEDNESDAY),
    starts=time(14, 30),
    ends=time(16, 0),
    summary="把与居民有关的新政策讲明白：医保、养老、住房、就业。请带上您的问题，现场一一解答。",
    venue_name=HALL,
    venue_address="二楼多功能厅",
    conditions="听讲不限年龄；服务岗位须年满16周岁。",
    risks="请有序上下楼梯，身体不适及时告诉工作人员。听讲不计志愿服务时长。",
    expected_attendance=50,
    shifts=(replace(SEATS, capacity=50), replace(WELCOME, capacity=3, minimum=1)),
    programme=(
        UsualItem(
            title="政策宣讲", title_en="Talk", kind=Kind.TALK, starts=time(14, 30), minutes=50, roles=("会务与签到",)
        ),
        UsualItem(
            title="现场解答",
            title_en="Questions",
            kind=Kind.OTHER,
            starts=time(15, 20),
            minutes=40,
            roles=("会务与签到",),
        ),
    ),
    supplies=(
        Supply(name="政策手册", name_en="Booklets", quantity=80, unit="本"),
        Supply(name="饮用水", name_en="Drinking water", quantity=3, unit="箱"),
    ),
    tasks=COUNTDOWNS["policy-talk"],
)

RESIDENTS_MEETING: Final = Template(
    key="residents-meeting",
    title="居民议事会",
    title_en="Residents' Meeting",
    rule=Monthly(4, FRIDAY),
    starts=time(19, 0),
    ends=time(20, 30),
    summary="小区的事大家商量着办。听听意见，议一议，能定的当场定下来。",
    venue_name=HALL,
    venue_address="一楼议事厅",
    conditions="本社区居民均可参加；会务岗位须年满16周岁。",
    risks="请轮流发言、对事不对人。参会不计志愿服务时长。",
    expected_attendance=50,
    shifts=(
        UsualShift(
            role="居民席",
            role_en="Seats for residents",
            starts=time(19, 0),
            ends=time(20, 30),
            capacity=50,
            minimum=10,
            description="参会不计志愿服务时长。",
            counts_as_service=False,
        ),
        UsualShift(
            role="会务与记录",
            role_en="Service and minutes",
            starts=time(18, 30),
            ends=time(20, 45),
            capacity=4,
            minimum=2,
            min_age=16,
        ),
    ),
    programme=(
        UsualItem(
            title="上次议题的进展", title_en="News of last time", kind=Kind.OTHER, starts=time(19, 0), minutes=15
        ),
        UsualItem(
            title="本次议题",
            title_en="Today's questions",
            kind=Kind.OTHER,
            starts=time(19, 15),
            minutes=60,
            roles=("会务与记录",),
        ),
        UsualItem(
            title="表决与小结",
            title_en="Votes and summary",
            kind=Kind.OTHER,
            starts=time(20, 15),
            minutes=15,
            roles=("会务与记录",),
        ),
    ),
    supplies=(
        Supply(name="表决票", name_en="Ballots", quantity=60, unit="张"),
        Supply(name="饮用水", name_en="Drinking water", quantity=3, unit="箱"),
    ),
    tasks=COUNTDOWNS["residents-meeting"],
    reminders=("P1D@18:00", *MILESTONES),
)
