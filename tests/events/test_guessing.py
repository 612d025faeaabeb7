"""Whoever guesses: at many accounts, at codes from many addresses, at a desk left open; and what strangers may cost."""

import re

import pytest
from argon2 import PasswordHasher

from services.events import accounts
from services.events.accounts import passwords
from tests.conftest import ON_SQLITE
from tests.events.test_people import with_codes
from tests.events.web import DESK, PASSWORD, Site

pytestmark = ON_SQLITE


@pytest.fixture
def site(database, monkeypatch):
    """Its hashes cost nothing, since many are made here."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", quick)
    monkeypatch.setattr(passwords, "NOBODYS_HASH", quick.hash("nobody's"))
    return Site(database)


def ask(site, username, address, password="wrong", **more):
    """Sign in as a program does; return the status."""
    answer = site.app.test_client().post(
        "/events/api/v1/sessions",
        json={"username": username, "password": password, **more},
        environ_base={"REMOTE_ADDR": address},
    )
    return answer.status_code


def test_one_word_tried_at_many_accounts_is_stopped_for_that_address_only(site):
    assert [ask(site, f"user{number}", "10.0.0.1") for number in range(101)] == [401] * 100 + [429]
    assert ask(site, "admin", "10.0.0.1", PASSWORD) == 429
    assert ask(site, "admin", "10.0.0.2", PASSWORD) == 201


def test_codes_guessed_from_many_addresses_are_stopped_and_without_the_password_nobody_is(site):
    phone = with_codes(site)
    tries = [ask(site, "admin", f"10.0.0.{number}", code=phone.at(site.now)) for number in range(40)]
    assert set(tries) == {401}, "without the password no code is used up"
    tries = [ask(site, "admin", f"10.0.1.{number}", PASSWORD, code="000000") for number in range(31)]
    assert tries == [401] * 30 + [429]


def test_a_password_is_not_guessed_at_a_desk_that_was_left_open(site):
    with_codes(site)
    for _ in range(10):
        site.send(f"{DESK}/me/codes/stop", {"password": "x", "code": "000000"}, 422)
    site.send(f"{DESK}/me/codes/stop", {"password": PASSWORD, "code": "000000"}, 429)
    for _ in range(10):
        site.send(f"{DESK}/me/password", {"old": "x", "new": "another-good-word-77"}, 422)
    site.send(f"{DESK}/me/password", {"old": PASSWORD, "new": "another-good-word-77"}, 429)


def test_codes_are_not_guessed_at_a_desk_that_was_left_open_by_who_knows_the_password(site):
    phone = with_codes(site)
    page = site.get(f"{DESK}/me/codes/stop")
    form = {"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', page)[1], "password": PASSWORD}
    said = []
    for number in range(40):
        where = {"REMOTE_ADDR": f"10.0.2.{number}"}
        sent = form | {"code": "000000"}
        said.append(site.browser.post(f"{DESK}/me/codes/stop", data=sent, environ_overrides=where).status_code)
    assert set(said) == {422, 429}
    site.send(f"{DESK}/me/codes/stop", {"password": PASSWORD, "code": phone.at(site.now)}, 429)


def test_an_invitation_that_is_none_costs_no_hash(site, monkeypatch):
    hashed = []
    monkeypatch.setattr(accounts, "hash_password", hashed.append)
    page = "/events/login"
    site.send("/events/invitations/made-up", {"username": "wang", "password": "another-good-word-77"}, 404, page=page)
    assert hashed == []
