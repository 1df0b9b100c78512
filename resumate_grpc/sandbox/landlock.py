"""Linux's Landlock: a process gives up, for good, all files but those it reads programs from, and the network.

See landlock(7) and the kernel's `Documentation/userspace-api/landlock.rst`. The library calls have no wrapper in the C
library; their numbers are the same on all architectures.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

__all__ = ["give_up_files_and_network"]

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
CREATE_RULESET_VERSION = 1
RULE_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
FILE_RIGHTS_BY_ABI = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many of the rights, from bit 0, each version knows
NET_ABI, SCOPE_ABI = 4, 6
BIND_AND_CONNECT_TCP = 0b11
ABSTRACT_SOCKETS_AND_SIGNALS = 0b11  # without the latter a worker could kill its server

SYSTEM_PATHS = (
    "/usr",
    "/lib",
    "/lib64",
    "/opt/local/share/tessdata",
    "/home/linuxbrew/.linuxbrew/share/tessdata",
    "/nix/store",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/fonts",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
)


def give_up_files_and_network() -> bool:
    """Keep programs and libraries readable, nothing writable; the server's data and other processes are out of reach.

    Needs `no_new_privs`. Covers the calling thread and what it starts. What the kernel's version does not know it does
    not bind: TCP since 6.7, signals since 6.12. Gives False where there is no Landlock; then nothing has changed.
    """
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    abi = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), CREATE_RULESET_VERSION)
    if abi < 1:
        return False
    attributes = _ruleset(abi)
    ruleset = libc.syscall(CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), 0)
    if ruleset < 0:
        return False
    try:
        for path in _readable(sys.path):
            _allow(libc, ruleset, path, EXECUTE | READ_FILE | READ_DIR)
        _allow(libc, ruleset, Path(os.devnull), READ_FILE | WRITE_FILE)
        return bool(libc.syscall(RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _ruleset(abi: int) -> bytes:
    files = (1 << FILE_RIGHTS_BY_ABI.get(abi, FILE_RIGHTS_BY_ABI[5])) - 1
    words = [files]
    if abi >= NET_ABI:
        words.append(BIND_AND_CONNECT_TCP)
    if abi >= SCOPE_ABI:
        words.append(ABSTRACT_SOCKETS_AND_SIGNALS)
    return struct.pack(f"={len(words)}Q", *words)


def _readable(search_path: Iterable[str]) -> set[Path]:
    libraries = os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    tessdata = os.environ.get("TESSDATA_PREFIX", "")  # languages are loaded when a document needs them
    names = {*SYSTEM_PATHS, sys.prefix, sys.base_prefix, *search_path, *libraries, tessdata} - {""}
    return {Path(name) for name in names}


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            allowed = rights if path.is_dir() else rights & ~READ_DIR
            libc.syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, struct.pack("=Qi", allowed, fd), 0)
        finally:
            os.close(fd)
