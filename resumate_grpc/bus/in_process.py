"""The event bus of one process."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from resumate_grpc.bus.topics import topics_of
from resumate_grpc.jobs.ports import Notice
from resumate_grpc.model.work import Target

__all__ = ["InProcessBus"]

logger = logging.getLogger(__name__)

Listener = Callable[[Notice], None]


class InProcessBus:
    """Calls listeners directly, in the order of publishing; loses nothing, but nobody may rely on that."""

    def __init__(self) -> None:
        self._listeners: dict[Target, dict[int, Listener]] = {}
        self._next_id = 0

    def publish(self, notice: Notice) -> None:
        """Pass a notice to the listeners of its topics; a listener that raises is logged and harms no other."""
        self.deliver(notice, topics_of(notice))

    def deliver(self, notice: Notice, topics: Iterable[Target]) -> None:
        """Pass a notice to the listeners of some of its topics."""
        for topic in topics:
            for listener in tuple(self._listeners.get(topic, {}).values()):
                try:
                    listener(notice)
                except Exception:
                    logger.exception("a bus listener failed")

    def subscribe(self, topic: Target, listener: Listener) -> Callable[[], None]:
        """Call `listener` for each notice of the topic until the returned function is called."""
        listener_id = self._next_id
        self._next_id += 1
        self._listeners.setdefault(topic, {})[listener_id] = listener

        def unsubscribe() -> None:
            listeners = self._listeners.get(topic, {})
            listeners.pop(listener_id, None)
            if not listeners:
                self._listeners.pop(topic, None)

        return unsubscribe
