"""Decides for every transport whether a connection may carry another request.

A connection is reused after one complete, final reply, if no bytes have arrived since, and for a short time. A reply with status
1xx or 5xx closes its connection, since its outcome is unknown or the service is overloaded. The status alone decides, since the
core reads a reply only after its connection was given back.
"""

from __future__ import annotations

import re
import select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

#: The longest idle time. Apache closes an idle connection after 5 seconds, and most other servers later.
IDLE_SECONDS = 4.0

_TIMEOUT = re.compile(r"\s*timeout\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


def idle_seconds(keep_alive: Optional[str]) -> float:
    """Returns how long a connection may be idle, in seconds. ``keep_alive`` is the reply's header ``Keep-Alive``, or None.

    The result is the header's ``timeout`` less one second, or less half of it for a short one, since a request needs time to
    arrive. It is at most ``IDLE_SECONDS``.
    """
    if not keep_alive:
        return IDLE_SECONDS
    for parameter in keep_alive.split(","):
        if announced := _TIMEOUT.match(parameter):
            seconds = int(announced[1])
            return min(seconds - min(1.0, seconds / 2), IDLE_SECONDS)
    return IDLE_SECONDS


def closes(status: int) -> bool:
    """Returns whether a reply with ``status`` closes its connection."""
    return status < 200 or status >= 500


def check_final(status: int) -> None:
    """Raises for ``status`` 101 without an upgrade request, since HTTP ends on that connection."""
    if status < 200:
        raise ConnectionError(f"the reply has the status {status}, which is not a final answer")


def is_quiet(sock: Any) -> bool:
    """Returns whether an idle connection is open and has no unread bytes. ``sock`` is any object with a file descriptor.

    The time-out of ``sock`` stays unchanged.
    """
    try:
        pending = getattr(sock, "pending", None)
        if pending is not None and pending():  # bytes that TLS has decrypted
            return False
        # poll accepts any file descriptor, but Windows and eventlet have only select.
        if hasattr(select, "poll"):
            poll = select.poll()
            poll.register(sock, select.POLLIN)
            return not poll.poll(0)
        return not select.select([sock], [], [], 0)[0]
    except (OSError, ValueError):  # closed
        return False
