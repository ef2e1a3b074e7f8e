"""How ``http.client``'s replies are read, for every transport that stands on it: until the deadline of the exchange, past interim
replies, to the end of the headers, and so that nothing is left of them."""

from __future__ import annotations

import http.client
import io
import socket
import time

from ._keeping import check_final, closes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional


def monotonic() -> float:
    """The monotonic clock. freezegun stops ``time.monotonic``, with which a reply that drips would never end."""
    if hasattr(time, "CLOCK_MONOTONIC"):
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()


def remaining(deadline: float) -> float:
    """Seconds until the deadline, by the monotonic clock; it is an error to have none left."""
    seconds = deadline - monotonic()
    if seconds <= 0:
        raise socket.timeout("the time for the exchange is up")
    return seconds


class Response(http.client.HTTPResponse):
    """The one final reply to a request. Its ``will_close`` also tells what the status says: see ``_keeping``."""

    def __init__(self, deadline: float, sock: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        self.fp: Any = Reader(_TimedSocketIO(sock, self.fp.detach(), deadline))

    def begin(self) -> None:
        super().begin()
        # http.client skips 100 alone. Interim replies end with their headers (RFC 9110, 15.2).
        while 100 <= self.status < 200 and self.status != 101:
            self.headers = self.msg = None  # type: ignore[assignment]
            super().begin()
        check_final(self.status)
        self.will_close = self.will_close or closes(self.status)


class Reader(io.BufferedReader):
    """What http.client reads from. It takes the end of the connection within the headers for the end of the headers."""

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
                # More than the reply, read with it. Nobody would see it any more, so the connection must not be used again.
                self.raw.shut_down()
        super().close()


class _TimedSocketIO(io.RawIOBase):
    """A socket's raw reader, whose every read ends at the deadline, however slowly the other side drips."""

    #: Whether the reply has been read: nothing more is read from the socket.
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
