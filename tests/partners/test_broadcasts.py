"""Messages to many units: which contacts they reach, what they say, and that other communities know nothing of them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.partners import notices, operations
from services.partners.mailings import ROOM
from services.partners.notices import APPLIES
from services.partners.words import LETTERS
from shared.notices.sender import Sender
from shared.notices.tables import Mailing
from tests.partners.conftest import DESK, NOW
from tests.partners.web import API, CONFIG, Api, a_contact, an_organizer, organizer_token

WORDS = {"chinese": {"subject": "集合地点", "body": "请到东门集合。"}}
TEXT = {"chinese-subject": "集合地点", "chinese-body": "请到东门集合。"}


class Post:
    """A channel that notes what it takes."""

    name, repeats = "email", False

    def __init__(self):
        self.letters = []

    def reaches(self, _letter):
        return True

    def send(self, _notice_id, letter):
        self.letters.append(letter)


def deliver(world):
    post = Post()
    sender = Sender(world.database, notices.composer(CONFIG), [post], lambda: NOW)
    while sender.run_once() == 0:
        pass
    return [letter for letter in post.letters if "请到东门集合" in letter.body or "east gate" in letter.body]


def send(app, world, key="k", token=None, **changes):
    body = {"event_id": str(world.event_id), "whom": "pledged", **WORDS} | changes
    headers = {"Authorization": f"Bearer {token or organizer_token()}", "Idempotency-Key": key}
    return app.test_client().post(f"{API}/mailings", json=body, headers=headers)


@pytest.fixture
def units(world):
    """One unit has pledged, one was asked, one has nothing to do with the event, and one is closed."""
    clinic, shop, closed = (world.add_unit(name) for name in ("卫生所", "商店", "关门的店"))
    world.pledge()
    world.invite(world.need(), clinic)
    world.database.write(operations.close_work_unit, closed.id, scope=DESK, now=NOW)
    return clinic, shop, closed


@pytest.mark.usefixtures("units")
@pytest.mark.parametrize(("whom", "number"), [("pledged", 1), ("invited", 1), ("all", 3)])
def test_units_that_pledged_that_were_asked_and_all_that_are_open(app, world, whom, number):
    made = send(app, world, whom=whom).json
    assert made["total"] == made["planned"] == number
    letters = deliver(world)
    assert len(letters) == number
    assert all("/partners/unit" in letter.body and "李老师" in letter.body for letter in letters)


def test_what_no_longer_concerns_a_unit_does_not_reach_it(app, world):
    pledge = world.pledge()
    send(app, world)
    world.database.write(operations.withdraw_pledge, pledge, reason="停电", scope=DESK, now=NOW)
    assert deliver(world) == []
    assert send(app, world, "again").status_code == 422


def test_the_desk_writes_looks_and_sends_and_the_unit_sees_it_among_its_letters(app, world):
    world.pledge()
    desk = an_organizer(app)
    at = f"/partners/desk/events/{world.event_id}/mailings"
    key = {"key": str(uuid4()), "whom": "pledged", **TEXT}
    page = desk.send(f"{at}/new", f"{at}/new", key)
    assert "1 人" in page.text
    assert "已认领的单位" in page.text
    answer = desk.send(f"{at}/new", f"{at}/new", key | {"_confirmed": "1"})
    assert answer.status_code == 303
    [mailing] = world.database.read(lambda session: session.scalars(select(Mailing)).all())
    assert mailing.created_by is not None
    assert mailing.params["zh-CN"]["body"] == "请到东门集合。"
    deliver(world)
    assert "李老师 · 朝阳小学" in desk.get(f"/partners/desk/events/{world.event_id}/notices")
    assert "端午游园会" in a_contact(app, world).get("/partners/unit")


def test_another_community_and_a_contact_find_nothing(app, world):
    world.pledge()
    mailing = send(app, world).json["id"]
    other = an_organizer(app, community="别的社区")
    for path in (
        "mailings",
        "mailings/new",
        f"mailings/{mailing}",
        "notices",
        f"notices/{world.notices('broadcast')[0].id}",
    ):
        other.get(f"/partners/desk/events/{world.event_id}/{path}", 404)
    stranger = Api(app.test_client(), organizer_token("别的社区"))
    stranger.get(f"/mailings/{mailing}", 404)
    stranger.get(f"/mailings?event_id={world.event_id}", 404)
    stranger.post(f"/mailings/{mailing}/stop", status=404)
    assert send(app, world, token=world.unit.token).status_code in {401, 403}


def test_a_planned_message_is_stopped_by_a_program(app, world):
    world.pledge()
    mailing = send(app, world, due_at=(NOW + timedelta(days=1)).isoformat()).json["id"]
    colleague = Api(app.test_client(), organizer_token())
    assert colleague.post(f"/mailings/{mailing}/stop") == {"gone": 0, "taken_back": 1}
    colleague.post(f"/mailings/{mailing}/stop", status=409)
    assert colleague.get(f"/mailings?event_id={world.event_id}")["items"][0]["state"] == "stopped"
    assert deliver(world) == []


def test_every_kind_of_letter_has_a_name_at_the_desk():
    assert {*LETTERS, *APPLIES} <= set(ROOM.kinds)
