"""Signing in and out as a program does."""

from datetime import datetime, timedelta

import pytest

from services.events.app import service
from tests.events.web import PASSWORD
from tests.events.world import NOW


@pytest.fixture
def token(site):
    return site.token()


def test_signing_in_gives_a_token_for_half_a_day(site):
    answer = site.call("POST", "/sessions", {"username": "admin", "password": PASSWORD})
    assert answer.status_code == 201
    assert datetime.fromisoformat(answer.json["expires_at"]) == NOW + timedelta(hours=12)
    with site.at(NOW + timedelta(hours=13)):
        assert site.call("POST", "/events", {}, token=answer.json["token"]).status_code == 401


def test_a_wrong_password_and_an_unknown_user_get_the_same_401(site):
    answers = [
        site.call("POST", "/sessions", {"username": username, "password": "wrong"}) for username in ("admin", "nobody")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    first, second = ({**answer.json, "correlation_id": None} for answer in answers)
    assert first == second


def test_whoever_guesses_passwords_is_stopped_and_locks_out_nobody_elsewhere(site):
    def guess(address, password="wrong"):
        return site.app.test_client().post(
            "/events/api/v1/sessions",
            json={"username": "admin", "password": password},
            environ_base={"REMOTE_ADDR": address},
        )

    assert [guess("10.0.0.1").status_code for _ in range(11)] == [401] * 10 + [429]
    assert int(guess("10.0.0.1", PASSWORD).headers["Retry-After"]) > 0
    assert guess("10.0.0.2", PASSWORD).status_code == 201


def test_a_token_ends_when_its_holder_signs_out(site, token):
    assert site.call("DELETE", "/sessions/current", token=token).status_code == 204
    assert site.call("POST", "/events", {}, token=token).status_code == 401


def test_a_token_that_is_not_ours_lets_nobody_in(site, token):
    for made_up in ("x", token[:-3] + "abc", token + "x"):
        assert site.call("POST", "/events", {}, token=made_up).status_code == 401


def test_every_address_is_in_one_of_the_two_lists():
    assert [blueprint.name for blueprint in service.public] == ["door", "api_door"]
    assert [blueprint.name for blueprint in service.organizer] == ["desk", "api_desk"]
