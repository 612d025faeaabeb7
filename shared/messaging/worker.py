"""The worker: one thread each for the relay, the consumer, the scheduler and whatever else a service keeps going."""

import random
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

import structlog
from sqlalchemy import Executable
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from shared import calling
from shared.clock import Clock
from shared.database import Database
from shared.messaging import inbox, outbox
from shared.messaging.consumer import WAIT, Consumer
from shared.messaging.registry import Registry
from shared.messaging.relay import WINDOW, Relay
from shared.messaging.transport import Transport, TransportError
from shared.trips import Question, ask

IDLE: Final = 0.2
IDLE_MAX: Final = 5.0
"""Seconds between two looks into an outbox, at first and where it has been empty for a while. A commit ends the rest,
also that of another process (``calling.py``); looking is for what nobody could announce."""
CALLED_WAIT: Final = 10.0
"""Seconds between two looks of a consumer for retries that it does not know of, where it is called for replays: then
there are only those whose reader has died."""
BACKOFF_MAX: Final = 30.0
TICK: Final = 5.0
"""Seconds between two looks at the tasks that come due, at most."""
BREATH: Final = 0.05
"""Seconds between two runs of a task that finds more to do; a mailing to 100,000 people has twenty. The relay rests no
longer between two windows."""

log = structlog.get_logger()


class Periodic(Protocol):
    """Work that comes due with time."""

    @property
    def name(self) -> str:
        """Its name in the logs."""
        ...

    @property
    def every(self) -> timedelta:
        """The time between two runs."""
        ...

    @property
    def when_planned(self) -> bool:
        """Whether it runs at once as well when a transaction says that it left work (``shared.database.planned``)."""
        ...

    @property
    def due(self) -> Executable | None:
        """The question, with ``now``, whether it would find anything; None where only running it can tell."""
        ...

    @property
    def run(self) -> Callable[[Session, datetime], int]:
        """What is done, in one transaction."""
        ...


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """Forgets what the tables of messaging no longer need."""

    run: Callable[[Session, datetime], int]
    every: timedelta = timedelta(hours=1)
    when_planned: bool = False
    due: Executable | None = None

    @property
    def name(self) -> str:
        """The name in the logs."""
        return f"{self.run.__module__.rpartition('.')[2]}.{self.run.__name__}"


class Worker:
    """Keeps one service's messages and due times moving until it is told to stop.

    ``extra`` are further steps by name; a step returns the seconds it wants to rest before the next. A step that
    fails is logged and tried again after a growing pause: no thread ends before ``stop``, which calls ``ends`` for
    steps that wait on something of their own.
    """

    def __init__(
        self,
        database: Database,
        transport: Transport,
        registry: Registry,
        tasks: Sequence[Periodic],
        clock: Clock,
        extra: Mapping[str, Callable[[], float]],
        ends: Sequence[Callable[[], None]] = (),
    ) -> None:
        self._stopping = threading.Event()
        self._clock = clock
        self._database = database
        self._publisher = transport.publisher(database.service)
        self._relay = Relay(database, self._publisher, clock)
        self._consumer = Consumer(database, transport.subscriber(database.service), registry, clock)
        self._tasks = [*tasks, Housekeeping(outbox.purge), Housekeeping(inbox.purge)]
        self._next_run = [0.0] * len(self._tasks)
        self._came_round: dict[str, float] = {}
        self._idle = IDLE
        steps: dict[str, Callable[[], None]] = {
            "relay": self._relay_step,
            "consumer": self._consumer_step,
            "scheduler": self._scheduler_step,
            **{name: self._resting(name, step) for name, step in extra.items()},
        }
        self._ends = ends
        self._patience = WAIT
        self._listener: calling.Listener | None = None
        if calling.can_call(database):
            hear = {
                calling.MESSAGES: self.wake,
                calling.WORK: self.look_for_work,
                calling.RETRY: self._consumer.look_for_retries,
            }
            self._listener = calling.Listener(database, hear)
            self._patience = CALLED_WAIT
            steps["listener"] = self._listener.run_once
        self._planned = {name: threading.Event() for name in ("scheduler", *extra)}
        # A thread that still hangs on the network when its time is over is left behind by the process: what it has in
        # hand is leased or not acknowledged, and comes again.
        self._threads = [
            threading.Thread(target=self._keep_going, args=(name, step), name=f"{database.service}-{name}", daemon=True)
            for name, step in steps.items()
        ]
        database.after_commit.append(self.wake)
        database.after_planning.append(self.look_for_work)

    def start(self) -> None:
        """Start all threads and return."""
        for thread in self._threads:
            thread.start()

    def ages(self) -> Mapping[str, float]:
        """Return for each step how many seconds ago it last began; one that failed begins anew after its pause."""
        return {step: time.monotonic() - moment for step, moment in self._came_round.copy().items()}

    def wake(self) -> None:
        """Tell the relay that something was written; may be called from any thread."""
        self._publisher.wake()

    def look_for_work(self) -> None:
        """Tell the scheduler and the further steps that work was planned; may be called from any thread."""
        for event in self._planned.values():
            event.set()

    def ask_to_stop(self) -> None:
        """Let each thread finish what it has in hand, and return at once; one call to each of several workers."""
        self._stopping.set()
        self.wake()
        self._consumer.wake()
        if self._listener is not None:
            self._listener.end()
        for end in self._ends:
            end()
        self.look_for_work()

    def stop(self, timeout: float = 9.0) -> bool:
        """Stop all threads; False if one has not finished what it has in hand within ``timeout`` seconds."""
        self.ask_to_stop()
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(deadline - time.monotonic(), 0))
        return not any(thread.is_alive() for thread in self._threads)

    def _keep_going(self, name: str, step: Callable[[], None]) -> None:
        failures = 0
        while not self._stopping.is_set():
            self._came_round[name] = time.monotonic()
            try:
                step()
                failures = 0
            except Exception as error:
                failures += 1
                expected = isinstance(error, TransportError | DBAPIError)
                log.warning(
                    "worker.failed",
                    service=self._database.service,
                    step=name,
                    error=type(error).__name__,
                    reason=str(error) if isinstance(error, TransportError) else None,
                    failures=failures,
                    exc_info=None if expected else error,
                )
                self._rest(name, error, min(2.0 ** (failures - 1), BACKOFF_MAX))
        self._close(name)

    def _rest(self, name: str, error: Exception, longest: float) -> None:
        pause = random.uniform(0.1, longest)  # noqa: S311  (jitter)
        if name == "consumer" and not isinstance(error, TransportError):
            try:
                self._consumer.hold(min(pause, 5.0))
            except TransportError:
                self._stopping.wait(pause)
        else:
            self._stopping.wait(pause)

    def _close(self, name: str) -> None:
        if name == "relay":
            self._relay.close()
            self._publisher.close()
        elif name == "consumer":
            self._consumer.close()
        elif name == "listener" and self._listener is not None:
            self._listener.close()

    def _relay_step(self) -> None:
        begun = time.monotonic()
        published = self._relay.run_once()
        if published == WINDOW:
            return
        if published:
            # As long as the window took: while much is written, windows grow, and cost less for each message.
            self._stopping.wait(min(time.monotonic() - begun, BREATH))
        self._idle = IDLE if published else min(self._idle * 2, max(IDLE, IDLE_MAX))
        self._publisher.wait(self._idle)

    def _consumer_step(self) -> None:
        self._consumer.run_once(self._patience)

    def _scheduler_step(self) -> None:
        moment, more = time.monotonic(), False
        # The most overdue first, and each put off before it runs: one that fails holds up no other.
        turns = sorted(range(len(self._tasks)), key=self._next_run.__getitem__)
        come = [number for number in turns if self._next_run[number] <= moment]
        idle = self._with_nothing_to_do(come)
        for number in come:
            task = self._tasks[number]
            if not self._stopping.is_set():
                self._next_run[number] = moment + task.every.total_seconds()
                # In a context of its own, so that each run's messages have a correlation id of their own.
                if number not in idle and copy_context().run(self._database.write, task.run, self._clock()):
                    self._next_run[number] = moment  # work that was found suggests that there is more of it
                    more = True
        if more:
            self._stopping.wait(BREATH)
        elif self._wait_for_work("scheduler", min(min(self._next_run) - time.monotonic(), TICK)):
            self._look_at_once()

    def _with_nothing_to_do(self, numbers: Iterable[int]) -> Collection[int]:
        """Return those of the tasks that need not run now, as they tell in one trip for all of them."""
        asked = {number: due for number in numbers if (due := self._tasks[number].due) is not None}
        if not asked:
            return ()
        now = {"now": self._clock()}
        answers = self._database.look(ask, *(Question(due, now) for due in asked.values()))
        return {number for number, rows in zip(asked, answers, strict=True) if not rows[0][0]}

    def _look_at_once(self) -> None:
        for number, task in enumerate(self._tasks):
            if task.when_planned:
                self._next_run[number] = 0.0

    def _resting(self, name: str, step: Callable[[], float]) -> Callable[[], None]:
        def run() -> None:
            self._wait_for_work(name, step())

        return run

    def _wait_for_work(self, name: str, seconds: float) -> bool:
        """Rest until work is planned, which is said by True, for at most ``seconds``."""
        planned = self._planned[name].wait(max(seconds, 0))
        self._planned[name].clear()
        return planned
