"""Reads replies of ``http.client`` for the transports that use it.

The reader stops at the deadline of the exchange, skips interim replies, and refuses incomplete headers. It closes a connection
on which more than one reply has arrived.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from functools import partial

from ._keeping import check_final, closes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Optional

#: Returns the monotonic clock in seconds. freezegun stops ``time.monotonic``, so a slow reply would never end.
monotonic: Callable[[], float] = (
    partial(time.clock_gettime, time.CLOCK_MONOTONIC) if hasattr(time, "CLOCK_MONOTONIC") else time.monotonic
)


def remaining(deadline: float) -> float:
    """Returns the seconds until ``deadline``, by the monotonic clock. Raises ``socket.timeout`` after the deadline."""
    seconds = deadline - monotonic()
    if seconds <= 0:
        raise socket.timeout("the time for the exchange is up")
    return seconds


class Response(http.client.HTTPResponse):
    """The final reply to a request. ``will_close`` also depends on the status: see ``_keeping``."""

    def __init__(self, deadline: float, sock: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp: Any = Reader(_TimedSocketIO(sock, self.fp.detach(), deadline))

    def begin(self) -> None:
        super().begin()
        # http.client skips only 100. Interim replies end with their headers (RFC 9110, 15.2).
        while 100 <= self.status < 200 and self.status != 101:
            self.headers = self.msg = None  # type: ignore[assignment]
            super().begin()
        check_final(self.status)
        self.will_close = self.will_close or closes(self.status)


class Reader(io.BufferedReader):
    """The reader of http.client, which would accept the end of the connection as the end of the headers."""

    raw: _TimedSocketIO

    def readline(self, limit: Optional[int] = -1) -> bytes:
        line = super().readline(limit)
        if not line.endswith(b"\n") and len(line) != limit:
            raise http.client.RemoteDisconnected("the connection ended within the reply")
        return line

    def close(self) -> None:
        if not self.closed:
            self.raw.has_ended = True
            if self.peek(1):
                # More than the reply was read, and is lost with this reader. The connection must not be reused.
                self.raw.shut_down()
        super().close()


class _TimedSocketIO(io.RawIOBase):
    """A raw reader of a socket. Every read ends at the deadline, for replies that arrive byte by byte."""

    #: Whether the whole reply was read. After that, nothing more is read from the socket.
    has_ended = False

    def __init__(self, sock: Any, raw: io.RawIOBase, deadline: float) -> None:
        self._sock = sock
        self._raw = raw
        self._deadline = deadline
        self._most = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Any:
        if self.has_ended:
            return None
        seconds = remaining(self._deadline)
        self._sock.settimeout(seconds if self._most is None else min(seconds, self._most))
        return self._raw.readinto(buffer)

    def shut_down(self) -> None:
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:  # it has ended
            pass

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()
