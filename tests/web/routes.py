"""All addresses of all services, read from their route maps, with ids filled in and bodies that would be taken."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import uuid4

from werkzeug.routing import Rule
from werkzeug.routing.converters import AnyConverter, UUIDConverter

from shared.notices.channels.signatures import signed
from shared.web.current import KEY, Access
from tests.web.site import GIVEN, SIGNING, Site, is_api, later
from tests.web.world import World

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
LEFT_OUT = frozenset({"id", "claim", "template", "year", "key"})
"""Optional fields that mean something else than the others: an entry that is there already, a link, a preset."""
NOBODY = "00000000-0000-4000-8000-000000000000"
"""An id that nothing has."""
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Route:
    """One address and one method."""

    service: str
    method: str
    rule: Rule
    access: Access

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"

    @property
    def is_api(self) -> bool:
        """Whether it takes JSON."""
        return is_api(self.rule.rule)

    @property
    def has_id(self) -> bool:
        """Whether something is named in its address."""
        return any(isinstance(one, UUIDConverter) for one in self.rule._converters.values())

    @property
    def reads_nothing(self) -> bool:
        """Whether it says the same whatever it is asked; these take long to write."""
        return self.rule.endpoint in {"reference.docs", "reference.document", "health.metrics"}

    def path(self, world: World, **instead: str) -> str:
        """Return the address of something that is there; ``instead`` names something else."""
        choices = {
            name: min(converter.items)
            for name, converter in self.rule._converters.items()
            if isinstance(converter, AnyConverter)
        }
        event = {one["id"]: one for one in (world.draft, world.cancelled)}.get(instead.get("event_id", ""), world.event)
        values = dict.fromkeys(self.rule.arguments, "x") | choices | _samples(world, self.rule.rule, event) | instead
        adapter = self.rule.map.bind("localhost") if self.rule.map is not None else None
        assert adapter is not None
        return adapter.build(self.rule.endpoint, {name: values[name] for name in self.rule.arguments}, self.method)


def routes(site: Site) -> list[Route]:
    """Return every route of every service."""
    found = []
    for service, app in site.apps.items():
        access = app.extensions[KEY].access
        for rule in app.url_map.iter_rules():
            who = access[rule.endpoint.rpartition(".")[0]]
            found += [Route(service, method, rule, who) for method in METHODS if method in (rule.methods or ())]
    return found


def operations(site: Site) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Yield service, method, path and description of every operation in the OpenAPI documents."""
    for service in site.apps:
        for path, described in document(site, service)["paths"].items():
            for method in described.keys() & {method.lower() for method in METHODS}:
                yield service, method.upper(), path, described[method]


@lru_cache
def document(site: Site, service: str) -> dict[str, Any]:
    """Return the service's OpenAPI document."""
    return dict(site.done("GET", f"/{service}/api/openapi.json"))


@dataclass(frozen=True)
class Field:
    """A field of a body: where it stands, and what the document says of it."""

    path: Path
    spec: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """Its type, or the format of a text that is more than a text."""
        kinds = self.spec.get("type", "object")
        kind = next((one for one in kinds if one != "null"), "null") if isinstance(kinds, list) else kinds
        return str(self.spec.get("format", kind)) if kind == "string" else str(kind)

    @property
    def takes_null(self) -> bool:
        """Whether null is a value of it."""
        return bool(self.spec.get("nullable")) or "null" in self.spec.get("type", ())

    def put(self, body: Mapping[str, Any], value: Any) -> dict[str, Any]:
        """Return the body with another value in this field."""
        changed = dict(deepcopy(body))
        place: Any = changed
        for step in self.path[:-1]:
            place = place.setdefault(step, {}) if isinstance(step, str) else place[step]
        place[self.path[-1]] = value
        return changed


@dataclass(frozen=True)
class Operation:
    """An operation that takes a body: the body it would take, and every field that there could be."""

    route: Route
    body: dict[str, Any]
    fields: list[Field]

    def send(self, site: Site, world: World, body: Any = None, **rest: Any) -> Any:
        """Send a body as somebody who may, with the headers that the operation may ask for.

        The event that is changed is the draft, so that it cannot be cancelled under the others' feet.
        """
        headers = {"If-Match": '"1"', "Idempotency-Key": str(uuid4()), "Accept-Language": "zh-CN"}
        token = None if self.route.access is Access.PUBLIC and "<" not in self.route.rule.rule else world.organizer
        if self.route.rule.rule.endswith("/feedback"):  # only whoever was there may say how it was
            token = world.manage_token
        path = self.route.path(world, event_id=world.draft["id"])
        sent = {"json": body, **rest}
        if self.route.rule.endpoint == "receipts.note":  # a provider has no token, and signs what it sends
            if "data" not in sent:
                sent = {"data": json.dumps(body).encode(), "content_type": "application/json"}
            headers |= signed([SIGNING], str(uuid4()), sent["data"], site.now())
        return site.call(self.route.method, path, token=token, headers=headers, **sent)


def writing(site: Site, world: World) -> list[Operation]:
    """Return every operation of the API that takes a body, as the OpenAPI documents describe them."""
    known = {(route.service, route.method, braced(route.rule.rule)): route for route in routes(site)}
    found = []
    for service, method, path, described in operations(site):
        if "requestBody" in described:
            schemas = document(site, service)["components"]["schemas"]
            spec = described["requestBody"]["content"]["application/json"]["schema"]
            fields = list(_fields(spec, schemas, ()))
            body: dict[str, Any] = _example(spec, schemas, "", world)
            found.append(Operation(known[service, method, path], body, fields))
    return found


def _samples(world: World, rule: str, event: Mapping[str, Any]) -> dict[str, str]:
    tokens = {
        "claim": world.claim,
        "manage": world.manage_token,
        "feedback": world.manage_token,
        "s": world.short,
        "f": world.short,
        "take": world.give,
        "enter": world.contact,
        "invitations": world.invitation,
        "feed": world.calendar,
        "stop": world.stops[rule.split("/")[1]],
    }
    service = rule.split("/")[1]
    return {
        "event_id": world.event["id"],
        "signup_id": world.signup,
        "pledge_id": world.things,
        "work_unit_id": world.unit,
        "community": GIVEN["STEWARD_COMMUNITY"],
        "contact_id": NOBODY,
        "organizer_id": world.colleague,
        "invitation_id": world.invitation_id if rule.startswith("/events/") else world.asked,
        "need_id": world.need,
        "shift_id": event["shifts"][0]["id"],
        "item_id": event["programme"][0]["id"],
        "task_id": event["tasks"][0]["id"],
        "supply_id": event["supplies"][0]["id"],
        "handover_id": NOBODY,
        "message_id": NOBODY,
        "mailing_id": world.mailings.get(service, NOBODY),
        "notice_id": world.notices.get(service, NOBODY),
        "upload_id": NOBODY,
        "volunteer_id": world.volunteer,
        "review_id": world.review,
        "entry_id": world.entry,
        "record_id": world.record,
        "number": world.certificate,
        "key": world.template,
        "slug": world.event["url"].rpartition("/")[2],
        "token": next((token for word, token in tokens.items() if f"/{word}/" in rule), "x"),
    }


def braced(rule: str) -> str:
    """Return a rule as OpenAPI writes it."""
    return re.sub(r"<(?:[^<>]*:)?([a-z_]+)>", r"{\1}", rule)


def _resolved(spec: Mapping[str, Any], schemas: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a reference, or a choice between it and null, stands for."""
    for choice in (*spec.get("anyOf", ()), *spec.get("oneOf", ()), *spec.get("allOf", ())):
        if choice.get("type") != "null":
            inner = _resolved(choice, schemas)
            has_null = any(one.get("type") == "null" for one in spec.get("anyOf", spec.get("oneOf", ())))
            return {**inner, "nullable": has_null}
    if "$ref" in spec:
        return _resolved(schemas[spec["$ref"].rpartition("/")[2]], schemas)
    return spec


def _fields(spec: Mapping[str, Any], schemas: Mapping[str, Any], path: Path) -> Iterator[Field]:
    spec = _resolved(spec, schemas)
    if path:
        yield Field(path, spec)
    for name, inner in spec.get("properties", {}).items():
        yield from _fields(inner, schemas, (*path, name))
    if "items" in spec:
        yield from _fields(spec["items"], schemas, (*path, 0))


def _example(spec: Mapping[str, Any], schemas: Mapping[str, Any], name: str, world: World) -> Any:
    """Return a value that would be taken."""
    spec = _resolved(spec, schemas)
    if name in NAMED:
        return NAMED[name](world)
    if "properties" in spec:
        left_out = LEFT_OUT | ({"shift_id"} if "shift_ids" in spec["properties"] else set())  # one of the two
        members = {key: inner for key, inner in spec["properties"].items() if key not in left_out}
        example = {key: _example(inner, schemas, key, world) for key, inner in members.items()}
        return example | ({"kind": "choice"} if "options" in example else {})
    if "items" in spec:
        return [_example(spec["items"], schemas, name, world)]
    if "enum" in spec:
        return spec["enum"][0]
    return {"integer": spec.get("minimum") or 1, "boolean": True}.get(Field((), spec).kind, "文字文字")


NAMED: Mapping[str, Callable[[World], Any]] = {
    "username": lambda _world: "admin",
    "code": lambda _world: "123456",
    "phone": lambda _world: "13900139000",
    "email": lambda _world: "someone@example.com",
    "language": lambda _world: "zh-CN",
    "timezone": lambda _world: "Asia/Shanghai",
    "reminders": lambda _world: [{"before": "P1D", "at": "18:00", "of": "shift"}],
    "thanks": lambda _world: {"after": "P1D", "at": "10:00"},
    "options": lambda _world: ["甜", "咸"],
    "birth_date": lambda _world: "1990-01-01",
    "starts_at": lambda _world: later(days=10),
    "ends_at": lambda _world: later(days=10, hours=2),
    "due_at": lambda _world: later(days=5),
    "arrives_at": lambda _world: later(days=10),
    "event_id": lambda world: world.event["id"],
    "shift_id": lambda world: world.shift,
    "shift_ids": lambda world: [world.shift],
    "answers": lambda _world: {},
    "daily_hours": lambda _world: 8,
    "companions": lambda _world: [{"name": "同来的人", "birth_date": "1990-01-01"}],
    "need_id": lambda world: world.need,
    "work_unit_id": lambda world: world.unit,
}
"""Values of fields that no type can say."""
