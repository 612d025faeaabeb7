"""The templates of what goes on all year: clean-ups, legal aid, visits, and the empty sheet."""

from datetime import time
from typing import Final

from services.events.festivals import Monthly, Weekly
from services.events.models import Kind
from services.events.playbook.countdowns import COUNTDOWNS
from services.events.playbook.talks import FRIDAY, HALL, LECTURE, POLICY_TALK, RESIDENTS_MEETING
from services.events.playbook.template import MILESTONES, Supply, Template, UsualItem, UsualShift, asks

SATURDAY: Final = 5

HALL_ADDRESS: Final = "一楼服务大厅集合"

CLEAN_UP: Final = Template(
    key="clean-up",
    title="周末清洁日",
    title_en="Weekend Clean-up",
    rule=Weekly(SATURDAY),
    starts=time(9, 0),
    ends=time(10, 30),
    summary="周六上午一个半小时，一起清扫楼道、绿地和小广场，清理小广告和堆物。工具由社区准备。",
    conditions="年满12周岁，身体健康；14周岁以下须有家长陪同。",
    risks="请戴手套，小心碎玻璃和尖锐物；不攀高、不进机动车道。社区为志愿者购买人身意外保险。",
    expected_attendance=30,
    shifts=(
        UsualShift(
            role="楼道清扫",
            role_en="Stairways",
            starts=time(9, 0),
            ends=time(10, 30),
            capacity=12,
            minimum=4,
            min_age=12,
            insured=True,
        ),
        UsualShift(
            role="绿地与广场",
            role_en="Greens and square",
            starts=time(9, 0),
            ends=time(10, 30),
            capacity=15,
            minimum=5,
            min_age=12,
            insured=True,
        ),
        UsualShift(
            role="垃圾分类引导",
            role_en="Waste sorting",
            starts=time(9, 0),
            ends=time(10, 30),
            capacity=4,
            minimum=2,
            min_age=12,
            insured=True,
        ),
    ),
    programme=(
        UsualItem(title="领工具、分组", title_en="Tools and teams", kind=Kind.OTHER, starts=time(9, 0), minutes=10),
        UsualItem(
            title="分片清洁",
            title_en="Cleaning",
            kind=Kind.OTHER,
            starts=time(9, 10),
            minutes=70,
            roles=("楼道清扫", "绿地与广场", "垃圾分类引导"),
        ),
        UsualItem(
            title="回收工具、合影", title_en="Tools back, photo", kind=Kind.OTHER, starts=time(10, 20), minutes=10
        ),
    ),
    supplies=(
        Supply(name="手套", name_en="Gloves", quantity=40, unit="双"),
        Supply(name="垃圾袋", name_en="Rubbish bags", quantity=100, unit="个"),
        Supply(name="长夹", name_en="Litter pickers", quantity=20, unit="把"),
        Supply(name="饮用水", name_en="Drinking water", quantity=2, unit="箱"),
    ),
    tasks=COUNTDOWNS["clean-up"],
    reminders=("P1D@18:00", *MILESTONES),
)

LEGAL_AID: Final = Template(
    key="legal-aid",
    title="法律援助日",
    title_en="Legal Aid Day",
    rule=Monthly(1, FRIDAY),
    starts=time(9, 0),
    ends=time(11, 30),
    summary="律师现场坐诊，解答婚姻家庭、邻里纠纷、劳动和养老方面的问题，免费、保密。",
    venue_name=HALL,
    venue_address=HALL_ADDRESS,
    conditions="服务岗位须年满18周岁；法律咨询岗位须持律师执业证或法律职业资格证。",
    risks="请为咨询人保密，不记录、不转述谈话内容；遇情绪激动的来访者请及时找值班人员。",
    expected_attendance=40,
    shifts=(
        UsualShift(
            role="法律咨询",
            role_en="Legal advice",
            starts=time(9, 0),
            ends=time(11, 30),
            capacity=4,
            minimum=2,
            min_age=18,
            skills=("法律",),
        ),
        UsualShift(
            role="接待与叫号",
            role_en="Reception",
            starts=time(8, 40),
            ends=time(11, 30),
            capacity=3,
            minimum=2,
            min_age=18,
        ),
    ),
    programme=(
        UsualItem(
            title="一对一咨询",
            title_en="Personal advice",
            kind=Kind.OTHER,
            starts=time(9, 0),
            minutes=150,
            roles=("法律咨询", "接待与叫号"),
        ),
        UsualItem(
            title="以案说法",
            title_en="Law in everyday cases",
            kind=Kind.TALK,
            starts=time(10, 0),
            minutes=30,
            roles=("法律咨询",),
        ),
    ),
    supplies=(
        Supply(name="普法手册", name_en="Booklets", quantity=60, unit="本"),
        Supply(name="隔断屏风", name_en="Screens", quantity=4, unit="扇"),
    ),
    tasks=COUNTDOWNS["legal-aid"],
)

HOME_VISITS: Final = Template(
    key="home-visits",
    title="入户探访",
    title_en="Home Visits",
    rule=Monthly(4, SATURDAY),
    starts=time(9, 0),
    ends=time(11, 30),
    summary="两人一组，看望独居老人和需要关心的孩子，陪着说说话，看看家里水电气是否安全，缺什么记下来。",
    venue_name=HALL,
    venue_address=HALL_ADDRESS,
    conditions="年满18周岁，参加过探访培训；两人同行，佩戴工作证。",
    risks="请尊重住户意愿和隐私，不拍照、不收礼；发现危险立即报告社区。社区为志愿者购买人身意外保险。",
    expected_attendance=30,
    shifts=(
        UsualShift(
            role="看望老人",
            role_en="Visiting elders",
            starts=time(9, 0),
            ends=time(11, 30),
            capacity=16,
            minimum=8,
            min_age=18,
            training="探访培训：礼仪、隐私与应急",
            insured=True,
            questions=(asks("tibetan", "会说藏语吗？"),),
        ),
        UsualShift(
            role="陪伴孩子",
            role_en="Visiting children",
            starts=time(9, 0),
            ends=time(11, 30),
            capacity=8,
            minimum=4,
            min_age=18,
            training="探访培训：礼仪、隐私与应急",
            insured=True,
        ),
    ),
    programme=(
        UsualItem(title="碰头分组", title_en="Meeting and pairing", kind=Kind.OTHER, starts=time(9, 0), minutes=15),
        UsualItem(
            title="入户探访",
            title_en="Visits",
            kind=Kind.OTHER,
            starts=time(9, 15),
            minutes=105,
            roles=("看望老人", "陪伴孩子"),
        ),
        UsualItem(title="情况汇总", title_en="Sharing what was seen", kind=Kind.OTHER, starts=time(11, 0), minutes=30),
    ),
    supplies=(
        Supply(name="慰问品", name_en="Gifts", quantity=20, unit="份"),
        Supply(name="工作证", name_en="Passes", quantity=24, unit="个"),
    ),
    tasks=COUNTDOWNS["home-visits"],
    reminders=("P1D@18:00", *MILESTONES),
)

BLANK: Final = Template(
    key="blank",
    title="新活动",
    title_en="An empty sheet",
    rule=None,
    starts=time(9, 0),
    ends=time(11, 0),
    venue_name="",
    venue_address="",
    how_to_sign_up="",
    contact="",
    tasks=COUNTDOWNS["blank"],
)

EVERYDAY: Final = (CLEAN_UP, LECTURE, POLICY_TALK, LEGAL_AID, HOME_VISITS, RESIDENTS_MEETING, BLANK)
