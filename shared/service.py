"""What a service is made of, and the one way to make a web application of it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Flask
from flask.sansio.blueprints import Blueprint
from sqlalchemy import Executable, MetaData
from sqlalchemy.orm import Session

from shared import checks, messages_desk, tracing
from shared import clock as clocks
from shared.agreement.facts import Kept, Told
from shared.config import Config
from shared.database import Database
from shared.messaging import inbox, outbox
from shared.messaging import tables as messaging_tables
from shared.messaging.registry import Registry
from shared.messaging.transport import Transport
from shared.messaging.worker import Worker
from shared.notices import channels, queue
from shared.notices import tables as notice_tables
from shared.notices.kinds import Kind
from shared.notices.pace import Pace
from shared.notices.policy import Policy
from shared.notices.queue import Composer
from shared.notices.sender import Sender
from shared.notices.tables import ALONE, BULK
from shared.web import application, receipts
from shared.web.current import Confirm, Identify
from shared.web.metrics import Gauges


@dataclass(frozen=True, slots=True)
class Task:
    """Work that comes due with time. ``run`` gets a session and the moment, and returns how much it did.

    One that is for what transactions leave to the worker runs ``when_planned`` as well. Where ``due`` (a statement with
    one yes or no, which may ask for ``now``) says no, it would find nothing, and is passed over.
    """

    run: Callable[[Session, datetime], int]
    every: timedelta
    when_planned: bool = False
    due: Executable | None = None

    @property
    def name(self) -> str:
        """The name it has in logs and metrics."""
        return self.run.__name__


@dataclass(frozen=True, slots=True)
class Erasures:
    """Who was erased by a service that knows people, so that a backup from before can be made to forget them again.

    ``listed`` returns who was and when, the first one first; ``again`` erases those of the people whom the database
    knows, and returns how many there were.
    """

    listed: Callable[[Session], Sequence[tuple[UUID, datetime]]]
    again: Callable[[Session, Collection[UUID], datetime], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """What the operator's command line does with organizers' accounts, in the service that has them.

    ``first`` is the user name of the one whom the settings may give a password. ``listed`` returns each account in
    words; ``add`` makes one from what was entered (user and display name, community, role) and ``renew`` gives one,
    by its user name, a new password: both return what is to be printed, the password among it. ``forget_codes`` is for
    somebody who has lost their phone. They raise marshmallow's ValidationError, Conflict and NotFound.
    """

    first: str
    listed: Callable[[Session], Sequence[Mapping[str, str]]]
    add: Callable[[Session, Mapping[str, str], datetime], Mapping[str, str]]
    renew: Callable[[Session, str, datetime], Mapping[str, str]]
    forget_codes: Callable[[Session, str, datetime], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service as data. Who may come in is in the name of the list a blueprint stands in.

    ``public`` blueprints see to access themselves (a manage token, a published event); ``organizer`` and ``contact``
    blueprints are closed to everybody else before a view runs.
    """

    name: str
    metadata: MetaData
    public: Sequence[Blueprint]
    organizer: Sequence[Blueprint]
    contact: Sequence[Blueprint] = ()
    handlers: Registry
    tasks: Sequence[Task] = ()
    composer: Callable[[Config], Composer] | None = None
    """Makes the function that writes a notice at the moment it is sent; None for a service that sends none."""
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    """What its kinds of notices are to the sender; one that is not listed is calm and about no topic."""
    identify: Identify | None = None
    """Finds whoever holds an opaque token of this service (a unit's contact); None where there are none."""
    confirm: Confirm | None = None
    """Returns an organizer as they stand now, or None where their sign-in holds no more; None where it cannot know."""
    tables: Sequence[MetaData] = ()
    """Tables of shared parts that the service's database holds as well (``shared.sign_ins``)."""
    told: Mapping[str, Told] = field(default_factory=dict)
    """What it tells the others, by kinds of things, so that their copies can be compared; in the order of mending."""
    kept: Mapping[str, Kept] = field(default_factory=dict)
    """What it keeps of the others, by the same kinds."""
    erasures: Erasures | None = None
    """Who was erased; None for a service that knows nobody who could ask for it."""
    accounts: Accounts | None = None
    """The accounts that the operator may list, make and give new passwords; None for a service that has none."""
    work: Callable[[Config], Sequence[Task]] | None = None
    """Makes further tasks, which need the configuration; None where there are none."""
    gauges: Gauges | None = None
    """Reads what `/metrics` says of this service only; None where there is nothing."""
    prepare: Callable[[Session, Config, datetime], str | None] | None = None
    """Runs after each migration (the first organizer); returns a line to print."""

    @property
    def all_metadata(self) -> list[MetaData]:
        """Everything that the service's database holds."""
        shared = [messaging_tables.Base.metadata]
        if self.composer is not None:
            shared.append(notice_tables.Base.metadata)
        return [self.metadata, *shared, *self.tables]


def build_app(
    service: Service,
    config: Config,
    database: Database,
    *,
    clock: clocks.Clock = clocks.utc_now,
    threads: int | None = None,
) -> Flask:
    """Return the service's web application, served by so many threads; the only application factory there is."""
    tracing.start(config)
    if threads is not None:
        database.figures.serves_with(threads)
    return application.build(
        config,
        database,
        clock,
        public=[*service.public, *([] if service.composer is None else [receipts.entrance(service.name)])],
        organizer=[*service.organizer, messages_desk.blueprint(service.name)],
        contact=service.contact,
        identify=service.identify,
        confirm=service.confirm,
        gauges=partial(_gauges, service),
        checks=checks.of(service),
    )


def build_worker(
    service: Service,
    config: Config,
    database: Database,
    transport: Transport,
    *,
    clock: clocks.Clock = clocks.utc_now,
) -> Worker:
    """Return the service's worker: relay, consumer, scheduler and, where it sends notices, their senders."""
    tracing.start(config)
    extra: dict[str, Callable[[], float]] = {}
    ends: list[Callable[[], None]] = []
    if service.composer is not None:
        policy = Policy(service.kinds, ZoneInfo(config.timezone), config.quiet_hours, config.daily_notices)
        pace = Pace(config.notice_rates)
        ways = channels.from_config(config)
        sender = Sender(database, service.composer(config), ways, clock, policy=policy, pace=pace)
        extra["sender"] = sender.run_once
        extra |= {f"sender-{number}": sender.help_out for number in range(2, config.senders + 1)}
        ends.append(sender.end)
    tasks = [*service.tasks, *(service.work(config) if service.work is not None else ())]
    return Worker(database, transport, service.handlers, tasks, clock, extra, ends)


def _gauges(service: Service, session: Session, now: datetime) -> Mapping[str, float]:
    """Return what `/metrics` says of the service's messages and notices; each is read from a partial index.

    These are ``ix_outbox_unpublished``, ``ix_inbox_unsettled``, ``ix_notices_alone`` and ``ix_notices_bulk``: they hold
    what is still open, so that a look costs the same however many rows are settled.
    """
    waiting, age = outbox.backlog(session, now)
    unsettled = inbox.count(session)
    figures = {"outbox_messages": float(waiting), "outbox_age_seconds": age}
    figures |= {f"inbox_{status.value}_messages": float(number) for status, number in unsettled.items()}
    if service.composer is not None:
        for name, among in (("alone", ALONE), ("of_many", BULK)):
            found = queue.still_open(session, among, now)
            figures |= {f"notices_{name}": float(found.notices), f"notices_{name}_overdue_seconds": found.overdue}
    return {**figures, **(service.gauges(session, now) if service.gauges is not None else {})}
