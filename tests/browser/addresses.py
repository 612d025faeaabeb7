"""Which pages there are, by the services' own route maps, and an address of each with something on it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4
from zoneinfo import ZoneInfo

import requests

from services.__main__ import NAMES, all_services
from shared import config, embedded
from shared.database import Database
from shared.notices import stops
from shared.notices.kinds import Topic
from shared.notices.stops import Stop
from shared.service import build_app
from shared.sheets.writing import xlsx
from tests.journeys.conftest import PASSWORD, Site, an_event, in_future

NO_PAGES = {
    "/events/<slug>/places": "a part of the event's page",
    "/events/<slug>/code.png": "a file",
    "/signups/claim/<token>/names": "a part of the claim page",
    "/signups/": "leads on",
    "/partners/": "leads on",
    "/signups/manage/<token>": "leads on",
    "/signups/feedback/<token>": "leads on",
    "/signups/s/<token>": "leads on",
    "/signups/f/<token>": "leads on",
    "/signups/mine/<uuid:signup_id>/calendar.ics": "a file",
    "/signups/feed/<token>.ics": "a file",
    "/signups/desk/events/<uuid:event_id>/check-in/people": "what the page's script reads",
    "/signups/desk/events/<uuid:event_id>/check-in-offline.js": "a script",
    "/signups/mine/data.json": "a file",
    "/signups/mine/data.pdf": "a file",
    "/signups/mine/certificates/<number>.pdf": "a file",
    "/signups/desk/certificates/<number>.pdf": "a file",
    "/events/desk/me/codes": "leads on, where no code is being set up",
    "/events/desk/import/template.xlsx": "a file",
    "/partners/desk/units/import/template.xlsx": "a file",
    "/partners/desk/units/import/<uuid:upload_id>/corrections.xlsx": "a file",
    "/events/desk/import/<uuid:upload_id>/corrections.xlsx": "a file",
    "/signups/desk/roster.<any('csv', 'xlsx'):kind>": "a file",
    "/signups/desk/events/<uuid:event_id>/roster.<any('csv', 'xlsx'):kind>": "a file",
    "/signups/desk/events/<uuid:event_id>/import/template.xlsx": "a file",
    "/signups/desk/events/<uuid:event_id>/import/<uuid:upload_id>/corrections.xlsx": "a file",
}
"""Rules that answer GET and are no pages, and what they are instead."""
ZONE = ZoneInfo("Asia/Shanghai")
ORGANIZER, CONTACT, VOLUNTEER, ANYBODY = "organizer", "contact", "volunteer", "anybody"


@dataclass(frozen=True)
class Sample:
    """A page to look at: for which rule it stands, who opens it, where it is, and the status it has."""

    rule: str
    who: str
    path: str
    status: int = 200


@dataclass(frozen=True)
class Addresses:
    """All pages, and the links that make somebody a contact or a volunteer."""

    samples: Sequence[Sample]
    enter: str
    manage: str
    event: Mapping[str, Any]

    @classmethod
    def of(cls, site: Site) -> "Addresses":
        """Find an address for each page among the demo's data."""
        token = site.sign_in()
        events = site.get("/events/api/v1/events", token=token)["items"]
        event = next(one for one in events if one["theme"] == "dragon-boat")
        gala = next(one for one in events if one["theme"] == "national-day")
        draft = next(one for one in events if one["status"] == "draft")
        pledges = site.get("/partners/api/v1/pledges", token=token)["items"]
        pledge = next(one for one in pledges if one["kind"] == "people")
        pledge = site.until(f"/partners/api/v1/pledges/{pledge['id']}", lambda one: one["claim_url"], token=token)
        supplies = next(one for one in pledges if one["kind"] == "supplies")
        unit, enter = pledge["work_unit_id"], _links(site)[-1]
        mine = site.sign_up(event["shifts"][-1]["id"], 1, name="卓玛", birth_date="1980-01-01").json()
        come = site.sign_up(event["shifts"][-1]["id"], 2, name="次仁", birth_date="1980-01-01").json()
        site.post(f"/signups/api/v1/signups/{come['id']}/check-in", 200, token=token)
        own = site.post(f"/events/api/v1/events/{draft['id']}/template", 201, token=token, json={"title": "我们的中秋"})
        prepared, task, supply = f"/events/desk/{event['id']}/preparation", event["tasks"][0], event["supplies"][0]
        whom = {"display_name": "王芳", "role": "grid"}
        invited = site.post("/events/api/v1/invitations", 201, token=token, json=whom)
        organizers = site.get("/events/api/v1/organizers", token=token)["items"]
        desk, ours = f"/partners/desk/events/{event['id']}", f"/partners/unit/events/{event['id']}"
        double = next(one["work_unit_id"] for one in pledges if one["work_unit_id"] != unit)
        plan, people, directory = _uploads(site, event)
        open_to_all = [
            ("/events/", "/events/"),
            ("/events/<slug>", f"/events/{event['slug']}"),
            ("/events/<slug>", f"/events/{gala['slug']}"),
            ("/events/<slug>/poster", f"/events/{event['slug']}/poster"),
            ("/events/<slug>/poster", f"/events/{gala['slug']}/poster"),
            ("/events/login", "/events/login"),
            ("/events/invitations/<token>", urlsplit(invited["url"]).path),
            ("/events/style", "/events/style"),
            *((f"/{service}/api/docs", f"/{service}/api/docs") for service in NAMES),
            ("/signups/events/<uuid:event_id>", f"/signups/events/{event['id']}"),
            ("/signups/received", "/signups/received"),
            ("/signups/take/<token>", _to_take(site, mine)),
            ("/signups/find", "/signups/find"),
            ("/signups/find/sent", "/signups/find/sent"),
            ("/signups/stop/<token>", _to_stop(site, "signups")),
            ("/signups/claim/<token>", urlsplit(pledge["claim_url"]).path),
            ("/signups/claim/<token>/list", urlsplit(pledge["claim_url"]).path + "/list"),
            ("/partners/enter/<token>", urlsplit(enter).path),
            ("/signups/here/<uuid:event_id>", f"/signups/here/{event['id']}"),
            ("/signups/here/<uuid:event_id>/<wall>", f"/signups/here/{event['id']}/gone-by"),
            ("/partners/board", "/partners/board"),
        ]
        at_the_desk = [
            ("/events/desk", "/events/desk"),
            ("/events/desk", "/events/desk?tab=past"),
            ("/events/desk/new", "/events/desk/new"),
            ("/events/desk/new", "/events/desk/new?template=mid-autumn"),
            ("/events/desk/<uuid:event_id>", f"/events/desk/{event['id']}"),
            ("/events/desk/<uuid:event_id>", f"/events/desk/{draft['id']}"),
            ("/events/desk/<uuid:event_id>/complete", f"/events/desk/{event['id']}/complete"),
            ("/events/desk/<uuid:event_id>/results", f"/events/desk/{event['id']}/results"),
            ("/events/desk/report", "/events/desk/report"),
            ("/signups/desk/events/<uuid:event_id>/feedback", f"/signups/desk/events/{event['id']}/feedback"),
            ("/events/desk/<uuid:event_id>/cancel", f"/events/desk/{event['id']}/cancel"),
            ("/events/desk/<uuid:event_id>/duplicate", f"/events/desk/{event['id']}/duplicate"),
            ("/events/desk/<uuid:event_id>/edit", f"/events/desk/{event['id']}/edit"),
            ("/events/desk/<uuid:event_id>/programme", f"/events/desk/{event['id']}/programme?edit=new"),
            ("/events/desk/<uuid:event_id>/run-sheet", f"/events/desk/{event['id']}/run-sheet"),
            (
                "/events/desk/<uuid:event_id>/shifts",
                f"/events/desk/{event['id']}/shifts?edit={event['shifts'][0]['id']}",
            ),
            ("/events/desk/<uuid:event_id>/shifts", f"/events/desk/{draft['id']}/shifts"),
            ("/events/desk/<uuid:event_id>/sign-up-form", f"/events/desk/{event['id']}/sign-up-form"),
            ("/events/desk/<uuid:event_id>/sign-up-form", f"/events/desk/{draft['id']}/sign-up-form"),
            ("/events/desk/<uuid:event_id>/preparation", prepared),
            ("/events/desk/<uuid:event_id>/preparation/tasks/<uuid:task_id>", f"{prepared}/tasks/{task['id']}"),
            (
                "/events/desk/<uuid:event_id>/preparation/supplies/<uuid:supply_id>",
                f"{prepared}/supplies/{supply['id']}",
            ),
            ("/events/desk/<uuid:event_id>/save-as-template", f"/events/desk/{event['id']}/save-as-template"),
            ("/events/desk/templates/<key>", f"/events/desk/templates/{own['key']}"),
            ("/signups/desk/events/<uuid:event_id>", f"/signups/desk/events/{event['id']}"),
            ("/signups/desk/events/<uuid:event_id>", f"/signups/desk/events/{event['id']}?status=absent"),
            ("/signups/desk/events/<uuid:event_id>/letters", f"/signups/desk/events/{event['id']}/letters"),
            ("/signups/desk/events/<uuid:event_id>/sheet", f"/signups/desk/events/{event['id']}/sheet"),
            ("/signups/desk/events/<uuid:event_id>/walk-in", f"/signups/desk/events/{event['id']}/walk-in"),
            ("/signups/desk/events/<uuid:event_id>/check-in", f"/signups/desk/events/{event['id']}/check-in"),
            ("/signups/desk/events/<uuid:event_id>/check-in", f"/signups/desk/events/{event['id']}/check-in?q=卓玛"),
            ("/signups/desk/events/<uuid:event_id>/wall", f"/signups/desk/events/{event['id']}/wall"),
            ("/signups/desk/signups/<uuid:signup_id>/move", f"/signups/desk/signups/{mine['id']}/move"),
            ("/signups/desk", "/signups/desk"),
            ("/signups/desk/swaps", "/signups/desk/swaps"),
            *_hours(site, token),
            ("/signups/desk/views", "/signups/desk/views"),
            ("/events/desk/import", "/events/desk/import"),
            ("/events/desk/import/<uuid:upload_id>", plan),
            ("/signups/desk/events/<uuid:event_id>/import", f"/signups/desk/events/{event['id']}/import"),
            ("/signups/desk/events/<uuid:event_id>/import/<uuid:upload_id>", people),
            ("/events/desk/people", "/events/desk/people"),
            ("/events/desk/people/invite", "/events/desk/people/invite"),
            ("/events/desk/people/<uuid:organizer_id>", f"/events/desk/people/{organizers[0]['id']}"),
            ("/events/desk/me", "/events/desk/me"),
            ("/events/desk/me/password", "/events/desk/me/password"),
            ("/events/desk/me/codes/stop", "/events/desk/me/codes/stop"),
            ("/partners/desk", "/partners/desk"),
            *((f"/{service}/desk/messages", f"/{service}/desk/messages") for service in NAMES),
            ("/events/desk/<uuid:event_id>/repeat", f"/events/desk/{event['id']}/repeat"),
            ("/partners/desk/events/<uuid:event_id>", desk),
            ("/partners/desk/events/<uuid:event_id>/needs/new", f"{desk}/needs/new"),
            ("/partners/desk/events/<uuid:event_id>/supplies", f"{desk}/supplies"),
            ("/partners/desk/events/<uuid:event_id>/supplies/list", f"{desk}/supplies/list"),
            ("/partners/desk/events/<uuid:event_id>/pledge", f"{desk}/pledge?kind=people"),
            ("/partners/desk/pledges/<uuid:pledge_id>", f"/partners/desk/pledges/{pledge['id']}"),
            ("/partners/desk/pledges/<uuid:pledge_id>/withdraw", f"/partners/desk/pledges/{pledge['id']}/withdraw"),
            ("/partners/desk/units/<uuid:work_unit_id>", f"/partners/desk/units/{unit}"),
            ("/partners/desk/units/<uuid:work_unit_id>/contact", f"/partners/desk/units/{unit}/contact"),
            ("/partners/desk/needs/<uuid:need_id>", f"/partners/desk/needs/{supplies['need_id']}"),
            ("/partners/desk/units/new", "/partners/desk/units/new"),
            ("/partners/desk/units/<uuid:work_unit_id>/record", f"/partners/desk/units/{unit}/record"),
            ("/partners/desk/units/<uuid:work_unit_id>/edit", f"/partners/desk/units/{unit}/edit"),
            ("/partners/desk/units/<uuid:work_unit_id>/contacts/new", f"/partners/desk/units/{unit}/contacts/new"),
            ("/partners/desk/units/<uuid:work_unit_id>/merge", f"/partners/desk/units/{unit}/merge?double_id={double}"),
            ("/partners/desk/units/import", "/partners/desk/units/import"),
            ("/partners/desk/units/import/<uuid:upload_id>", directory),
        ]
        of_the_unit = [
            ("/partners/unit", "/partners/unit"),
            ("/partners/unit/events/<uuid:event_id>", ours),
            ("/partners/unit/record", "/partners/unit/record"),
            ("/partners/unit/invitations/<uuid:invitation_id>", _invitation(site, enter)),
            ("/partners/unit/events/<uuid:event_id>/pledge", f"{ours}/pledge?need={supplies['need_id']}"),
            ("/partners/unit/pledges/<uuid:pledge_id>", f"/partners/unit/pledges/{pledge['id']}"),
            ("/partners/unit/pledges/<uuid:pledge_id>/withdraw", f"/partners/unit/pledges/{pledge['id']}/withdraw"),
        ]
        samples = [
            *(Sample(rule, ANYBODY, path) for rule, path in open_to_all),
            Sample("", ANYBODY, "/events/nothing-here", 404),
            Sample("/signups/mine", ANYBODY, "/signups/mine"),
            Sample("/signups/verify/<number>", ANYBODY, "/signups/verify/SY-2027-0000", 404),
            Sample("/signups/mine", VOLUNTEER, "/signups/mine"),
            Sample("/signups/mine/<uuid:signup_id>", VOLUNTEER, f"/signups/mine/{mine['id']}"),
            Sample("/signups/mine/<uuid:signup_id>/give", VOLUNTEER, f"/signups/mine/{mine['id']}/give"),
            Sample("/signups/mine/<uuid:signup_id>/details", VOLUNTEER, f"/signups/mine/{mine['id']}/details"),
            Sample("/signups/together", VOLUNTEER, "/signups/together"),
            Sample("/signups/feedback", VOLUNTEER, "/signups/feedback"),
            Sample("/signups/mine/data", VOLUNTEER, "/signups/mine/data"),
            Sample("/signups/mine/data/erase", VOLUNTEER, _to_erase(site, mine)),
            Sample("/signups/mine/notices/<uuid:volunteer_id>", VOLUNTEER, _to_choose(site, mine)),
            Sample("/signups/forgotten", ANYBODY, "/signups/forgotten"),
            Sample("/signups/mine/certificate", VOLUNTEER, "/signups/mine/certificate"),
            *(Sample(rule, ORGANIZER, path) for rule, path in at_the_desk),
            *(Sample(rule, CONTACT, path) for rule, path in of_the_unit),
            # No event of the demo is over, and before that nobody is thanked.
            Sample("/partners/unit/events/<uuid:event_id>/letter", CONTACT, f"{ours}/letter", 404),
            Sample(
                "/partners/desk/units/<uuid:work_unit_id>/letters/<uuid:event_id>",
                ORGANIZER,
                f"/partners/desk/units/{unit}/letters/{event['id']}",
                404,
            ),
        ]
        return cls(samples, enter, mine["manage_url"], event)


def page_rules() -> Iterator[str]:
    """Yield every rule of all three services that a browser can open: all that answer GET outside the API."""
    with TemporaryDirectory() as folder:
        environ = embedded.environment(Path(folder), NAMES, {})
        for service in all_services():
            settings = config.load(service.name, environ)
            app = build_app(service, settings, Database(settings.database_url, service.name, keys=settings.data_keys))
            own = re.compile(rf"/{service.name}/(static/|healthz$|readyz$|metrics$|api/(?!docs$))")
            rules = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
            yield from (rule for rule in rules if not own.match(rule))


def _uploads(site: Site, event: Mapping[str, Any]) -> tuple[str, str, str]:
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


def _to_take(site: Site, mine: Mapping[str, Any]) -> str:
    """Make the link by which somebody else can take the place, as its volunteer does; return its path."""
    browser = requests.Session()
    browser.get(mine["manage_url"], timeout=30)
    page = f"{site.origin}/signups/mine/{mine['id']}/give"
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page, timeout=30).text)
    assert token is not None
    made = re.search(r"/signups/take/[\w-]+", browser.post(page, data={"csrf_token": token[1]}, timeout=30).text)
    assert made is not None
    return made[0]


def _to_erase(site: Site, mine: Mapping[str, Any]) -> str:
    """Return the page on which the volunteer may have their data erased."""
    return _linked_from_data(site, mine, r"/signups/mine/data/erase\?[^\"]+")


def _to_choose(site: Site, mine: Mapping[str, Any]) -> str:
    """Return the page on which the volunteer chooses what they are told of."""
    return _linked_from_data(site, mine, r"/signups/mine/notices/[^\"]+")


def _linked_from_data(site: Site, mine: Mapping[str, Any], pattern: str) -> str:
    browser = requests.Session()
    browser.get(mine["manage_url"], timeout=30)
    found = re.search(pattern, browser.get(f"{site.origin}/signups/mine/data", timeout=30).text)
    assert found is not None
    return found[0]


def _to_stop(site: Site, service: str) -> str:
    """Return the page that a link in one of the service's letters leads to."""
    settings = config.load(service, embedded.environment(site.folder / "var" / "embedded", NAMES, {}))
    return urlsplit(stops.address(settings, Stop(uuid4(), Topic.REMINDERS))).path


def _hours(site: Site, token: str) -> list[tuple[str, str]]:
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


def _invitation(site: Site, enter: str) -> str:
    """Return the path of the invitation that the unit's page leads to."""
    token = urlsplit(enter).path.rpartition("/")[2]
    page = requests.get(f"{site.origin}/partners/unit", cookies={"steward-contact": token}, timeout=30).text
    found = re.search(r'href="(/partners/unit/invitations/[^"]+)"', page)
    assert found is not None
    return found[1]


def _links(site: Site) -> list[str]:
    """Return the access links of the demo's units, which the start prints."""
    return re.findall(r"http://\S+/partners/enter/\S+", (site.folder / "output.log").read_text())
