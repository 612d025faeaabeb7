"""What the partners service is made of."""

from services.partners import api, handlers, models, notices, pages, scope
from shared.service import Service

service = Service(
    name="partners",
    metadata=models.Base.metadata,
    public=[pages.door, api.door],  # an access link, and what published events need
    contact=[pages.unit, api.unit],  # a unit's contact, or an organizer
    organizer=[pages.desk, api.desk],
    handlers=handlers.registry,
    composer=notices.composer,
    identify=scope.identify,
)
