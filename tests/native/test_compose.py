"""What docker-compose.yml and the Dockerfile name exists."""

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from services.__main__ import NAMES, main
from shared import config
from shared.native import definitions

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(TEXT)
CONTAINERS = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OURS = {name: container for name, container in CONTAINERS.items() if container["image"].startswith("steward:")}


def test_every_service_has_a_web_and_a_worker():
    folders = {app.name for app in (ROOT / "services").iterdir() if (app / "app.py").exists()}
    assert folders == set(NAMES)
    roles = {f"{service}-{role}" for service in folders for role in ("web", "worker")}
    assert set(CONTAINERS) == roles | {"gateway", "postgres", "rabbitmq", "definitions", "prepare"}


def _commands(container):
    """Return the words of every `python -m …` that the container runs."""
    if "entrypoint" in container:
        return [shlex.split(part)[2:] for part in container["command"][0].split("&&")]
    return [container["command"]]


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists(name):
    for module, *words in _commands(OURS[name]):
        if module == "services":
            answer = CliRunner().invoke(main, [*words, "--help"])
            assert answer.exit_code == 0, answer.output
        else:
            assert (ROOT / f"{module.replace('.', '/')}.py").exists()


@pytest.mark.parametrize("name", CONTAINERS)
def test_every_container_is_locked_down(name):
    container = CONTAINERS[name]
    assert container["read_only"]
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert container["user"] not in {"root", "0", "0:0"}


def test_every_container_that_serves_is_watched():
    serving = {name for name in CONTAINERS if not name.endswith("-worker")} - {"definitions", "prepare"}
    assert {name for name, container in CONTAINERS.items() if "healthcheck" in container} == serving


def test_every_variable_is_a_setting():
    known = {variable.replace("<SERVICE>", service.upper()) for variable, *_ in config.table() for service in NAMES}
    for name, container in OURS.items():
        if name != "definitions":
            assert set(container["environment"]) <= known, name


@pytest.mark.parametrize("service", NAMES)
def test_a_services_containers_are_configured_and_hold_no_other_services_secrets(service):
    for role in ("web", "worker"):
        environment = {
            name: _filled_in(value, "-----BEGIN a key-----" * 3 if "_KEY" in name else "https://steward.example")
            for name, value in OURS[f"{service}-{role}"]["environment"].items()
        }
        loaded = config.load(service, environment)
        assert loaded.amqp_url.startswith(f"amqp://{service}:")
        others = {other.upper() for other in NAMES if other != service}
        assert not [name for name in environment if any(other in name for other in others)]


def _filled_in(value, given):
    """Return the value as compose hands it over: defaults where there are some, else what is given."""
    return re.sub(r"\$\{\w+(?::-([^}]*)|:\?[^}]*)?\}", lambda match: match[1] if match[1] is not None else given, value)


def test_every_file_and_volume_exists():
    for name, container in CONTAINERS.items():
        for volume in container.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / source).is_file(), (name, source)
    for source in re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE):
        assert (ROOT / source).exists(), source


def test_every_secret_that_is_asked_for_is_one_that_tools_env_makes():
    made = set(re.findall(r"STEWARD_[A-Z_]+", _output_of_tools_env()))
    asked = set(re.findall(r"\$\{(STEWARD_[A-Z_]+)(?::\?[^}]*)?\}", TEXT))
    assert asked <= made


def _output_of_tools_env():
    text = (ROOT / "tools/env").read_text(encoding="utf-8")
    return "\n".join(text.replace("${service}", service) for service in ("EVENTS", "SIGNUPS", "PARTNERS"))


def test_the_gateway_knows_every_services_web_container():
    upstreams = (ROOT / "deploy/gateway/upstreams.conf").read_text(encoding="utf-8")
    for service in NAMES:
        assert f"~^/{service}(/|$) {service};" in upstreams
        assert f"server {service}-web:8000 resolve;" in upstreams
        assert OURS[f"{service}-web"]["command"][-1].endswith(":8000")


def test_postgresql_makes_a_database_for_every_service():
    script = (ROOT / "deploy/postgres/databases.sh").read_text(encoding="utf-8")
    named = re.search(r"for service in (.*); do", script)
    assert named is not None
    assert set(named[1].split()) == set(NAMES)


def test_the_brokers_definitions_are_written_from_the_environment(tmp_path, monkeypatch):
    for name in ("", "EVENTS_", "SIGNUPS_", "PARTNERS_"):
        monkeypatch.setenv(f"STEWARD_{name}AMQP_PASSWORD", "secret")
    definitions.write(tmp_path / "definitions.json")
    written = json.loads((tmp_path / "definitions.json").read_text())
    assert {user["name"] for user in written["users"]} == {*NAMES, "steward"}
    assert {policy["pattern"] for policy in written["policies"]} == {rf"^{name}\.in$" for name in NAMES}
