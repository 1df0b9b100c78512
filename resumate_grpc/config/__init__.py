"""Settings: read once, at the edge, checked, frozen. Each is `RESUMATE_<NAME>` and a flag of the same name."""

from __future__ import annotations

from resumate_grpc.config.checks import usable_cores
from resumate_grpc.config.reading import Reading, read_settings
from resumate_grpc.config.setting import Setting
from resumate_grpc.config.settings import SETTINGS, Settings
from resumate_grpc.config.units import Address, read_address

__all__ = ["SETTINGS", "Address", "Reading", "Setting", "Settings", "read_address", "read_settings", "usable_cores"]
