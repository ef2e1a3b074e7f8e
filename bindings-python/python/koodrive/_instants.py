"""Instants that come back to the user. A module of its own, since nothing else needs ``datetime``."""

from __future__ import annotations

from datetime import datetime, timezone


def utc(seconds: float) -> datetime:
    """Returns the aware datetime, in UTC, of seconds since the epoch."""
    return datetime.fromtimestamp(seconds, timezone.utc)
