"""What the letters say: what has changed for whom, all shifts in one, and everything that counts in a text message."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.signups import audiences, letters, operations
from services.signups.letters.wordings import KINDS
from services.signups.models import SignupStatus
from shared.notices import mailings
from shared.notices.kinds import Topic
from shared.notices.tables import Notice, NoticeState
from tests.conftest import ON_SQLITE
from tests.signups.conftest import LINKS, NOW, World, event_data, shift_data
from tests.signups.test_copies import reminder
from tests.signups.test_notices import written

pytestmark = ON_SQLITE

DAY = timedelta(days=1)


@pytest.fixture
def world(database):
    """An event with two shifts, one after the other."""
    data = event_data(shifts=[shift_data()])
    starts_at = data["ends_at"] + timedelta(hours=1)
    evening = shift_data(role="收拾", starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
    world = World(database, data | {"shifts": [*data["shifts"], evening], "ends_at": evening["ends_at"]})
    world.publish()
    return world


def sign_up_for_both(world, **changes):
    """Sign one person up for both shifts."""
    return [
        world.sign_up(name="扎西", phone="+8613800138000", shift_id=shift["shift_id"], **changes)
        for shift in world.event["shifts"]
    ]


def move(world: World, by: timedelta) -> None:
    """Move the whole event, as its organizer does."""
    moved = [shift | {name: shift[name] + by for name in ("starts_at", "ends_at")} for shift in world.event["shifts"]]
    times = {name: world.event[name] + by for name in ("starts_at", "ends_at")}
    world.publish(**times, shifts=moved, occurrence=world.event["occurrence"] + 1)


def mark(world: World, notice: Notice, state: NoticeState) -> None:
    """Let a sender have come so far with the notice."""

    def note(session):
        session.get_one(Notice, notice.id).state = state

    world.database.write(note)


def queued(world: World, kind: str) -> list:
    """The letters of a kind that would go out now."""
    found = zip(world.notices(kind), written(world, kind), strict=True)
    return [letter for notice, letter in found if notice.state is NoticeState.QUEUED]


def test_a_move_tells_the_new_time_and_the_old_one(world):
    world.sign_up()
    move(world, DAY)
    [letter] = queued(world, "changed")
    assert "改为6月10日（周四）17:00–20:00（原定6月9日（周三）17:00–20:00）" in letter.body
    assert letter.needed_by == world.event["starts_at"] - DAY, "whoever knows the old time must hear before it"


def test_two_moves_before_the_letter_goes_out_tell_the_first_old_time(world):
    world.sign_up()
    for _ in range(2):
        move(world, DAY)
    [letter] = queued(world, "changed")
    assert "改为6月11日（周五）17:00–20:00（原定6月9日（周三）17:00–20:00）" in letter.body


def test_after_a_letter_has_gone_out_its_time_is_the_old_one(world):
    world.sign_up()
    move(world, DAY)
    mark(world, world.notices("changed")[0], NoticeState.SENT)
    move(world, DAY)
    [letter] = queued(world, "changed")
    assert "原定6月10日（周四）17:00–20:00" in letter.body


def test_a_move_that_was_taken_back_in_time_is_told_to_nobody(world):
    world.sign_up()
    move(world, DAY)
    move(world, -DAY)
    assert queued(world, "changed") == [None]


def test_whoever_is_on_another_shift_is_not_told_that_one_has_moved(world):
    world.sign_up()
    first, second = world.event["shifts"]
    world.publish(shifts=[first, second | {"ends_at": second["ends_at"] - timedelta(minutes=10)}])
    assert queued(world, "changed") == [None]


def test_a_new_place_is_told_with_the_old_one(world):
    world.sign_up()
    world.publish(venue={"name": "礼堂", "address": "和平路2号"})
    [letter] = queued(world, "changed")
    assert "地点：改为礼堂 和平路2号（原定社区广场 朝阳路1号）" in letter.body
    assert "时间不变" in letter.body


def test_a_cancellation_names_the_time_that_its_reader_knows(world):
    world.sign_up()
    move(world, DAY)
    world.publish(status="cancelled", reason="下雨")
    [letter] = queued(world, "cancelled")
    assert "原定6月9日（周三）17:00–20:00的端午包粽子取消了" in letter.body


def test_all_shifts_of_a_person_stand_in_one_letter_each_with_its_link(world):
    both = sign_up_for_both(world)
    world.database.write(operations.remind, reminder(world), now=NOW)
    [letter] = queued(world, "reminder")
    assert "引导，6月9日（周三）17:00–20:00；收拾，6月9日（周三）21:00–22:00" in letter.body
    for answer in both:
        assert LINKS.short_token(answer.signup_id) in letter.body


def test_a_shift_with_another_address_is_not_told_there(world):
    for number, shift in enumerate(world.event["shifts"]):
        world.sign_up(name="扎西", phone="+8613800138000", shift_id=shift["shift_id"], email=f"{number}@example.com")
    world.database.write(operations.remind, reminder(world), now=NOW)
    [letter] = queued(world, "reminder")
    assert letter.email == "0@example.com"
    assert "收拾" not in letter.body


def test_a_reminder_of_a_shift_speaks_of_it_alone_and_at_its_time_only(world):
    sign_up_for_both(world)
    evening = world.event["shifts"][1]
    rule = f"PT2H/shift/{evening['starts_at']:%Y%m%dT%H%MZ}"
    asked = reminder(world, rule=rule, shift_ids=[evening["shift_id"]])
    for _ in range(2):
        world.database.write(operations.remind, asked, now=NOW)
    [letter] = queued(world, "reminder")
    assert "收拾" in letter.body
    assert "引导" not in letter.body
    later = evening | {name: evening[name] + timedelta(minutes=30) for name in ("starts_at", "ends_at")}
    world.publish(shifts=[world.event["shifts"][0], later])
    assert queued(world, "reminder") == [None]


def test_a_text_message_is_one_where_it_can_be(world):
    world.sign_up(name="扎西·多吉")
    world.database.write(operations.remind, reminder(world), now=NOW)
    [letter] = queued(world, "reminder")
    assert letters.messages(letter.short) <= 2
    for words in ("端午包粽子", "6月9日（周三）17:00", "/signups/s/"):
        assert words in letter.short


def test_only_what_can_be_stopped_says_how(world):
    world.sign_up()
    move(world, DAY)
    [letter] = queued(world, "changed")
    assert letter.stop is not None
    assert letter.stop in letter.body
    assert [kind for kind, one in KINDS.items() if one.topic is None] == ["code", "own_link"]
    assert {one.topic for one in KINDS.values()} == {None, *Topic}


def broadcast(world: World, audience: dict, texts: dict) -> None:
    details = {"kind": "broadcast", "event_id": world.event["event_id"], "rule": str(uuid4()), "params": texts}
    world.database.write(mailings.start, audiences.find, audience, **details, now=NOW, due_at=NOW)


def test_a_message_of_the_office_reaches_each_in_their_language_unless_they_withdrew(world):
    answers = [world.sign_up(), world.sign_up(language="en"), world.sign_up()]
    waiting = answers[2]
    texts = {
        "zh-CN": {"subject": "带雨伞", "body": "明天可能下雨，100%请带伞。"},
        "en": {"subject": "Rain", "body": "Bring one."},
    }
    broadcast(world, audiences.of_event(world.event["event_id"], [SignupStatus.CONFIRMED]), texts)
    broadcast(world, audiences.of_event(world.event["event_id"], [SignupStatus.WAITLISTED]), {"zh-CN": texts["zh-CN"]})
    subjects = [letter.subject for letter in written(world, "broadcast")]
    assert sorted(subjects) == ["端午包粽子: Rain", "端午包粽子：带雨伞", "端午包粽子：带雨伞"]
    world.database.write(operations.withdraw, answers[0].signup_id, reason=None, now=NOW)
    assert world.status(waiting) is SignupStatus.CONFIRMED
    told = [letter.subject for letter in written(world, "broadcast") if letter is not None]
    assert told == ["端午包粽子: Rain"], (
        "who withdrew is spared, and who waits no longer is not told what those who wait are"
    )
