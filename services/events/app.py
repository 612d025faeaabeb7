"""What the events service is made of."""

from datetime import timedelta

from services.events import accounts, agreement, api, handlers, models, notices, operations, pages
from services.events.operations.importing import plan
from services.events.operator import ACCOUNTS
from shared import imports
from shared.service import Service, Task

service = Service(
    name="events",
    metadata=models.Base.metadata,
    public=[pages.door, api.door],
    organizer=[pages.desk, api.desk],
    handlers=handlers.registry,
    tasks=[
        Task(operations.fire_due_reminders, every=timedelta(seconds=2), due=operations.REMINDERS_DUE),
        Task(imports.forget_uploads, every=timedelta(minutes=10)),
    ],
    work=lambda config: [
        Task(imports.continuing([plan(config.timezone)]), timedelta(seconds=5), when_planned=True, due=imports.DUE),
        Task(operations.planning(config.quiet_hours), every=timedelta(minutes=10)),
    ],
    told=agreement.TOLD,
    kept=agreement.KEPT,
    composer=notices.composer,
    kinds=notices.KINDS,
    tables=[imports.Base.metadata],
    accounts=ACCOUNTS,
    prepare=accounts.prepare,
    confirm=accounts.confirm,
)
