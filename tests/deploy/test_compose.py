"""The compose file and the image: roles that exist, settings that are taken, and time to stop."""

from __future__ import annotations

import re

import pytest

from resumate_grpc import __version__
from resumate_grpc.cli.program import COMMANDS
from resumate_grpc.config import SETTINGS, read_address
from resumate_grpc.config.units import read_seconds
from tests.deploy.manifests import DEPLOY, MARGIN_S, compose, settings_of

OURS = ("migrate", "server", "worker", "bridge")
ENGINES = {"postgres", "nats", "files", "bucket"}


def ours(role: str) -> dict[str, str]:
    """Return the settings among a service's variables."""
    variables = compose()["services"][role]["environment"]
    return {name: text for name, text in variables.items() if name.startswith("RESUMATE_")}


def test_services_are_roles_and_engines() -> None:
    """Each of our services runs the command of its name; two servers share the work; the rest are engines."""
    services = compose()["services"]
    assert set(services) == {*OURS, *ENGINES}
    assert all(services[role]["command"] == [role] and role in COMMANDS for role in OURS)
    assert services["server"]["deploy"]["replicas"] == 2
    assert all(services[role]["image"] == f"resumate:{__version__}" for role in OURS)


@pytest.mark.parametrize("role", OURS)
def test_settings_are_taken(role: str) -> None:
    """Variables are settings and have values that are; what stands in ${…} has a default."""
    variables = {name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text) for name, text in ours(role).items()}
    settings = settings_of(variables)
    stop_s = read_seconds(compose()["services"][role]["stop_grace_period"])
    assert stop_s >= settings.drain_grace_s + MARGIN_S
    if role != "bridge":
        assert variables["RESUMATE_DATABASE_URL"].startswith("postgresql://")
        assert settings.files_url == "s3://resumate/files"


@pytest.mark.parametrize("role", OURS)
def test_what_it_depends_on_is_there_and_comes_first(role: str) -> None:
    """Names are services; servers and workers wait for the migration to have succeeded."""
    services = compose()["services"]
    needed = services[role]["depends_on"]
    assert set(needed) <= set(services)
    if role in {"server", "worker"}:
        assert needed["migrate"] == {"condition": "service_completed_successfully"}


def test_addresses_are_those_of_the_services() -> None:
    """Each URL names a service, probes ask the port that the role listens on, and only loopback is published."""
    services = compose()["services"]
    settings = settings_of({"RESUMATE_BUS_URL": ours("server")["RESUMATE_BUS_URL"]})
    assert settings.bus_url == "nats://nats:4222"
    assert "@postgres:5432/" in ours("server")["RESUMATE_DATABASE_URL"]
    assert services["server"]["environment"]["AWS_ENDPOINT_URL"] == "http://files:8333"
    target, _, port = ours("bridge")["RESUMATE_GRPC_TARGET"].rpartition(":")
    assert target in services
    assert int(port) == read_address(ours(target)["RESUMATE_GRPC_LISTEN"]).port
    for role, listen in (("server", "RESUMATE_METRICS_LISTEN"), ("bridge", "RESUMATE_HTTP_LISTEN")):
        asked = re.findall(r"http://127\.0\.0\.1:(\d+)/health", services[role]["healthcheck"]["test"][-1])
        assert asked == [str(read_address(ours(role)[listen]).port)]
    published = [port for service in services.values() for port in service.get("ports", ())]
    assert published == ["127.0.0.1:8080:8080"]


def test_the_image_knows_only_settings_that_there_are() -> None:
    """Variables of the Dockerfile are settings; it runs the program as a user who is not root."""
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    used = set(re.findall(r"^\s*(?:ENV )?(RESUMATE_\w+)=", text, re.MULTILINE))
    assert used
    assert used <= {described.env for described in SETTINGS}
    assert re.findall(r"^(?:USER|ENTRYPOINT) (.*)$", text, re.MULTILINE) == ["10001:10001", '["resumate"]']
    copied = {source for line in re.findall(r"^COPY (?!--)(.*) \S+$", text, re.MULTILINE) for source in line.split()}
    allowed = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert copied == {line.removeprefix("!") for line in allowed if line.startswith("!")}
    assert all((DEPLOY.parent / source).exists() for source in copied)
