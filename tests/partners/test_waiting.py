"""A unit that got too few places sees how many it has, may wait for the others, and sees them come."""

import pytest
from flask import Flask

from tests.conftest import ON_SQLITE
from tests.partners.conftest import World
from tests.partners.web import Browser, a_contact

pytestmark = ON_SQLITE
FEW, NONE_LEFT, WAITS = "名额不够，只留到一部分", "这个岗位的名额已经报满", "正在等候其余名额"


@pytest.fixture
def contact(app: Flask, world: World) -> Browser:
    """The unit's contact in a browser."""
    return a_contact(app, world)


def asked_to_wait(world: World) -> list[bool]:
    """What the sign-up service was told of it, message by message."""
    return [one["waits"] for one in world.messages("pledge.made")]


@pytest.mark.parametrize(("got", "said"), [(3, FEW), (0, NONE_LEFT)])
def test_the_unit_sees_what_it_got_waits_for_the_rest_and_gets_it(
    contact: Browser, world: World, got: int, said: str
) -> None:
    pledge_id = world.pledge()
    page = f"/partners/unit/pledges/{pledge_id}"
    world.answer(pledge_id, 1, held=got)
    shown = contact.get(page)
    assert said in shown
    assert f"{got} / 5" in shown
    assert WAITS not in shown

    for _again in range(2):
        assert contact.send(page, f"{page}/wait", {"waits": "true"}).status_code == 303
    assert asked_to_wait(world) == [False, True]
    assert f"{WAITS}：{5 - got}" in contact.get(page)

    world.answer(pledge_id, 2, held=4)
    shown = contact.get(page)
    assert "4 / 5" in shown
    assert f"{WAITS}：1" in shown
    world.answer(pledge_id, 3, held=5)
    shown = contact.get(page)
    assert "5 / 5" in shown
    assert WAITS not in shown
    assert said not in shown


def test_the_unit_can_wait_no_more_or_be_content_with_what_it_has(contact: Browser, world: World) -> None:
    pledge_id = world.pledge()
    page = f"/partners/unit/pledges/{pledge_id}"
    world.answer(pledge_id, 1, held=3)
    contact.send(page, f"{page}/wait", {"waits": "true"})
    contact.send(page, f"{page}/wait", {"waits": "false"})
    assert asked_to_wait(world) == [False, True, False]
    shown = contact.get(page)
    assert WAITS not in shown
    assert "现有名额就够了" in shown
    assert contact.send(page, f"{page}/reduce", {"quantity": "3"}).status_code == 303
    assert FEW not in contact.get(page)
