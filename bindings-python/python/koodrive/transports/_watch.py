"""What urllib3 lacks and two transports need: a deadline for the whole exchange, and the moment at which a connection stands.

Its exceptions do not tell that moment: a TLS handshake that stalls is a read time-out, and a proxy that drops a request
which it had received is a ProxyError, as is one that is not there. So our exchanges make their connections of a class of
ours, over the pool's own, which looks at the exchange that its thread is at. Pools keep such connections; to whoever else
takes one it is like any other.

All of it stands on public names: ``ConnectionCls`` of pools, ``connect`` and ``response_class`` of connections. Where they
are missing, or a connection was made by others, the exceptions are all there is, and doubt is ``OutcomeUnknownError``.
"""

from __future__ import annotations

import http.client
import threading

from ._timed import Reader, TimedSocketIO

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


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(sock, *arguments, **options)
        watch = _watch()
        if watch is not None:
            self.fp = Reader(TimedSocketIO(sock, self.fp.detach(), watch.deadline))


class _Connection:
    response_class = _Response

    def connect(self) -> None:
        # To the service or to a proxy and through it, and TLS.
        before_sending(super().connect)  # type: ignore[misc]


class _Pool:
    @property
    def ConnectionCls(self) -> Any:  # urllib3's spelling
        own = vars(self).get("ConnectionCls") or super().ConnectionCls  # type: ignore[misc]
        return _both(_Connection, own)


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
