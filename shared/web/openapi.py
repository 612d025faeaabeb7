"""Blueprints for JSON: what they take in is read strictly, and what they offer is described by OpenAPI."""

from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import Any, Final, NoReturn, TypeVar

import flask_smorest
import marshmallow
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Flask, Request, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_smorest.utils import prepare_response
from marshmallow import EXCLUDE, ValidationError, fields
from webargs.flaskparser import FlaskParser

from shared.errors import Invalid
from shared.fields import Schema, messages_of
from shared.web import json_reader
from shared.web.current import KEY, Access, Surroundings

View = TypeVar("View", bound=Callable[..., Any])

PROBLEM: Final = "application/problem+json"
SCHEME: Final = "token"


class ProblemSchema(Schema):
    """An error (RFC 9457), in the language of Accept-Language."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    errors = fields.Dict(metadata={"description": "field -> list of texts; nested as the request is"})
    correlation_id = fields.String()


class Parser(FlaskParser):
    """Reads bodies and query strings, and raises our errors."""

    # Elsewhere the schema decides.
    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {"headers": EXCLUDE, "cookies": EXCLUDE}  # noqa: RUF012  # as inherited

    def load_json(self, req: Request, schema: marshmallow.Schema) -> Any:
        """Return the body as ``json_reader`` reads it."""
        del schema
        return json_reader.read(req)

    def handle_error(self, error: ValidationError, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Raise Invalid with the errors as the schema has them, whatever place they were read from."""
        (found,) = messages_of(error).values()
        raise Invalid(found if isinstance(found, dict) else {"_schema": found}) from None


class ApiBlueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest has no types
    """A blueprint for JSON. Its methods are those of flask-smorest, with types."""

    ARGUMENTS_PARSER = Parser()

    def __init__(self, name: str, import_name: str, **options: Any) -> None:
        super().__init__(name, import_name, **options)
        self._prepare_doc_cbks.append(self._prepare_access_doc)

    def route(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Register a view at a rule below ``/<service>/api/v1``."""
        decorator: Callable[[View], View] = super().route(rule, **options)
        return decorator

    def arguments(self, schema: Any, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Hand the view what the schema loads from the body, or from ``location="query"``."""
        made = schema() if isinstance(schema, type) else schema  # a class would be made anew for each request
        decorator: Callable[[Callable[..., Any]], Callable[..., Any]] = super().arguments(made, **options)
        return decorator

    def response(self, status: int, schema: Any = None, **options: Any) -> Callable[[View], View]:
        """Answer with this status and what the schema dumps of the view's result."""
        decorator: Callable[[View], View] = super().response(status, schema, **options)
        return decorator

    def alt_response(self, status: int, **options: Any) -> Callable[[View], View]:
        """Describe another answer that the view may give."""
        decorator: Callable[[View], View] = super().alt_response(status, **options)
        return decorator

    def doc(self, **described: Any) -> Callable[[View], View]:
        """Add to the view's description what the other decorators cannot know."""
        decorator: Callable[[View], View] = super().doc(**described)
        return decorator

    def register_views_in_doc(self, api: "Api", *described: Any, **more: Any) -> None:
        """Leave describing the views until somebody reads the description."""
        api.to_describe.append(partial(super().register_views_in_doc, api, *described, **more))

    def _prepare_access_doc(self, doc: dict[str, Any], _info: Any, *, app: Flask, **_rest: Any) -> dict[str, Any]:
        surroundings: Surroundings = app.extensions[KEY]
        open_to_all = surroundings.access[self.name] is Access.PUBLIC
        return doc if open_to_all else doc | {"security": [{SCHEME: []}]}


class Api(flask_smorest.Api):  # type: ignore[misc]  # flask-smorest has no types
    """The OpenAPI document of one application; errors are answered elsewhere, and described here."""

    ERROR_SCHEMA = ProblemSchema

    def __init__(self, *given: Any, **more: Any) -> None:
        self.to_describe: list[Callable[[], None]] = []
        self._describing = Lock()
        super().__init__(*given, **more)

    def document(self) -> dict[str, Any]:
        """Return the document; it is made when it is first asked for."""
        with self._describing:
            while self.to_describe:
                self.to_describe.pop(0)()
            document: dict[str, Any] = self.spec.to_dict()
            return document

    def _register_error_handlers(self) -> None:
        """Leave errors to the one mapping."""

    def _register_responses(self) -> None:
        problem = {"description": "An error", "schema": self.ERROR_SCHEMA}
        prepare_response(problem, self.spec, PROBLEM)
        for name in ("DEFAULT_ERROR", "UNPROCESSABLE_ENTITY", "UNPROCESSABLE_CONTENT"):
            self.spec.components.response(name, problem, lazy=True)

    def _register_etag_headers(self) -> None:
        """Describe none of flask-smorest's own headers: versions and pages are ours."""

    def _register_pagination_header(self) -> None:
        """As above."""


def init_app(app: Flask, service: str) -> Api:
    """Start the application's OpenAPI document, and serve it at ``/<service>/api/openapi.json`` and ``…/docs``."""
    app.config |= {
        "API_TITLE": f"Steward {service}",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
    }
    api = Api(app, spec_kwargs={"marshmallow_plugin": MarshmallowPlugin(_schema_name)})
    api.spec.components.security_scheme(SCHEME, {"type": "http", "scheme": "bearer"})
    pages = Blueprint("reference", __name__, url_prefix=f"/{service}/api")
    pages.add_url_rule("/openapi.json", "document", lambda: jsonify(api.document()))
    pages.add_url_rule("/docs", "docs", lambda: _docs(api))
    app.register_blueprint(pages)
    return api


def _docs(api: Api) -> ResponseReturnValue:
    return render_template("docs.html", spec=api.document())


def _schema_name(schema: Any) -> str:
    """Return the name under which the document describes a schema; one that was narrowed for a view has none."""
    if isinstance(schema, marshmallow.Schema) and (schema.only is not None or schema.exclude or schema.partial):
        return ""
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__.removesuffix("Schema")
