"""One-time codes, where the event asks for one before it takes a sign-up."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from services.signups import notices
from services.signups.models import Code, Signup
from services.signups.operations import forget_codes
from shared.notices.channels import FileChannel
from shared.notices.sender import Sender
from tests.conftest import ON_SQLITE
from tests.signups.conftest import World
from tests.signups.web import CONFIG, Site

pytestmark = ON_SQLITE

SOMEBODY = {"name": "扎西·多吉", "phone": "13800138000", "email": "zhaxi@example.com", "consent": "true"}
KIND = "urn:steward:problem:code-needed"


@pytest.fixture
def site(world: World) -> Site:
    world.publish(asks_code=True)
    return Site(world)


@pytest.fixture
def page(site: Site) -> str:
    return f"/signups/events/{site.world.event['event_id']}"


@pytest.fixture
def outgoing(site: Site, tmp_path: Path) -> Any:
    """A function that sends what is due, and returns to whom and which code."""
    file = tmp_path / "notices.log"
    sender = Sender(site.world.database, notices.composer(CONFIG), [FileChannel(file)], lambda: site.now)

    def sent() -> list[tuple[str, str]]:
        while sender.run_once() == 0:
            pass
        lines = [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []
        return [(line["to"], re.findall(r"\d{6}", line["body"])[0]) for line in lines if "验证码" in line["body"]]

    return sent


def rows(site: Site) -> int:
    return int(site.world.read(lambda session: session.scalar(select(func.count()).select_from(Signup))))


def carried(text: str) -> dict[str, str]:
    """What the code page carries along."""
    main = text.partition("<main")[2].partition("</main>")[0]
    return dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', main))


def test_after_a_right_form_the_code_is_asked_for_and_nothing_is_kept_before(
    site: Site, page: str, outgoing: Any
) -> None:
    asked = site.send(page, page, SOMEBODY | {"shift_id": str(site.world.shift_id)})
    assert asked.status_code == 200
    assert "6 位验证码已发到您的手机" in asked.text
    assert rows(site) == 0
    [(to, code)] = outgoing()
    assert to == "+8613800138000"
    wrong = site.browser.post(page, data=carried(asked.text) | {"code": "000000" if code != "000000" else "000001"})
    assert wrong.status_code == 422
    assert "验证码不对" in wrong.text
    right = site.browser.post(page, data=carried(wrong.text) | {"code": code})
    assert (right.status_code, rows(site)) == (303, 1)
    again = site.browser.post(page, data=carried(wrong.text) | {"code": code})
    assert (again.status_code, rows(site)) == (303, 1)


def test_a_form_that_is_wrong_sends_no_code(site: Site, page: str, outgoing: Any) -> None:
    assert site.send(page, page, SOMEBODY | {"phone": "1"}).status_code == 422
    assert outgoing() == []


def test_one_can_go_back_to_the_form_and_nothing_is_lost(site: Site, page: str) -> None:
    asked = site.send(page, page, SOMEBODY | {"shift_id": str(site.world.shift_id)})
    form = site.browser.post(page, data=carried(asked.text) | {"_edit": "form"})
    assert form.status_code == 200
    assert 'value="扎西·多吉"' in form.text
    assert f'value="{site.world.shift_id}" checked' in form.text


def test_another_code_is_sent_after_a_minute_by_e_mail_if_wished_and_the_first_counts_no_more(
    site: Site, page: str, outgoing: Any
) -> None:
    asked = carried(site.send(page, page, SOMEBODY | {"shift_id": str(site.world.shift_id)}).text)
    site.browser.post(page, data=asked | {"_again": "sms", "code": "nonsense"})
    assert len(outgoing()) == 1
    site.now += timedelta(seconds=61)
    site.browser.post(page, data=asked | {"_again": "email"})
    [(_phone, first), (email, second)] = outgoing()
    assert email == "zhaxi@example.com"
    if first != second:
        assert site.browser.post(page, data=asked | {"code": first}).status_code == 422
    assert site.browser.post(page, data=asked | {"code": second}).status_code == 303


def test_a_code_is_good_for_ten_minutes_and_five_tries(site: Site, outgoing: Any) -> None:
    assert site.apply(key="k").json["type"] == KIND
    [(_to, code)] = outgoing()
    other = f"{(int(code) + 1) % 10**6:06d}"
    for _try in range(5):
        refused = site.apply(key="k", code=other)
        assert (refused.status_code, list(refused.json["errors"])) == (422, ["code"])
    assert site.apply(key="k", code=code).status_code == 422
    site.now += timedelta(minutes=1)
    assert site.apply(key="k").status_code == 409
    code = outgoing()[-1][1]
    site.now += timedelta(minutes=10)
    assert site.apply(key="k", code=code).status_code == 422
    assert site.world.database.write(forget_codes, site.now) == 1
    assert rows(site) == 0


def test_the_same_is_said_of_somebody_who_is_known(site: Site, outgoing: Any) -> None:
    site.apply()
    assert site.apply(code=outgoing()[-1][1]).status_code == 201
    site.now += timedelta(minutes=2)
    known, new = site.apply(), site.apply(2)
    assert (known.status_code, new.status_code) == (409, 409)
    assert {**known.json, "correlation_id": ""} == {**new.json, "correlation_id": ""}
    assert site.apply(code=outgoing()[-2][1]).json == {"status": "received"}


def test_the_code_stands_nowhere_and_the_notice_names_nobody(site: Site, outgoing: Any) -> None:
    site.apply()
    [(_to, code)] = outgoing()
    [notice] = site.call("GET", "/notices?kind=code", token=site.organizer()).json["items"]
    assert (notice["person"], notice["state"]) == ("*", "sent")
    stored = site.world.read(lambda session: session.execute(select(Code.__table__)).one())
    assert code not in {str(value) for value in stored}
    site.world.database.write(lambda session: session.execute(update(Code).values(phone_key="of another number")))
    assert site.apply(code=code).status_code == 422


def test_an_event_that_asks_for_none_takes_no_notice_of_one(site: Site) -> None:
    site.world.publish(asks_code=False)
    assert site.apply(code="123456").status_code == 201
