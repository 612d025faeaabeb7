"""Limits on how often somebody may ask: generous for an address, since schools and offices share one.

They are counted in the memory of each process, so that a service with two web processes lets in up to twice as many.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, Final, ParamSpec, TypeVar
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, current_app, request
from limits import RateLimitItem, parse
from limits.strategies import FixedWindowRateLimiter
from werkzeug.exceptions import HTTPException, TooManyRequests

from shared.config import Config
from shared.errors import DomainError
from shared.web.counting import Counts
from shared.web.current import now

P = ParamSpec("P")
T = TypeVar("T")
Key = Callable[[], str]

FAILED: Final = 400
EVERYTHING: Final = parse("6000 per minute")
NOBODY: Final = "unknown"
EXEMPT: Final = frozenset({"health", "assets"})
"""Blueprints that are asked often by design."""


def init_app(app: Flask, settings: Config) -> None:
    """Count the application's requests by address, unless the limits are lifted."""
    if settings.rate_limit:
        app.extensions["limits"] = FixedWindowRateLimiter(Counts())
        app.before_request(_count)


def address() -> str:
    """Return the address that the request comes from, as far as the proxies in front are believed."""
    return request.remote_addr or NOBODY


def lets_in(app: Flask, environ: WSGIEnvironment) -> bool:
    """Count a request that the application does not see, and say whether its address may be answered."""
    limiter: FixedWindowRateLimiter | None = app.extensions.get("limits")
    return limiter is None or limiter.hit(EVERYTHING, environ.get("REMOTE_ADDR") or NOBODY)


def limit(rate: str, *, key: Key = address, failures_only: bool = False) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Answer 429 with Retry-After once the view was asked more often than ``rate`` ("10 per 15 minutes") says.

    ``key`` says who is counted together. With ``failures_only`` only requests that were refused count, as for wrong
    passwords. Put it nearest to the view.
    """
    item = parse(rate)

    def decorate(view: Callable[P, T]) -> Callable[P, T]:
        @wraps(view)
        def limited(*args: P.args, **kwargs: P.kwargs) -> T:
            counter = _Counter(item, (view.__module__, view.__qualname__, key()))
            if not failures_only:
                counter.hit()
                return view(*args, **kwargs)
            counter.test()
            try:
                result = view(*args, **kwargs)
            except (DomainError, HTTPException):
                counter.hit()
                raise
            if _status(result) >= FAILED:
                counter.hit()
            return result

        return limited

    return decorate


def spend(rate: str, key: str) -> None:
    """Count once against a limit that only the view can name, such as a phone's; raises TooManyRequests."""
    _Counter(_parsed(rate), ("spend", key)).hit()


_parsed = cache(parse)


@dataclass(frozen=True, slots=True)
class _Counter:
    """What is counted against one limit."""

    item: RateLimitItem
    names: tuple[str, ...]

    def hit(self) -> None:
        """Count once more; raises TooManyRequests when that was too often."""
        limiter = _limiter()
        if limiter is not None and not limiter.hit(self.item, *self.names):
            self._refuse(limiter)

    def test(self) -> None:
        """Raise TooManyRequests when it has been too often."""
        limiter = _limiter()
        if limiter is not None and not limiter.test(self.item, *self.names):
            self._refuse(limiter)

    def _refuse(self, limiter: FixedWindowRateLimiter) -> None:
        window = limiter.get_window_stats(self.item, *self.names)
        raise TooManyRequests(retry_after=max(int(window.reset_time - now().timestamp()), 1))


def _limiter() -> FixedWindowRateLimiter | None:
    return current_app.extensions.get("limits")


def _count() -> None:
    if request.blueprint not in EXEMPT:
        _Counter(EVERYTHING, (address(),)).hit()


def _status(result: Any) -> int:
    if isinstance(result, Response):
        return result.status_code
    if isinstance(result, tuple) and len(result) > 1 and isinstance(result[1], int):
        return result[1]
    return 200
