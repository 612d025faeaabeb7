"""A unit's claim link can be changed: the one before opens nothing any more, and names stay."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from services.signups.idempotency import Answer
from services.signups.models import Hold
from shared.errors import Invalid
from tests.conftest import ON_SQLITE
from tests.signups.conftest import World
from tests.signups.test_holds import PLEDGE, claim_token, last, roomy  # noqa: F401  (a fixture)
from tests.signups.web import Site


@pytest.fixture
def world(roomy: World) -> World:  # noqa: F811  (the fixture)
    """The shift has five places, of which a unit has three."""
    roomy.pledge(3, pledge_id=PLEDGE)
    return roomy


def claim(world: World, token: str) -> Answer:
    return world.sign_up(claim=token)


def test_another_link_ends_the_one_before_and_names_stay(world: World) -> None:
    before = claim_token(world)
    claim(world, before)
    for _again in range(2):
        world.pledge(3, pledge_id=PLEDGE, version=2, claim_link=1)
    after = claim_token(world)
    assert after != before
    told = world.messages("places.held")
    assert [(one["claim_link"], one["claim_url"].rpartition("/")[2]) for one in told] == [
        (0, before),
        (0, before),
        (1, after),
    ]
    assert last(world) == (3, 3, 1)
    with pytest.raises(Invalid) as refused:
        claim(world, before)
    assert list(refused.value.errors) == ["claim"]
    claim(world, after)
    assert last(world) == (3, 3, 2)


def test_a_later_state_of_the_pledge_leaves_the_link_and_an_older_one_changes_nothing(world: World) -> None:
    world.pledge(3, pledge_id=PLEDGE, version=3, claim_link=2)
    token = claim_token(world)
    world.pledge(3, pledge_id=PLEDGE, version=2, claim_link=1)
    world.pledge(2, pledge_id=PLEDGE, version=4, claim_link=2)
    assert claim_token(world) == token
    assert last(world) == (2, 2, 0)


def test_the_link_of_a_withdrawn_pledge_ends_too(world: World) -> None:
    before = claim_token(world)
    claim(world, before)
    world.pledge(0, pledge_id=PLEDGE, version=2, claim_link=1)
    assert claim_token(world) != before
    assert last(world) == (0, 1, 1)


def test_a_pledge_whose_first_message_asks_for_another_link_has_it_by_its_number(world: World) -> None:
    later = uuid4()
    world.pledge(1, pledge_id=later, version=2, claim_link=1)
    assert world.read(lambda session: session.scalar(select(Hold.claim_link).where(Hold.pledge_id == later))) == 1


@ON_SQLITE
def test_the_old_link_answers_as_one_that_never_was(world: World) -> None:
    site, before = Site(world), claim_token(world)
    assert "朝阳小学" in site.open(f"/signups/claim/{before}")
    world.pledge(3, pledge_id=PLEDGE, version=2, claim_link=1)
    for page in ("", "/list", "/names"):
        old, unknown = (site.browser.get(f"/signups/claim/{token}{page}") for token in (before, "x" * 43))
        assert (old.status_code, unknown.status_code) == (404, 404)
        assert "朝阳小学" not in old.text
        assert "链接" in old.text
    assert "朝阳小学" in site.open(f"/signups/claim/{claim_token(world)}")
