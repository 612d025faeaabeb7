"""What the partners service is made of."""

from datetime import timedelta

from services.partners import agreement, api, audiences, handlers, letters, models, notices, operations, pages, scope
from services.partners.operations.importing import UNITS
from services.partners.operations.invitations import forget_links
from shared import contact_views, imports, sign_ins
from shared.notices import mailings
from shared.service import Service, Task
from shared.web import stopping

service = Service(
    name="partners",
    metadata=models.Base.metadata,
    public=[pages.door, api.door, stopping.blueprint("partners")],  # links that are keys, and what events need
    contact=[pages.unit, api.unit],  # a unit's contact, or an organizer
    organizer=[pages.desk, api.desk],
    handlers=handlers.registry,
    tasks=[
        Task(sign_ins.forget, timedelta(hours=1)),
        Task(imports.continuing([UNITS]), timedelta(seconds=5), when_planned=True, due=imports.DUE),
        Task(imports.forget_uploads, timedelta(minutes=10)),
        Task(mailings.going_on(audiences.find), timedelta(seconds=5), when_planned=True, due=mailings.UNFINISHED),
        Task(forget_links, timedelta(hours=1)),
        Task(contact_views.forget_views, timedelta(hours=1)),
        Task(operations.remind_of_names, timedelta(minutes=15)),
    ],
    told=agreement.TOLD,
    kept=agreement.KEPT,
    composer=notices.composer,
    tables=[sign_ins.Base.metadata, imports.Base.metadata, contact_views.Base.metadata],
    kinds=letters.KINDS,
    identify=scope.identify,
    confirm=sign_ins.confirm,
)
