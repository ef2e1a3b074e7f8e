"""What urllib3 lacks and two transports need: a deadline for the whole exchange, and the moment at which a connection stands.

Its exceptions do not tell that moment: a TLS handshake that stalls is a read time-out, and a proxy that drops a request
which it had received is a ProxyError, as is one that is not there. So our exchanges make their connections of a class of
ours, over the pool's own, which looks at the exchange that its thread is at. Pools keep such connections; to whoever else
takes one it is like any other.

The same class reads replies as ``_timed`` does, and notes how long its connection may be idle.

All of it stands on public names, ``ConnectionCls`` of pools, ``connect``, ``getresponse`` and ``response_class`` of connections,
and on ``_get_conn`` of pools, which every version of urllib3 has. A connection that others made is closed and connects again as one of
ours. Where the names are missing, the exceptions are all there is, and doubt is ``OutcomeUnknownError``.
"""

from __future__ import annotations

import threading
from functools import partial

from ._keeping import IDLE_SECONDS, check_final, closes, idle_seconds, is_quiet
from ._timed import Response, monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_this_thread = threading.local()


class Watch:
    """One exchange, while the ``with`` block lasts."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        #: True within a step that comes before the request leaves, and still true when the step failed.
        self.unsent = False
        #: True while a pool chooses among its connections.
        self.chooses = False

    def __enter__(self) -> Watch:
        self._outer = _watch()
        _this_thread.watch = self
        return self

    def __exit__(self, *_: object) -> None:
        _this_thread.watch = self._outer


def _watch() -> Any:
    return getattr(_this_thread, "watch", None)


def before_sending(step: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Takes a step that comes before the request leaves."""
    watch = _watch() or Watch(0)
    watch.unsent = True
    result = step(*arguments, **options)
    watch.unsent = False
    return result


class _Connection:
    #: By the monotonic clock. Of a connection that others used since, nobody knows how long it may be idle.
    usable_until = 0.0

    @property
    def response_class(self) -> Any:
        watch = _watch()
        return super().response_class if watch is None else partial(Response, watch.deadline)  # type: ignore[misc]

    def connect(self) -> None:
        # To the service or to a proxy and through it, and TLS.
        before_sending(super().connect)  # type: ignore[misc]

    def getresponse(self, *arguments: Any, **options: Any) -> Any:
        self.usable_until = 0.0
        response = super().getresponse(*arguments, **options)  # type: ignore[misc]
        if _watch() is not None and response is not None:
            # urllib3-future does not read replies by http.client.
            check_final(response.status)
            if not closes(response.status):
                self.usable_until = monotonic() + idle_seconds(response.headers.get("keep-alive"))
        return response

    @property
    def is_connected(self) -> bool:
        # urllib3 looks here first. urllib3-future would then read what has arrived.
        watch = _watch()
        if watch is not None and watch.chooses and _is_idle(self) and not self.is_usable():
            return False
        return bool(super().is_connected)  # type: ignore[misc]

    def is_usable(self) -> bool:
        # A clock that was stopped for a while may have gone back.
        return 0 < self.usable_until - monotonic() <= IDLE_SECONDS and is_quiet(self.sock)  # type: ignore[attr-defined]


class _Pool:
    @property
    def ConnectionCls(self) -> Any:  # urllib3's spelling
        own = vars(self).get("ConnectionCls") or super().ConnectionCls  # type: ignore[misc]
        return _both(_Connection, own)

    def _get_conn(self, *arguments: Any, **options: Any) -> Any:
        watch = _watch()
        if watch is None:
            return super()._get_conn(*arguments, **options)  # type: ignore[misc]
        watch.chooses = True
        try:
            connection = super()._get_conn(*arguments, **options)  # type: ignore[misc]
        finally:
            watch.chooses = False
        # As urllib3 itself does with one that was dropped: it connects again.
        is_ours = isinstance(connection, _Connection)
        if not is_ours:
            if getattr(connection, "sock", None) is None or _is_idle(connection):
                connection.close()
                connection.__class__ = _both(_Connection, type(connection))
        elif _is_idle(connection) and not connection.is_usable():
            connection.close()
        return connection


def _is_idle(connection: Any) -> bool:
    """Returns whether it is open and nothing is under way. urllib3-future may share one over HTTP/2."""
    return getattr(connection, "sock", None) is not None and bool(getattr(connection, "is_idle", True))


def watched(pool: Any) -> Any:
    """This pool, for our exchanges."""
    return view(_Pool, pool)


def view(more: Any, of: Any) -> Any:
    """``of``, all of its state shared, with other methods: ``more`` stands before its own class."""
    it = object.__new__(_both(more, type(of)))
    it.__dict__ = of.__dict__
    return it


_made: dict[tuple[Any, Any], Any] = {}


def _both(more: Any, own: Any) -> Any:
    made = _made.get((more, own))
    if made is None:
        made = _made[more, own] = type(own.__name__, (more, own), {})
    return made
