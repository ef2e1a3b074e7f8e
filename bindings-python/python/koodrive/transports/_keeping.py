"""When a connection may carry another request, for every transport: after one complete and final reply, as long as nothing arrived
since, and for a short time.

A reply whose status says that the outcome is unknown, or that the service is overloaded (503), closes its connection. Only the core
knows it of a reply whose status does not say it, and the core reads a reply after its connection has been given back.
"""

from __future__ import annotations

import re
import select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

#: Apache closes an idle connection after 5 seconds, most other servers later. Ours are younger.
IDLE_SECONDS = 4.0

_TIMEOUT = re.compile(r"\s*timeout\s*=\s*\"?(\d{1,9})", re.IGNORECASE)


def idle_seconds(keep_alive: Optional[str]) -> float:
    """Returns how long a connection may be idle. ``keep_alive`` is the reply's header ``Keep-Alive``: its ``timeout`` less a margin
    of one second, or of half of it if that is less, since a request also takes time to arrive."""
    for parameter in (keep_alive or "").split(","):
        if announced := _TIMEOUT.match(parameter):
            seconds = int(announced[1])
            return min(seconds - min(1.0, seconds / 2), IDLE_SECONDS)
    return IDLE_SECONDS


def closes(status: int) -> bool:
    """Returns whether a reply with this status is the last one of its connection."""
    return status < 200 or status >= 500


def check_final(status: int) -> None:
    """Raises if the reply is none to the request: a 101 that nobody asked for, which ends HTTP on its connection."""
    if status < 200:
        raise ConnectionError(f"the reply has the status {status}, which is no answer to the request")


def is_quiet(sock: Any) -> bool:
    """Returns whether nothing has arrived on an idle connection: neither its end nor bytes that nobody asked for. ``sock`` is any
    object with a file descriptor, whose time-out stays as it is."""
    try:
        pending = getattr(sock, "pending", None)
        if pending is not None and pending():  # decrypted by TLS and not read
            return False
        # poll takes any file descriptor, but Windows and eventlet have only select.
        if hasattr(select, "poll"):
            poll = select.poll()
            poll.register(sock, select.POLLIN)
            return not poll.poll(0)
        return not select.select([sock], [], [], 0)[0]
    except (OSError, ValueError):  # closed
        return False
