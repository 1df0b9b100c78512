"""The settings themselves: one table of names, meanings, defaults and checks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from resumate_grpc.config.checks import (
    above_zero,
    at_least,
    data_folder,
    default_data_dir,
    default_ocr_workers,
    default_workers,
    listens,
    may_listen,
    of_scheme,
    one_of,
    readable,
    servers,
)
from resumate_grpc.config.setting import Setting, setting, settings_of
from resumate_grpc.config.units import (
    choice,
    read_address,
    read_bool,
    read_bytes,
    read_count,
    read_names,
    read_path,
    read_retention,
    read_seconds,
    read_text,
)
from resumate_grpc.errors import SettingsError

__all__ = ["SETTINGS", "Settings", "setting_named"]

MIB = 1 << 20
LISTEN = "Where to listen"
KEEP = "Where to keep things"
LIMITS = "Limits"
WORK = "Work"
WEB = "Browsers"
LOGS = "Logs and metrics"
MODEL = "Language model"


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything that whoever runs ResuMate can set. An instance has been checked; making a wrong one raises.

    Raises `SettingsError`, whose message names the variable and the flag and says how to mend it. An empty
    `database_url` or `files_url` becomes a file or folder of that kind in `data_dir`. Nothing is created on disk.
    """

    grpc_listen: str = setting(
        "127.0.0.1:50051",
        help="Address of the gRPC server, host:port; port 0 takes a free one.",
        metavar="HOST:PORT",
        default_text="127.0.0.1:50051",
        read=read_text,
        check=listens,
        group=LISTEN,
    )
    http_listen: str = setting(
        "127.0.0.1:8080",
        help="Address of the page, the HTTP interface and the WebSockets, host:port.",
        metavar="HOST:PORT",
        default_text="127.0.0.1:8080",
        read=read_text,
        check=listens,
        group=LISTEN,
    )
    grpc_target: str = setting(
        "",
        help="Servers that `resumate bridge` is a client of: host:port, or several IPv4 addresses parted by commas.",
        metavar="HOST:PORT[,…]",
        default_text="the address of --grpc-listen",
        read=read_text,
        check=servers,
        group=LISTEN,
    )
    grpc_target_ca: Path | None = setting(
        None,
        help="Authorities that the bridge trusts, PEM; when set, the bridge speaks TLS with its server.",
        metavar="FILE",
        default_text="",
        read=read_path,
        check=readable,
        group=LISTEN,
    )
    data_dir: Path = setting(
        factory=default_data_dir,
        help="Folder for the database and the uploaded files, made if it is not there.",
        metavar="DIR",
        default_text="the user's data folder, mostly ~/.local/share/resumate",
        read=read_path,
        check=data_folder,
        group=KEEP,
    )
    database_url: str = setting(
        "",
        help="Database with the résumés and their history: a SQLite file, or PostgreSQL (15 or newer).",
        metavar="URL",
        default_text="sqlite:///<data-dir>/resumate.db",
        read=read_text,
        check=of_scheme(
            "sqlite",
            "postgresql",
            "postgres",
            instead="a URL such as sqlite:////var/lib/resumate/resumate.db or postgresql://user:password@host/database",
            may_be_empty=True,
        ),
        group=KEEP,
        secret=True,
    )
    database_connections: int = setting(
        10,
        help="Most connections of this process to PostgreSQL.",
        metavar="N",
        default_text="10",
        read=read_count,
        check=at_least(4, "4"),
        group=KEEP,
    )
    bus_url: str = setting(
        "memory://",
        help="What carries live events between processes: nats:// or redis://; memory:// stays within one.",
        metavar="URL",
        default_text="memory://",
        read=read_text,
        check=of_scheme(
            "memory", "nats", "tls", "redis", "rediss", instead="memory://, or a URL such as nats://localhost:4222"
        ),
        group=KEEP,
    )
    files_url: str = setting(
        "",
        help="Store of the uploaded files.",
        metavar="URL",
        default_text="file://<data-dir>/files",
        read=read_text,
        check=of_scheme(
            "file",
            "s3",
            "gs",
            "az",
            "memory",
            instead="a URL such as file:///var/lib/resumate/files",
            may_be_empty=True,
        ),
        group=KEEP,
    )
    event_retention: timedelta | None = setting(
        None,
        help="How long events are kept once their résumé has ended; its last one stays. `off` = until it is deleted.",
        metavar="DURATION|off",
        default_text="off",
        read=read_retention,
        group=KEEP,
    )
    file_retention: timedelta | None = setting(
        None,
        help="How long the original file is kept once its résumé has ended. `off` = until it is deleted.",
        metavar="DURATION|off",
        default_text="off",
        read=read_retention,
        group=KEEP,
    )
    resume_retention: timedelta | None = setting(
        None,
        help="How long a résumé is kept after its upload or last retry, data and file. `off` = until it is deleted.",
        metavar="DURATION|off",
        default_text="off",
        read=read_retention,
        group=KEEP,
    )
    workers: int = setting(
        factory=default_workers,
        help="Processes that parse, each with one résumé at a time.",
        metavar="COUNT",
        default_text="the cores that may be used, less one, at least 1",
        read=read_count,
        check=at_least(1, "1"),
        group=WORK,
    )
    ocr_workers: int = setting(
        factory=default_ocr_workers,
        help="Processes that read scans, a page at a time each; besides the others, so that text never waits for them.",
        metavar="COUNT",
        default_text="half the cores that may be used, at least 1",
        read=read_count,
        check=at_least(1, "1"),
        group=WORK,
    )
    max_file_bytes: int = setting(
        10 * MIB,
        help="Largest file that is accepted.",
        metavar="SIZE",
        default_text="10MiB",
        read=read_bytes,
        check=at_least(1, "1 byte"),
        group=LIMITS,
    )
    allow_remote: bool = setting(
        default=False,
        help="Listen on addresses that other machines reach, although there are no credentials yet.",
        metavar="BOOL",
        default_text="false",
        read=read_bool,
        group=LISTEN,
    )
    tls_cert: Path | None = setting(
        None,
        help="The gRPC server's certificate chain, PEM; with a key, gRPC is served over TLS only.",
        metavar="FILE",
        default_text="",
        read=read_path,
        check=readable,
        group=LISTEN,
    )
    tls_key: Path | None = setting(
        None,
        help="Private key of the certificate, PEM.",
        metavar="FILE",
        default_text="",
        read=read_path,
        check=readable,
        group=LISTEN,
    )
    tls_client_ca: Path | None = setting(
        None,
        help="Authorities whose client certificates are asked for and trusted, PEM.",
        metavar="FILE",
        default_text="",
        read=read_path,
        check=readable,
        group=LISTEN,
    )
    allowed_hosts: tuple[str, ...] = setting(
        (),
        help="Host names under which browsers may reach the page, besides this machine's own; parted by commas.",
        metavar="NAMES",
        default_text="",
        read=read_names,
        group=WEB,
    )
    allowed_origins: tuple[str, ...] = setting(
        (),
        help="Origins of other pages that may use the HTTP interface, such as https://hr.example; parted by commas.",
        metavar="ORIGINS",
        default_text="",
        read=read_names,
        group=WEB,
    )
    max_queued: int = setting(
        10_000,
        help="How many résumés may wait; an upload past that is refused with QUEUE_FULL.",
        metavar="COUNT",
        default_text="10000",
        read=read_count,
        check=at_least(1, "1"),
        group=LIMITS,
    )
    max_watches: int = setting(
        20_000,
        help="How many watches may be open; another is refused with TOO_MANY_STREAMS.",
        metavar="COUNT",
        default_text="20000",
        read=read_count,
        check=at_least(1, "1"),
        group=LIMITS,
    )
    watch_stall_s: float = setting(
        300.0,
        help="How long a watch may leave unread what it was sent; past that it ends with WATCH_STALLED.",
        metavar="DURATION",
        default_text="5m",
        read=read_seconds,
        check=above_zero,
        group=LIMITS,
    )
    max_attempts: int = setting(
        3,
        help="How often in a row a résumé is taken up whose worker died, before it fails with WORKER_LOST.",
        metavar="COUNT",
        default_text="3",
        read=read_count,
        check=at_least(1, "1"),
        group=WORK,
    )
    lease_s: float = setting(
        30.0,
        help="How long a worker that went silent keeps its résumé.",
        metavar="DURATION",
        default_text="30s",
        read=read_seconds,
        check=above_zero,
        group=WORK,
    )
    parse_timeout_s: float = setting(
        60.0,
        help="Longest time for parsing one file; past it, it fails with PARSE_TIMEOUT.",
        metavar="DURATION",
        default_text="60s",
        read=read_seconds,
        check=above_zero,
        group=LIMITS,
    )
    parse_memory_bytes: int = setting(
        1024 * MIB,
        help="Most memory for one parsing process; past it, the file fails with RESOURCE_LIMIT.",
        metavar="SIZE",
        default_text="1GiB",
        read=read_bytes,
        check=at_least(64 * MIB, "64MiB"),
        group=LIMITS,
    )
    drain_grace_s: float = setting(
        8.0,  # `docker stop` kills after 10 s
        help="How long running parses may go on after SIGTERM or Ctrl-C, before they are given back to the queue.",
        metavar="DURATION",
        default_text="8s",
        read=read_seconds,
        group=WORK,
    )
    ai_base_url: str = setting(
        "",
        help="OpenAI-compatible endpoint for AI enhancement, what `/chat/completions` is put after; empty = none.",
        metavar="URL",
        default_text="",
        read=read_text,
        check=of_scheme("http", "https", instead="a URL such as https://models.example/v1", may_be_empty=True),
        group=MODEL,
    )
    ai_model: str = setting(
        "",
        help="Which of its models to ask.",
        metavar="NAME",
        default_text="",
        read=read_text,
        group=MODEL,
    )
    ai_api_key: str = setting(
        "",
        help="Key that is sent to it; better as a variable, since others on the machine can see flags.",
        metavar="KEY",
        default_text="",
        read=read_text,
        group=MODEL,
        secret=True,
    )
    ai_timeout_s: float = setting(
        60.0,
        help="Longest time for one answer, waiting and trying again included; past it, the result stays ours.",
        metavar="DURATION",
        default_text="60s",
        read=read_seconds,
        check=above_zero,
        group=MODEL,
    )
    ai_max_output_tokens: int = setting(
        4096,
        help="Longest answer, in tokens.",
        metavar="COUNT",
        default_text="4096",
        read=read_count,
        check=at_least(1, "1"),
        group=MODEL,
    )
    ai_max_input_chars: int = setting(
        40_000,
        help="Most characters of a résumé's text that are sent.",
        metavar="COUNT",
        default_text="40000",
        read=read_count,
        check=at_least(1, "1"),
        group=MODEL,
    )
    ai_daily_tokens: int = setting(
        0,
        help="Most tokens that one worker program may use on a UTC day, sent and received; 0 = no limit.",
        metavar="COUNT",
        default_text="0",
        read=read_count,
        group=MODEL,
    )
    ai_concurrency: int = setting(
        4,
        help="How many questions one worker program may ask at a time; the others wait.",
        metavar="COUNT",
        default_text="4",
        read=read_count,
        check=at_least(1, "1"),
        group=MODEL,
    )
    ai_ca: Path | None = setting(
        None,
        help="Authorities that its certificate is checked by instead of the system's, PEM.",
        metavar="FILE",
        default_text="",
        read=read_path,
        check=readable,
        group=MODEL,
    )
    log_format: str = setting(
        "console",
        help="`console` for people, `json` for programs.",
        metavar="console|json",
        default_text="console",
        read=choice("console", "json"),
        check=one_of("console", "json"),
        group=LOGS,
    )
    log_level: str = setting(
        "info",
        help="Least level that is logged.",
        metavar="debug|info|warning|error",
        default_text="info",
        read=choice("debug", "info", "warning", "error"),
        check=one_of("debug", "info", "warning", "error"),
        group=LOGS,
    )
    metrics_listen: str = setting(
        "",
        help="Address of /metrics and /health for processes without an HTTP side, host:port; empty = none.",
        metavar="HOST:PORT",
        default_text="",
        read=read_text,
        check=may_listen,
        group=LOGS,
    )

    def __post_init__(self) -> None:
        """Check every value, then those that depend on each other, then derive what was left empty."""
        for described in SETTINGS:
            if problem := described.check(getattr(self, described.name)):
                raise SettingsError(f"{described.title} {problem}")
        self._check_tls()
        self._check_exposure()
        self._check_model()
        derived = {
            "database_url": f"sqlite:///{self.data_dir.absolute()}/resumate.db",
            "files_url": (self.data_dir.absolute() / "files").as_uri(),
        }
        for name, url in derived.items():
            if not getattr(self, name):
                object.__setattr__(self, name, url)

    def _check_tls(self) -> None:
        if (self.tls_cert is None) != (self.tls_key is None):
            missing = setting_named("tls_key" if self.tls_key is None else "tls_cert")
            raise SettingsError(f"TLS needs both a certificate and its key: set {missing.title} too")
        if self.tls_client_ca is not None and self.tls_cert is None:
            raise SettingsError(
                f"{setting_named('tls_client_ca').title} needs TLS: set {setting_named('tls_cert').title} and "
                f"{setting_named('tls_key').title} too"
            )

    def _check_model(self) -> None:
        if bool(self.ai_base_url) != bool(self.ai_model):
            missing = setting_named("ai_model" if self.ai_base_url else "ai_base_url")
            raise SettingsError(f"a language model needs both its endpoint and its name: set {missing.title} too")

    def _check_exposure(self) -> None:
        for name in ("grpc_listen", "http_listen", "metrics_listen"):
            address = getattr(self, name)
            if address and not self.allow_remote and not read_address(address).is_loopback:
                raise SettingsError(
                    f"{setting_named(name).title} {address} can be reached from other machines, and there are no "
                    "credentials yet: whoever reaches it could read every résumé. Listen on 127.0.0.1, or if "
                    "something in front of it lets only the right people through, say so with "
                    f"{setting_named('allow_remote').env}=true ({setting_named('allow_remote').flag})"
                )


SETTINGS: tuple[Setting, ...] = settings_of(Settings)
"""Every setting, in the order in which the docs and `--help` show them."""


def setting_named(name: str) -> Setting:
    """Find a setting by its field's name."""
    return next(described for described in SETTINGS if described.name == name)
