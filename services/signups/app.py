"""What the sign-up service is made of."""

from datetime import timedelta

from services.signups import api, handlers, idempotency, notices, pages, waitlist
from services.signups.models import Base
from shared.service import Service, Task

service = Service(
    name="signups",
    metadata=Base.metadata,
    public=[pages.door, api.door],
    organizer=[pages.desk, api.desk],
    handlers=handlers.registry,
    tasks=[
        Task(waitlist.sweep, timedelta(seconds=30)),
        Task(idempotency.forget, timedelta(hours=1)),
    ],
    composer=notices.composer,
)
