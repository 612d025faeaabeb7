"""The one way to make a web application of a service's blueprints."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from flask import Flask, request
from flask.sansio.blueprints import Blueprint as AnyBlueprint
from jinja2 import FileSystemLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from shared.catalogues import ROOT, languages
from shared.clock import Clock
from shared.config import Config
from shared.database import Database
from shared.readiness import Check, Readiness
from shared.web import (
    access_log,
    assets,
    auth,
    compiled,
    compression,
    errors,
    health,
    i18n,
    limits,
    metrics,
    navigation,
    openapi,
    security,
)
from shared.web import preferences as choices
from shared.web.access_log import Requests
from shared.web.current import KEY, Access, Confirm, Identify, Surroundings
from shared.web.doorstep import Doorstep
from shared.web.metrics import Gauges

OWN: Final = ("assets", "health", "preferences", "reference")
"""Blueprints that every application has, open to all."""


class _Application(Flask):
    """Flask's, which would look at sixteen functions of each request whether they are coroutines: none of ours is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is."""
        return func


def build(
    config: Config,
    database: Database,
    clock: Clock,
    *,
    public: Sequence[AnyBlueprint],
    organizer: Sequence[AnyBlueprint],
    contact: Sequence[AnyBlueprint] = (),
    identify: Identify | None = None,
    confirm: Confirm | None = None,
    gauges: Gauges | None = None,
    checks: Mapping[str, Check] = MappingProxyType({}),
) -> Flask:
    """Return the application of a service.

    The lists say who may come in by which blueprint. ``identify`` finds whoever holds an opaque token, ``confirm``
    returns an organizer as they stand now where their sign-in still holds, ``gauges`` reads figures for
    ``/metrics``, and ``checks`` look at what ``/readyz`` tells of.
    """
    app = _Application("shared.web", static_folder=None)
    folders = (ROOT / "services" / config.service / "templates", ROOT / "shared" / "web" / "templates")
    app.json.ensure_ascii, app.json.sort_keys = False, False  # type: ignore[attr-defined]  # Flask's own provider has them
    app.jinja_loader = FileSystemLoader(folders)
    lists = {Access.PUBLIC: public, Access.CONTACT: contact, Access.ORGANIZER: organizer}
    access = dict.fromkeys(OWN, Access.PUBLIC)
    access |= {blueprint.name: who for who, blueprints in lists.items() for blueprint in blueprints}
    around = app.extensions[KEY] = Surroundings(
        config=config, database=database, clock=clock, access=access, identify=identify, confirm=confirm
    )
    requests = Requests(config, database)
    i18n.init_app(app)  # before anything else looks at the environment of the templates
    metrics.init_app(app, gauges)
    health.init_app(app, Readiness(config, database, clock, checks))
    access_log.init_app(app, requests, config.service)
    limits.init_app(app, config)
    compression.init_app(app)
    security.init_app(app, config)
    app.before_request(auth.guard)
    errors.init_app(app)
    _init_templates(app, config.service)
    _register(app, config.service, [*public, *contact, *organizer])
    app.wsgi_app = Doorstep(app, around, requests)  # type: ignore[method-assign]  # as Flask says to
    if config.trusted_proxies:
        hops = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _register(app: Flask, service: str, blueprints: Sequence[AnyBlueprint]) -> None:
    api = openapi.init_app(app, service)
    for own in (assets.blueprint(service), health.blueprint(service), choices.blueprint(service)):
        app.register_blueprint(own)
    for blueprint in blueprints:
        if isinstance(blueprint, openapi.ApiBlueprint):
            api.register_blueprint(blueprint)
        else:
            app.register_blueprint(blueprint)


def _init_templates(app: Flask, service: str) -> None:
    """Give every page what its frame needs."""
    app.jinja_env.bytecode_cache = compiled.Compiled()
    app.jinja_env.globals["asset"] = lambda name: assets.address(service, name)

    @app.context_processor
    def frame() -> dict[str, Any]:
        principal = auth.current_principal()
        return {
            "service": service,
            "principal": principal,
            "nav": navigation.entries(principal, request.path),
            "own_account": navigation.OWN_ACCOUNT,
            "lang": i18n.current_language().tag,
            "languages": [(language.tag, language.name) for language in languages(service).values()],
            "preferences": choices.preferences(),
        }
