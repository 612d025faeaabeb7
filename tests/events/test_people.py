"""Those who organize: invited by link, with a role that says what they may do, and shut out the moment that is told."""

import re
from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from services.events import accounts
from services.events.accounts import passwords
from services.events.models import Invitation, Organizer
from services.events.operations import Desk
from shared.errors import Conflict, Invalid, NotFound
from shared.principal import Role
from shared.web.current import KEY, Access
from tests.conftest import ON_SQLITE
from tests.events.web import API, DESK, ENGLISH, PASSWORD, Site, texts_of
from tests.events.world import NOW

NEW = "a quiet evening"


@pytest.fixture
def office(site) -> Desk:
    """The desk of the first organizer."""
    return desk_of(site, "admin")


def desk_of(site, username):
    found = site.database.read(lambda session: session.scalars(select(Organizer).filter_by(username=username)).one())
    return Desk(found.community, found.id)


def invited(site, desk, role=Role.GRID, name="王芳"):
    return site.database.write(accounts.invite, role=role, display_name=name, desk=desk, now=site.now)


def joined(site, desk, username="wangfang", role=Role.GRID) -> Site:
    """Somebody who was invited, in a browser of their own."""
    _invitation, token = invited(site, desk, role)
    theirs = Site(site.database, site.now)
    theirs.send(f"/events/invitations/{token}", {"username": username, "password": NEW})
    return theirs


def change(site, username, **what):
    return site.database.write(
        accounts.change_organizer, desk_of(site, username).organizer_id, **what, desk=desk_of(site, "admin"), now=NOW
    )


@ON_SQLITE
def test_who_is_invited_chooses_name_and_password_and_is_signed_in(site, office):
    theirs = joined(site, office)
    assert "Roster" in theirs.get(DESK)
    Site(site.database).sign_in("WangFang", NEW)


@ON_SQLITE
def test_looking_at_an_invitation_uses_nothing_up_and_joining_does(site, office):
    _invitation, token = invited(site, office)
    for _ in range(2):
        assert "王芳" in site.get(f"/events/invitations/{token}")
    site.send(f"/events/invitations/{token}", {"username": "wangfang", "password": NEW})
    assert "no longer open" in site.get(f"/events/invitations/{token}", 404)


@ON_SQLITE
def test_an_invitation_that_is_old_taken_back_or_made_up_opens_nothing(site, office):
    invitation, token = invited(site, office)
    with site.at(NOW + timedelta(days=7)):
        assert "no longer open" in site.get(f"/events/invitations/{token}", 404)
    site.database.write(accounts.revoke, invitation.id, desk=office, now=NOW)
    for gone in (token, "made-up"):
        assert "no longer open" in site.get(f"/events/invitations/{gone}", 404)


@ON_SQLITE
def test_only_the_hash_of_an_invitations_token_is_kept(site, office):
    _invitation, token = invited(site, office)
    [kept] = site.database.read(lambda session: session.scalars(select(Invitation)).all())
    assert token not in vars(kept).values()


@pytest.mark.parametrize(
    ("entered", "said"),
    [
        ({"username": "wang", "password": "short"}, "at least 10"),
        ({"username": "wangfangfang", "password": "WangFangFang"}, "not use the user name"),
        ({"username": "wang fang", "password": NEW}, "without spaces"),
        ({"username": "Admin", "password": NEW}, "Somebody has this user name"),
    ],
)
@ON_SQLITE
def test_what_cannot_be_a_name_or_a_password_is_said_beside_it_and_the_link_stays_good(site, office, entered, said):
    _invitation, token = invited(site, office)
    answer = site.send(f"/events/invitations/{token}", entered, 422)
    assert said in answer.text
    assert f'value="{entered["username"]}"' in answer.text
    site.get(f"/events/invitations/{token}")


def test_of_two_who_open_one_link_at_once_one_gets_the_account(site, office):
    _invitation, token = invited(site, office)
    start, outcomes = Barrier(2), []

    def join(username):
        start.wait()
        given = {"username": username, "password_hash": "-", "now": NOW}
        try:
            site.database.write(accounts.accept, token, **given)
            outcomes.append("in")
        except NotFound:
            outcomes.append("late")

    both = [Thread(target=join, args=[name]) for name in ("one", "two")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(outcomes) == ["in", "late"]


@ON_SQLITE
def test_the_office_invites_on_a_page_and_sees_the_link_once(site):
    site.sign_in()
    site.send(f"{DESK}/people/invite", {"display_name": "李强", "role": "property"})
    first, second = site.get(f"{DESK}/people"), site.get(f"{DESK}/people")
    link = re.search(r'id="invitation-link" href="[^"]*(/events/invitations/[^"]+)"', first)[1]
    assert link not in second
    assert "李强" in second
    invitation_id = re.search(r"invitations/([0-9a-f-]{36})/renew", second)[1]
    site.send(f"{DESK}/people/invitations/{invitation_id}/renew", {}, page=f"{DESK}/people")
    assert "no longer open" in site.get(link, 404)
    fresh = re.search(r'id="invitation-link" href="[^"]*(/events/invitations/[^"]+)"', site.get(f"{DESK}/people"))[1]
    assert "李强" in site.get(fresh)


@ON_SQLITE
def test_a_viewer_may_read_the_desk_and_change_nothing(site, office, world):
    event = world.create()
    theirs = joined(site, office, role=Role.VIEWER)
    theirs.get(f"{DESK}/{event.id}")
    for path in (f"{DESK}/new", f"{DESK}/{event.id}/publish"):
        answer = theirs.send(path, {}, 403, page=f"{DESK}/me")
        assert "for reading only" in texts_of(answer.text)
    token = site.token("wangfang", NEW)
    answer = site.call("POST", "/events", {}, token=token)
    assert (answer.status_code, answer.content_type) == (403, "application/problem+json")
    theirs.send(f"{DESK}/me", {"display_name": "王芳芳"})
    assert site.call("DELETE", "/sessions/current", token=token).status_code == 204


@ON_SQLITE
def test_no_address_of_the_desk_that_changes_something_is_open_to_a_viewer(site, office):
    """Whatever is added later is closed to them as well, unless it says otherwise and is named here."""
    theirs = joined(site, office, role=Role.VIEWER)
    token = re.search(r'name="csrf_token" value="([^"]+)"', theirs.get(f"{DESK}/me"))[1]
    bearer = site.token("wangfang", NEW)
    own = (f"{DESK}/me", f"{API}/sessions/current")
    tried = 0
    for rule in site.app.url_map.iter_rules():
        access = site.app.extensions[KEY].access[rule.endpoint.rpartition(".")[0]]
        if access is not Access.ORGANIZER or rule.rule.startswith(own):
            continue
        values = {name: UUID(int=1) if "_id" in name else "x" for name in rule.arguments}
        values |= {"step": "close"} if "step" in rule.arguments else {}
        path = rule.rule
        for name, value in values.items():
            path = re.sub(rf"<[^<>]*{name}>", str(value), path)
        for method in (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}:
            if path.startswith(API):
                answer = site.call(method, path.removeprefix(API), {}, token=bearer)
            else:
                answer = theirs.browser.open(path, method=method, data={"csrf_token": token}, headers=ENGLISH)
            assert answer.status_code in {403, 404}, (method, path)
            assert answer.status_code == 403 or "any(" in rule.rule, (method, path)
            tried += 1
    assert tried > 20


@ON_SQLITE
def test_grid_workers_plan_and_publish_but_neither_cancel_nor_manage_people(site, office, world):
    event = world.create()
    theirs = joined(site, office)
    theirs.send(f"{DESK}/{event.id}/publish", {}, page=f"{DESK}/{event.id}")
    answer = theirs.send(f"{DESK}/{event.id}/cancel", {"reason": "雨"}, 403, page=f"{DESK}/me")
    assert "community office" in texts_of(answer.text)
    theirs.get(f"{DESK}/people", 403)
    assert "Colleagues" not in theirs.get(DESK)
    assert "Colleagues" in site_of_admin(site).get(DESK)


def site_of_admin(site):
    admin = Site(site.database)
    admin.sign_in()
    return admin


@ON_SQLITE
def test_a_new_role_counts_at_the_next_click(site, office):
    theirs = joined(site, office, role=Role.VIEWER)
    theirs.get(f"{DESK}/people", 403)
    change(site, "wangfang", role=Role.OFFICE)
    theirs.get(f"{DESK}/people")


@ON_SQLITE
def test_closing_an_account_ends_its_sign_ins_at_once_and_reopening_lets_it_in_again(site, office, world):
    theirs = joined(site, office)
    change(site, "wangfang", active=False)
    theirs.get(DESK, 303)
    theirs.send("/events/login", {"username": "wangfang", "password": NEW}, 422)
    change(site, "wangfang", active=True)
    theirs.sign_in("wangfang", NEW)
    told = [one for one in world.messages("organizer.changed") if one["role"] == "grid"]
    assert [(one["version"], one["active"]) for one in told] == [(2, False), (3, True)]


@ON_SQLITE
def test_signing_out_is_told_to_the_other_services_once(site, world):
    token = site.token()
    assert [site.call("DELETE", "/sessions/current", token=token).status_code for _ in range(2)] == [204, 401]
    [told] = world.messages("session.ended")
    assert told["expires_at"] == NOW + timedelta(hours=12)


@ON_SQLITE
def test_the_last_account_of_the_office_and_ones_own_stay_as_they_are(site, office, world):
    site.database.write(lambda session: session.delete(session.get_one(Organizer, world.desk.organizer_id)))
    with pytest.raises(Conflict, match="last account"):
        change(site, "admin", role=Role.VIEWER)
    joined(site, office, role=Role.OFFICE)
    with pytest.raises(Conflict, match="your own"):
        change(site, "admin", active=False)
    site.sign_in()
    answer = site.send(f"{DESK}/people/{office.organizer_id}/close", {}, 409, page=f"{DESK}/people")
    assert "your own account" in texts_of(answer.text)


def test_of_two_who_close_each_others_account_at_once_one_stays(site, office, world):
    site.database.write(lambda session: session.delete(session.get_one(Organizer, world.desk.organizer_id)))
    joined(site, office, role=Role.OFFICE)
    desks, start, refused = [office, desk_of(site, "wangfang")], Barrier(2), []

    def close(mine, other):
        start.wait()
        try:
            site.database.write(accounts.change_organizer, other.organizer_id, active=False, desk=mine, now=NOW)
        except Conflict as error:
            refused.append(error)

    both = [Thread(target=close, args=pair) for pair in (desks, desks[::-1])]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(refused) == 1
    people = site.database.read(accounts.people, community=office.community)
    assert [one.active for one in people] == [True, False]


@ON_SQLITE
def test_another_communitys_people_are_not_there(site, world, office):
    stranger = Desk("远方社区", world.desk.organizer_id)
    with pytest.raises(NotFound):
        site.database.write(accounts.change_organizer, office.organizer_id, active=False, desk=stranger, now=NOW)
    invitation, _token = invited(site, office)
    with pytest.raises(NotFound):
        site.database.write(accounts.revoke, invitation.id, desk=stranger, now=NOW)


@ON_SQLITE
def test_a_new_password_needs_the_old_one_and_signs_out_every_other_device(site, office):
    theirs = joined(site, office)
    elsewhere = Site(site.database)
    elsewhere.sign_in("wangfang", NEW)
    wrong = theirs.send(f"{DESK}/me/password", {"old": "x", "new": "another evening"}, 422)
    assert "not your present password" in wrong.text
    theirs.send(f"{DESK}/me/password", {"old": NEW, "new": "another evening"})
    theirs.get(DESK)
    elsewhere.get(DESK, 303)
    Site(site.database).sign_in("wangfang", "another evening")


def phone_of(page) -> pyotp.TOTP:
    """The phone into which the secret of the page was typed."""
    return pyotp.TOTP(re.search(r"<dd>([A-Z2-7 ]{32,})</dd>", page)[1].replace(" ", ""))


def with_codes(site) -> pyotp.TOTP:
    """Turn codes on for the first organizer; the phone's clock is the site's."""
    site.sign_in()
    site.send(f"{DESK}/me/codes/begin", {}, page=f"{DESK}/me")
    phone = phone_of(site.get(f"{DESK}/me/codes"))
    for wrong in ({"code": "000000"}, {"password": "x"}, {"code": ""}, {"password": ""}):
        site.send(f"{DESK}/me/codes", {"password": PASSWORD, "code": phone.at(site.now)} | wrong, 422)
    site.send(f"{DESK}/me/codes", {"password": PASSWORD, "code": phone.at(site.now)})
    site.now += timedelta(seconds=30)
    return phone


def ticket_of(site, **form):
    answer = site.send("/events/login", {"username": "admin", "password": PASSWORD} | form, 200)
    return re.search(r'name="ticket" value="([^"]+)"', answer.text)[1]


@ON_SQLITE
def test_who_has_set_up_a_code_is_asked_for_it_and_each_counts_once(site):
    phone = with_codes(site)
    code = phone.at(site.now)
    for expected in (303, 422):
        browser = Site(site.database, site.now)
        ticket = ticket_of(browser)
        browser.get(DESK, 303)
        browser.send("/events/login", {"ticket": ticket, "code": f"{code[:3]} {code[3:]}"}, expected)
        browser.get(DESK, 200 if expected == 303 else 303)


@ON_SQLITE
def test_the_second_step_waits_five_minutes_and_ends_with_a_new_password(site):
    phone = with_codes(site)
    late, changed = Site(site.database, site.now), Site(site.database, site.now)
    ticket = ticket_of(late)
    late.now = changed.now = site.now + timedelta(minutes=6)
    answer = late.send("/events/login", {"ticket": ticket, "code": phone.at(late.now)}, 422)
    assert "too long" in answer.text
    ticket = ticket_of(changed)
    site.send(f"{DESK}/me/password", {"old": PASSWORD, "new": "another evening"})
    changed.send("/events/login", {"ticket": ticket, "code": phone.at(changed.now)}, 422)


@ON_SQLITE
def test_a_new_code_signs_out_every_other_device(site):
    other = site_of_admin(site)
    other.get(DESK)
    phone = with_codes(site)
    site.get(DESK)
    other.get(DESK, 303)
    other.now = site.now
    other.send("/events/login", {"ticket": ticket_of(other), "code": phone.at(site.now)})
    site.now += timedelta(seconds=30)
    site.send(f"{DESK}/me/codes/stop", {"password": PASSWORD, "code": phone.at(site.now)})
    other.get(DESK, 303)
    site.get(DESK)


class Slow(PasswordHasher):
    """Takes so long over a right password that something else happens meanwhile."""

    def __init__(self, meanwhile):
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.meanwhile = meanwhile

    def verify(self, *args):
        right = super().verify(*args)
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()
        return right


def new_password(site, mine, old, new):
    site.database.write(
        accounts.change_password,
        mine.organizer_id,
        old=old,
        new_hash=accounts.hash_password(new),
        expires_at=NOW + timedelta(hours=12),
        now=NOW,
    )


@pytest.mark.parametrize("happens", ["new password", "closed"])
def test_a_password_that_is_changed_while_it_is_checked_lets_nobody_in(site, office, monkeypatch, happens):
    joined(site, office)
    mine, body = desk_of(site, "wangfang"), {"username": "wangfang", "password": NEW}

    def do():
        if happens == "closed":
            change(site, "wangfang", active=False)
        else:
            new_password(site, mine, NEW, "another evening")

    def undo():
        if happens == "closed":
            change(site, "wangfang", active=True)
        else:
            new_password(site, mine, "another evening", NEW)

    monkeypatch.setattr(passwords, "HASHER", Slow(do))
    assert site.call("POST", "/sessions", body).status_code == 401
    undo()
    theirs = Site(site.database)
    monkeypatch.setattr(passwords, "HASHER", Slow(do))
    assert "sign in once more" in theirs.send("/events/login", body, 422).text
    theirs.get(DESK, 303)


@ON_SQLITE
def test_codes_that_are_turned_on_while_the_password_is_checked_are_asked_for(site, office, monkeypatch):
    theirs = joined(site, office)
    organizer_id = desk_of(site, "wangfang").organizer_id
    phone = pyotp.TOTP(theirs.database.write(accounts.begin_codes, organizer_id).totp_secret)

    def meanwhile():
        confirm = {"password": NEW, "code": phone.at(NOW), "expires_at": NOW + timedelta(hours=12), "now": NOW}
        site.database.write(accounts.confirm_codes, organizer_id, **confirm)

    monkeypatch.setattr(passwords, "HASHER", Slow(meanwhile))
    answers = [site.call("POST", "/sessions", {"username": "wangfang", "password": NEW}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[1].json["type"] == "urn:steward:problem:code-needed"


@ON_SQLITE
def test_whoever_guesses_codes_is_stopped(site):
    phone = with_codes(site)
    browser = Site(site.database, site.now)
    ticket = ticket_of(browser)
    for _ in range(10):
        browser.send("/events/login", {"ticket": ticket, "code": "000000"}, 422)
    browser.send("/events/login", {"ticket": ticket, "code": phone.at(site.now)}, 429)


@ON_SQLITE
def test_a_program_is_told_that_a_code_is_needed(site):
    phone = with_codes(site)
    body = {"username": "admin", "password": PASSWORD}
    answer = site.call("POST", "/sessions", body)
    assert (answer.status_code, answer.json["type"]) == (401, "urn:steward:problem:code-needed")
    assert site.call("POST", "/sessions", body | {"code": phone.at(site.now)}).status_code == 201
    wrong = site.call("POST", "/sessions", body | {"password": "x", "code": phone.at(site.now)})
    assert (wrong.status_code, wrong.json["type"]) == (401, "about:blank")


@ON_SQLITE
def test_a_code_is_turned_off_with_all_that_signing_in_asks_for_or_by_the_office(site, office):
    phone = with_codes(site)
    for wrong in ({"code": "000000"}, {"password": "x"}, {"code": ""}, {"password": ""}):
        site.send(f"{DESK}/me/codes/stop", {"password": PASSWORD, "code": phone.at(site.now)} | wrong, 422)
    site.send(f"{DESK}/me/codes/stop", {"password": PASSWORD, "code": phone.at(site.now)})
    Site(site.database).sign_in()
    site.send("/events/logout", {}, page=f"{DESK}/me")
    with_codes(site)
    joined(site, office, role=Role.OFFICE)
    site.database.write(accounts.reset_codes, office.organizer_id, desk=desk_of(site, "wangfang"), now=site.now)
    site.get(DESK, 303)
    Site(site.database).sign_in()


@ON_SQLITE
def test_people_and_invitations_as_json(site):
    token = site.token()
    made = site.call("POST", "/invitations", {"display_name": "李强", "role": "viewer"}, token=token)
    assert made.status_code == 201
    listed = site.call("GET", "/invitations", token=token).json["items"]
    assert [one["display_name"] for one in listed] == ["李强"]
    assert "url" not in listed[0]
    theirs = Site(site.database)
    theirs.send(
        made.json["url"].partition("/events/")[1] + made.json["url"].partition("/events/")[2],
        {
            "username": "liqiang",
            "password": NEW,
        },
    )
    people = {one["username"]: one for one in site.call("GET", "/organizers", token=token).json["items"]}
    assert people["liqiang"]["role"] == "viewer"
    assert people["liqiang"]["signed_in_at"] is not None
    path = f"/organizers/{people['liqiang']['id']}"
    assert site.call("PATCH", path, {"role": "grid", "active": False}, token=token).json["active"] is False
    theirs.get(DESK, 303)
    assert site.call("PATCH", path, {"role": "king"}, token=token).status_code == 422
    assert site.call("PATCH", f"/organizers/{people['admin']['id']}", {"active": False}, token=token).status_code == 409


@ON_SQLITE
def test_a_wrong_code_to_confirm_turns_nothing_on(site, office):
    site.database.write(accounts.begin_codes, office.organizer_id)
    wrong = {"password": PASSWORD, "code": "000000", "expires_at": NOW + timedelta(hours=12), "now": NOW}
    with pytest.raises(Invalid):
        site.database.write(accounts.confirm_codes, office.organizer_id, **wrong)
    Site(site.database).sign_in()
