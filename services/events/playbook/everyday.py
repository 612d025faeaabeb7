"""The templates of what goes on all year: clean-ups, lectures, legal aid, visits, meetings, and the empty sheet."""

from datetime import time
from typing import Final

from services.events.festivals import Monthly, Weekly
from services.events.models import Kind
from services.events.playbook.template import Supply, Template, UsualItem, UsualShift

WEDNESDAY: Final = 2
FRIDAY: Final = 4
SATURDAY: Final = 5

HALL: Final = "社区党群服务中心"
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
        ),
        UsualShift(
            role="绿地与广场",
            role_en="Greens and square",
            starts=time(9, 0),
            ends=time(10, 30),
            capacity=15,
            minimum=5,
            min_age=12,
        ),
        UsualShift(
            role="垃圾分类引导",
            role_en="Waste sorting",
            starts=time(9, 0),
            ends=time(10, 30),
            capacity=4,
            minimum=2,
            min_age=12,
        ),
    ),
    programme=(
        UsualItem(title="领工具、分组", title_en="Tools and teams", kind=Kind.OTHER, starts=time(9, 0), minutes=10),
        UsualItem(title="分片清洁", title_en="Cleaning", kind=Kind.OTHER, starts=time(9, 10), minutes=70),
        UsualItem(
            title="回收工具、合影", title_en="Tools back, photo", kind=Kind.OTHER, starts=time(10, 20), minutes=10
        ),
    ),
    supplies=(
        Supply(name="手套", name_en="Gloves", quantity=40, unit="双"),
        Supply(name="垃圾袋", name_en="Rubbish bags", quantity=100, unit="个"),
        Supply(name="长夹", name_en="Litter pickers", quantity=20, unit="把"),
    ),
    reminders=("P1D",),
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
    shifts=(
        UsualShift(
            role="听讲席",
            role_en="Seats for listeners",
            starts=time(14, 30),
            ends=time(16, 0),
            capacity=60,
            minimum=10,
            description="听讲不计志愿服务时长。",
            counts_as_service=False,
        ),
        UsualShift(
            role="会务与签到",
            role_en="Welcome desk",
            starts=time(14, 0),
            ends=time(16, 15),
            capacity=4,
            minimum=2,
            min_age=16,
        ),
    ),
    programme=(
        UsualItem(
            title="专题讲座",
            title_en="Lecture",
            kind=Kind.TALK,
            starts=time(14, 30),
            minutes=60,
            performers="社区卫生服务中心",
        ),
        UsualItem(
            title="答疑与量血压", title_en="Questions, blood pressure", kind=Kind.OTHER, starts=time(15, 30), minutes=30
        ),
    ),
    supplies=(Supply(name="血压计", name_en="Blood pressure monitors", quantity=2, unit="台"),),
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
    shifts=(
        UsualShift(
            role="听讲席",
            role_en="Seats for listeners",
            starts=time(14, 30),
            ends=time(16, 0),
            capacity=50,
            minimum=10,
            description="听讲不计志愿服务时长。",
            counts_as_service=False,
        ),
        UsualShift(
            role="会务与签到",
            role_en="Welcome desk",
            starts=time(14, 0),
            ends=time(16, 15),
            capacity=3,
            minimum=1,
            min_age=16,
        ),
    ),
    programme=(
        UsualItem(title="政策宣讲", title_en="Talk", kind=Kind.TALK, starts=time(14, 30), minutes=50),
        UsualItem(title="现场解答", title_en="Questions", kind=Kind.OTHER, starts=time(15, 20), minutes=40),
    ),
    supplies=(Supply(name="政策手册", name_en="Booklets", quantity=80, unit="本"),),
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
        UsualItem(title="一对一咨询", title_en="Personal advice", kind=Kind.OTHER, starts=time(9, 0), minutes=150),
        UsualItem(title="以案说法", title_en="Law in everyday cases", kind=Kind.TALK, starts=time(10, 0), minutes=30),
    ),
    supplies=(Supply(name="普法手册", name_en="Booklets", quantity=60, unit="本"),),
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
        ),
        UsualShift(
            role="陪伴孩子",
            role_en="Visiting children",
            starts=time(9, 0),
            ends=time(11, 30),
            capacity=8,
            minimum=4,
            min_age=18,
        ),
    ),
    programme=(
        UsualItem(title="碰头分组", title_en="Meeting and pairing", kind=Kind.OTHER, starts=time(9, 0), minutes=15),
        UsualItem(title="入户探访", title_en="Visits", kind=Kind.OTHER, starts=time(9, 15), minutes=105),
        UsualItem(title="情况汇总", title_en="Sharing what was seen", kind=Kind.OTHER, starts=time(11, 0), minutes=30),
    ),
    supplies=(Supply(name="慰问品", name_en="Gifts", quantity=20, unit="份"),),
    reminders=("P1D",),
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
        UsualItem(title="本次议题", title_en="Today's questions", kind=Kind.OTHER, starts=time(19, 15), minutes=60),
        UsualItem(title="表决与小结", title_en="Votes and summary", kind=Kind.OTHER, starts=time(20, 15), minutes=15),
    ),
    reminders=("P1D",),
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
)

EVERYDAY: Final = (CLEAN_UP, LECTURE, POLICY_TALK, LEGAL_AID, HOME_VISITS, RESIDENTS_MEETING, BLANK)
