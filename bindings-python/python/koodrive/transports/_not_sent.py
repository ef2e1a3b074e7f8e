"""Exceptions that transports raise if the request never left."""

from __future__ import annotations

from .. import _core


class NotSent(Exception):
    """The request never left this machine. Transports raise it with the cause as its text."""

    __module__ = "koodrive.transports"


class Unusable(NotSent):
    """The session cannot be used; the text says why and what to do. A retry would fail too, so the error is invalid input."""

    def refused(self) -> BaseException:
        """Returns the ``InvalidInputError`` to raise instead."""
        return _core.refused("transport", str(self))
