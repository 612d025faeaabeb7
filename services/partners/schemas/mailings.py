"""What organizers enter for a message to many units."""

from services.partners.audiences import Units
from shared.fields import Choice, Schema
from shared.web import mailings


class AudienceQuery(Schema):
    """Which units."""

    whom = Choice(Units, required=True)


class BroadcastSchema(mailings.BroadcastSchema, AudienceQuery):
    """A message to the contacts of many units about an event, sent at once or at ``due_at``."""


class BroadcastForm(mailings.BroadcastForm, AudienceQuery):
    """The same as a form."""
