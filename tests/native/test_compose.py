"""What docker-compose.yml and the Dockerfile name exists."""

import json
import re
import shlex
import stat
import subprocess
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from compose_spec import PyCompose

from services.__main__ import NAMES, main
from shared import config
from shared.native import definitions

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(TEXT)
CONTAINERS = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OURS = {name: container for name, container in CONTAINERS.items() if container["image"].startswith("steward:")}


def test_compose_understands_the_file():
    filled = re.sub(r"\$\{\w+(?::-([^}]*)|:\?[^}]*)?\}", lambda found: found[1] or "given", TEXT)
    PyCompose.from_json(json.dumps(yaml.safe_load(filled))).validate()


def test_every_service_has_a_web_and_a_worker():
    folders = {app.name for app in (ROOT / "services").iterdir() if (app / "app.py").exists()}
    assert folders == set(NAMES)
    roles = {f"{service}-{role}" for service in folders for role in ("web", "worker")}
    assert set(CONTAINERS) == roles | {"gateway", "postgres", "rabbitmq", "definitions", "prepare", "mail"}


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
def test_every_container_is_locked_down_and_bounded(name):
    container = CONTAINERS[name]
    assert container["read_only"]
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert container["user"] not in {"root", "0", "0:0"}
    assert {"mem_limit", "cpus", "pids_limit", "logging", "stop_grace_period"} <= set(container)


def test_every_container_that_serves_is_watched():
    serving = CONTAINERS.keys() - {"definitions", "prepare", "mail"}
    assert {name for name, container in CONTAINERS.items() if "healthcheck" in container} == serving


@pytest.mark.parametrize("service", NAMES)
def test_a_worker_is_asked_where_it_listens(service):
    worker = OURS[f"{service}-worker"]
    port = worker["environment"]["STEWARD_WORKER_METRICS_BIND"].rpartition(":")[2]
    assert worker["healthcheck"]["test"][-1] == f"http://127.0.0.1:{port}/healthz"
    jobs = yaml.safe_load((ROOT / "deploy/observability/prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]
    asked = {name: str(one["port"]) for job in jobs for one in job["dns_sd_configs"] for name in one["names"]}
    assert asked[f"{service}-worker"] == port


def test_the_images_programs_for_backups_are_of_the_servers_release():
    client = re.search(r"^ARG POSTGRES_CLIENT=(\d+)$", DOCKERFILE, re.MULTILINE)
    assert client is not None
    assert CONTAINERS["postgres"]["image"].startswith(f"postgres:{client[1]}.")


def test_whatever_the_images_copy_is_let_into_the_build():
    ignoring = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = tuple(line.removeprefix("!") for line in ignoring if line.startswith("!"))
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = [source for line in copied for source in line.split()]
    assert len(sources) > 5
    for source in sources:
        assert (ROOT / source).exists(), source
        assert any(source == one or source.startswith(f"{one}/") for one in let_in), source


def test_only_the_gateway_is_open_to_other_machines():
    ports = {name: container["ports"] for name, container in CONTAINERS.items() if "ports" in container}
    assert set(ports) == {"gateway", "rabbitmq"}
    assert all(port.startswith("127.0.0.1:") for port in ports["rabbitmq"])


def test_every_image_is_pinned_by_its_version():
    images = [container["image"] for container in CONTAINERS.values() if "build" not in container]
    images += re.findall(r"^ARG (?:NGINX|PYTHON)=(\S+)$", DOCKERFILE, re.MULTILINE)
    assert len(images) == 4
    assert all(re.search(r":\d+\.\d+[.\d]*(-|$)", image) for image in images), images


def test_every_variable_is_a_setting():
    known = {variable.replace("<SERVICE>", service.upper()) for variable, *_ in config.table() for service in NAMES}
    for name, container in OURS.items():
        given = set(container.get("environment", {}))
        assert {variable for variable in given if variable.removesuffix("_FILE") not in known} <= known, name


@pytest.fixture(scope="module", params=["http://localhost:8000", "https://steward.example"])
def made(request, tmp_path_factory):
    """A folder in which tools/env was called."""
    folder = tmp_path_factory.mktemp("operator")
    subprocess.run([ROOT / "tools/env", request.param], cwd=folder, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("service", NAMES)
def test_what_tools_env_makes_configures_each_service_and_opens_no_other(service, made):
    settings = dict(line.split("=", 1) for line in (made / ".env").read_text().splitlines())
    for role in ("web", "worker"):
        container = OURS[f"{service}-{role}"]
        environment = {
            name: re.sub(r"^/run/", f"{made}/", re.sub(r"\$\{(\w+).*\}", lambda found: settings[found[1]], value))
            for name, value in container["environment"].items()
        }
        loaded = config.load(service, settings | environment)
        assert loaded.amqp_urls[0].startswith(f"amqp://{service}:")
        assert loaded.secure == (loaded.mode == "production")
        read = {Path(value).name for name, value in container["environment"].items() if name.endswith("_FILE")}
        assert read - {f"{service}-notices.log"} == set(container["secrets"])
        others = [other for other in NAMES if other != service]
        assert not [secret for secret in container["secrets"] if secret.startswith(tuple(others))]


def test_tools_env_makes_every_secret_closes_the_folder_and_writes_over_nothing(made):
    assert {file.name for file in (made / "secrets").iterdir()} == set(COMPOSE["secrets"])
    assert stat.S_IMODE((made / "secrets").stat().st_mode) == 0o700
    before = (made / "secrets/amqp_url").read_text()
    again = subprocess.run([ROOT / "tools/env"], cwd=made, check=False, capture_output=True, text=True)
    assert (again.returncode, (made / "secrets/amqp_url").read_text()) == (1, before)
    assert "is there already" in again.stderr


def test_every_secret_that_is_handed_out_is_one_that_is_made():
    assert {secret for container in CONTAINERS.values() for secret in container.get("secrets", [])} == set(
        COMPOSE["secrets"]
    )


def test_every_file_and_volume_exists():
    for name, container in CONTAINERS.items():
        for volume in container.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / source).is_file(), (name, source)
    for source in re.findall(r"^COPY (?!--from)(\S+)", DOCKERFILE, re.MULTILINE):
        assert (ROOT / source).exists(), source


def test_the_gateway_knows_every_services_web_container():
    upstreams = (ROOT / "deploy/gateway/upstreams.conf").read_text(encoding="utf-8")
    for service in NAMES:
        assert f"~^/{service}(/|$) {service};" in upstreams
        assert f"server {service}-web:8000 resolve max_fails=0;" in upstreams
        assert OURS[f"{service}-web"]["command"][-1].endswith(":8000")


def test_postgresql_makes_a_database_for_every_service():
    script = (ROOT / "deploy/postgres/databases.sh").read_text(encoding="utf-8")
    named = re.search(r"for service in (.*); do", script)
    assert named is not None
    assert set(named[1].split()) == set(NAMES)


def test_the_brokers_definitions_are_written_for_the_users_of_the_addresses(made):
    addresses = [made / "secrets" / Path(name).name for name in CONTAINERS["definitions"]["command"][2:]]
    definitions.write(made / "definitions.json", addresses)
    written = json.loads((made / "definitions.json").read_text())
    assert {user["name"] for user in written["users"]} == {*NAMES, "steward"}
    assert {policy["pattern"] for policy in written["policies"]} == {rf"^{name}\.in$" for name in NAMES}
