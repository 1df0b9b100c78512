"""Reading settings once, at the edge: flags first, then the environment, then defaults."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from resumate_grpc.config.setting import ENV_PREFIX, Setting
from resumate_grpc.config.settings import SETTINGS, Settings, setting_named
from resumate_grpc.errors import SettingsError

__all__ = ["Reading", "read_settings"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """Checked settings, and sentences for whoever runs us about variables that have no effect."""

    settings: Settings
    warnings: tuple[str, ...]


def read_settings(
    environ: Mapping[str, str],
    flags: Mapping[str, str] | None = None,
    *,
    known: Iterable[str] = (),
    only: Iterable[str] | None = None,
) -> Reading:
    """Read settings from flags (by setting name, as text) and `RESUMATE_*` variables; a flag goes before a variable.

    An empty variable counts as unset. `known` are further RESUMATE_* variables that have a meaning elsewhere, so that
    they are not warned about. `only` names the settings that matter to the caller, None = all; the others keep their
    defaults, so that a mistake in them is no matter. Raises `SettingsError`, whose message names what is at fault.
    """
    values = {}
    for described in SETTINGS if only is None else [setting_named(name) for name in only]:
        flag = (flags or {}).get(described.name)
        if flag is not None:
            values[described.name] = _read(described, flag)
        elif environ.get(described.env, "").strip():
            values[described.name] = _read(described, environ[described.env])
    settings = Settings(**values)  # type: ignore[arg-type]  # each field's own reader gave the value its type
    return Reading(settings=settings, warnings=tuple(_warnings(environ, {*known})))


def _read(described: Setting, text: str) -> object:
    try:
        return described.read(text)
    except ValueError as error:
        raise SettingsError(f"{described.title} {error}") from None


def _warnings(environ: Mapping[str, str], known: set[str]) -> Iterable[str]:
    names = {described.env for described in SETTINGS} | known
    for name in sorted(environ):
        if not name.startswith(ENV_PREFIX) or name in names:
            continue
        close = difflib.get_close_matches(name, names, n=1)
        hint = f"; did you mean {close[0]}?" if close else "; `resumate serve --help` lists the settings"
        yield f"{name} is no setting and has no effect{hint}"
