"""What the sign-up service is made of."""

from datetime import timedelta

from services.signups import (
    agreement,
    api,
    audiences,
    figures,
    handlers,
    idempotency,
    notices,
    operations,
    pages,
    waitlist,
)
from services.signups.letters.wordings import KINDS
from services.signups.models import Base
from services.signups.operations.importing import people
from services.signups.operations.own_data import erase_unused
from shared import contact_views, imports, sign_ins
from shared.notices import mailings
from shared.service import Erasures, Service, Task
from shared.web import stopping

service = Service(
    name="signups",
    metadata=Base.metadata,
    public=[pages.door, api.door, stopping.blueprint("signups")],
    organizer=[pages.desk, api.desk],
    handlers=handlers.registry,
    confirm=sign_ins.confirm,
    tasks=[
        Task(waitlist.sweep, timedelta(seconds=30)),
        Task(operations.expire_offers, timedelta(seconds=30)),
        Task(operations.release_unclaimed, timedelta(seconds=5), due=operations.UNCLAIMED),
        Task(mailings.going_on(audiences.find), timedelta(seconds=5), when_planned=True, due=mailings.UNFINISHED),
        Task(operations.plan_for_missed, timedelta(minutes=10)),
        Task(idempotency.forget, timedelta(hours=1)),
        Task(operations.lapse_handovers, timedelta(minutes=1)),
        Task(operations.forget_links, timedelta(hours=1)),
        Task(operations.forget_codes, timedelta(hours=1)),
        Task(sign_ins.forget, timedelta(hours=1)),
        Task(operations.find_forgotten, timedelta(minutes=5)),
        Task(imports.forget_uploads, timedelta(minutes=10)),
        Task(erase_unused, timedelta(hours=1)),
        Task(contact_views.forget_views, timedelta(hours=1)),
    ],
    work=lambda config: [
        Task(imports.continuing([people(config.secret_key)]), timedelta(seconds=5), when_planned=True, due=imports.DUE),
    ],
    told=agreement.TOLD,
    kept=agreement.KEPT,
    erasures=Erasures(operations.erasures, operations.erase_again),
    composer=notices.composer,
    gauges=figures.read,
    kinds=KINDS,
    tables=[sign_ins.Base.metadata, imports.Base.metadata, contact_views.Base.metadata],
)
