"""Three units at one Dragon Boat event, on the real stack: desk, unit pages and sign-up counts agree at every step."""

import html
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import requests

from tests.journeys.conftest import Site, an_event, in_future, kill

LONG = 90
"""Seconds until what waited for the broker has arrived."""


@dataclass
class Browser:
    """Somebody who looks at pages and sends their forms."""

    site: Site
    session: requests.Session = field(default_factory=requests.Session)

    def open(self, path: str) -> str:
        """Return the words of a page that must be there."""
        return words(self._get(path))

    def send(self, page: str, path: str, **form: str) -> str:
        """Send a form that stands on the page; return the words of the page that it leads to."""
        hidden = re.findall(r'name="(csrf_token|key)" value="([^"]+)"', self._get(page))
        answer = self.session.post(self.site.origin + path, data=dict(hidden) | form, timeout=30)
        assert answer.status_code == 200, words(answer.text)
        return words(answer.text)

    def status(self, path: str) -> int:
        """Return how a page is answered."""
        return self.session.get(self.site.origin + path, timeout=30).status_code

    def _get(self, path: str) -> str:
        answer = self.session.get(self.site.origin + path, timeout=30)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text


def words(page: str) -> str:
    """What is read on a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


@dataclass
class Unit:
    """A unit, and the browser of its contact."""

    id: str
    browser: Browser
    pledge: str = ""

    @property
    def page(self) -> str:
        """Its pledge, as its contact sees it."""
        return self.browser.open(f"/partners/unit/pledges/{self.pledge}")

    @property
    def claim_page(self) -> str:
        """Where its people enter their names."""
        return str(urlsplit(re.findall(r"https?://\S+/signups/claim/\S+", self.page)[0]).path)


@dataclass
class Day:
    """The event as its three services tell of it."""

    site: Site
    token: str
    event: dict[str, Any]
    desk: Browser
    waiting: list[dict[str, Any]] = field(default_factory=list)
    """The sign-ups of those who wait for a place."""

    def unit(self, name: str, kind: str, phone: str) -> Unit:
        """Add a unit, and let its contact in by the link."""
        body = {"name": name, "kind": kind, "contact": {"name": "李老师", "phone": phone}}
        added = self.site.post("/partners/api/v1/work-units", 201, token=self.token, json=body)
        browser = Browser(self.site)
        enter = f"/partners/enter/{added['access_token']}"
        browser.send(enter, "/partners/enter", token=added["access_token"])
        return Unit(added["id"], browser)

    def need(self, **asked: Any) -> str:
        """Ask partners for something."""
        body = {"event_id": self.event["id"], **asked}
        return str(self.site.post("/partners/api/v1/needs", 201, token=self.token, json=body)["id"])

    def pledge(self, unit: Unit, need: str, quantity: int) -> None:
        """Let the unit's contact answer the need."""
        page = f"/partners/unit/events/{self.event['id']}/pledge"
        shift = {"shift_id": self.shift["id"], "kind": "people"} if quantity == 10 else {}
        unit.browser.send(f"{page}?need={need}", page, need_id=need, quantity=str(quantity), **shift)
        found = self.site.get(f"/partners/api/v1/pledges?event_id={self.event['id']}", token=self.token)["items"]
        [unit.pledge] = [one["id"] for one in found if one["work_unit_id"] == unit.id]

    @property
    def shift(self) -> dict[str, Any]:
        """The only shift."""
        return dict(self.event["shifts"][0])

    def open_needs(self) -> dict[str, int]:
        """How much is still wanted of each need; whoever looks at the board without signing in sees the same."""
        found = self.site.get(f"/partners/api/v1/needs?event_id={self.event['id']}")["items"]
        return {one["id"]: one["open"] for one in found}

    def agrees(self, unit: Unit, *, confirmed: int, kept: int, waiting: int, held: int, claimed: int) -> None:
        """Wait until all three services say this of the shift and of the unit's places; nameless ones are ``kept``."""
        counts = (confirmed, kept, waiting)

        def same(shift: dict[str, Any]) -> bool:
            return (shift["confirmed"], shift["held"], shift["waitlisted"]) == counts

        event_id = self.event["id"]
        signups = f"/signups/api/v1/events/{event_id}/shifts"
        self.site.until(signups, lambda found: same(found["items"][0]), seconds=LONG)
        events = f"/events/api/v1/events/{event_id}"
        self.site.until(events, lambda found: same(found["shifts"][0]), token=self.token, seconds=LONG)
        pledge = f"/partners/api/v1/pledges/{unit.pledge}"
        self.site.until(
            pledge, lambda found: (found["held"], found["claimed"]) == (held, claimed), token=self.token, seconds=LONG
        )
        for page in (unit.page, self.desk.open(f"/partners/desk/pledges/{unit.pledge}")):
            assert f"已留名额 {held} / 10" in page
            assert f"已填姓名 {claimed} / {held}" in page


@pytest.fixture
def day(stack: Site) -> Day:
    """A published Dragon Boat event with one shift of ten places, and an organizer at the desk."""
    token = stack.sign_in()
    starts_at, ends_at = in_future(days=10), in_future(days=10, hours=3)
    shifts = [{"role": "包粽子", "starts_at": starts_at, "ends_at": ends_at, "capacity": 10}]
    event = an_event(stack, token, starts_at=starts_at, ends_at=ends_at, shifts=shifts, theme="dragon-boat")
    stack.until(f"/partners/api/v1/needs?event_id={event['id']}", lambda _: True)
    desk = Browser(stack)
    desk.session.cookies.set("steward-organizer", token)
    return Day(stack, token, event, desk)


@pytest.mark.real
def test_three_units_at_one_dragon_boat_event(day: Day) -> None:
    school = day.unit("朝阳小学", "school", "13900001001")
    company = day.unit("粽叶公司", "company", "13900001002")
    property_firm = day.unit("安居物业", "property", "13900001003")
    due_at = in_future(days=5)
    people = day.need(kind="people", quantity=10, shift_id=day.shift["id"], description="包粽子人手", due_at=due_at)
    leaves = day.need(kind="supplies", quantity=200, unit="套", description="粽叶")
    room = day.need(kind="venue", quantity=1, description="室内场地")

    day.pledge(school, people, 10)
    day.agrees(school, confirmed=0, kept=10, waiting=0, held=10, claimed=0)
    day.pledge(company, leaves, 200)
    day.pledge(property_firm, room, 1)
    assert day.open_needs() == {people: 0, leaves: 0, room: 0}

    seven_claim_and_three_wait_while_the_broker_is_killed(day, school)
    the_deadline_comes(day, school, people)
    assert day.open_needs() == {people: 3, leaves: 0, room: 0}

    the_event_is_held_a_day_later_without_the_venue(day, property_firm)
    assert day.open_needs() == {people: 3, leaves: 0, room: 1}
    day.agrees(school, confirmed=10, kept=0, waiting=0, held=7, claimed=7)

    the_leaves_come_and_nothing_goes_back(day, company)
    day.agrees(school, confirmed=10, kept=0, waiting=0, held=7, claimed=7)
    for unit, other in ((school, company), (company, property_firm), (property_firm, school)):
        assert unit.browser.status(f"/partners/unit/pledges/{other.pledge}") == 404


def seven_claim_and_three_wait_while_the_broker_is_killed(day: Day, school: Unit) -> None:
    """The contact enters four people as a list; the other three enter their own names after the broker has died."""
    page = school.claim_page
    names = "\n".join(f"老师{number}，1391000{number:04d}" for number in range(4))
    entered = Browser(day.site).send(f"{page}/list", f"{page}/list", people=names, consent="true")
    assert "老*、老*、老*、老*" in entered
    day.agrees(school, confirmed=4, kept=6, waiting=0, held=10, claimed=4)

    kill(day.site, "beam.smp")
    for number in range(4, 7):
        person = {"shift_id": day.shift["id"], "name": f"老师{number}", "phone": f"1391000{number:04d}"}
        Browser(day.site).send(page, page, consent="true", **person)
    day.waiting = [day.site.sign_up(day.shift["id"], 910_000 + number).json() for number in range(3)]
    assert [one["status"] for one in day.waiting] == ["waitlisted"] * 3
    day.agrees(school, confirmed=7, kept=3, waiting=3, held=10, claimed=7)


def the_deadline_comes(day: Day, school: Unit, need: str) -> None:
    """The office brings it forward by the need; then those who wait have the three places without a name."""
    local = datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(seconds=3)
    due_at = local.replace(tzinfo=None).isoformat(timespec="seconds")
    page = f"/partners/desk/needs/{need}"
    day.desk.send(page, f"{page}/change", quantity="10", unit="", description="包粽子人手", due_at=due_at)
    day.agrees(school, confirmed=10, kept=0, waiting=0, held=7, claimed=7)
    for one in day.waiting:
        mine = day.site.get(f"/signups/api/v1/signups/{one['id']}", token=one["manage_token"])
        assert mine["status"] == "confirmed"
    for shown in (school.page, day.desk.open(f"/partners/desk/pledges/{school.pledge}")):
        assert "已到截止时间，3 个没有填姓名的名额已释放" in shown
    assert "已填姓名：7 人（共 7 个名额）" in Browser(day.site).open(school.claim_page)


def the_event_is_held_a_day_later_without_the_venue(day: Day, owner: Unit) -> None:
    """All three units are told, and one takes its venue back."""
    path = f"/events/api/v1/events/{day.event['id']}"
    version = day.site.get(path, token=day.token)["version"]
    later = {"starts_at": in_future(days=11), "ends_at": in_future(days=11, hours=3)}
    moved = day.site.call("PATCH", path, token=day.token, json=later, headers={"If-Match": f'"{version}"'})
    assert moved.status_code == 200, moved.text
    told = f"/partners/api/v1/notices?event_id={day.event['id']}&kind=changed"
    day.site.until(told, lambda found: len(found["items"]) == 3, token=day.token, seconds=LONG)
    withdraw = f"/partners/unit/pledges/{owner.pledge}/withdraw"
    assert "已撤回" in owner.browser.send(withdraw, withdraw, reason="那天场地已有安排")
    assert "那天场地已有安排" in day.desk.open(f"/partners/desk/pledges/{owner.pledge}")


def the_leaves_come_and_nothing_goes_back(day: Day, company: Unit) -> None:
    """All two hundred sets come, and neither page asks for any of them back."""
    page = f"/partners/desk/pledges/{company.pledge}"
    delivered = day.desk.send(page, f"{page}/deliver", delivered="200")
    for shown in (delivered, company.page):
        assert "已到位" in shown
        assert "归还了吗" not in shown
    assert "粽叶 200 套 200 200 – – –" in day.desk.open(f"/partners/desk/events/{day.event['id']}/supplies")
    found = day.site.get(f"/partners/api/v1/pledges/{company.pledge}", token=day.token)
    assert (found["delivered"], found["returnable"], found["returned"]) == (200, False, 0)
