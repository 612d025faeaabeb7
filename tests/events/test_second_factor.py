"""Where a second factor is required of everybody: nobody comes in without one, and each sets it up on the way in."""

import re
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest

from services.events import accounts
from services.events.app import service
from shared.principal import Role
from shared.service import build_app
from tests.conftest import ON_SQLITE
from tests.events.test_people import NEW, desk_of, invited, phone_of, ticket_of
from tests.events.web import CONFIG, DESK, PASSWORD, Site
from tests.events.world import NOW

pytestmark = ON_SQLITE
ADMIN = {"username": "admin", "password": PASSWORD}


class Strict(Site):
    """A browser at an installation that lets nobody in by password alone."""

    def __post_init__(self):
        super().__post_init__()
        self.app = build_app(service, replace(CONFIG, second_factor="required"), self.database, clock=lambda: self.now)
        self.browser = self.app.test_client()


@pytest.fixture
def site(database) -> Strict:
    return Strict(database)


def to_set_up(site, page="/events/login", form=ADMIN) -> tuple[pyotp.TOTP, dict[str, str]]:
    """Give the password; returns the phone, and what the page asks to be sent on."""
    text = site.send(page, form, 200).text
    assert "Set up the code" in text
    assert 'action="/events/login' in text
    return phone_of(text), {"ticket": re.search(r'name="ticket" value="([^"]+)"', text)[1]}


def test_the_password_alone_leads_to_setting_up_and_the_first_code_in(site):
    phone, form = to_set_up(site)
    site.get(DESK, 303)
    answer = site.send("/events/login", form | {"code": "000000"}, 422)
    assert phone_of(answer.text).secret == phone.secret
    site.get(DESK, 303)
    site.send("/events/login", form | {"code": phone.at(site.now)})
    site.get(DESK)


def test_from_then_on_the_phone_is_asked_and_no_other_can_take_its_place(site):
    phone, form = to_set_up(site)
    site.send("/events/login", form | {"code": phone.at(site.now)})
    later = Strict(site.database, site.now + timedelta(seconds=30))
    page = later.send("/events/login", ADMIN, 200).text
    assert "authenticator app on your phone" in page
    assert phone.secret not in page.replace(" ", "")
    later.send("/events/login", {"ticket": ticket_of(later), "code": phone.at(later.now)})
    later.get(DESK)


def test_whoever_was_led_to_set_up_goes_on_to_where_they_wanted_to_be(site):
    there = f"/events/login?next={DESK}/people"
    phone, form = to_set_up(site, there)
    assert site.send(there, form | {"code": phone.at(site.now)}).headers["Location"] == f"{DESK}/people"


def test_a_page_that_was_left_open_sets_up_nothing(site):
    (old, form), (new, _form) = to_set_up(site), to_set_up(site)
    assert old.secret != new.secret
    site.send("/events/login", form | {"code": old.at(site.now)}, 422)
    site.now += timedelta(minutes=31)
    site.send("/events/login", form | {"code": new.at(site.now)}, 422)
    site.get(DESK, 303)


def test_who_is_invited_sets_it_up_before_anything_else(site):
    _invitation, token = invited(site, desk_of(site, "admin"), Role.VIEWER)
    theirs = Strict(site.database)
    phone, form = to_set_up(theirs, f"/events/invitations/{token}", {"username": "wangfang", "password": NEW})
    theirs.get(DESK, 303)
    theirs.send("/events/login", form | {"code": phone.at(theirs.now)})
    theirs.get(DESK)


def test_a_program_is_told_to_set_it_up_on_the_page(site):
    answer = site.call("POST", "/sessions", ADMIN)
    assert (answer.status_code, answer.json["type"]) == (401, "urn:steward:problem:code-to-set-up")
    assert site.call("POST", "/sessions", ADMIN | {"code": "000000"}).status_code == 401
    phone, form = to_set_up(site)
    site.send("/events/login", form | {"code": phone.at(site.now)})
    site.now += timedelta(seconds=30)
    assert site.call("POST", "/sessions", ADMIN).json["type"] == "urn:steward:problem:code-needed"
    assert site.call("POST", "/sessions", ADMIN | {"code": phone.at(site.now)}).status_code == 201


def test_nobody_turns_it_off_for_themselves_and_a_lost_phone_is_replaced_at_the_next_sign_in(site):
    phone, form = to_set_up(site)
    site.send("/events/login", form | {"code": phone.at(site.now)})
    assert "Everybody here signs in with a code" in site.get(f"{DESK}/me")
    site.now += timedelta(seconds=30)
    answer = site.send(f"{DESK}/me/codes/stop", {"password": PASSWORD, "code": phone.at(site.now)}, 422)
    assert "Everybody here signs in with a code" in answer.text
    site.database.write(accounts.forget_codes, "admin", now=site.now)
    site.get(DESK, 303)
    new, form = to_set_up(site)
    assert new.secret != phone.secret
    site.send("/events/login", form | {"code": new.at(site.now)})


def test_who_had_a_code_before_it_was_required_keeps_it(database):
    offered = Site(database)
    organizer_id = desk_of(offered, "admin").organizer_id
    phone = pyotp.TOTP(database.write(accounts.begin_codes, organizer_id).totp_secret)
    confirm = {"password": PASSWORD, "code": phone.at(NOW), "expires_at": NOW + timedelta(hours=12), "now": NOW}
    database.write(accounts.confirm_codes, organizer_id, **confirm)
    strict = Strict(database, NOW + timedelta(seconds=30))
    strict.send("/events/login", {"ticket": ticket_of(strict), "code": phone.at(strict.now)})
    strict.get(DESK)
