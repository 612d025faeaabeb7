"""The whole of Steward, started as a person starts it: embedded, and in the shape of production."""

from collections.abc import Iterator

import pytest

from shared.native.parts import free_port
from tools.sites import (
    PASSWORD,
    ROOT,
    Site,
    an_event,
    children,
    in_future,
    kill,
    processes,
    start,
    stop,
)

__all__ = [
    "PASSWORD",
    "ROOT",
    "Site",
    "an_event",
    "children",
    "free_port",
    "in_future",
    "kill",
    "processes",
    "start",
    "stop",
]


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Steward in one process."""
    site = start("embedded", tmp_path_factory.mktemp("embedded"), free_port())
    yield site
    stop(site)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Steward in the shape of production."""
    site = start("stack", tmp_path_factory.mktemp("stack"), free_port())
    yield site
    stop(site)


@pytest.fixture(
    scope="session",
    params=[
        "embedded",
        pytest.param("stack", marks=pytest.mark.real),
    ],
)
def site(request: pytest.FixtureRequest) -> Site:
    """Steward, running in each of its modes; shared by the tests, so each makes its own event."""
    running: Site = request.getfixturevalue(request.param)
    return running
