"""Who calls: the seam for credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

__all__ = ["Identity", "LocalIdentity"]


class Identity(Protocol):
    """Tells the owner from what a call brings along."""

    def owner(self, metadata: Mapping[str, str]) -> str:
        """Return the caller's owner name, never empty. Raises `UnauthenticatedError`, `PermissionDeniedError`.

        `metadata` has the call's text metadata, keys in lower case.
        """
        ...


class LocalIdentity:
    """Everybody is `local`: for an installation without credentials, which listens on loopback only."""

    def owner(self, metadata: Mapping[str, str]) -> str:  # noqa: ARG002 - the port's signature
        """Return `local`."""
        return "local"
