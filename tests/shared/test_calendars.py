"""A calendar says to other programs what stands in it, however long and odd the words."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared import calendars, catalogues
from shared.calendars import Entry, Status
from tests.calendars import parsed

AT = datetime(2027, 6, 9, 6, tzinfo=UTC)
CHINESE, ENGLISH = (catalogues.language("events", tag) for tag in ("zh-CN", "en"))
ODD = "端午游园会，包粽子；套圈;猜灯谜, 舞狮\\龙舟“🐉”" * 8 + "\n第二行:尾"


def entry(**changes: Any) -> Entry:
    said: dict[str, Any] = {
        "key": "a",
        "sequence": 3,
        "stamp": AT - timedelta(days=9),
        "starts": AT,
        "ends": AT + timedelta(hours=3),
        "summary": "端午游园会",
    }
    return Entry(**said | changes)


def read(*entries: Entry, language: catalogues.Language = CHINESE) -> Any:
    return parsed(calendars.subscription(entries, language, name="朝阳社区活动", timezone="Asia/Shanghai"))


def test_odd_words_come_back_as_they_went_in():
    address = "https://steward.example/events/dragon-boat-2027"
    [back] = read(entry(summary=ODD, location=ODD, description=ODD, url=address)).events
    assert (back.summary, back.location, back.description, str(back.url)) == (ODD, ODD, ODD, address)
    assert (back.uid, back.sequence, back.dtstamp, back.status) == ("a@steward", 3, AT - timedelta(days=9), "CONFIRMED")


def test_moments_are_moments_and_days_are_days():
    timed, whole = read(entry(), entry(key="b", starts=date(2027, 10, 1), ends=date(2027, 10, 4))).events
    assert (timed.dtstart, timed.dtend) == (AT, AT + timedelta(hours=3))
    assert (whole.dtstart, whole.dtend) == (date(2027, 10, 1), date(2027, 10, 4))
    assert type(whole.dtstart) is date


def test_a_calendar_has_a_name_a_zone_and_says_how_often_to_look_in():
    back = read(entry())
    assert back.name == ["朝阳社区活动"]
    assert (back.x_wr_timezone, back.refresh_interval) == ("Asia/Shanghai", timedelta(hours=1))
    others = {one.name: one.value for one in back.extras}
    assert others == {"x-wr-calname": "朝阳社区活动", "x-published-ttl": "PT1H"}


def test_what_is_off_says_so_and_takes_no_time():
    assert [(one.summary, one.status, one.transparency) for one in read(entry(status=Status.CANCELLED)).events] == [
        ("已取消：端午游园会", "CANCELLED", "TRANSPARENT")
    ]
    assert read(entry(status=Status.CANCELLED), language=ENGLISH).events[0].summary == "Cancelled: 端午游园会"
    assert [read(entry(busy=busy)).events[0].transparency for busy in (True, False)] == ["OPAQUE", "TRANSPARENT"]


def test_one_entry_to_take_over_once_asks_nobody_to_look_in_again():
    back = parsed(calendars.single(entry(), CHINESE))
    assert (len(back.events), back.refresh_interval, back.extras) == (1, None, [])
