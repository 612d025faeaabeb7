"""The words of a letter of thanks, the same on its page and on paper. It claims nothing that was not noted."""

from collections.abc import Mapping, Sequence
from typing import Final

from services.partners import record, words
from services.partners.models import Event, Kind, Pledge
from shared.texts import Text
from shared.texts import text as _
from shared.web.i18n import translate, whole_day

GIVEN: Final[Mapping[Kind, Text]] = {
    Kind.VENUE: _("made a place available (%(what)s)"),
    Kind.SUPPLIES: _("gave supplies (%(what)s; %(amount)s)"),
    Kind.SPEAKER: _("sent a speaker (%(what)s)"),
}
LENT: Final = _("lent equipment (%(what)s; %(amount)s)")
CAME: Final = _("sent helpers (%(what)s; %(amount)s)")
SIGNED_UP: Final = _("found helpers who signed up (%(what)s; %(amount)s)")
"""Said where nobody noted how many came, and only the names are known."""


def paragraphs(event: Event, pledges: Sequence[Pledge]) -> list[Text]:
    """Return what the letter says between its salutation and its end."""
    # Translators: what stands between the parts of a list that have commas themselves
    given = translate(_("; ")).join(translate(_given(pledge)) for pledge in pledges)
    return [
        _(
            "“%(event)s” took place on %(date)s at %(place)s. It became what it was with the help of your unit, which"
            " %(given)s.",
            event=event.title,
            date=whole_day(event.starts_at, event.timezone),
            place=event.venue_name,
            given=given,
        ),
        _(
            "We thank you and everybody who took part most warmly, and hope to go on making our neighbourhood a good"
            " place together."
        ),
        _("With kind regards"),
    ]


def _given(pledge: Pledge) -> Text:
    if pledge.kind is Kind.PEOPLE:
        said = SIGNED_UP if pledge.delivered is None else CAME
    else:
        said = LENT if pledge.returnable else GIVEN[pledge.kind]
    return _(said.msgid, what=words.matter(pledge), amount=words.amount(pledge, record.given(pledge)))
