"""What `deploy/` says, read as whoever applies it reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from resumate_grpc.config import Settings, read_settings

__all__ = [
    "COMPOSE", "DEPLOY", "KUBERNETES", "MARGIN_S", "applied", "compose", "container", "environment", "named", "parts",
    "pod", "settings_of",
]  # fmt: skip

DEPLOY = Path(__file__).parents[2] / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
COMPOSE = DEPLOY / "compose.yaml"
MARGIN_S = 11.0
"""What a drain may take past its grace time: see `RpcServer.drain`."""

Document = Mapping[str, Any]


def parts(path: Path) -> list[Document]:
    """Return the documents of a YAML file."""
    return [document for document in yaml.safe_load_all(path.read_text(encoding="utf-8")) if document]


def applied() -> Iterator[Document]:
    """Yield every object that `kubectl apply -k` makes."""
    kustomization = parts(KUBERNETES / "kustomization.yaml")[0]
    for name in kustomization["resources"]:
        yield from parts(KUBERNETES / name)


def named(kind: str, name: str) -> Document:
    """Return one of these objects."""
    return next(each for each in applied() if each["kind"] == kind and each["metadata"]["name"] == name)


def pod(role: str) -> Document:
    """Return the template of a role's pods."""
    owner = named("Job" if role == "migrate" else "Deployment", f"resumate-{role}")
    template: Document = owner["spec"]["template"]
    return template


def container(role: str) -> Document:
    """Return the one container of a role's pods."""
    (only,) = pod(role)["spec"]["containers"]
    found: Document = only
    return found


def environment(role: str) -> dict[str, str]:
    """Return a role's variables, those of ConfigMap and Secret with them."""
    shared = {
        ("configMapRef", "resumate-settings"): named("ConfigMap", "resumate-settings")["data"],
        ("secretRef", "resumate-secrets"): parts(KUBERNETES / "secret.example.yaml")[0]["stringData"],
    }
    found: dict[str, str] = {}
    for source in container(role).get("envFrom", ()):
        ((kind, reference),) = source.items()
        found |= shared[kind, reference["name"]]
    for variable in container(role).get("env", ()):
        origin = variable.get("valueFrom", {}).get("configMapKeyRef")
        known = shared["configMapRef", origin["name"]][origin["key"]] if origin else "192.0.2.7"  # a pod's address
        found[variable["name"]] = variable.get("value", known).replace("$(POD_IP)", "192.0.2.7")
    return found


def compose() -> Document:
    """Return the compose file, merged as compose merges it."""
    return parts(COMPOSE)[0]


def settings_of(variables: Mapping[str, str]) -> Settings:
    """Read settings as the program does, other programs' variables aside; one of ours without effect is an error."""
    ours = {name: value for name, value in variables.items() if name.startswith("RESUMATE_")}
    reading = read_settings(ours)
    assert not reading.warnings
    return reading.settings
