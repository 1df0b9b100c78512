"""The composition root: opens everything, joins it, closes it in order."""

from resumate_grpc.app.loop import run
from resumate_grpc.app.roles import migrate, run_bridge, run_server, run_worker, serve

__all__ = ["migrate", "run", "run_bridge", "run_server", "run_worker", "serve"]
