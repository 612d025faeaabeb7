"""The page of a unit's places: who has one, as masked names, and a whole list entered at once."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import process_time
from uuid import uuid4

import pytest

from services.signups import listing, operations
from services.signups.idempotency import Answer, Request
from services.signups.models import Signup
from services.signups.notices import composer
from shared.config import Config
from shared.errors import Conflict, Invalid
from tests.conftest import ON_SQLITE
from tests.signups.conftest import LINKS, NOW, World
from tests.signups.test_holds import PLEDGE, claim_token, last, roomy  # noqa: F401  (a fixture)
from tests.signups.web import Site

PEOPLE = "张伟，13900000001\n王芳 139 0000 0002\n\n欧阳·娜, +8613900000003"


@pytest.fixture
def world(roomy: World) -> World:  # noqa: F811  (the fixture)
    """The shift has five places, of which a unit has four."""
    roomy.pledge(4, pledge_id=PLEDGE)
    return roomy


def claim(world: World, names: Sequence[str], *, key: str | None = None) -> Answer:
    """Enter people with these names, whose phones follow from them."""
    token = claim_token(world)
    applications = [
        world.application(name=name, phone=f"+86137{sum(map(ord, name)):08d}", claim=token) for name in names
    ]
    request = Request.of(key or str(uuid4()), {"names": list(names)}, patient=True)
    return world.database.write(operations.claim_for_people, applications, request=request, links=LINKS, now=NOW)


def test_everybody_on_the_list_gets_a_place_and_is_told(world: World) -> None:
    answer = claim(world, ["张伟", "王芳", "李娜"])
    assert {one.status for one in answer.all} == {"confirmed"}
    assert last(world) == (4, 4, 3)
    assert len(world.messages("places.held")) == 2, "once for the pledge and once for the whole list"
    notices = world.notices("entered")
    assert len(notices) == 3
    compose = composer(Config(service="signups", origin="https://steward.example", secret_key=LINKS.secret_key))
    letter = world.read(lambda session: compose(session, notices[0], NOW))
    assert letter is not None
    assert "朝阳小学为您报了名" in letter.body
    assert "https://steward.example/signups/s/" in letter.body


def test_a_list_that_is_longer_than_the_places_enters_nobody(world: World) -> None:
    claim(world, ["张伟"])
    with pytest.raises(Invalid) as refused:
        claim(world, ["王芳", "李娜", "赵敏", "周强"])
    assert "people" in refused.value.errors
    assert last(world) == (4, 4, 1)


def test_a_list_that_is_sent_again_changes_nothing_and_a_longer_one_adds_whoever_is_new(world: World) -> None:
    first = claim(world, ["张伟", "王芳"], key="one")
    assert claim(world, ["张伟", "王芳"], key="one") == first
    again = claim(world, ["张伟", "王芳", "李娜", "赵敏"])
    assert [one.status for one in again.all] == ["received", "received", "confirmed", "confirmed"]
    assert last(world) == (4, 4, 4)
    assert len(world.notices("entered")) == 4


def test_lists_at_once_share_what_there_is(world: World) -> None:
    too_many = ["周强", "吴磊", "郑洁", "钱进", "孙丽"]
    lists = [["张伟", "王芳", "李娜"], ["李娜", "王芳", "赵敏"], too_many, ["赵敏", "李娜", "张伟"]]

    def run(names: Sequence[str]) -> str:
        try:
            return claim(world, names).status
        except Invalid:
            return "refused"

    with ThreadPoolExecutor(len(lists)) as pool:
        outcomes = list(pool.map(run, lists))
    assert [outcome == "refused" for outcome in outcomes] == [False, False, True, False]
    assert last(world) == (4, 4, 4)


def test_somebody_without_time_is_named_and_nobody_is_entered(world: World) -> None:
    shift = world.event["shifts"][0]
    world.publish(shifts=[shift, shift | {"shift_id": uuid4(), "role": "套圈"}])
    busy = world.application(name="王芳", phone=f"+86137{sum(map(ord, '王芳')):08d}")
    world.sign_up(name=busy.name, phone=busy.phone, shift_id=world.event["shifts"][1]["shift_id"])
    with pytest.raises(Invalid) as refused:
        claim(world, ["张伟", "王芳"])
    [line] = refused.value.errors["people"]
    assert str(line).startswith("Person 2, 王芳: There is already a place")
    assert last(world) == (4, 4, 0)


@pytest.mark.parametrize("asks", [{"min_age": 18}, {"asks_code": True}], ids=["age", "code"])
def test_where_people_answer_for_themselves_there_is_no_list(world: World, asks: dict[str, object]) -> None:
    shift = world.event["shifts"][0]
    world.publish(**{"shifts": [shift | {"min_age": 18}]} if "min_age" in asks else asks)
    with pytest.raises(Conflict):
        claim(world, ["张伟"])


def test_a_list_is_read_line_by_line() -> None:
    assert listing.read(PEOPLE) == [
        {"name": "张伟", "phone": "+8613900000001"},
        {"name": "王芳", "phone": "+8613900000002"},
        {"name": "欧阳·娜", "phone": "+8613900000003"},
    ]


def test_what_is_wrong_is_said_of_each_line() -> None:
    with pytest.raises(Invalid) as wrong:
        listing.read("张伟\n王芳，1390000\n李娜，13900000003\n李 娜，13900000003")
    lines = [str(one) for one in wrong.value.errors["people"]]
    assert [line[:7] for line in lines] == ["Line 1:", "Line 2:", "Line 4:"]


def test_a_line_that_no_person_has_is_refused_at_once() -> None:
    began = process_time()
    with pytest.raises(Invalid) as wrong:
        listing.read("a" + " 1" * 9_000 + "x\n张伟，1390000")
    assert process_time() - began < 0.5
    first, second = (str(one) for one in wrong.value.errors["people"])
    assert first.startswith("Line 1: Please write one person in a line")
    assert second.startswith("Line 2:")


@ON_SQLITE
class TestPages:
    @pytest.fixture
    def site(self, world: World) -> Site:
        return Site(world)

    @pytest.fixture
    def page(self, world: World) -> str:
        return f"/signups/claim/{claim_token(world)}"

    def enter(self, site: Site, page: str, name: str, number: int, **changes: str) -> None:
        entered = {"shift_id": str(site.world.shift_id), "name": name, "phone": f"1390000{number:04d}"}
        assert site.send(page, page, entered | {"consent": "true"} | changes).status_code == 303

    def test_names_are_masked_unless_their_bearers_agreed_to_more(self, site: Site, page: str) -> None:
        self.enter(site, page, "扎西·多吉", 1)
        self.enter(site, page, "卓玛拉姆", 2, shows_name="true")
        shown = site.open(page)
        assert "扎*、卓玛拉姆" in shown
        assert "扎西·多吉" not in shown
        assert "已填姓名：2 人（共 4 个名额）" in shown
        part = site.open(f"{page}/names")  # what the page asks for anew
        assert f'hx-get="{page}/names"' in shown
        assert part.strip() in shown

    def test_a_unit_that_waits_is_shown_the_places_that_become_free(self, site: Site, world: World) -> None:
        world.pledge(7, pledge_id=PLEDGE, version=2, waits=True)
        page = f"/signups/claim/{claim_token(world)}"
        assert "（共 5 个名额）" in site.open(page), "the last one that was free"
        world.publish(shifts=[world.event["shifts"][0] | {"capacity": 9}])
        assert "（共 7 个名额）" in site.open(page)

    def test_the_full_name_is_gone_once_the_consent_is_taken_back(self, site: Site, page: str) -> None:
        self.enter(site, page, "卓玛拉姆", 2, shows_name="true")
        signup = site.world.read(lambda session: session.query(Signup).one())
        site.world.database.write(operations.end_consent, [signup.id], NOW)
        assert "卓玛拉姆" not in site.open(page)
        assert not site.world.read(lambda session: session.get_one(Signup, signup.id).shows_name)

    def test_only_a_unit_s_people_can_show_their_name(self, site: Site) -> None:
        site.apply(7, shows_name=True)
        assert not site.world.read(lambda session: session.query(Signup).one().shows_name)

    def test_the_contact_pastes_a_list(self, site: Site, page: str) -> None:
        form = {"people": PEOPLE, "consent": "true"}
        sent = site.send(f"{page}/list", f"{page}/list", form)
        assert (sent.status_code, sent.headers["Location"]) == (303, page)
        assert "张*、王*、欧*" in site.open(page)

    def test_a_list_that_is_wrong_comes_back_as_it_was(self, site: Site, page: str) -> None:
        sent = site.send(f"{page}/list", f"{page}/list", {"people": "张伟，1390000"})
        assert sent.status_code == 422
        assert "张伟，1390000</textarea>" in sent.text
        sent = site.send(f"{page}/list", f"{page}/list", {"people": "张伟，1390000", "consent": "true"})
        assert "第 1 行：手机号不正确" in sent.text
        assert last(site.world) == (4, 4, 0)

    def test_a_made_up_link_opens_no_list(self, site: Site) -> None:
        for part in ("list", "names"):
            assert site.browser.get(f"/signups/claim/made-up/{part}").status_code == 404
