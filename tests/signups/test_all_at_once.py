"""Everybody at the same time: withdrawing, signing up, accepting, declining and claiming."""

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from services.signups import operations, queries, waitlist
from services.signups.idempotency import Request
from services.signups.models import SEATED, Hold, Place, Signup, SignupStatus
from shared.errors import Conflict
from tests.signups.conftest import LINKS, NOW, World

DAY_BEFORE = NOW + timedelta(days=7)
PLEDGE = UUID(int=7)
ON_POSTGRESQL = pytest.mark.parametrize(
    "new_database_url", [pytest.param("postgresql", marks=pytest.mark.real)], indirect=True
)
"""SQLite's writers take turns."""


def at_once(*tasks: Callable[[], Any]) -> None:
    """Run all of them in threads; what is refused is refused, anything else that goes wrong is raised."""
    wrong: list[BaseException] = []
    start = threading.Barrier(len(tasks))

    def run(task: Callable[[], Any]) -> None:
        start.wait()
        try:
            task()
        except Conflict:
            pass
        except BaseException as error:  # noqa: BLE001  (shown by the assertion below)
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@ON_POSTGRESQL
def test_a_day_before_forty_things_happen_at_once_and_every_freed_place_ends_with_somebody(world: World) -> None:
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 13}])
    world.pledge(3, pledge_id=PLEDGE)
    token = world.read(lambda session: session.get_one(Hold, PLEDGE).claim_token)
    seated = [world.sign_up() for _ in range(10)]
    waiting = [world.sign_up() for _ in range(20)]
    write = world.database.write

    def withdraw(answer: operations.Answer) -> None:
        write(operations.withdraw, answer.signup_id, reason=None, now=DAY_BEFORE)

    def sign_up(application: operations.Application) -> None:
        request = Request.of(str(uuid4()), {})
        write(operations.sign_up, application, request=request, links=LINKS, now=DAY_BEFORE)

    def answer_the_offer(operation: Callable[..., Any], answer: operations.Answer) -> None:
        for _ in range(10):  # until there is one
            try:
                write(operation, answer.signup_id, now=DAY_BEFORE)
            except Conflict:
                continue
            return

    tasks = [
        *(lambda one=one: withdraw(one) for one in seated[:8]),
        *(lambda one=one: withdraw(one) for one in waiting[10:13]),
        *(lambda one=one: sign_up(one) for one in [world.application() for _ in range(8)]),
        *(lambda one=one: sign_up(one) for one in [world.application(claim=token) for _ in range(5)]),
        *(lambda one=one: answer_the_offer(operations.accept_offer, one) for one in waiting[:6]),
        *(lambda one=one: answer_the_offer(operations.decline_offer, one) for one in waiting[6:10]),
        *[lambda: write(waitlist.sweep, DAY_BEFORE)] * 3,
        *[lambda: write(operations.expire_offers, DAY_BEFORE)] * 3,
    ]
    random.Random(5).shuffle(tasks)
    at_once(*tasks)
    write(waitlist.sweep, DAY_BEFORE)  # a place that two had in hand at once

    [counts] = world.read(lambda session: queries.shifts(session, world.event["event_id"]))
    assert (counts.capacity, counts.free, counts.held) == (13, 0, 0)
    assert counts.confirmed + counts.offered == 13
    with_place, standing = world.read(
        lambda session: (
            set(session.scalars(select(Place.signup_id).where(Place.signup_id.is_not(None)))),
            session.scalars(select(Signup)).all(),
        )
    )
    assert with_place == {one.id for one in standing if one.status in SEATED or one.offered_until is not None}
    claimed = [one for one in standing if one.pledge_id == PLEDGE]
    assert len(claimed) == 3
    latest = {
        one["signup_id"]: one
        for one in sorted(
            world.messages("signup.confirmed", "signup.waitlisted", "signup.withdrawn"), key=lambda one: one["version"]
        )
    }
    assert sum(one["status"] == "confirmed" or one.get("offered", False) for one in latest.values()) == 13


@ON_POSTGRESQL
def test_accepting_declining_and_running_out_at_once_ends_in_one_of_them(world: World) -> None:
    world.publish(shifts=[world.event["shifts"][0] | {"capacity": 1}])
    withdraws, *waiting = [world.sign_up() for _ in range(7)]
    world.database.write(operations.withdraw, withdraws.signup_id, reason=None, now=DAY_BEFORE)
    for _ in range(5):
        found = world.read(
            lambda session: session.scalars(select(Signup).where(Signup.offered_until.is_not(None))).all()
        )
        if not found:
            break
        answer = partial(world.database.write, signup_id=found[0].id, now=DAY_BEFORE)
        at_once(
            partial(answer, operations.accept_offer),
            partial(answer, operations.accept_offer),
            partial(answer, operations.decline_offer),
            partial(world.database.write, operations.expire_offers, DAY_BEFORE + timedelta(hours=2)),
        )
        world.database.write(waitlist.sweep, DAY_BEFORE)
        assert world.taken() == 1
    assert sum(world.status(one) is SignupStatus.CONFIRMED for one in waiting) <= 1
