"""Where the server listens; an address that it cannot have to itself is refused."""

from __future__ import annotations

import errno
import socket
import stat
from pathlib import Path

import grpc.aio

from resumate_grpc.errors import SettingsError
from resumate_grpc.rpc.tls import Tls, server_credentials

__all__ = ["bind"]

LAST_PORT = 65535


def bind(server: grpc.aio.Server, listen: str, tls: Tls | None) -> int:
    """Have `server` listen on `host:port`, `[ipv6]:port` or `unix:/path`; returns the port.

    Raises `SettingsError` where that is taken, malformed, or none of this machine's.
    """
    if listen.startswith("unix:"):
        _refuse_live_socket(listen, Path(listen.removeprefix("unix:")))
    else:
        _refuse_taken_port(listen)
    try:
        if tls is None:
            return server.add_insecure_port(listen)
        return server.add_secure_port(listen, server_credentials(tls))
    except RuntimeError as error:
        raise _refusal(listen, "the port is taken, or the address is none of this machine's") from error


def _refuse_taken_port(listen: str) -> None:
    """Try each address of a host: grpc is content with one of them, and takes a port of six digits for another."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > LAST_PORT:
        raise _refusal(listen, "it must be host:port, such as 127.0.0.1:50051")
    try:
        found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise _refusal(listen, "there is no such host") from error
    for family, kind, protocol, _, address in found:
        try:
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind(address)
        except OSError as error:
            # Others, such as a machine without IPv6, are no reason: grpc does with the addresses that there are.
            if error.errno == errno.EADDRINUSE:
                raise _refusal(listen, "the port is taken") from error


def _refuse_live_socket(listen: str, path: Path) -> None:
    """Ask before grpc unlinks a Unix socket, which it does without asking whether somebody listens on it."""
    if not path.exists():
        return
    if not stat.S_ISSOCK(path.stat().st_mode):
        raise _refusal(listen, "that is a file and no socket")
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return  # left behind by a server that was killed
    raise _refusal(listen, "another program does")


def _refusal(listen: str, why: str) -> SettingsError:
    return SettingsError(
        f"cannot listen on {listen}: {why}; end the program that has it (`ss -ltnp` or `lsof -i` tells which), or set "
        "RESUMATE_GRPC_LISTEN (--grpc-listen) to another"
    )
