"""The alerts, the dashboard and what Prometheus asks: they name what there is, and each alert has its remedy."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from services.signups.app import service
from shared import migrations, worker_page
from shared.clock import utc_now
from shared.config import Config
from shared.database import Database
from shared.service import build_app

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "deploy/observability"
RULES = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
FUNCTIONS = {"sum", "max", "rate", "increase", "histogram_quantile", "topk"}
WORDS = {"by", "le", "job", "service", "step", "state", "type", "channel", "outcome", "reason", "route", "method"}


@pytest.fixture(scope="module")
def exposed(tmp_path_factory):
    """The names that web and worker of a service show, as Prometheus keeps them."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('figures') / 'signups.db'}", "signups", keys=["k" * 32])
    migrations.migrate(service, database)
    config = Config(service="signups", database_url=database.url, secret_key="s" * 40, data_keys=("k" * 32,))
    web = build_app(service, config, database, clock=utc_now).test_client().get("/signups/metrics").text
    steps = worker_page.Steps(SimpleNamespace(ages=lambda: {"relay": 0.0}), "signups")
    worker = database.figures.text(steps).decode()
    database.dispose()
    found = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)$", web + worker, re.MULTILINE):
        found |= {name, f"{name}_bucket", f"{name}_count", f"{name}_sum"} if kind == "histogram" else {name}
    return found


def expressions() -> Iterator[str]:
    yield from (rule["expr"] for rule in ALERTS)
    yield from (target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", []))


def test_every_figure_that_is_asked_for_is_shown(exposed):
    asked = {name for expression in expressions() for name in re.findall(r"steward_\w+", expression)}
    assert len(asked) > 20
    assert asked <= exposed, asked - exposed


def test_every_figure_that_is_shown_is_looked_at_somewhere(exposed):
    looked_at = {name for expression in expressions() for name in re.findall(r"steward_\w+", expression)}
    rest = {name for name in exposed if name.startswith("steward_") and not re.search(r"_(created|count|sum)$", name)}
    unseen = {name for name in rest - looked_at if f"{name}_bucket" not in looked_at}
    assert unseen == set()


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_expressions_are_whole_and_use_nothing_unheard_of(expression):
    bare = re.sub(r'"[^"]*"', '""', expression)
    for opened, closed in ("()", "{}", "[]"):
        assert bare.count(opened) == bare.count(closed)
    bare = re.sub(r"\[[^]]*\]|\{[^}]*\}", "", bare)
    names = set(re.findall(r"[a-z_]+", bare))
    assert {name for name in names if not name.startswith("steward_")} <= FUNCTIONS | WORDS | {"up"}


@pytest.mark.parametrize("rule", ALERTS, ids=[rule["alert"] for rule in ALERTS])
def test_every_alert_says_what_is_wrong_and_where_its_remedy_is(rule):
    assert set(rule["annotations"]) == {"summary", "description", "runbook_url"}
    assert rule["labels"]["severity"] in {"page", "ticket"}
    document, _hash, anchor = rule["annotations"]["runbook_url"].partition("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / document).read_text(encoding="utf-8"), re.MULTILINE)
    assert anchor in {heading.lower().replace(" ", "-") for heading in headings}


def test_no_remedy_is_left_without_its_alert():
    text = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^#+ (Steward\w+)$", text, re.MULTILINE)) == {rule["alert"] for rule in ALERTS}


def test_prometheus_asks_every_process_of_compose():
    asked = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    assert asked["rule_files"] == ["alerts.yml"]
    names = {name for job in asked["scrape_configs"] for found in job["dns_sd_configs"] for name in found["names"]}
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    assert names == {name for name in compose["services"] if name.endswith(("-web", "-worker"))}


def test_panels_have_their_own_place():
    places = [tuple(panel["gridPos"].values()) for panel in DASHBOARD["panels"]]
    assert len(places) == len(set(places))
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in DASHBOARD["panels"])
