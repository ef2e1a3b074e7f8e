"""Conversion of instants for the user. A module of its own, since the import of ``datetime`` is slow."""

from __future__ import annotations

from datetime import datetime, timezone


def utc(seconds: float) -> datetime:
    """Returns the aware datetime, in UTC, of seconds since the epoch."""
    return datetime.fromtimestamp(seconds, timezone.utc)
