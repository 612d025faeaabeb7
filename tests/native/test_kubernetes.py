"""deploy/kubernetes: each manifest is one that Kubernetes knows, and what they name of Steward exists."""

import re
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from click.testing import CliRunner

from services.__main__ import NAMES, main
from shared import config
from tests.native.test_compose import COMPOSE, CONTAINERS, DOCKERFILE

FOLDER = Path(__file__).parents[2] / "deploy/kubernetes"
KUBERNETES = "1.30"
"""The oldest that is promised: what it knows, newer ones do."""
OPERATORS = {"postgresql.cnpg.io/v1", "rabbitmq.com/v1beta1"}
"""Resources of CloudNativePG and of RabbitMQ's operator, which are in no schema of Kubernetes."""
FILES = sorted(FOLDER.rglob("*.yaml"))
MANIFESTS = [
    (f"{file.parent.name}/{file.name}:{one['kind']} {one['metadata']['name']}", one)
    for file in FILES
    if file.name != "kustomization.yaml"
    for one in yaml.safe_load_all(file.read_text(encoding="utf-8"))
]
KUSTOMIZATIONS = {
    file.parent.name: yaml.safe_load(file.read_text(encoding="utf-8")) for file in FOLDER.rglob("kustomization.yaml")
}
OURS = [manifest for name, manifest in MANIFESTS if manifest["kind"] in {"Deployment", "Job"}]


@pytest.mark.parametrize("manifest", [one for _, one in MANIFESTS], ids=[name for name, _ in MANIFESTS])
def test_kubernetes_knows_the_manifest(manifest):
    if manifest["apiVersion"] not in OPERATORS:
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def test_every_folder_is_part_of_the_whole():
    for folder, kustomization in KUSTOMIZATIONS.items():
        for resource in kustomization["resources"]:
            assert (FOLDER / folder / resource).exists(), (folder, resource)
    listed = {resource for kustomization in KUSTOMIZATIONS.values() for resource in kustomization["resources"]}
    assert {file.name for file in FILES} - {"kustomization.yaml"} <= listed
    assert {f"../{service}" for service in NAMES} <= set(KUSTOMIZATIONS["base"]["resources"])


@pytest.mark.parametrize("manifest", OURS, ids=[manifest["metadata"]["name"] for manifest in OURS])
def test_every_pod_is_confined_and_bounded(manifest):
    pod = manifest["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert not pod["automountServiceAccountToken"]
    for container in pod["containers"]:
        confined = container["securityContext"]
        assert confined["readOnlyRootFilesystem"]
        assert confined["capabilities"] == {"drop": ["ALL"]}
        assert not confined["allowPrivilegeEscalation"]
        assert container["resources"]["limits"]["memory"]
        assert container["image"] in {image["name"] for image in KUSTOMIZATIONS["example"]["images"]}
        assert f" AS {container['image'].removeprefix('steward-')}\n" in DOCKERFILE


def _variables(folder):
    generated = KUSTOMIZATIONS[folder]["configMapGenerator"]
    return dict(literal.split("=", 1) for one in generated for literal in one.get("literals", []))


@pytest.mark.parametrize("service", NAMES)
def test_a_service_is_told_all_that_it_needs_and_its_probes_ask_it(service):
    known = {variable.replace("<SERVICE>", service.upper()) for variable, *_ in config.table()}
    told = _variables("example") | _variables(service)
    told |= {"STEWARD_WORKER_METRICS_BIND": "", "STEWARD_NOTICES": ""}
    settings = {name.removesuffix("_FILE") for name in told if name.startswith("STEWARD_")}
    ours = {"STEWARD_GATEWAY_PROXIES", "STEWARD_WORKER_METRICS_BIND", "STEWARD_NOTICES"}
    assert settings - known <= ours
    assert {f"STEWARD_{service.upper()}_{name}" for name in ("DATABASE_URL", "SECRET_KEY", "DATA_KEYS")} <= settings
    text = (FOLDER / service / "kustomization.yaml").read_text(encoding="utf-8")
    assert text.count(f"/{service}/readyz") == 1
    assert text.count(f"/{service}/healthz") == 2
    assert not [other for other in NAMES if other != service and other in text]


def test_every_secret_is_one_that_tools_env_makes_or_the_broker_is_given():
    asked = {Path(file).name for one in KUSTOMIZATIONS["example"]["secretGenerator"] for file in one["files"]}
    assert asked - set(COMPOSE["secrets"]) == {"definitions.json"}
    mounted = {
        Path(value).name
        for folder in ("example", *NAMES)
        for name, value in _variables(folder).items()
        if name.endswith("_FILE") and value.startswith("/run/secrets/")
    }
    assert mounted - asked == {f"{service}_database_url" for service in NAMES}  # CloudNativePG makes these


@pytest.mark.parametrize("role", ["web", "worker"])
def test_every_command_exists(role):
    [container] = next(one for one in OURS if one["metadata"]["name"] == role)["spec"]["template"]["spec"]["containers"]
    module, *words = container["args"]
    assert module == "services"
    answer = CliRunner().invoke(main, [word.replace("$(SERVICE)", "signups") for word in words] + ["--help"])
    assert answer.exit_code == 0, answer.output


def test_a_worker_is_asked_where_it_listens():
    [worker] = next(one for one in OURS if one["metadata"]["name"] == "worker")["spec"]["template"]["spec"][
        "containers"
    ]
    [port] = [one["containerPort"] for one in worker["ports"] if one["name"] == "metrics"]
    [bind] = [one["value"] for one in worker["env"] if one["name"] == "STEWARD_WORKER_METRICS_BIND"]
    assert bind == f"0.0.0.0:{port}"
    assert worker["livenessProbe"]["httpGet"]["port"] == "metrics"
    assert CONTAINERS["events-worker"]["environment"]["STEWARD_WORKER_METRICS_BIND"] == bind, "as in compose"
    [figures] = [one for _, one in MANIFESTS if one["metadata"]["name"] == "figures"]
    assert {"port": port} in figures["spec"]["ingress"][0]["ports"]


def test_the_gateway_knows_every_service():
    upstreams = (FOLDER / "base/upstreams.conf").read_text(encoding="utf-8")
    assert set(re.findall(r"server (\w+)-web\.steward\.svc", upstreams)) == set(NAMES)
    assert set(re.findall(r"~\^/(\w+)\(/\|\$\)", upstreams)) == set(NAMES)
