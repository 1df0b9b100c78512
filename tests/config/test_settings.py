"""Settings: where they come from, what is refused, and how the refusal helps."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from resumate_grpc.config import SETTINGS, Settings, read_address, read_settings, usable_cores
from resumate_grpc.config.units import read_bool, read_bytes, read_names, read_seconds
from resumate_grpc.errors import SettingsError

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


def test_every_field_is_described() -> None:
    """Each field of Settings is in the table, under the variable and flag of its name."""
    assert [described.name for described in SETTINGS] == [field.name for field in fields(Settings)]
    assert all(described.env == f"RESUMATE_{described.name.upper()}" for described in SETTINGS)
    assert all(described.flag == "--" + described.name.replace("_", "-") for described in SETTINGS)


@pytest.mark.parametrize("described", SETTINGS, ids=lambda described: described.name)
def test_every_setting_is_documented(described: object) -> None:
    """docs/settings.md has a row for each setting with its variable, flag, default and meaning."""
    name = described.name  # type: ignore[attr-defined]  # parametrize passes it as object
    setting = next(each for each in SETTINGS if each.name == name)
    row = next(line for line in DOCS.read_text(encoding="utf-8").splitlines() if f"`{setting.env}`" in line)
    assert f"`{setting.flag}`" in row
    assert setting.help.rstrip(".") in row
    assert setting.default_text in row


def test_docs_name_no_setting_that_is_not_there() -> None:
    """Every RESUMATE_* variable in docs/settings.md is a setting or a client's variable."""
    from resumate_grpc.cli.options import CLIENT_VARIABLES  # noqa: PLC0415 - only here does config meet the client

    named = set(re.findall(r"RESUMATE_[A-Z_]+[A-Z]", DOCS.read_text(encoding="utf-8")))
    assert named - {described.env for described in SETTINGS} <= {*CLIENT_VARIABLES}


def test_defaults_follow_the_machine_and_the_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Unset, data is kept in the user's data folder, and database and files are in it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    settings = read_settings({}).settings
    assert settings.data_dir == tmp_path / "resumate"
    assert settings.database_url == f"sqlite:///{tmp_path}/resumate/resumate.db"
    assert settings.files_url == f"file://{tmp_path}/resumate/files"
    assert settings.workers == max(1, usable_cores() - 1)
    assert not (tmp_path / "resumate").exists()


def test_workers_follow_the_affinity(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the cores that this process may use one is left to the server; with one core there is still one worker."""
    for cores, workers in ((8, 7), (2, 1), (1, 1)):
        monkeypatch.setattr("os.sched_getaffinity", lambda _, cores=cores: set(range(cores)), raising=False)
        assert Settings().workers == workers


def test_flag_goes_before_variable() -> None:
    """A flag wins over a variable, a variable over the default; an empty variable counts as unset."""
    environ = {"RESUMATE_MAX_QUEUED": "5", "RESUMATE_MAX_WATCHES": "6", "RESUMATE_LOG_LEVEL": " "}
    settings = read_settings(environ, {"max_queued": "7"}).settings
    assert (settings.max_queued, settings.max_watches, settings.log_level) == (7, 6, "info")


READINGS = [
    (read_bytes, "10MiB", 10 * 1024 * 1024),
    (read_bytes, "1.5 GB", 1_500_000_000),
    (read_bytes, "4096", 4096),
    (read_seconds, "30s", 30.0),
    (read_seconds, "500ms", 0.5),
    (read_seconds, "2m", 120.0),
    (read_seconds, "0.25", 0.25),
    (read_bool, "Yes", True),
    (read_bool, "off", False),
    (read_names, " a.example, ,b.example ", ("a.example", "b.example")),
]


@pytest.mark.parametrize(("read", "text", "value"), READINGS)
def test_units_are_read(read: object, text: str, value: object) -> None:
    """Sizes, durations, switches and lists are read as people write them."""
    assert callable(read)
    assert read(text) == value


LOOPBACK = {"127.0.0.1:0": True, "localhost:1": True, "[::1]:65535": True, "0.0.0.0:80": False, "example.org:80": False}


@pytest.mark.parametrize("text", LOOPBACK)
def test_addresses_know_who_reaches_them(text: str) -> None:
    """Only addresses of this machine itself count as loopback."""
    assert read_address(text).is_loopback is LOOPBACK[text]


WRONG = {
    "no number": ({"RESUMATE_WORKERS": "many"}, "RESUMATE_WORKERS (--workers) must be a whole number"),
    "no worker": ({"RESUMATE_WORKERS": "0"}, "must be at least 1"),
    "negative": ({"RESUMATE_MAX_QUEUED": "-1"}, "RESUMATE_MAX_QUEUED (--max-queued) must be a whole number"),
    "other digits": ({"RESUMATE_MAX_QUEUED": "٣"}, "must be a whole number"),
    "no unit of size": ({"RESUMATE_MAX_FILE_BYTES": "10 stone"}, "a size such as 10MiB"),
    "no unit of time": ({"RESUMATE_LEASE_S": "soon"}, "a duration such as 30s"),
    "no time at all": ({"RESUMATE_PARSE_TIMEOUT_S": "0"}, "must be longer than 0"),
    "no port": ({"RESUMATE_GRPC_LISTEN": "127.0.0.1"}, "must be host:port"),
    "high port": ({"RESUMATE_HTTP_LISTEN": "127.0.0.1:65536"}, "port from 0"),
    "bare IPv6": ({"RESUMATE_GRPC_LISTEN": "::1:50051"}, "[::1]:50051"),
    "level": ({"RESUMATE_LOG_LEVEL": "loud"}, "must be one of debug, info, warning, error"),
    "switch": ({"RESUMATE_ALLOW_REMOTE": "perhaps"}, "must be true or false"),
    "scheme": ({"RESUMATE_FILES_URL": "ftp://x"}, "a URL such as file:///"),
    "servers": ({"RESUMATE_GRPC_TARGET": "one:1,two:2"}, "must be one host:port, or IPv4 addresses"),
    "bus": ({"RESUMATE_BUS_URL": "carrier-pigeon"}, "must be memory://"),
    "key alone": ({"RESUMATE_TLS_KEY": __file__}, "set RESUMATE_TLS_CERT (--tls-cert) too"),
    "certificate alone": ({"RESUMATE_TLS_CERT": __file__}, "set RESUMATE_TLS_KEY (--tls-key) too"),
    "client authority alone": ({"RESUMATE_TLS_CLIENT_CA": __file__}, "needs TLS"),
    "no such file": ({"RESUMATE_TLS_KEY": "/nonexistent/key.pem"}, "there is none at /nonexistent/key.pem"),
    "file as folder": ({"RESUMATE_DATA_DIR": __file__}, "must be a folder"),
    "all the world": ({"RESUMATE_GRPC_LISTEN": "0.0.0.0:50051"}, "RESUMATE_ALLOW_REMOTE=true"),
    "page for all": ({"RESUMATE_HTTP_LISTEN": "example.org:80"}, "can be reached from other machines"),
}


@pytest.mark.parametrize("what", WRONG)
def test_wrong_setting_is_refused_with_the_way_out(what: str) -> None:
    """The error names the variable and the flag, and says what is taken instead."""
    environ, words = WRONG[what]
    with pytest.raises(SettingsError) as caught:
        read_settings(environ)
    assert words in str(caught.value)
    assert "--" in str(caught.value)


def test_password_of_a_url_is_not_repeated() -> None:
    """An error about a URL does not print what was given: it may hold a password."""
    with pytest.raises(SettingsError) as caught:
        read_settings({"RESUMATE_DATABASE_URL": "oracle://scott:tiger@host/db"})
    assert "tiger" not in str(caught.value)


def test_remote_listening_is_possible_for_who_says_so() -> None:
    """With allow_remote, other machines may reach the server."""
    settings = read_settings({"RESUMATE_GRPC_LISTEN": "0.0.0.0:50051", "RESUMATE_ALLOW_REMOTE": "true"}).settings
    assert settings.grpc_listen == "0.0.0.0:50051"


def test_variables_without_effect_are_told() -> None:
    """A misspelt variable is warned about; the known ones are not."""
    environ = {"RESUMATE_WORKER": "2", "RESUMATE_SERVER": "h:1", "PATH": "/bin"}
    warnings = read_settings(environ, known=["RESUMATE_SERVER"]).warnings
    assert len(warnings) == 1
    assert "did you mean RESUMATE_WORKERS?" in warnings[0]


@pytest.mark.parametrize("given", [{"RESUMATE_AI_BASE_URL": "http://localhost:1/v1"}, {"RESUMATE_AI_MODEL": "m"}])
def test_a_language_model_is_configured_whole(given: dict[str, str]) -> None:
    """An endpoint without a model's name, or the other way round, is refused at start."""
    with pytest.raises(SettingsError, match="needs both its endpoint and its name"):
        read_settings(given)


def test_the_key_is_not_shown() -> None:
    """Settings that are printed do not hold the key."""
    settings = read_settings({"RESUMATE_AI_API_KEY": "sk-hush"}).settings
    assert settings.ai_api_key == "sk-hush"
    assert "sk-hush" not in repr(settings)
