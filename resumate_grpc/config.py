"""Settings: read once, at the edge, checked, frozen. Each is `RESUMATE_<NAME>` and a flag of the same name."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["Settings"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything that whoever runs ResuMate can set."""

    grpc_listen: str = "127.0.0.1:50051"
    http_listen: str = "127.0.0.1:8080"
    data_dir: Path = field(default_factory=Path)
    database_url: str = ""
    bus_url: str = "memory://"
    files_url: str = ""
    workers: int = 1
    max_file_bytes: int = 10 * 1024 * 1024
    allow_remote: bool = False
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_client_ca: Path | None = None
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    max_queued: int = 10_000
    max_watches: int = 20_000
    max_attempts: int = 3
    lease_s: float = 30.0
    parse_timeout_s: float = 60.0
    parse_memory_bytes: int = 1024 * 1024 * 1024
    drain_grace_s: float = 10.0
    log_format: str = "console"
    log_level: str = "info"
    metrics_listen: str = ""
