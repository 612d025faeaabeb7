"""An address of every page, with something on it, and who opens it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from services.__main__ import NAMES
from tests.browser.addresses.making import (
    hours,
    invitation,
    links,
    mailings,
    to_choose,
    to_erase,
    to_stop,
    to_take,
    uploads,
)
from tests.journeys.conftest import Site

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
        unit, enter = pledge["work_unit_id"], links(site)[-1]
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
        plan, people, directory = uploads(site, event)
        messages = [one for service in ("signups", "partners") for one in mailings(site, token, service, event["id"])]
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
            ("/signups/take/<token>", to_take(site, mine)),
            ("/signups/find", "/signups/find"),
            ("/signups/find/sent", "/signups/find/sent"),
            ("/signups/stop/<token>", to_stop(site, "signups")),
            ("/signups/claim/<token>", urlsplit(pledge["claim_url"]).path),
            ("/signups/claim/<token>/list", urlsplit(pledge["claim_url"]).path + "/list"),
            ("/partners/enter/<token>", urlsplit(enter).path),
            ("/signups/here/<uuid:event_id>", f"/signups/here/{event['id']}"),
            ("/signups/here/<uuid:event_id>/<wall>", f"/signups/here/{event['id']}/gone-by"),
            ("/partners/board", "/partners/board"),
            ("/partners/stop/<token>", to_stop(site, "partners")),
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
            *hours(site, token),
            ("/signups/desk/views", "/signups/desk/views"),
            *messages,
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
            ("/partners/desk/views", "/partners/desk/views"),
            *((f"/{service}/desk/messages", f"/{service}/desk/messages") for service in NAMES),
            ("/events/desk/<uuid:event_id>/repeat", f"/events/desk/{event['id']}/repeat"),
            ("/partners/desk/events/<uuid:event_id>", desk),
            ("/partners/desk/events/<uuid:event_id>/needs/new", f"{desk}/needs/new"),
            ("/partners/desk/events/<uuid:event_id>/letters", f"{desk}/letters"),
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
            ("/partners/unit/notices", "/partners/unit/notices"),
            ("/partners/unit/invitations/<uuid:invitation_id>", invitation(site, enter)),
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
            Sample("/signups/mine/data/erase", VOLUNTEER, to_erase(site, mine)),
            Sample("/signups/mine/notices/<uuid:volunteer_id>", VOLUNTEER, to_choose(site, mine)),
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
