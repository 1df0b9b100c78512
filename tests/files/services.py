"""A real S3-speaking server: moto's, in a process of its own on a free port."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from urllib.request import Request, urlopen

from tests.bus.brokers import free_port

__all__ = ["ObjectService", "object_service"]

STARTED_WITHIN_S = 60.0


@dataclass
class ObjectService:
    """The server, which can be killed; whoever speaks to it needs `environment`."""

    process: subprocess.Popen[bytes]
    endpoint: str
    _buckets: Iterator[int] = field(default_factory=lambda: count(1), init=False)

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which clients of S3 are usually told where and who."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
        }

    def new_bucket(self) -> str:
        """Make a bucket; returns its URL."""
        name = f"bucket-{next(self._buckets)}"
        self.ask("PUT", f"/{name}")
        return f"s3://{name}"

    def ask(self, method: str, path: str) -> dict[str, str]:
        """Send a request past the client under test; returns the headers of the answer."""
        authorization = {"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request"}
        request = Request(self.endpoint + path, method=method, headers=authorization)  # noqa: S310 - loopback
        with urlopen(request, timeout=10) as answer:  # noqa: S310
            return dict(answer.headers)


@contextmanager
def object_service() -> Iterator[ObjectService]:
    """Run the server until the block ends."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        service = ObjectService(process, f"http://127.0.0.1:{port}")
        deadline = time.monotonic() + STARTED_WITHIN_S
        while True:
            assert process.poll() is None, "moto's server ended"
            try:
                service.ask("GET", "/moto-api/data.json")
            except OSError:
                assert time.monotonic() < deadline, "moto's server does not answer"
                time.sleep(0.05)
            else:
                break
        yield service
    finally:
        process.kill()
        process.wait()
