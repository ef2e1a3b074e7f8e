"""What transports raise where the request surely never left."""

from __future__ import annotations

from .. import _core


class NotSent(Exception):
    """For transports to raise: the request surely never left. The text says why."""

    __module__ = "koodrive.transports"


class Unusable(NotSent):
    """The problem of the session, and what to do. Sending again would not help, so it is invalid input."""

    def refused(self) -> BaseException:
        """Returns the error that is raised in its place."""
        return _core.refused("transport", str(self))
