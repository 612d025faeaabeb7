"""Some volunteers for the demo that `make run` begins with."""

from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from services.signups import operations, queries
from services.signups.idempotency import Request
from services.signups.links import Links

NAMES: Final = (
    "扎西·多吉", "卓玛", "王建国", "李秀英", "张伟", "次仁央宗", "刘洋", "陈静", "赵敏", "格桑",
    "孙丽", "周强", "吴芳", "郑浩", "冯雪", "白玛", "蒋涛", "沈悦",
)  # fmt: skip


def seed(session: Session, *, links: Links, now: datetime) -> None:
    """Sign some made-up people up for the first shifts of each event; their phone numbers belong to nobody."""
    number = 0
    for event in queries.upcoming(session, now):
        for counts in queries.shifts(session, event.id)[:4]:
            for _ in range(max(counts.capacity // 2, 1)):
                name = NAMES[number % len(NAMES)]
                application = operations.Application(
                    shift_id=counts.shift.id,
                    name=name,
                    phone=f"+86199000{number:05d}",
                    language="zh-CN",
                    birth_date=date(1988, 5, 1),
                )
                request = Request.of(f"demo-{number}", {})
                operations.sign_up(session, application, request=request, links=links, now=now)
                number += 1
