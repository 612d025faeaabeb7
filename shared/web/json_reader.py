"""Reading JSON from a request as strictly as people would wish their own to be read."""

import json
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from flask import Request
from werkzeug.exceptions import UnsupportedMediaType

from shared.errors import BadRequest
from shared.texts import Text
from shared.texts import text as _

MAX_DEPTH: Final = 20
MAX_VALUES: Final = 10_000
"""Fields, their names and entries of lists in one body; an event with 100 shifts has about 7,000."""


def read(request: Request) -> Any:
    """Return the body, decoded; an empty one is an object without fields.

    Raises UnsupportedMediaType unless it says that it is JSON, and BadRequest when it is not UTF-8 or malformed,
    names a field twice, is nested deeper than ``MAX_DEPTH``, holds more than ``MAX_VALUES``, or what JSON has no word
    for (NaN, half a character).
    """
    body = request.get_data()
    if not body:
        return {}
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        decoded = json.loads(body.decode("utf-8", "strict"), object_pairs_hook=_object, parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise BadRequest(_("Please send the text as UTF-8.")) from None
    except RecursionError:
        raise BadRequest(_too_deep()) from None
    except ValueError:
        raise BadRequest(_("This is not JSON. Please check quotes, commas and brackets.")) from None
    _check(decoded)
    return decoded


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BadRequest(_("A field is named twice in one object. Please send each only once."))
    return found


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("not JSON")


def _check(decoded: Any) -> None:
    """Look at it level by level, since a recursion could be made to go too deep."""
    level, seen = [decoded], 0
    for _depth in range(MAX_DEPTH + 1):
        if any(isinstance(part, str) and _is_broken(part) for part in level):
            raise BadRequest(_("The text holds half a character. Please send whole ones."))
        containers = [part for part in level if isinstance(part, dict | list)]
        if not containers:
            return
        level = [inner for container in containers for inner in _parts(container)]
        seen += len(level)
        if seen > MAX_VALUES:
            raise BadRequest(_("This holds too many values. At most %(n)s can be read at once.", n=MAX_VALUES))
    raise BadRequest(_too_deep())


def _parts(container: dict[str, Any] | list[Any]) -> list[Any]:
    return [*container.keys(), *container.values()] if isinstance(container, dict) else container


def _is_broken(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _too_deep() -> Text:
    return _("The objects are nested too deep. At most %(n)s levels can be read.", n=MAX_DEPTH)
