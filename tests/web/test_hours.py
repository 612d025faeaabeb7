"""Hours in the ledger, on the certificate and in the event's results are equal to the minute."""

import re
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update

from services.events import statistics
from services.events.models import Event
from services.signups.models import HourEntry, Signup
from shared import clock
from shared.messaging.tables import Outgoing
from tests.papers import text_of
from tests.web.site import fresh_key
from tests.web.world import an_event, sign_in, signup_body

SIGNUPS = "/signups/api/v1/signups"
HOURS = "/signups/desk/hours"


def test_hours_are_equal_in_the_ledger_on_the_certificate_and_in_the_results(fresh_site, world):
    site = fresh_site
    events, signups = (
        next(one.database for one in site.parts if one.service.name == name) for name in ("events", "signups")
    )
    event = an_event(site, world.organizer)
    site.settle()
    first, second = (
        site.done("POST", SIGNUPS, signup_body(event["shifts"][0]["id"], number), headers=fresh_key())
        for number in (501, 502)
    )
    site.ahead += timedelta(days=10)
    token = sign_in(site)
    desk = site.visitor(organizer=token)

    def note(signup, step):
        site.done("POST", f"{SIGNUPS}/{signup['id']}/{step}", token=token)

    def agrees(expected, certified):
        # What sends messages goes by the real clock, and would wait for ten days.
        signups.write(lambda session: session.execute(update(Outgoing).values(next_at=clock.utc_now())))
        site.settle()
        in_ledger = signups.read(
            lambda session: session.scalar(
                select(func.sum(HourEntry.minutes)).where(HourEntry.event_id == UUID(event["id"]))
            )
        )
        ours = events.read(lambda session: session.get_one(Event, UUID(event["id"])))
        figures = events.read(statistics.figures, [ours])[ours.id]
        assert (in_ledger, figures.minutes, figures.service_minutes) == (expected, expected, expected)
        assert certified in text_of(desk.get(paper()).data).replace("\n", "")

    def person():
        volunteer = signups.read(lambda session: session.get_one(Signup, UUID(first["id"])).volunteer_id)
        return f"/signups/desk/people/{volunteer}"

    def paper():
        days = {"since": "2020-01-01", "until": site.now().astimezone(ZoneInfo("Asia/Shanghai")).date().isoformat()}
        assert desk.send(f"{person()}/certificates", days).status_code == 303
        number = re.search(r"/signups/verify/([^\"]+)", desk.get(f"{person()}/certificates").text)[1]
        return f"/signups/desk/certificates/{number}.pdf"

    note(first, "check-in")
    note(second, "check-in")
    site.ahead += timedelta(minutes=60)
    note(second, "check-out")
    site.ahead += timedelta(minutes=107)
    note(first, "check-out")
    agrees(167, "累计服务时长 2 小时 47 分钟")

    page = desk.get(HOURS).text
    review = next(one for one in re.findall(rf"{HOURS}/[0-9a-f-]{{36}}", page) if one != f"{HOURS}/{world.review}")
    decided = desk.send(review, {"outcome": "accepted", "minutes": "113", "reason": "误点签退"})
    assert decided.status_code == 303
    agrees(280, "累计服务时长 2 小时 47 分钟")

    entry = re.search(rf"{HOURS}/entries/[0-9a-f-]+", desk.get(f"{person()}/hours").text)[0]
    assert desk.send(entry, {"minutes": "150", "reason": "中途离开"}).status_code == 303
    agrees(263, "累计服务时长 2 小时 30 分钟")
