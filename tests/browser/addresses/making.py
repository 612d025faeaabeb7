"""Making what pages have on them, and finding where they are."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

import requests

from services.__main__ import NAMES
from shared import config, embedded
from shared.notices import stops
from shared.notices.kinds import Topic
from shared.notices.stops import Stop
from shared.sheets.writing import xlsx
from tests.journeys.conftest import PASSWORD, Site, an_event, in_future

ZONE = ZoneInfo("Asia/Shanghai")


def uploads(site: Site, event: Mapping[str, Any]) -> tuple[str, str, str]:
    """Upload a plan, people and units, each with something to correct, as their organizer does in a browser."""
    send = Browser(site).send
    head = ["活动", "模板", "日期", "开始", "结束", "地点"]
    rows = [["纳凉晚会", "", "2027-07-10", "19:00", "21:00", "社区广场"], ["夜跑", "", "2027-07-40", "22", "21:00", ""]]
    lines = f"赵敏，13900139001，{event['shifts'][-1]['role']}\n钱进，1390，舞狮"
    return (
        send("/events/desk/import", {}, {"file": ("plan.xlsx", xlsx("活动", head, rows))}),
        send(f"/signups/desk/events/{event['id']}/import", {"lines": lines, "agreed": "true"}),
        send("/partners/desk/units/import", {"lines": "曙光小学，学校，王老师，13900139009\n药店，药店，李四，1390"}),
    )


def mailings(site: Site, token: str, service: str, event_id: str) -> list[tuple[str, str]]:
    """Write to the people of an event; return the pages on which that is done and looked at."""
    whom = {"signups": "everybody", "partners": "all"}[service]
    words = {"subject": "请带雨伞", "body": "明天可能下雨，请带好雨伞，并提前十分钟到场。"}
    message = {"event_id": event_id, "whom": whom, "chinese": words}
    headers = {"Idempotency-Key": str(uuid4())}
    made = site.post(f"/{service}/api/v1/mailings", 201, token=token, json=message, headers=headers)
    notices = site.get(f"/{service}/api/v1/notices?event_id={event_id}", token=token)["items"]
    rule, desk = f"/{service}/desk/events/<uuid:event_id>", f"/{service}/desk/events/{event_id}"
    return [
        (f"{rule}/mailings", f"{desk}/mailings"),
        (f"{rule}/mailings/new", f"{desk}/mailings/new"),
        (f"{rule}/mailings/<uuid:mailing_id>", f"{desk}/mailings/{made['id']}"),
        (f"{rule}/notices", f"{desk}/notices"),
        (f"{rule}/notices/<uuid:notice_id>", f"{desk}/notices/{notices[0]['id']}"),
    ]


def to_take(site: Site, mine: Mapping[str, Any]) -> str:
    """Make the link by which somebody else can take the place, as its volunteer does; return its path."""
    browser = requests.Session()
    browser.get(mine["manage_url"], timeout=30)
    page = f"{site.origin}/signups/mine/{mine['id']}/give"
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page, timeout=30).text)
    assert token is not None
    made = re.search(r"/signups/take/[\w-]+", browser.post(page, data={"csrf_token": token[1]}, timeout=30).text)
    assert made is not None
    return made[0]


def to_erase(site: Site, mine: Mapping[str, Any]) -> str:
    """Return the page on which the volunteer may have their data erased."""
    return linked_from_data(site, mine, r"/signups/mine/data/erase\?[^\"]+")


def to_choose(site: Site, mine: Mapping[str, Any]) -> str:
    """Return the page on which the volunteer chooses what they are told of."""
    return linked_from_data(site, mine, r"/signups/mine/notices/[^\"]+")


def linked_from_data(site: Site, mine: Mapping[str, Any], pattern: str) -> str:
    browser = requests.Session()
    browser.get(mine["manage_url"], timeout=30)
    found = re.search(pattern, browser.get(f"{site.origin}/signups/mine/data", timeout=30).text)
    assert found is not None
    return found[0]


def to_stop(site: Site, service: str) -> str:
    """Return the page that a link in one of the service's letters leads to."""
    settings = config.load(service, embedded.environment(site.folder / "var" / "embedded", NAMES, {}))
    return urlsplit(stops.address(settings, Stop(uuid4(), Topic.REMINDERS))).path


def hours(site: Site, token: str) -> list[tuple[str, str]]:
    """Write two people down at an event that is on, and out at once, so that their hours wait; let the first count."""
    times = {"starts_at": in_future(hours=-1), "ends_at": in_future(hours=2)}
    event = an_event(site, token, title="今日便民服务", shifts=[{"role": "引导", "capacity": 5, **times}], **times)
    browser = Browser(site)
    for number, name in enumerate(("央金", "格桑"), start=3):
        person = {"name": name, "phone": f"138{number:08d}", "consent": True}
        came = site.post(
            "/signups/api/v1/walk-ins",
            201,
            token=token,
            json=person | {"shift_id": event["shifts"][0]["id"]},
            headers={"Idempotency-Key": str(uuid4())},
        )
        site.post(f"/signups/api/v1/signups/{came['id']}/check-out", 200, token=token)
    waiting = browser.found("/signups/desk/hours", r"/signups/desk/hours/[0-9a-f-]{36}")
    settled, review = waiting[0], waiting[-1]
    browser.send(settled, {"outcome": "accepted", "minutes": "60", "reason": "误点签退"})
    person = browser.found(settled, r"/signups/desk/people/[0-9a-f-]{36}")[0]
    training = {"kind": "training", "title": "急救", "minutes": "60", "by_whom": "红十字会", "day": "2027-05-20"}
    browser.send(f"{person}/records", training)
    entry = browser.found(f"{person}/hours", r"/signups/desk/hours/entries/[0-9a-f-]{36}")[0]
    browser.send(f"{person}/certificates", {"since": "2020-01-01", "until": datetime.now(ZONE).date().isoformat()})
    number = browser.found(f"{person}/certificates", r"(?<=/signups/verify/)[^\"]+")[0]
    at = "/signups/desk/people/<uuid:volunteer_id>"
    return [
        ("/signups/desk/hours", "/signups/desk/hours"),
        ("/signups/desk/hours/<uuid:review_id>", review),
        ("/signups/desk/hours/entries/<uuid:entry_id>", entry),
        (f"{at}/hours", f"{person}/hours"),
        (f"{at}/records", f"{person}/records"),
        (f"{at}/certificates", f"{person}/certificates"),
        ("/signups/desk/certificates/<number>/revoke", f"/signups/desk/certificates/{number}/revoke"),
        ("/signups/verify/<number>", f"/signups/verify/{number}"),
    ]


class Browser:
    """An organizer's browser, to press what there is no JSON for."""

    def __init__(self, site: Site) -> None:
        self.origin, self.session = site.origin, requests.Session()
        self.send("/events/login", {"username": "admin", "password": PASSWORD})

    def send(self, path: str, form: Mapping[str, str], files: Mapping[str, Any] | None = None) -> str:
        """Send a form that stands on the page of its own address; return where that leads."""
        [token, *_others] = self.found(path, r'(?<=name="csrf_token" value=")[^"]+')
        answer = self.session.post(
            f"{self.origin}{path}",
            data={"csrf_token": token, **form},
            files=files,
            allow_redirects=False,
            timeout=30,
        )
        assert answer.status_code == 303, (path, answer.status_code)
        return answer.headers["Location"]

    def found(self, path: str, pattern: str) -> list[str]:
        """Return what stands on a page."""
        found = re.findall(pattern, self.session.get(f"{self.origin}{path}", timeout=30).text)
        assert found, (path, pattern)
        return found


def invitation(site: Site, enter: str) -> str:
    """Return the path of the invitation that the unit's page leads to."""
    token = urlsplit(enter).path.rpartition("/")[2]
    page = requests.get(f"{site.origin}/partners/unit", cookies={"steward-contact": token}, timeout=30).text
    found = re.search(r'href="(/partners/unit/invitations/[^"]+)"', page)
    assert found is not None
    return found[1]


def links(site: Site) -> list[str]:
    """Return the access links of the demo's units, which the start prints."""
    return re.findall(r"http://\S+/partners/enter/\S+", (site.folder / "output.log").read_text())
