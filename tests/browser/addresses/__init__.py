"""Which pages there are, by the services' own route maps, and an address of each with something on it."""

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from services.__main__ import NAMES, all_services
from shared import config, embedded
from shared.database import Database
from shared.service import build_app
from tests.browser.addresses.samples import ANYBODY, CONTACT, ORGANIZER, VOLUNTEER, Addresses, Sample

__all__ = ["ANYBODY", "CONTACT", "NO_PAGES", "ORGANIZER", "VOLUNTEER", "Addresses", "Sample", "page_rules"]

NO_PAGES = {
    "/events/<slug>/places": "a part of the event's page",
    "/events/<slug>/code.png": "a file",
    "/events/calendar/<community>.ics": "a file",
    "/partners/feed/<token>.ics": "a file",
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
    "/partners/unit/record.pdf": "a file",
    "/partners/unit/events/<uuid:event_id>/letter.pdf": "a file",
    "/partners/desk/units/<uuid:work_unit_id>/record.pdf": "a file",
    "/partners/desk/units/<uuid:work_unit_id>/letters/<uuid:event_id>.pdf": "a file",
    "/events/desk/me/codes": "leads on, where no code is being set up",
    "/events/desk/import/template.xlsx": "a file",
    "/partners/desk/units/import/template.xlsx": "a file",
    "/partners/desk/units/import/<uuid:upload_id>/corrections.xlsx": "a file",
    "/events/desk/import/<uuid:upload_id>/corrections.xlsx": "a file",
    "/signups/desk/roster.<any('csv', 'xlsx'):kind>": "a file",
    "/signups/desk/events/<uuid:event_id>/roster.<any('csv', 'xlsx'):kind>": "a file",
    "/signups/desk/events/<uuid:event_id>/import/template.xlsx": "a file",
    "/signups/desk/events/<uuid:event_id>/mailings/reach": "a part of the form of a message",
    "/partners/desk/events/<uuid:event_id>/mailings/reach": "a part of the form of a message",
    "/signups/desk/events/<uuid:event_id>/import/<uuid:upload_id>/corrections.xlsx": "a file",
}
"""Rules that answer GET and are no pages, and what they are instead."""


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
