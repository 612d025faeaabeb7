"""Work units and the access of their contacts."""

import pytest
from sqlalchemy import select, text

from services.partners import directory, operations, queries
from services.partners.models import Contact
from services.partners.scope import Scope, identify
from shared.errors import NotFound
from tests.partners.conftest import COMMUNITY, DESK, NOW, World, person


def test_the_access_link_lets_in_its_contact_under_the_units_name(world: World) -> None:
    principal = world.database.read(identify, world.unit.token, NOW)
    assert principal is not None
    assert (principal.kind, principal.id, principal.name) == ("contact", world.unit.contact_id, "朝阳小学")
    assert Scope.of(principal) == Scope(COMMUNITY, world.unit.contact_id)


def test_only_the_hash_of_a_token_is_kept(world: World) -> None:
    stored = world.database.read(lambda session: session.scalars(select(Contact.token_hash)).all())
    assert len(world.unit.token) >= 43
    assert world.unit.token not in stored


def test_a_made_up_token_lets_nobody_in(world: World) -> None:
    assert world.database.read(identify, "made-up", NOW) is None


def test_a_new_link_ends_the_old_one(world: World) -> None:
    access = world.database.write(operations.renew_access, world.unit.id, scope=DESK, now=NOW)
    assert world.database.read(identify, world.unit.token, NOW) is None
    principal = world.database.read(identify, access.token, NOW)
    assert principal is not None
    assert principal.id == world.unit.contact_id


def test_a_new_contact_takes_over_and_the_old_one_is_out(world: World) -> None:
    access = world.database.write(operations.replace_contact, world.unit.id, person(name="王老师"), scope=DESK, now=NOW)
    assert world.database.read(identify, world.unit.token, NOW) is None
    assert world.database.read(identify, access.token, NOW) is not None
    unit = world.database.read(queries.work_unit, world.unit.id, scope=DESK)
    assert unit.contact.name == "王老师"
    with pytest.raises(NotFound):
        world.pledge()


def test_a_closed_unit_lets_nobody_in(world: World) -> None:
    world.database.write(operations.close_work_unit, world.unit.id, scope=DESK, now=NOW)
    assert world.database.read(identify, world.unit.token, NOW) is None
    world.database.write(operations.reopen_work_unit, world.unit.id, scope=DESK, now=NOW)
    assert world.database.read(identify, world.unit.token, NOW) is not None


def test_a_contact_sees_one_unit_and_a_desk_those_of_its_community(world: World) -> None:
    world.add_unit("卫生站")
    world.add_unit("曙光小学", scope=Scope("曙光社区"))

    def names(scope: Scope) -> list[str]:
        return world.database.read(lambda session: [one.unit.name for one in directory.overviews(session, scope=scope)])

    assert sorted(names(DESK)) == ["卫生站", "朝阳小学"]
    assert names(world.unit.scope) == ["朝阳小学"]
    assert names(Scope("曙光社区")) == ["曙光小学"]


def test_units_are_listed_with_what_they_have_pledged(world: World) -> None:
    withdrawn = world.pledge()
    world.pledge()
    world.database.write(operations.withdraw_pledge, withdrawn, scope=DESK, now=NOW)
    [overview] = world.database.read(directory.overviews, scope=DESK)
    assert (overview.unit.contact.name, overview.pledges) == ("李老师", 1)


def test_how_a_contact_is_reached_is_kept_sealed(world: World) -> None:
    raw = world.database.read(lambda session: session.execute(text("SELECT phone, email FROM contacts")).all())
    contact = world.database.read(lambda session: session.get_one(Contact, world.unit.contact_id))
    assert contact.phone.startswith("+86")
    assert contact.phone[3:] not in str(raw)
