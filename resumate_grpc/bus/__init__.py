"""Live copies of events and wake-ups: hints beside the log, never the truth."""

from resumate_grpc.bus.opening import open_bus

__all__ = ["open_bus"]
