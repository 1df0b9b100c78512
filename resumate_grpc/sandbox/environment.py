"""The environment of a worker process: what Python needs to start, and none of the server's secrets."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from resumate_grpc import failpoints

__all__ = ["child_environment"]

# An allowlist: a credential under a name that nobody thought of stays outside too.
KEPT = frozenset(
    {
        "DYLD_LIBRARY_PATH",
        "HOME",
        "LANG",
        "LANGUAGE",
        "LD_LIBRARY_PATH",
        "PATH",
        "PYTHONHOME",
        "TESSDATA_PREFIX",
        "TMPDIR",
        "TZ",
        failpoints.VARIABLE,
    }
)
ONE_THREAD = (
    "BLIS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OMP_THREAD_LIMIT",
    "OPENBLAS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


def child_environment(environ: Mapping[str, str], search_path: Sequence[str] = tuple(sys.path)) -> dict[str, str]:
    """Reduce the server's environment to what a worker may know; modules are found where the server finds them.

    Numeric libraries get one thread: the pool's processes are the parallelism, and each thread would map memory.
    """
    kept = {name: value for name, value in environ.items() if name in KEPT or name.startswith("LC_")}
    kept.update(dict.fromkeys(ONE_THREAD, "1"))
    kept["MALLOC_ARENA_MAX"] = "2"
    kept["PYTHONPATH"] = os.pathsep.join(os.path.abspath(entry) for entry in search_path)  # noqa: PTH100 - "" is the cwd
    return kept
