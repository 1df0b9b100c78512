"""Which listeners a notice is for, within a process and between processes."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from resumate_grpc.jobs.ports import WORK, Notice, Removed, Stopped, WorkAvailable
from resumate_grpc.model.work import Target

__all__ = ["WORK_SUBJECT", "subject_of", "topics_by_subject", "topics_of"]

WORK_SUBJECT = "work"
_OWNER_SUBJECT = "owner."


def topics_of(notice: Notice) -> tuple[Target, ...]:
    """Name the topics that a notice is passed to."""
    if isinstance(notice, WorkAvailable):
        return (WORK,)
    resume = Target(owner=notice.owner, resume_id=notice.resume_id)
    if isinstance(notice, Stopped):
        return (WORK, resume)
    feed = Target(owner=notice.owner)
    batch = (Target(owner=notice.owner, batch_id=notice.batch_id),) if notice.batch_id else ()
    return (WORK, resume, feed, *batch) if isinstance(notice, Removed) else (resume, feed, *batch)


def topics_by_subject(notice: Notice) -> dict[str, tuple[Target, ...]]:
    """Part a notice's topics by the subjects under which other processes hear them: at most one owner's, and work."""
    topics = topics_of(notice)
    owned = tuple(topic for topic in topics if topic != WORK)
    parted = {WORK_SUBJECT: (WORK,)} if WORK in topics else {}
    return parted | ({subject_of(owned[0]): owned} if owned else {})


def subject_of(topic: Target) -> str:
    """Name the subject under which other processes hear of a topic: one for each owner, one for all workers.

    An owner's name may have any characters, a subject only some, and brokers show subjects to whoever runs them: so
    it is a hash of the name.
    """
    return WORK_SUBJECT if topic == WORK else _of_owner(topic.owner)


@lru_cache(maxsize=4096)
def _of_owner(owner: str) -> str:
    return _OWNER_SUBJECT + hashlib.sha256(owner.encode()).hexdigest()[:32]
