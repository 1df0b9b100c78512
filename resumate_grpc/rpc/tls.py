"""TLS for the gRPC port, checked before it is used."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import grpc

from resumate_grpc.errors import SettingsError

__all__ = ["Tls", "server_credentials"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tls:
    """PEM files; with `client_ca` clients must show a certificate signed by one of its authorities."""

    cert: Path
    key: Path
    client_ca: Path | None = None


def server_credentials(tls: Tls) -> grpc.ServerCredentials:
    """Return the credentials. Raises `SettingsError` naming the setting for files that are missing or don't fit."""
    cert = _read(tls.cert, "RESUMATE_TLS_CERT")
    key = _read(tls.key, "RESUMATE_TLS_KEY")
    client_ca = _read(tls.client_ca, "RESUMATE_TLS_CLIENT_CA") if tls.client_ca else None
    _check(tls)
    return grpc.ssl_server_credentials(
        [(key, cert)], root_certificates=client_ca, require_client_auth=client_ca is not None
    )


def _read(path: Path, setting: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{setting}: cannot read {path}: {error.strerror}") from error


def _check(tls: Tls) -> None:
    """Let OpenSSL judge the files: gRPC says only that it could not bind."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # An answer given here keeps OpenSSL from asking for a passphrase on the terminal.
        context.load_cert_chain(tls.cert, tls.key, password="")
    except (ssl.SSLError, ValueError) as error:
        raise SettingsError(
            f"RESUMATE_TLS_CERT and RESUMATE_TLS_KEY: {tls.cert} and {tls.key} are no PEM certificate chain and its "
            f"unencrypted private key ({error})"
        ) from error
    if tls.client_ca:
        try:
            context.load_verify_locations(tls.client_ca)
        except ssl.SSLError as error:
            raise SettingsError(f"RESUMATE_TLS_CLIENT_CA: {tls.client_ca} has no PEM certificates ({error})") from error
