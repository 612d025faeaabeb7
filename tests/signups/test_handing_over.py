"""Somebody gives their place to another person, and nobody comes between."""

import re
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update

from services.signups import operations
from services.signups.idempotency import Answer, Request
from services.signups.models import Code, Handover, HandoverState, Shift, Signup, Volunteer
from shared.errors import Conflict, DomainError, Invalid, NotFound
from tests.signups.conftest import LINKS, NOW, World, a_child, event_data, shift_data
from tests.signups.test_codes import carried
from tests.signups.test_form import QUESTIONS
from tests.signups.test_notices import written
from tests.signups.web import HIDDEN, Site

TAKER = {"name": "卓玛", "phone": "+8613900139000"}
FORM = {"name": "卓玛", "phone": "139 0013 9000", "consent": "true"}
BEGUN = NOW + timedelta(days=8)


@pytest.fixture
def people(world: World) -> list[Answer]:
    """Two with a place on a full shift, the first of whom gives theirs away, and one who waits."""
    return [world.sign_up() for _ in range(3)]


@pytest.fixture
def needs_agreement(world: World) -> None:
    """The organizer wants to be asked."""
    world.database.write(lambda session: session.execute(update(Shift).values(swap_approval=True)))


def offer(world: World, giver: Answer) -> str:
    """The token of the link that the giver sends."""
    handover = world.database.write(operations.offer_place, giver.signup_id, links=LINKS, now=NOW)
    return LINKS.handover_token(handover.id)


def take(world: World, token: str, *, key: str | None = None, now: Any = NOW, **who: Any) -> Answer:
    application = world.application(**TAKER | who)
    request = Request.of(key or str(uuid4()), {"phone": application.phone})
    return world.database.write(operations.take_place, token, application, request=request, links=LINKS, now=now)


def decide(
    world: World, *, agree: bool, community: str = "朝阳社区", now: Any = NOW, handover_id: UUID | None = None
) -> None:
    handover_id = handover_id or world.read(lambda session: session.scalar(select(Handover.id)))
    who: dict[str, Any] = {"community": community, "organizer_id": UUID(int=1), "now": now}
    if agree:
        world.database.write(operations.agree_to_handover, handover_id, links=LINKS, **who)
    else:
        world.database.write(operations.decline_handover, handover_id, **who)


def ask(world: World, *more: dict[str, Any]) -> None:
    """Let the shift ask questions, and a skill."""
    shift = world.event["shifts"][0] | {"questions": [*QUESTIONS, *more], "skills": ["急救"], "swap_approval": True}
    world.publish(shifts=[shift])


def handovers(world: World) -> list[Handover]:
    return list(world.read(lambda session: session.scalars(select(Handover).order_by(Handover.created_at)).all()))


def signup_of(world: World, name: str) -> Signup:
    return world.read(
        lambda session: session.scalars(select(Signup).join(Signup.volunteer).where(Volunteer.name == name)).one()
    )


def withdraw(world: World, answer: Answer) -> None:
    world.database.write(operations.withdraw, answer.signup_id, reason=None, now=NOW)


def statuses(world: World, *answers: Answer) -> list[str]:
    return [world.status(answer).value for answer in answers]


def at_once(*calls: Callable[[], object]) -> Counter[str]:
    """What became of calls that begin at the same moment."""
    outcomes: Counter[str] = Counter()
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> None:
        start.wait()
        try:
            call()
        except DomainError as error:
            outcomes[type(error).__name__] += 1
        else:
            outcomes["done"] += 1

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_the_place_changes_hands_and_the_waitlist_does_not_get_it(world, people):
    taken = take(world, offer(world, people[0]))
    assert statuses(world, *people, taken) == ["withdrawn", "confirmed", "waitlisted", "confirmed"]
    assert world.taken() == 2
    sent = [(one["status"], one["signup_id"]) for one in world.messages()[-2:]]
    assert sent == [("withdrawn", people[0].signup_id), ("confirmed", taken.signup_id)]
    [to_giver], [to_taker] = written(world, "handed_on"), written(world, "taken_over")
    assert "不用再来" in to_giver.body
    assert "卓玛" in to_taker.body
    assert to_taker.phone == TAKER["phone"]
    assert world.notices("promoted") == []


def test_of_two_who_take_it_at_once_one_gets_it(world, people):
    token = offer(world, people[0])
    takers = [lambda n=n: take(world, token, name=f"接替{n}", phone=f"+8613900139{n:03d}") for n in range(8)]
    assert at_once(*takers) == {"done": 1, "Conflict": 7}
    assert world.taken() == 2
    assert statuses(world, *people) == ["withdrawn", "confirmed", "waitlisted"]


def test_a_second_click_takes_it_once(world, people):
    token = offer(world, people[0])
    assert take(world, token, key="key") == take(world, token, key="key")
    assert world.taken() == 2


def test_who_withdraws_meanwhile_gives_to_the_waitlist_or_to_the_taker_and_never_to_both(world, people):
    token = offer(world, people[0])
    assert at_once(lambda: withdraw(world, people[0]), lambda: take(world, token))["done"] in {1, 2}
    assert world.taken() == 2
    assert len(world.notices("promoted")) + len(world.notices("taken_over")) == 1


def test_what_a_sign_up_asks_of_a_person_holds_for_the_taker(world, people):
    token = offer(world, people[0])
    with pytest.raises(Invalid):
        take(world, token, birth_date=a_child(8))
    times = {"starts_at": NOW + timedelta(days=8, hours=1), "ends_at": NOW + timedelta(days=8, hours=2)}
    other = World(world.database, event_data(shifts=[shift_data(**times)], **times))
    other.publish()
    elsewhere = other.sign_up(**TAKER)
    with pytest.raises(Conflict):
        take(world, token)
    withdraw(world, elsewhere)
    assert take(world, token).status == "confirmed"


def test_who_is_on_the_shift_already_learns_nothing_and_the_link_stays_open(world, people):
    world.sign_up(**TAKER)
    token = offer(world, people[0])
    assert take(world, token) == Answer(status="received")
    assert take(world, token, name="李四").status == "confirmed"


def test_a_place_that_a_unit_keeps_stays_the_unit_s(world):
    world.pledge(1, pledge_id=UUID(int=7))
    claim = world.messages("places.held")[-1]["claim_url"].rpartition("/")[2]
    giver = world.sign_up(claim=claim)
    taken = take(world, offer(world, giver))
    assert [one["pledge_id"] for one in world.messages()[-2:]] == [UUID(int=7)] * 2
    withdraw(world, taken)
    held = world.messages("places.held")[-1]
    assert (held["held"], held["claimed"]) == (1, 0)


def test_only_a_place_can_be_given_and_only_before_the_shift(world, people):
    with pytest.raises(Conflict):
        offer(world, people[2])
    token = offer(world, people[0])
    assert offer(world, people[0]) == token
    with pytest.raises(Conflict):
        take(world, token, now=BEGUN)
    with pytest.raises(NotFound):
        take(world, "made-up")


def test_a_link_that_was_closed_takes_nothing_and_a_new_one_does(world, people):
    token = offer(world, people[0])
    for _ in range(2):
        world.database.write(operations.keep_place, people[0].signup_id, now=NOW)
    with pytest.raises(Conflict):
        take(world, token)
    assert take(world, offer(world, people[0])).status == "confirmed"


@pytest.mark.usefixtures("needs_agreement")
class TestWithTheOrganizersAgreement:
    """The shift asks for it: nothing moves until the organizer has said yes."""

    def test_the_place_stays_until_it_was_agreed_to(self, world, people):
        token = offer(world, people[0])
        assert take(world, token, email="zhuoma@example.com") == Answer(status="asked")
        with pytest.raises(Conflict):
            take(world, token, name="李四")
        assert statuses(world, *people) == ["confirmed", "confirmed", "waitlisted"]
        with pytest.raises(NotFound):
            decide(world, agree=True, community="远方社区")
        for _ in range(2):
            decide(world, agree=True)
        assert statuses(world, *people) == ["withdrawn", "confirmed", "waitlisted"]
        [to_taker] = written(world, "taken_over")
        assert to_taker.email == "zhuoma@example.com"

    def test_a_no_is_told_to_both_and_the_giver_may_offer_it_again(self, world, people):
        take(world, offer(world, people[0]))
        for _ in range(2):
            decide(world, agree=False)
        letters = {letter.phone: letter.body for letter in written(world, "not_handed_over")}
        assert "没能转给您" in letters[TAKER["phone"]]
        assert "请按时参加" in letters["+8613800000001"]
        assert statuses(world, *people) == ["confirmed", "confirmed", "waitlisted"]
        with pytest.raises(Conflict):
            decide(world, agree=True)
        assert take(world, offer(world, people[0])) == Answer(status="asked")

    def test_whoever_took_their_consent_back_is_not_told(self, world, people):
        take(world, offer(world, people[0]))
        decide(world, agree=False)
        world.database.write(operations.end_consent, [people[0].signup_id], NOW)
        assert [letter.phone for letter in written(world, "not_handed_over") if letter] == [TAKER["phone"]]

    @pytest.mark.parametrize("why", ["the giver withdraws", "the shift begins", "the event is called off"])
    def test_a_request_lapses_and_whoever_asked_is_told(self, world, people, why):
        take(world, offer(world, people[0]), birth_date=a_child(40))
        now = NOW
        if why == "the giver withdraws":
            withdraw(world, people[0])
        elif why == "the shift begins":
            now = BEGUN
        else:
            world.publish(status="cancelled", reason="下雨")
        with pytest.raises(Conflict):
            decide(world, agree=True, now=now)
        assert [world.database.write(operations.lapse_handovers, now) for _ in range(2)] == [1, 0]
        [letter] = written(world, "not_handed_over")
        assert letter.phone == TAKER["phone"]
        assert world.read(lambda session: session.scalar(select(Handover.birth_date))) is None

    def test_what_was_answered_is_kept_for_the_sign_up_and_goes_with_the_request(self, world, people):
        ask(world)
        token = offer(world, people[0])
        with pytest.raises(Invalid):
            take(world, token)
        answered = {"answers": {"size": "M"}, "skilled": True}
        take(world, token, **answered)
        decide(world, agree=False)
        assert [kept.answers for kept in handovers(world)] == [None]
        take(world, offer(world, people[0]), **answered)
        new = {"key": "new", "kind": "text", "label": "新问题", "options": [], "required": True}
        ask(world, new)  # whoever has answered is not asked again
        handover = next(one for one in handovers(world) if one.state is HandoverState.ASKED)
        assert str(handover.answers[0]["value"]) == "M"
        decide(world, agree=True, handover_id=handover.id)
        taken = signup_of(world, "卓玛")
        assert (taken.answered, taken.skilled) == ([("T恤尺码", "M")], True)
        assert [kept.answers for kept in handovers(world)] == [None, None]

    def test_nothing_lapses_that_may_still_be_agreed_to(self, world, people):
        take(world, offer(world, people[0]))
        assert world.database.write(operations.lapse_handovers, NOW) == 0

    def test_agreeing_while_the_giver_withdraws_seats_one_person(self, world, people):
        take(world, offer(world, people[0]))
        at_once(lambda: withdraw(world, people[0]), lambda: decide(world, agree=True))
        assert world.taken() == 2
        assert len(world.notices("promoted")) + len(world.notices("taken_over")) == 1

    def test_an_organizer_decides_at_the_desk(self, world, people):
        site = Site(world)
        take(world, offer(world, people[0]))
        site.sign_in()
        roster = site.open(f"/signups/desk/events/{world.event['event_id']}")
        assert "/signups/desk/swaps" in roster
        swaps = site.open("/signups/desk/swaps")
        assert "卓玛" in swaps
        agree = re.search(r"/signups/desk/swaps/\S+/agree", swaps)[0]
        site.sign_in(community="远方社区")
        assert "卓玛" not in site.open("/signups/desk/swaps")
        assert site.send("/signups/desk/swaps", agree, {}).status_code == 404
        site.sign_in(role="viewer")
        assert "139 **** 9000" in site.open("/signups/desk/swaps")
        assert site.send("/signups/desk/swaps", agree, {}).status_code == 403
        site.sign_in()
        for words in ("名额已转给接替的人", "名额已转给接替的人"):
            assert site.send("/signups/desk/swaps", agree, {}).status_code == 303
            assert words in site.open("/signups/desk/swaps")
        assert statuses(world, *people) == ["withdrawn", "confirmed", "waitlisted"]


def test_a_link_goes_from_phone_to_phone(world, people):
    site = Site(world)
    page = site.browser.get(f"/signups/manage/{LINKS.manage_token(people[0].signup_id)}").headers["Location"]
    assert "/give" in site.open(page)
    assert site.send(f"{page}/give", f"{page}/give", {}).status_code == 303
    link = re.search(r"/signups/take/[\w-]{43}", site.open(f"{page}/give"))[0]
    giver, site.browser = site.browser, site.app.test_client()
    wrong = site.send(link, link, FORM | {"phone": "139001390"})
    assert wrong.status_code == 422
    assert 'value="139001390"' in wrong.text
    taken = site.send(link, link, FORM)
    assert taken.status_code == 303
    assert "报名成功" in site.open(taken.headers["Location"])
    late = site.app.test_client().get(link)
    assert "名额已经没有了" in late.text
    site.browser = giver
    assert "已取消报名" in site.open(page)
    assert site.send("/signups/find", f"{page}/give", {}).headers["Location"] == f"{page}/give"
    assert "没有可转的名额" in site.open(f"{page}/give")


@pytest.mark.usefixtures("needs_agreement")
def test_who_asks_is_told_that_the_office_decides(world, people):
    site = Site(world)
    link = f"/signups/take/{offer(world, people[0])}"
    assert "需社区同意" in site.open(link)
    asked = site.send(link, link, FORM)
    assert asked.headers["Location"] == link
    assert "已有人申请接替" in site.open(link)
    assert "卓玛" not in site.open(link)


def test_the_page_asks_what_the_shift_asks_and_keeps_what_was_typed(world, people):
    ask(world)
    world.publish(shifts=[world.event["shifts"][0] | {"swap_approval": False}])
    site, link = Site(world), f"/signups/take/{offer(world, people[0])}"
    box = f"answers-{world.shift_id}-"
    form = FORM | {f"{box}note": "<b>素食</b>", "skilled": str(world.shift_id)}
    wrong = site.send(link, link, form)
    assert wrong.status_code == 422
    assert ("请回答：T恤尺码" in wrong.text, f'href="#{box}size"' in wrong.text) == (True, True)
    assert "&lt;b&gt;素食&lt;/b&gt;" in wrong.text
    assert f'name="skilled" value="{world.shift_id}" checked' in wrong.text
    right = dict(re.findall(HIDDEN, wrong.text)) | form | {f"{box}size": "S"}
    for _ in range(2):
        assert site.browser.post(link, data=right).status_code == 303
    taken = signup_of(world, "卓玛")
    assert (taken.skilled, taken.answered) == (True, [("T恤尺码", "S"), ("<b>备注</b>", "<b>素食</b>")])


def test_where_the_event_asks_for_a_code_the_taker_has_to_have_it(world, people):
    world.publish(asks_code=True)
    site, link = Site(world), f"/signups/take/{offer(world, people[0])}"
    asked = site.send(link, link, FORM)
    assert asked.status_code == 200
    assert "6 位验证码已发到您的手机" in asked.text
    code = LINKS.code(world.read(lambda session: session.scalar(select(Code.id))))
    form = carried(asked.text)
    wrong = site.browser.post(link, data=form | {"code": "000000" if code != "000000" else "000001"})
    assert (wrong.status_code, "验证码不对" in wrong.text) == (422, True)
    assert statuses(world, *people) == ["confirmed", "confirmed", "waitlisted"]
    back = site.browser.post(link, data=form | {"_edit": "form"})
    assert (back.status_code, 'value="卓玛"' in back.text) == (200, True)
    for _ in range(2):
        assert site.browser.post(link, data=form | {"code": code}).status_code == 303
    assert statuses(world, *people) == ["withdrawn", "confirmed", "waitlisted"]
