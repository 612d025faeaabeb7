"""Reading the sign-up form: what was typed, the answers to what the shifts ask, and whether a program did it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer
from werkzeug.datastructures import MultiDict

from services.signups import questions, schemas
from services.signups.models import Shift
from shared.errors import Invalid
from shared.fields import Schema
from shared.texts import Text
from shared.texts import text as _
from shared.web import forms
from shared.web.current import config
from shared.web.forms import WHOLE_FORM, Form
from shared.web.i18n import translate

Asks = Sequence[Mapping[str, Any]]
Asked = Mapping[UUID, Asks]
"""The questions of shifts, by their ids."""
FORM: Final = schemas.FormSchema()
"""Made once: that takes longer than to read a form."""
ANSWERS: Final = "answers-"
"""How the names of the answers' boxes begin; the shift's id and the question's key follow."""
FASTEST: Final = 2
"""Seconds: nobody reads the page and ticks a shift in less."""
LONGEST: Final = 24 * 3600
TOO_FAST: Final = _("That was quicker than people are. Please look everything over and press the button again.")
TOO_LONG: Final = _("This page was open for a long time. Please look everything over and press the button again.")
TRAPPED: Final = _(
    "A box that nobody sees was filled in, as programs do. It is empty again: please press the button once more."
)


def read(sent: MultiDict[str, str], asked: Asked) -> Form:
    """Read what was sent, with all that is wrong in it; answers to questions of other shifts are passed over."""
    form, answers = _loaded(FORM, sent)
    if isinstance(form.errors.get("shift_id"), dict):  # the one message stands above all shifts
        form.errors["shift_id"] = [translate(schemas.CHOOSE)]
    chosen = form.values["shift_id"]
    _answer(form, {shift: asks for shift, asks in asked.items() if str(shift) in chosen}, answers)
    return form


def read_for(shift: Shift, schema: Schema, sent: MultiDict[str, str]) -> Form:
    """Read a form for one shift, which is not chosen on it, with all that is wrong in it."""
    form, answers = _loaded(schema, sent)
    _answer(form, {shift.id: shift.questions}, answers)
    return form


def stamp(now: datetime) -> str:
    """Return when the page was opened, for it to carry along."""
    return str(_stamps().dumps(int(now.timestamp())))


def refuse_programs(form: Form, now: datetime) -> None:
    """Send a form back that a program seems to have filled in; whoever presses the button again gets through.

    Load tests, for which the rate limits are lifted, may be as fast as they like.
    """
    opened, hidden = form.values.get("opened"), form.values.pop("website", "")
    if form.data is None or not config.rate_limit:
        return
    reason = TRAPPED if hidden else _haste(opened, now)
    if reason is TOO_LONG:
        form.values["opened"] = stamp(now)
    if reason is not None:
        form.data = None
        form.errors = {WHOLE_FORM: [translate(reason)]}


def _haste(opened: str | None, now: datetime) -> Text | None:
    try:
        seconds = int(now.timestamp()) - _stamps().loads(opened or "")
    except BadData:
        return TOO_LONG
    if seconds < FASTEST:
        return TOO_FAST
    return TOO_LONG if seconds > LONGEST else None


def _stamps() -> URLSafeSerializer:
    return URLSafeSerializer(config.secret_key, salt="opened")


def _loaded(schema: Schema, sent: MultiDict[str, str]) -> tuple[Form, dict[str, str]]:
    """Return the form without its answers, and the answers by the names of their boxes."""
    answers = {name: value for name, value in sent.items() if name.startswith(ANSWERS)}
    others = MultiDict((name, value) for name, value in sent.items(multi=True) if name not in answers)
    return forms.load(schema, others), answers


def _answer(form: Form, asked: Asked, answers: dict[str, str]) -> None:
    """Put the answers to what the shifts ask into the form, or what is wrong in them."""
    given, wrong = {}, {}
    for shift, asks in asked.items():
        try:
            given[str(shift)] = _checked(shift, asks, answers)
        except Invalid as error:
            wrong[str(shift)] = translate(error.errors["answers"])
    form.values["answers"] = answers
    if wrong:
        form.data = None
        form.errors = _after("shift_id", form.errors, {"answers": wrong})
    if form.data is not None:
        form.data["answers"] = given


def _checked(shift: UUID, asks: Asks, answers: dict[str, str]) -> dict[str, str]:
    """Return the answers to the shift's questions as they were typed; raises Invalid."""
    names = {question["key"]: f"{ANSWERS}{shift}-{question['key']}" for question in asks}
    typed = {key: answers[name] for key, name in names.items() if answers.get(name, "").strip()}
    questions.read(asks, typed)
    return typed


def _after(name: str, errors: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Return the errors in the order of the page, with more of them after those of a field."""
    first = {key: texts for key, texts in errors.items() if key == name}
    return first | more | errors
