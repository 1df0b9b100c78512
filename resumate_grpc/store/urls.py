"""What the URL of a database tells, without the driver that it names."""

from __future__ import annotations

from urllib.parse import urlsplit

__all__ = ["is_postgres", "shown"]


def is_postgres(database_url: str) -> bool:
    """Whether a URL names PostgreSQL."""
    return database_url.partition("://")[0].partition("+")[0] in {"postgresql", "postgres"} and "://" in database_url


def shown(database_url: str) -> str:
    """Return a URL as it may be shown: without its password."""
    parts = urlsplit(database_url)
    if parts.password is None:
        return database_url
    user, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.partition(':')[0]}:***@{host}").geturl()
