"""The page on which somebody chooses what they are told of, by which ways, and by which way first."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from shared.fields import Choice, Schema
from shared.notices import preferences
from shared.notices.kinds import TOPICS, Topic
from shared.notices.preferences import EVERY, Preferences
from shared.texts import Text
from shared.texts import text as _
from shared.web import forms
from shared.web.current import database, now
from shared.web.forms import Form
from shared.web.i18n import tell

Back = tuple[str, str]
"""Label and address of the page that leads here."""


class Way(StrEnum):
    """By which ways somebody hears of a topic."""

    ALL = "all"
    EMAIL = "email"
    SMS = "sms"
    NONE = "none"


class First(StrEnum):
    """Which way is tried before the others."""

    ANY = "any"
    EMAIL = "email"
    SMS = "sms"


WAYS: Final[Mapping[Way, Text]] = {
    Way.ALL: _("By e-mail or text message"),
    Way.EMAIL: _("By e-mail only"),
    Way.SMS: _("By text message only"),
    Way.NONE: _("Not at all"),
}
FIRSTS: Final[Mapping[First, Text]] = {
    First.ANY: _("Whatever the office thinks best"),
    First.EMAIL: _("E-mail"),
    First.SMS: _("Text message"),
}
STOPPED: Final[Mapping[Way, tuple[str, ...]]] = {
    Way.ALL: (),
    Way.EMAIL: ("sms",),
    Way.SMS: ("email",),
    Way.NONE: (EVERY,),
}
"""Way -> the channels that are stopped for it."""
SettingsSchema = Schema.from_dict(
    {**{topic.value: Choice(Way, required=True) for topic in Topic}, "first": Choice(First, required=True)},
    name="SettingsSchema",
)


def page(person_id: UUID, back: Back) -> ResponseReturnValue:
    """Show what the person chose."""
    return _page(Form(None, _values(database.read(preferences.of, person_id))), back)


def keep(person_id: UUID, back: Back) -> ResponseReturnValue:
    """Keep what the person chooses now."""
    form = forms.load(SettingsSchema(), request.form)
    if form.data is None:
        return _page(form, back), 422
    first = form.data["first"]
    database.write(
        preferences.choose,
        person_id,
        stopped=[(topic.value, channel) for topic in Topic for channel in STOPPED[form.data[topic.value]]],
        first=None if first is First.ANY else first.value,
        now=now(),
    )
    tell(_("Your choice is kept."))
    return redirect(request.path, 303)


def _values(chosen: Preferences) -> dict[str, Any]:
    first = chosen.first if chosen.first in list(First) else First.ANY
    return {topic.value: _way(chosen, topic).value for topic in Topic} | {"first": first}


def _way(chosen: Preferences, topic: Topic) -> Way:
    """Return the way that comes nearest to what is stopped, which a link in a letter or a program may have done."""
    by_email, by_sms = (chosen.wants(topic, channel) for channel in ("email", "sms"))
    if by_email and by_sms:
        return Way.ALL
    return Way.EMAIL if by_email else Way.SMS if by_sms else Way.NONE


def _page(form: Form, back: Back) -> str:
    return render_template(
        "notice_settings.html",
        topics=TOPICS,
        ways=[(way.value, label) for way, label in WAYS.items()],
        firsts=[(way.value, label) for way, label in FIRSTS.items()],
        here=request.path,
        back_to=back,
        values=form.values,
        errors=form.errors,
    )
