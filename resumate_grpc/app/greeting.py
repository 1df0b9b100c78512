"""What `resumate serve` says when it is ready."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from resumate_grpc import __version__
from resumate_grpc.config import Settings, read_address

__all__ = ["greeting"]

EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104 - compared with, not bound to


def greeting(settings: Settings, *, grpc_port: int, http_port: int) -> str:
    """Tell where everything is and what to try next."""
    grpc = _reachable(settings.grpc_listen, grpc_port)
    page = f"http://{_reachable(settings.http_listen, http_port)}"
    other_server = "" if grpc == "127.0.0.1:50051" else f" --server {grpc}"
    return f"""\
ResuMate {__version__} is ready.

  page and bridge  {page}
  gRPC             {grpc}  (reflection, health)
  data             {settings.data_dir}

Try next, in another terminal:

  open {page} and drop a résumé on it
  {_command()} upload cv.pdf --watch{other_server}
  curl -F file=@cv.pdf {page}/v1/resumes/upload

Ctrl-C stops it; everything is kept."""


def _command() -> str:
    """Name this program so that a shell finds it: `make run` puts it into an environment that is not on the path."""
    program = Path(sys.argv[0])
    return "resumate" if program.name != "resumate" or shutil.which("resumate") else str(program)


def _reachable(listen: str, port: int) -> str:
    """Name an address that a client on this machine can use."""
    if listen.startswith("unix:"):
        return listen
    host = read_address(listen).host
    host = "127.0.0.1" if host in EVERYWHERE else host
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
