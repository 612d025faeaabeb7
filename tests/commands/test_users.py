"""Organizers' accounts, made and looked after on the machine itself."""

import pytest
from sqlalchemy import select

from services.events import accounts
from services.events.models import Organizer
from shared.messaging.tables import Outgoing
from tests.commands.conftest import read, run
from tests.conftest import ON_SQLITE


@pytest.mark.usefixtures("installation")
@ON_SQLITE
class TestAccounts:
    @pytest.fixture(autouse=True)
    def _migrated(self, installation):  # noqa: ARG002  # its environment is what is asked for
        assert run("migrate", "events").exit_code == 0

    def test_a_new_account_can_sign_in_with_the_password_that_is_printed_once(self, database):
        made = read("user", "add", "Wang.Fang", "--role", "grid", "--community", "东湖社区", "--called", "王芳")
        assert (made["name"], made["community"], made["role"]) == ("wang.fang", "东湖社区", "grid")
        found = database("events").read(accounts.check_password, "wang.fang", made["password"])
        assert (found.display_name, found.role, found.community) == ("王芳", "grid", "东湖社区")
        assert made["password"] not in run("user", "list").output

    def test_a_name_that_somebody_has_is_refused(self):
        again = run("user", "add", "admin")
        assert again.exit_code == 1
        assert "already" in again.output
        assert len(read("user", "list")) == 1

    def test_a_name_that_nobody_could_sign_in_with_is_not_understood(self):
        assert run("user", "add", "no spaces please").exit_code == 2

    def test_a_new_password_ends_all_sign_ins_and_the_other_services_hear_of_it(self, database):
        first = read("user", "add", "wang.fang")["password"]
        second = read("user", "password", "wang.fang")["password"]
        assert second != first
        events = database("events")
        assert events.read(accounts.check_password, "wang.fang", second).valid_from is not None
        assert "organizer.changed" in events.read(lambda session: session.scalars(select(Outgoing.type)).all())
        assert run("user", "password", "nobody").exit_code == 1

    def test_a_lost_phone_is_asked_for_no_more(self, database):
        events = database("events")
        [admin] = events.read(accounts.everybody)
        events.write(accounts.begin_codes, admin.id)
        events.write(lambda session: setattr(session.get_one(Organizer, admin.id), "totp_since", admin.created_at))
        assert [one["code"] for one in read("user", "list")] == ["asked for"]
        assert run("user", "lost-phone", "Admin").exit_code == 0
        assert [one["code"] for one in read("user", "list")] == ["not asked for"]
        assert run("user", "lost-phone", "nobody").exit_code == 1

    def test_a_password_that_the_configuration_names_is_changed_there(self, monkeypatch):
        monkeypatch.setenv("STEWARD_ADMIN_PASSWORD", "what the configuration says")
        refused = run("user", "password", "admin")
        assert refused.exit_code == 1
        assert "STEWARD_ADMIN_PASSWORD" in refused.output

    def test_the_list_says_what_each_account_may_do(self, database):
        read("user", "add", "li.lei", "--role", "viewer")
        assert {one["name"]: one["role"] for one in read("user", "list")} == {"admin": "office", "li.lei": "viewer"}
        assert database("events").read(lambda session: len(session.scalars(select(Organizer)).all())) == 2
