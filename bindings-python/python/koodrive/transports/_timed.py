"""How ``http.client``'s replies are read, for every transport that stands on it: until the deadline of the exchange, and to
the end of the headers."""

from __future__ import annotations

import http.client
import io
import socket
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional


def remaining(deadline: float) -> float:
    """Seconds until the deadline, by the monotonic clock; it is an error to have none left."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise socket.timeout("the time for the exchange is up")
    return seconds


class Reader(io.BufferedReader):
    """What http.client reads from. It takes the end of the connection within the headers for the end of the headers."""

    def readline(self, limit: Optional[int] = -1) -> bytes:
        line = super().readline(limit)
        if not line.endswith(b"\n") and len(line) != limit:
            raise http.client.RemoteDisconnected("the connection ended within the reply")
        return line


class TimedSocketIO(io.RawIOBase):
    """A socket's raw reader, whose every read ends at the deadline, however slowly the other side drips."""

    def __init__(self, sock: Any, raw: io.RawIOBase, deadline: float) -> None:
        self._sock = sock
        self._raw = raw
        self._deadline = deadline
        self._most = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Any:
        seconds = remaining(self._deadline)
        self._sock.settimeout(seconds if self._most is None else min(seconds, self._most))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()
