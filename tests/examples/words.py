"""What examples in languages of their own write down, a word and proto JSON a line, as the checker's lines."""

from __future__ import annotations

import grpc
from google.protobuf import json_format

from resumate_grpc._gen.resumate.v1.watch_pb2 import WatchProgressRequest, WatchProgressResponse
from tests.fire.lines import Closed, Line, Opened
from tests.fire.seen import from_update

__all__ = ["read_words"]

CODES = {code.value[0]: code.name for code in grpc.StatusCode}


def read_words(recording: bytes, name: str) -> list[Line]:
    """Turn what a program wrote into the checker's lines: `opened` and `update` with their message, `closed` a code."""
    lines: list[Line] = []
    calls = 0
    for text in recording.decode().split("\n")[:-1]:
        word, _, rest = text.partition(" ")
        if word == "opened":
            calls += 1
            request = json_format.Parse(rest, WatchProgressRequest())
            lines.append(
                Opened(
                    watch=f"{name}#{calls}",
                    client=name,
                    target=f"resume:{request.resume_id}",
                    after=request.after_sequence,
                    epoch=request.epoch,
                    follow=request.follow,
                )
            )
        elif word == "update":
            lines.append(from_update(f"{name}#{calls}", json_format.Parse(rest, WatchProgressResponse())))
        else:
            lines.append(Closed(watch=f"{name}#{calls}", code=CODES[int(rest)]))
    return lines
