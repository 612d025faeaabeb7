"""Which pages there are, by the services' own route maps, and an address of each with something on it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from services.__main__ import NAMES, all_services
from shared import config, embedded
from shared.database import Database
from shared.service import build_app
from tests.journeys.conftest import Site

NO_PAGES = {
    "/events/<slug>/places": "a part of the event's page",
    "/signups/": "leads on",
    "/partners/": "leads on",
    "/signups/manage/<token>": "leads on",
    "/signups/mine/calendar.ics": "a file",
}
"""Rules that answer GET and are no pages, and what they are instead."""
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
        desk, ours = f"/partners/desk/events/{event['id']}", f"/partners/unit/events/{event['id']}"
        open_to_all = [
            ("/events/", "/events/"),
            ("/events/<slug>", f"/events/{event['slug']}"),
            ("/events/<slug>", f"/events/{gala['slug']}"),
            ("/events/login", "/events/login"),
            ("/events/style", "/events/style"),
            *((f"/{service}/api/docs", f"/{service}/api/docs") for service in NAMES),
            ("/signups/events/<uuid:event_id>", f"/signups/events/{event['id']}"),
            ("/signups/received", "/signups/received"),
            ("/signups/claim/<token>", urlsplit(pledge["claim_url"]).path),
            ("/partners/enter/<token>", urlsplit(enter).path),
        ]
        at_the_desk = [
            ("/events/desk", "/events/desk"),
            ("/events/desk", "/events/desk?tab=past"),
            ("/events/desk/new", "/events/desk/new"),
            ("/events/desk/new", "/events/desk/new?template=mid-autumn"),
            ("/events/desk/<uuid:event_id>", f"/events/desk/{event['id']}"),
            ("/events/desk/<uuid:event_id>", f"/events/desk/{draft['id']}"),
            ("/events/desk/<uuid:event_id>/cancel", f"/events/desk/{event['id']}/cancel"),
            ("/events/desk/<uuid:event_id>/duplicate", f"/events/desk/{event['id']}/duplicate"),
            ("/events/desk/<uuid:event_id>/edit", f"/events/desk/{event['id']}/edit"),
            ("/signups/desk/events/<uuid:event_id>", f"/signups/desk/events/{event['id']}"),
            ("/signups/desk/events/<uuid:event_id>", f"/signups/desk/events/{event['id']}?status=absent"),
            ("/partners/desk", "/partners/desk"),
            ("/partners/desk/events/<uuid:event_id>", desk),
            ("/partners/desk/events/<uuid:event_id>/needs/new", f"{desk}/needs/new"),
            ("/partners/desk/events/<uuid:event_id>/pledge", f"{desk}/pledge?kind=people"),
            ("/partners/desk/pledges/<uuid:pledge_id>", f"/partners/desk/pledges/{pledge['id']}"),
            ("/partners/desk/pledges/<uuid:pledge_id>/withdraw", f"/partners/desk/pledges/{pledge['id']}/withdraw"),
            ("/partners/desk/units/<uuid:work_unit_id>", f"/partners/desk/units/{unit}"),
            ("/partners/desk/units/<uuid:work_unit_id>/contact", f"/partners/desk/units/{unit}/contact"),
            ("/partners/desk/units/new", "/partners/desk/units/new"),
        ]
        of_the_unit = [
            ("/partners/unit", "/partners/unit"),
            ("/partners/unit/events/<uuid:event_id>", ours),
            ("/partners/unit/events/<uuid:event_id>/pledge", f"{ours}/pledge?need={supplies['need_id']}"),
            ("/partners/unit/pledges/<uuid:pledge_id>", f"/partners/unit/pledges/{pledge['id']}"),
            ("/partners/unit/pledges/<uuid:pledge_id>/withdraw", f"/partners/unit/pledges/{pledge['id']}/withdraw"),
        ]
        samples = [
            *(Sample(rule, ANYBODY, path) for rule, path in open_to_all),
            Sample("", ANYBODY, "/events/nothing-here", 404),
            Sample("/signups/mine", VOLUNTEER, "/signups/mine"),
            *(Sample(rule, ORGANIZER, path) for rule, path in at_the_desk),
            *(Sample(rule, CONTACT, path) for rule, path in of_the_unit),
        ]
        return cls(samples, enter, mine["manage_url"], event)


def page_rules() -> Iterator[str]:
    """Yield every rule of all three services that a browser can open: all that answer GET outside the API."""
    with TemporaryDirectory() as folder:
        environ = embedded.environment(Path(folder), NAMES, {})
        for service in all_services():
            settings = config.load(service.name, environ)
            app = build_app(service, settings, Database(settings.database_url, service.name))
            own = re.compile(rf"/{service.name}/(static/|healthz$|readyz$|metrics$|api/(?!docs$))")
            rules = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
            yield from (rule for rule in rules if not own.match(rule))


def _links(site: Site) -> list[str]:
    """Return the access links of the demo's units, which the start prints."""
    return re.findall(r"http://\S+/partners/enter/\S+", (site.folder / "output.log").read_text())
