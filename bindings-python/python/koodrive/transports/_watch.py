"""Adds to urllib3 a deadline for the whole exchange, and whether the request has left.

The exceptions of urllib3 do not say whether the request has left. A stalled TLS handshake is a read time-out. A ProxyError means
that the proxy is missing, or that it dropped a request that it had received. So our exchanges use a subclass of the pool's
connection class, which consults the ``Watch`` of its thread. Such a connection stays in the pool, and works as usual for others.

The subclass also reads replies as ``_timed`` does, and records how long the connection may be idle.

The code uses public names, ``ConnectionCls`` of pools and ``connect``, ``getresponse`` and ``response_class`` of connections, and
``_get_conn`` of pools, which every version of urllib3 has. A connection that others opened is closed and reconnects as ours. If a
name is missing, only the exceptions are left, and a doubtful failure is an ``OutcomeUnknownError``.
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
    """The state of the thread's exchange, for the duration of a ``with`` block. ``deadline`` is by the monotonic clock."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        #: True during a step before the request leaves, and after such a step has failed.
        self.unsent = False
        #: True while a pool selects a connection.
        self.is_selecting = False

    def __enter__(self) -> Watch:
        self._outer = _watch()
        _this_thread.watch = self
        return self

    def __exit__(self, *_: object) -> None:
        _this_thread.watch = self._outer


def _watch() -> Any:
    return getattr(_this_thread, "watch", None)


def before_sending(step: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """Runs ``step``, which comes before the request leaves."""
    watch = _watch() or Watch(0)
    watch.unsent = True
    result = step(*arguments, **options)
    watch.unsent = False
    return result


class _Connection:
    #: By the monotonic clock; 0 if others used the connection last, since the idle time is unknown then.
    usable_until = 0.0

    @property
    def response_class(self) -> Any:
        watch = _watch()
        return super().response_class if watch is None else partial(Response, watch.deadline)  # type: ignore[misc]

    def connect(self) -> None:
        # This step includes the proxy's tunnel and TLS.
        before_sending(super().connect)  # type: ignore[misc]

    def getresponse(self, *arguments: Any, **options: Any) -> Any:
        self.usable_until = 0.0
        response = super().getresponse(*arguments, **options)  # type: ignore[misc]
        if _watch() is not None and response is not None:
            # urllib3-future does not use http.client, so the status is checked here as well.
            check_final(response.status)
            if not closes(response.status):
                self.usable_until = monotonic() + idle_seconds(response.headers.get("keep-alive"))
        return response

    @property
    def is_connected(self) -> bool:
        # urllib3 checks this property first. urllib3-future would then read the bytes that have arrived.
        watch = _watch()
        if watch is not None and watch.is_selecting and _is_idle(self) and not self.is_usable():
            return False
        return bool(super().is_connected)  # type: ignore[misc]

    def is_usable(self) -> bool:
        # A test may stop the clock for a while, and the clock then goes back.
        return 0 < self.usable_until - monotonic() <= IDLE_SECONDS and is_quiet(self.sock)  # type: ignore[attr-defined]


class _Pool:
    @property
    def ConnectionCls(self) -> Any:  # urllib3's spelling
        own = vars(self).get("ConnectionCls") or super().ConnectionCls  # type: ignore[misc]
        return _with_mixin(_Connection, own)

    def _get_conn(self, *arguments: Any, **options: Any) -> Any:
        watch = _watch()
        if watch is None:
            return super()._get_conn(*arguments, **options)  # type: ignore[misc]
        watch.is_selecting = True
        try:
            connection = super()._get_conn(*arguments, **options)  # type: ignore[misc]
        finally:
            watch.is_selecting = False
        # A closed connection connects again, as urllib3 does with a dropped one.
        is_ours = isinstance(connection, _Connection)
        if not is_ours:
            if getattr(connection, "sock", None) is None or _is_idle(connection):
                connection.close()
                connection.__class__ = _with_mixin(_Connection, type(connection))
        elif _is_idle(connection) and not connection.is_usable():
            connection.close()
        return connection


def _is_idle(connection: Any) -> bool:
    """Returns whether ``connection`` is open and has no exchange. urllib3-future shares connections over HTTP/2."""
    return getattr(connection, "sock", None) is not None and bool(getattr(connection, "is_idle", True))


def watched(pool: Any) -> Any:
    """Returns a view of ``pool`` for our exchanges."""
    return view(_Pool, pool)


def view(mixin: Any, original: Any) -> Any:
    """Returns an object that shares the state of ``original`` and has the methods of ``mixin`` before its own."""
    it = object.__new__(_with_mixin(mixin, type(original)))
    it.__dict__ = original.__dict__
    return it


_classes: dict[tuple[Any, Any], Any] = {}


def _with_mixin(mixin: Any, base: Any) -> Any:
    made = _classes.get((mixin, base))
    if made is None:
        made = _classes[mixin, base] = type(base.__name__, (mixin, base), {})
    return made
