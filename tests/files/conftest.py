"""The object service that the tests of files share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.files.services import ObjectService, object_service


@pytest.fixture(scope="session")
def s3_server() -> Iterator[ObjectService]:
    """One server for all tests that harm nothing."""
    with object_service() as service:
        yield service


@pytest.fixture
def s3(s3_server: ObjectService, monkeypatch: pytest.MonkeyPatch) -> ObjectService:
    """The server, with the variables set that lead to it."""
    for name, value in s3_server.environment.items():
        monkeypatch.setenv(name, value)
    return s3_server
