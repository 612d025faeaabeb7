"""One site with one of everything is made for all of these tests; each module works on its own copy."""

import gc
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.watching import WATCH
from tests.web.site import Site
from tests.web.world import World, build


@pytest.fixture(scope="package", autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of requests need no line each."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="module", autouse=True)
def settled(original: tuple[Site, World]) -> Iterator[None]:
    """As in a server (``shared/serving.py``), no answer pays for a look at all that was there before it."""
    assert original
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def nobody_is_named() -> Iterator[None]:
    """Here every field is filled with the same words, so that somebody's name is a title elsewhere."""
    yield
    WATCH.leaks.clear()


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, World]:
    """The site that is only copied, and what is on it."""
    site = Site.new(tmp_path_factory.mktemp("original"))
    return site, build(site)


@pytest.fixture(scope="module")
def site(original: tuple[Site, World], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The module's own copy."""
    copied = original[0].copy(tmp_path_factory.mktemp("site"))
    yield copied
    copied.close()


@pytest.fixture
def fresh_site(original: tuple[Site, World], tmp_path: Path) -> Iterator[Site]:
    """A copy for one test, that nobody has asked anything yet."""
    copied = original[0].copy(tmp_path / "site")
    yield copied
    copied.close()


@pytest.fixture(scope="session")
def world(original: tuple[Site, World]) -> World:
    """What is on the site."""
    return original[1]
