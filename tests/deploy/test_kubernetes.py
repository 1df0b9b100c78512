"""The Kubernetes manifests: valid objects that agree with each other and with the program."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import kubernetes_validate
import pytest
import yaml
from aiohttp.test_utils import TestClient, TestServer
from resumate_bridge import BridgeConfig
from resumate_bridge.app import create_app

from resumate_grpc import __version__
from resumate_grpc.cli.program import COMMANDS
from resumate_grpc.config import read_address
from resumate_grpc.config.units import read_bytes
from resumate_grpc.rpc.edge import OUR_SERVICE
from resumate_grpc.telemetry.listener import serve_metrics
from resumate_grpc.telemetry.metrics import PrometheusMetrics
from tests.deploy.manifests import KUBERNETES, MARGIN_S, applied, container, environment, named, parts, pod, settings_of

pytestmark = pytest.mark.slow

VERSIONS = ("1.30", "1.37")
"""The oldest that we mean, and the newest whose schemas are here."""
RUNNING = ("server", "worker", "bridge")
ROLES = ("migrate", *RUNNING)
UNITS = {"Mi": 1 << 20, "Gi": 1 << 30}
FILES = sorted(set(KUBERNETES.glob("*.yaml")) - {KUBERNETES / "kustomization.yaml"})


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_objects_are_valid(path: Path, version: str) -> None:
    """Kubernetes' own schemas know every object, every field and every value's type."""
    for document in parts(path):
        kubernetes_validate.validate(document, version, strict=True)


def test_validation_finds_a_misspelt_field() -> None:
    """The check above can fail."""
    document = yaml.safe_load(yaml.safe_dump(named("Deployment", "resumate-server")))
    document["spec"]["template"]["spec"]["terminationGracePeriodSecond"] = 60
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(document, VERSIONS[-1], strict=True)


def test_everything_is_applied_but_the_example_of_a_secret() -> None:
    """No file is forgotten, and passwords that say CHANGE-ME are not applied."""
    kustomization = parts(KUBERNETES / "kustomization.yaml")[0]
    assert {*kustomization["resources"], "secret.example.yaml"} == {path.name for path in FILES}
    assert kustomization["images"] == [{"name": "resumate", "newName": "resumate", "newTag": __version__}]


@pytest.mark.parametrize("role", ROLES)
def test_roles_start_with_their_settings(role: str) -> None:
    """Each container runs a command that exists, with variables that are settings and values that are taken."""
    assert container(role)["args"] == [role]
    assert role in COMMANDS
    settings = settings_of(environment(role))
    if role != "bridge":
        assert settings.files_url.startswith("s3://")
        assert settings.bus_url.startswith("nats://")
        assert environment(role)["RESUMATE_DATABASE_URL"].startswith("postgresql://")


def test_a_bridge_has_no_key_to_anything() -> None:
    """What browsers reach knows neither the database nor the object store."""
    assert not {name for name in environment("bridge") if name.startswith("AWS_") or name.endswith("_URL")}


@pytest.mark.parametrize("role", ROLES)
def test_pods_may_do_little(role: str) -> None:
    """No root, no privileges, a read-only root file system, no token, and somewhere to write."""
    spec, only = pod(role)["spec"], container(role)
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert only["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    mounted = {mount["mountPath"] for mount in only["volumeMounts"]}
    assert mounted == ({"/tmp"} if role == "bridge" else {"/tmp", "/var/lib/resumate"})  # noqa: S108 - the image's


def probes(role: str) -> dict[str, Any]:
    return {name: probe for name, probe in container(role).items() if name.endswith("Probe")}


def port_of(role: str, name: int | str) -> int:
    """Return the number of a port, which must be declared."""
    declared = {port["name"]: port["containerPort"] for port in container(role)["ports"]}
    assert name in declared or name in declared.values()
    return declared[name] if isinstance(name, str) else name


@pytest.mark.parametrize("role", RUNNING)
def test_ports_are_those_that_the_settings_open(role: str) -> None:
    """Declared ports, probes and the address that Prometheus is told are where the role listens."""
    settings = settings_of(environment(role))
    listens = {
        "server": {"grpc": settings.grpc_listen, "metrics": settings.metrics_listen},
        "worker": {"metrics": settings.metrics_listen},
        "bridge": {"http": settings.http_listen},
    }[role]
    assert {port["name"]: port["containerPort"] for port in container(role)["ports"]} == {
        name: read_address(address).port for name, address in listens.items()
    }
    assert all(not read_address(address).is_loopback for address in listens.values())
    for probe in probes(role).values():
        port_of(role, probe.get("grpc", probe.get("httpGet"))["port"])
    scraped = pod(role)["metadata"]["annotations"]
    assert int(scraped["prometheus.io/port"]) == port_of(role, "http" if role == "bridge" else "metrics")


async def test_probes_ask_what_answers() -> None:
    """The paths and the service that probes name are there: at a real listener, at a real bridge, in the health rpc."""
    asked = [(role, name, probe) for role in RUNNING for name, probe in probes(role).items()]
    assert {role for role, *_ in asked} == {*RUNNING}
    bridge = create_app(BridgeConfig(grpc_target="127.0.0.1:1"))
    async with (
        serve_metrics(PrometheusMetrics(), "127.0.0.1:0", stopping=asyncio.Event()) as port,
        aiohttp.ClientSession() as session,
        TestClient(TestServer(bridge)) as browser,
    ):
        for role, name, probe in asked:
            if "grpc" in probe:
                assert probe["grpc"]["service"] == OUR_SERVICE
                continue
            path = probe["httpGet"]["path"]
            headers = {each["name"]: each["value"] for each in probe["httpGet"].get("httpHeaders", ())}
            # A kubelet asks the pod's address.
            named_host = {"Host": "192.0.2.7:8080"} | headers
            if role == "bridge":
                answer = await browser.get(path, headers=named_host)
                # Its server is away: it is not ready, and lives.
                assert (answer.status == 503) == (name == "readinessProbe")
            else:
                async with session.get(f"http://127.0.0.1:{port}{path}", headers=named_host) as response:
                    assert response.status == 200


@pytest.mark.parametrize("role", RUNNING)
def test_stopping_has_the_time_it_needs(role: str) -> None:
    """A pod is killed, or found dead by its probe, only after the drain has had its grace time and what exceeds it."""
    settings = settings_of(environment(role))
    needed_s = settings.drain_grace_s + MARGIN_S
    if "lifecycle" in container(role):
        command, seconds = container(role)["lifecycle"]["preStop"]["exec"]["command"]
        assert command == "sleep"
        needed_s += float(seconds)
    assert pod(role)["spec"]["terminationGracePeriodSeconds"] >= needed_s
    liveness = probes(role)["livenessProbe"]
    assert liveness["periodSeconds"] * liveness["failureThreshold"] > settings.drain_grace_s + MARGIN_S


def test_the_bridge_sees_every_server() -> None:
    """Its target is a headless Service on the server's port, so that the name has an address for each of them."""
    name, _, port = environment("bridge")["RESUMATE_GRPC_TARGET"].rpartition(":")
    service = named("Service", name)["spec"]
    assert service["clusterIP"] == "None"
    assert [(each["port"], each["targetPort"]) for each in service["ports"]] == [(int(port), "grpc")]
    assert port_of("server", "grpc") == int(port)


def test_selectors_find_their_pods() -> None:
    """Services, budgets, deployments and policies select by labels that a role's pods bear."""
    labels = {role: pod(role)["metadata"]["labels"] for role in ROLES}
    found = 0
    for each in applied():
        selector = each["spec"].get("selector") or each["spec"].get("podSelector") if "spec" in each else None
        if not selector:
            continue
        wanted = selector.get("matchLabels", {} if "matchExpressions" in selector else selector)
        role = each["metadata"]["name"].removeprefix("resumate-")
        for expression in selector.get("matchExpressions", ()):
            assert set(expression["values"]) <= {*ROLES}
        if wanted:
            assert wanted.items() <= labels[role].items()
            found += 1
    assert found == 10


@pytest.mark.parametrize("role", RUNNING)
def test_each_role_survives_a_node(role: str) -> None:
    """Two or more of each, and a budget that lets one go at a time."""
    budget = named("PodDisruptionBudget", f"resumate-{role}")["spec"]
    assert budget["maxUnavailable"] == 1
    scaled = named("HorizontalPodAutoscaler", "resumate-worker")["spec"]
    spec = named("Deployment", f"resumate-{role}")["spec"]
    assert (scaled["minReplicas"] if role == "worker" else spec["replicas"]) >= 2
    assert ("replicas" in spec) == (role != "worker")


def test_workers_scale_by_the_metric_that_the_adapter_gives() -> None:
    """Both files use one name."""
    (metric,) = named("HorizontalPodAutoscaler", "resumate-worker")["spec"]["metrics"]
    rule = parts(KUBERNETES.parent / "prometheus" / "adapter.yaml")[0]["rules"]["external"][0]
    assert metric["external"]["metric"]["name"] == rule["name"]["as"]


def test_a_worker_has_the_memory_that_its_parses_may_take() -> None:
    """Past the limit the kernel would end the leading process too: it must not come before the parses' own bound."""
    settings = settings_of(environment("worker"))
    limit = container("worker")["resources"]["limits"]["memory"]
    at_work = settings.workers + settings.ocr_workers
    leading_and_spare = 2 * 200 * UNITS["Mi"]
    assert int(limit[:-2]) * UNITS[limit[-2:]] >= at_work * settings.parse_memory_bytes + leading_and_spare
    assert settings.parse_memory_bytes == read_bytes("1GiB")


def test_a_server_has_the_memory_that_its_watches_and_its_drawer_may_take() -> None:
    """As many watches as it admits (28 KiB each, decision 23), a process that draws a page, and itself."""
    settings = settings_of(environment("server"))
    limit = container("server")["resources"]["limits"]["memory"]
    needed = settings.max_watches * 28 * 1024 + settings.parse_memory_bytes + 170 * UNITS["Mi"]
    assert int(limit[:-2]) * UNITS[limit[-2:]] >= needed
