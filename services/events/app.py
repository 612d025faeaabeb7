"""What the events service is made of."""

from datetime import timedelta

from services.events import accounts, api, handlers, models, operations, pages
from shared.service import Service, Task

service = Service(
    name="events",
    metadata=models.Base.metadata,
    public=[pages.door, api.door],
    organizer=[pages.desk, api.desk],
    handlers=handlers.registry,
    tasks=[Task(operations.fire_due_reminders, every=timedelta(seconds=1))],
    prepare=accounts.prepare,
    confirm=accounts.confirm,
)
