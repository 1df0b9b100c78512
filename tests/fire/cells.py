"""The kill matrix as a table: who is hit, where, the how-manieth time, by what."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CELLS", "FEW", "Cell"]


SLOW_S = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """`victim` is server, worker, parser (a worker's parsing process) or bridge; `action` kill, stop, term or error."""

    victim: str
    place: str
    nth: int
    action: str

    @property
    def failpoints(self) -> str:
        """As the victim's environment has it."""
        # A lease is renewed only while a document takes its time.
        slow = f";parse.start=delay({SLOW_S})" if self.place.startswith("lease.") else ""
        return f"{self.place}={self.action}@{self.nth}{slow}"

    @property
    def writes(self) -> bool | None:
        """Whether a worker stopped there has a transaction open, and with it SQLite's one lock for writing.

        None = by chance: it is stopped by the thread of its event loop while another thread may be writing.
        """
        return {"store.before-commit": True, "store.after-commit": False}.get(self.place)

    @property
    def role(self) -> str:
        """The program that is armed."""
        return "worker" if self.victim == "parser" else self.victim

    def __str__(self) -> str:
        return f"{self.victim} {self.place}={self.action}@{self.nth}"


PLACES: tuple[tuple[str, str, int], ...] = (
    ("server", "upload.after-put", 1),
    ("server", "upload.after-put", 2),
    ("server", "store.before-commit", 1),
    ("server", "store.after-commit", 1),
    ("server", "store.after-commit", 3),
    ("server", "upload.after-commit", 1),
    ("server", "upload.after-commit", 2),
    ("server", "watch.before-send", 1),
    ("server", "watch.before-send", 7),
    ("server", "watch.before-send", 20),
    ("worker", "claim.committed", 1),
    ("worker", "attempt.text_extraction", 1),
    ("worker", "attempt.nlp_parsing", 1),
    ("worker", "attempt.ai_enhancement", 1),
    ("worker", "store.before-commit", 2),
    ("worker", "store.before-commit", 8),  # a worker that has nothing to do commits twice a second
    ("worker", "store.after-commit", 1),
    ("worker", "store.after-commit", 2),
    ("worker", "store.after-commit", 8),
    ("worker", "attempt.committed", 1),
    ("worker", "attempt.committed", 2),
    ("worker", "attempt.committed", 4),
    ("worker", "lease.before-renew", 1),
    ("parser", "parse.start", 1),
    ("parser", "parse.text_extraction", 1),
    ("parser", "parse.nlp_parsing", 1),
    ("parser", "parse.result", 1),
    ("bridge", "bridge.before-send", 1),
    ("bridge", "bridge.before-send", 4),
)
# A parsing process ignores SIGTERM, which a service manager sends to the whole group, and an error there is the
# document's own.
CELLS = tuple(
    Cell(victim=victim, place=place, nth=nth, action=action)
    for victim, place, nth in PLACES
    for action in (("kill", "stop") if victim == "parser" else ("kill", "stop", "term", "error"))
)
FEW = tuple(
    cell
    for cell in CELLS
    if (cell.place, cell.nth, cell.action)
    in {
        ("upload.after-commit", 1, "kill"),
        ("watch.before-send", 7, "kill"),
        ("watch.before-send", 20, "term"),
        ("upload.after-commit", 2, "stop"),
        ("claim.committed", 1, "kill"),
        ("attempt.nlp_parsing", 1, "stop"),
        ("attempt.committed", 2, "kill"),
        ("store.after-commit", 2, "error"),
        ("attempt.committed", 4, "stop"),
        ("parse.text_extraction", 1, "kill"),
        ("parse.result", 1, "stop"),
        ("bridge.before-send", 4, "kill"),
    }
)
"""One of each kind, for every test run; the others are a command's."""
