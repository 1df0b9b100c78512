"""Upload a résumé, watch it through restarts of the server, read the result.

Run it as `python upload_watch_get.py cv.pdf [host:port]`.
"""

from __future__ import annotations

import asyncio
import sys

from resumate_grpc.client import Client, State


async def main(path: str, server: str = "127.0.0.1:50051") -> int:
    async with Client(server) as client:
        resume = await client.upload(path)
        async for event in client.watch(resume.id):
            print(f"{event.sequence:>3} {event.percent:>3}% {event.message}", file=sys.stderr)
        resume = await client.get(resume.id)
    if resume.state != State.STATE_SUCCEEDED:
        print(f"{State.Name(resume.state)}: {resume.error.message}", file=sys.stderr)
        return 1
    who = resume.parsed.personal_info
    print(f"{who.full_name} <{who.email}>")
    for job in resume.parsed.work_experience:
        print(f"{job.title}, {job.company} ({job.start_date} to {job.end_date})")
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
