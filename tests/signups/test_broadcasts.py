"""Messages to many volunteers: whom they reach, what they say, sent once, stopped, and what became of each."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.signups import notices, operations
from services.signups.mailings import ROOM
from services.signups.models import Signup
from services.signups.notices import WORDINGS
from shared.notices.channels import ChannelError
from shared.notices.kinds import Topic
from shared.notices.sender import Sender
from shared.notices.tables import FirstChannel, Mailing, MailingState, Notice, NoticeState, OptOut
from tests.signups.conftest import NOW, shift_data
from tests.signups.web import CONFIG, Site

TEXT = {"chinese-subject": "请带雨伞", "chinese-body": "明天有雨。\n请带雨伞。"}
WORDS = {"chinese": {"subject": "请带雨伞", "body": "明天有雨。"}}


@pytest.fixture
def site(world):
    site = Site(world)
    site.sign_in()
    return site


def room_of(world):
    return f"/signups/desk/events/{world.event['event_id']}"


def preview(site, form):
    """Write the message and press Preview; return that page."""
    at = f"{room_of(site.world)}/mailings/new"
    answer = site.send(at, at, form)
    assert answer.status_code == 200, answer.text
    return answer.text


def confirm(site, page, **changes):
    """Press the button on the page that asks once more."""
    form = page[page.index("_confirmed") - 200 : page.index("</form>", page.index("_confirmed"))]
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)) | changes
    return site.browser.post(f"{room_of(site.world)}/mailings/new", data=fields)


def mailings(world):
    return world.read(lambda session: session.scalars(select(Mailing).order_by(Mailing.created_at)).all())


def body(world, **changes):
    return {"event_id": str(world.event["event_id"]), "whom": "placed", **WORDS} | changes


def send(site, key="k", community="朝阳社区", **changes):
    return site.call(
        "POST", "/mailings", body(site.world, **changes), token=site.organizer(community), Idempotency_Key=key
    )


class Post:
    """A channel that notes what it takes, and refuses whom it is told to."""

    name, repeats = "sms", False

    def __init__(self):
        self.letters, self.refused = [], set()

    def reaches(self, letter):
        return letter.phone is not None

    def send(self, _notice_id, letter):
        if letter.phone in self.refused:
            raise ChannelError("SMTP 550", permanent=True)
        self.letters.append(letter)


def deliver(world, post, at):
    sender = Sender(world.database, notices.composer(CONFIG), [post], lambda: at)
    while sender.run_once() == 0:
        pass
    return post.letters


def test_a_message_is_written_looked_at_confirmed_and_reaches_everybody_with_a_place(site, world):
    for _number in range(3):
        world.sign_up()  # two places: the third waits
    page = preview(site, {"whom": "placed", **TEXT})
    assert "2 人" in page
    assert "端午包粽子：请带雨伞" in page
    assert "张*" in page
    assert mailings(world) == []

    answer = confirm(site, page)
    assert answer.status_code == 303
    shown = site.open(answer.location)
    assert "请带雨伞" in shown
    assert "0 / 2" in shown
    letters = deliver(world, Post(), site.now)
    assert sorted(letter.body.partition("，")[0] for letter in letters) == ["志愿者1", "志愿者2"]
    assert all("明天有雨。\n请带雨伞。" in letter.body and "/signups/s/" in letter.body for letter in letters)
    assert "2 / 2" in site.open(answer.location)


def test_the_same_form_sent_twice_at_once_or_by_a_program_makes_one_mailing(site, world):
    world.sign_up()
    page = preview(site, {"whom": "placed", **TEXT})
    first, second = confirm(site, page), confirm(site, page)
    assert first.location == second.location
    assert len(mailings(world)) == len(world.notices("broadcast")) == 1

    assert send(site).json["id"] == send(site).json["id"]
    other = {"chinese": {"subject": "改了", "body": "改了"}}
    assert send(site, **other).status_code == 422
    assert len(mailings(world)) == 2


def test_a_form_that_comes_again_with_another_text_asks_whether_a_second_message_is_meant(site, world):
    world.sign_up()
    page = preview(site, {"whom": "placed", **TEXT})
    confirm(site, page)
    answer = confirm(site, page, **{"chinese-body": "还是别带了。"})
    assert answer.status_code == 422
    assert "再收到一条" in answer.text
    key = re.findall(r'name="key" value="([^"]+)"', answer.text)[0]
    again = confirm(site, page, **{"chinese-body": "还是别带了。", "key": key})
    assert again.status_code == 303
    assert len(mailings(world)) == 2


def test_who_confirms_is_told_when_the_list_has_changed_meanwhile(site, world):
    world.sign_up()
    page = preview(site, {"whom": "placed", **TEXT})
    world.sign_up()
    answer = confirm(site, page)
    assert answer.status_code == 200
    assert "刚才是 1 人，现在是 2 人" in answer.text
    assert mailings(world) == []
    assert confirm(site, answer.text).status_code == 303


def test_what_was_typed_comes_back_with_the_error_beside_it_and_with_the_wish_to_change_it(site, world):
    world.sign_up()
    at = f"{room_of(world)}/mailings/new"
    answer = site.send(at, at, {"whom": "waitlist", "chinese-subject": "", "chinese-body": "明天有雨。"})
    assert answer.status_code == 422
    assert "明天有雨。" in answer.text
    assert 'id="chinese-subject-error"' in answer.text
    answer = site.send(at, at, {"whom": "waitlist", **TEXT})
    assert answer.status_code == 422
    assert "名单上目前没有人" in answer.text
    page = preview(site, {"whom": "placed", **TEXT})
    changed = confirm(site, page, _change="true")
    assert changed.status_code == 200
    assert "明天有雨。" in changed.text
    assert "下一步" in changed.text


def test_only_some_shifts_and_those_who_wait(site, world):
    other = shift_data(role="摄影")
    world.publish(shifts=[*world.event["shifts"], other])
    for _number in range(3):
        world.sign_up()
    world.sign_up(shift_id=other["shift_id"])
    chosen = {"shift_ids": [str(other["shift_id"])]}
    assert send(site, "1", **chosen).json["total"] == 1
    assert send(site, "2", whom="waitlist").json["total"] == 1
    assert send(site, "3", whom="everybody").json["total"] == 4
    assert send(site, "4", shift_ids=[str(uuid4())]).json["errors"].keys() == {"shift_ids"}
    part = site.open(f"{room_of(world)}/mailings/reach?whom=placed&shift_ids={other['shift_id']}")
    assert "摄影" in part
    assert "1 人" in part
    assert "<html" not in part


def test_the_count_says_by_which_way_each_person_is_reached(site, world):
    people = [world.sign_up(email="a@example.com"), world.sign_up()]
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 5}])
    people += [world.sign_up(email="b@example.com"), world.sign_up(email="c@example.com"), world.sign_up()]
    ids = world.read(lambda session: [session.get_one(Signup, one.signup_id).volunteer_id for one in people])

    def choose(session):
        session.add(FirstChannel(person_id=ids[2], channel="sms"))
        session.add(OptOut(person_id=ids[3], topic=Topic.MESSAGES, channel="", since=NOW))
        session.add(OptOut(person_id=ids[4], topic=Topic.MESSAGES, channel="sms", since=NOW))
        session.add(OptOut(person_id=ids[0], topic=Topic.REMINDERS, channel="", since=NOW))

    world.database.write(choose)
    part = site.open(f"{room_of(world)}/mailings/reach?whom=placed")
    for said in ("5 人", "邮件：1", "短信：2", "不愿接收：1", "无法联系：1"):
        assert said in part


def test_english_readers_get_the_english_text_and_the_chinese_one_where_there_is_none(site, world):
    world.sign_up(language="en")
    send(site, "1", english={"subject": "Umbrellas", "body": "It will rain."})
    send(site, "2")
    bodies = sorted(letter.body for letter in deliver(world, Post(), site.now))
    assert any("It will rain." in one and "Look it up" in one for one in bodies)
    assert any("明天有雨。" in one and "查看或取消报名" in one for one in bodies)


def test_nobody_is_written_to_who_has_withdrawn_since_or_after_the_event_was_cancelled(site, world):
    first = world.sign_up()
    world.sign_up()
    send(site, due_at=(NOW + timedelta(days=1)).isoformat())
    world.database.write(operations.withdraw, first.signup_id, reason=None, now=NOW)
    letters = deliver(world, Post(), NOW + timedelta(days=1))
    assert [letter.body.partition("，")[0] for letter in letters if "雨" in letter.body] == ["志愿者2"]

    send(site, "2", due_at=(NOW + timedelta(days=2)).isoformat())
    world.publish(status="cancelled", reason="下雨")
    letters = deliver(world, Post(), NOW + timedelta(days=2))
    assert not [letter for letter in letters if "明天有雨" in letter.body]
    assert send(site, "3").status_code == 409


def test_a_message_may_wait_but_not_for_what_is_over(site, world):
    world.sign_up()
    assert send(site, due_at=(NOW - timedelta(days=1)).isoformat()).json["errors"].keys() == {"due_at"}
    assert send(site, due_at=(NOW + timedelta(days=60)).isoformat()).json["errors"].keys() == {"due_at"}
    page = preview(site, {"whom": "placed", "due_at": "2027-06-05T09:00", **TEXT})
    site.open(confirm(site, page).location)
    [mailing] = mailings(world)
    assert mailing.due_at == (NOW + timedelta(days=4)).replace(hour=1)  # nine in Shanghai
    assert mailing.expires_at == world.event["ends_at"]
    assert "已排期" in site.open(f"{room_of(world)}/mailings")
    late = send(site, "2", due_at=(world.event["ends_at"] + timedelta(days=1)).isoformat()).json
    assert late["expires_at"] > late["due_at"]


def test_a_running_mailing_is_stopped_and_says_how_many_had_gone(site, world):
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 5}])
    for _number in range(3):
        world.sign_up()
    mailing = send(site).json
    one = world.notices("broadcast")[0]
    world.database.write(lambda session: setattr(session.get_one(Notice, one.id), "state", NoticeState.SENT))
    at = f"{room_of(world)}/mailings/{mailing['id']}"
    assert "已发给 1 人，共 3 人" in site.open(at)
    assert site.send(at, f"{at}/stop", {}).status_code == 303
    page = site.open(at)
    assert "此前已发出 1 条，撤回 2 条" in page
    assert "#stop" not in page
    assert [one.state for one in mailings(world)] == [MailingState.STOPPED]
    site.send(at, f"{at}/stop", {})
    assert "已全部发出，或已停止" in site.open(at)
    assert site.call("POST", f"/mailings/{mailing['id']}/stop", token=site.organizer()).status_code == 409


def test_those_who_were_not_reached_are_sent_to_once_more(site, world):
    world.sign_up()
    world.sign_up()
    mailing = send(site).json
    post = Post()
    post.refused = {"+8613800000001"}
    deliver(world, post, site.now)
    at = f"{room_of(world)}/mailings/{mailing['id']}"
    assert "重新发送给未送达的 1 人" in site.open(at)
    log = site.open(f"{room_of(world)}/notices?mailing={mailing['id']}&state=failed")
    assert "志愿者1" in log
    assert "志愿者2" not in log
    assert "SMTP 550" in log

    post.refused.clear()
    site.send(at, f"{at}/resend", {})
    assert "已重新发送：1" in site.open(at)
    deliver(world, post, site.now)
    assert len(post.letters) == 2
    shown = site.call("GET", f"/mailings/{mailing['id']}", token=site.organizer()).json
    assert shown["states"] == {"sent": 2}
    assert shown["planned"] == shown["total"] == 2


def test_the_log_is_narrowed_by_kind_and_state_and_tells_the_story_of_one_notice(site, world):
    world.sign_up()
    send(site)
    world.publish(title="端午游园", starts_at=world.event["starts_at"] + timedelta(hours=1))
    world.sign_up()
    log = f"{room_of(world)}/notices"
    assert "社区通知" in site.open(log)
    assert "活动有变动" in site.open(log)
    assert "<td" in site.open(f"{log}?kind=changed&state=queued")
    narrowed = site.open(f"{log}?kind=broadcast")
    notice = world.notices("broadcast")[0]
    assert f"{log}/{notice.id}" in narrowed
    assert "等待发送" in site.open(f"{log}/{notice.id}")
    deliver(world, Post(), site.now)
    assert "短信" in site.open(f"{log}/{notice.id}")
    for odd in ("state=nonsense", "kind=nonsense", "mailing=nonsense"):
        site.open(f"{log}?{odd}")


def test_readers_look_and_others_find_nothing(site, world):
    world.sign_up()
    mailing = send(site).json
    at = f"{room_of(world)}/mailings"
    site.sign_in(role="viewer")
    assert "群发消息" not in site.open(at)
    assert "#stop" not in site.open(f"{at}/{mailing['id']}")
    assert site.browser.get(f"{at}/new").status_code == 403
    site.sign_in("别的社区")
    notice = world.notices("broadcast")[0].id
    for path in (
        at,
        f"{at}/new",
        f"{at}/{mailing['id']}",
        f"{room_of(world)}/notices",
        f"{room_of(world)}/notices/{notice}",
    ):
        assert site.browser.get(path).status_code == 404, path
    token = site.organizer("别的社区")
    assert site.call("GET", f"/mailings?event_id={mailing['event_id']}", token=token).status_code == 404
    assert site.call("GET", f"/mailings/{mailing['id']}", token=token).status_code == 404
    assert site.call("POST", f"/mailings/{mailing['id']}/stop", token=token).status_code == 404
    assert send(site, "k", "别的社区").status_code == send(site, "new", "别的社区").status_code == 404
    assert site.call("POST", "/mailings", body(world), token=site.organizer()).status_code == 400  # no key


def test_a_page_that_watches_a_mailing_is_loaded_whole_once_all_is_settled(site, world):
    world.sign_up()
    at = f"{room_of(world)}/mailings/{send(site).json['id']}"
    page = site.open(at)
    assert 'hx-trigger="every 5s"' in page
    assert "refresh" in page
    assert "HX-Refresh" not in site.browser.get(at, headers={"HX-Request": "true"}).headers
    deliver(world, Post(), site.now)
    assert 'hx-trigger="every 5s"' not in site.open(at)
    assert site.browser.get(at, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_every_kind_of_notice_has_a_name():
    assert set(WORDINGS) <= set(ROOM.kinds)
