"""Sends over ``urllib3.PoolManager``, ``urllib3.ProxyManager`` and ``urllib3.HTTPConnectionPool``.

The pool's proxies and TLS are used, and the shorter of its time-outs and the call's. Its ``retries`` are ignored: a request is
sent once. ``connect_timeout`` is also the longest wait for a connection of a pool with ``block=True``.
"""

from __future__ import annotations

import http.client

from ._body import CHUNK, Body
from ._not_sent import NotSent, Unusable
from ._request import authority, headers_of, target_of
from ._timed import monotonic, remaining
from ._watch import Watch, view, watched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .._core import Request


class _Manager:
    def connection_from_host(self, *arguments: Any, **options: Any) -> Any:
        return watched(super().connection_from_host(*arguments, **options))  # type: ignore[misc]


def transport(urllib3: Any, pool: Any) -> Callable[..., Any]:
    """Returns the transport over ``pool``, a pool or a pool manager. ``urllib3`` is the module of the pool."""
    errors = urllib3.exceptions
    not_sent = (
        errors.ConnectTimeoutError,  # the base class of the errors for DNS and refused connections
        errors.EmptyPoolError,
        errors.ClosedPoolError,
        errors.LocationValueError,
    )
    one_host = isinstance(pool, urllib3.HTTPConnectionPool)

    def exchange(request: Request, *, connect_timeout: float, timeout: float, reply_limit: int) -> tuple[int, Any, bytes]:
        target = _target(pool, request.url) if one_host else request.url
        own = pool.timeout if one_host else pool.connection_pool_kw.get("timeout")
        with Watch(monotonic() + timeout) as watch:
            try:
                response = (watched(pool) if one_host else view(_Manager, pool)).urlopen(
                    request.method,
                    target,
                    body=request.body or None,
                    # urllib3 would add its own User-Agent.
                    headers={"user-agent": urllib3.util.SKIP_HEADER, **dict(headers_of(request, pool.headers))},
                    retries=False,
                    redirect=False,
                    assert_same_host=False,
                    timeout=_timeout(urllib3, own, connect_timeout, timeout),
                    pool_timeout=connect_timeout,
                    preload_content=False,
                    decode_content=False,
                )
            except Exception as error:
                if watch.unsent or isinstance(error, not_sent):
                    raise NotSent(str(error) or type(error).__name__) from error
                raise
            return response.status, response.headers, read(response, reply_limit, watch.deadline)

    return exchange


def read(response: Any, reply_limit: int, deadline: float) -> bytes:
    """Returns the body of ``response``, a reply of urllib3, and gives back or closes its connection.

    ``deadline`` is by the monotonic clock.
    """
    try:
        body = Body(reply_limit, response.headers.get("content-encoding"))
        for chunk in response.stream(CHUNK, decode_content=False):
            if not body.take(chunk):
                break
            remaining(deadline)
        else:
            # urllib3 1 accepts a body shorter than Content-Length.
            if getattr(response, "length_remaining", None):
                raise http.client.IncompleteRead(body.data, response.length_remaining)
        return body.data
    finally:
        response.close()
        response.release_conn()


def shorter(own: Any, connect_timeout: float, timeout: float) -> tuple[float, float]:
    """Returns the shorter time-outs to connect and to read, of ``own``, the session's time-out, and the call's."""
    connect = read = own
    if hasattr(own, "connect_timeout"):  # urllib3's Timeout
        own = own.clone()
        own.start_connect()
        connect, read = own.connect_timeout, own.read_timeout
    elif isinstance(own, tuple):  # of requests or niquests; a third number limits both
        connect, read = (min((limit, *own[2:]), key=_or_ever) for limit in own[:2])
    return min(_or_ever(connect), connect_timeout), min(_or_ever(read), timeout)


def _or_ever(limit: Any) -> float:
    # None and urllib3's marker for the default both mean no limit.
    return float(limit) if isinstance(limit, (int, float)) else float("inf")


def _timeout(urllib3: Any, own: Any, connect_timeout: float, timeout: float) -> Any:
    connect, read = shorter(own, connect_timeout, timeout)
    return urllib3.Timeout(total=timeout, connect=connect, read=read)


def _target(pool: Any, url: str) -> str:
    if pool.proxy is not None and pool.scheme == "http" and url.startswith("http:"):
        # The pool of a ProxyManager serves every host, and the proxy needs the whole URL.
        return url
    if not pool.is_same_host(url):
        host = f"{pool.scheme}://{pool.host}:{pool.port}"
        raise Unusable(
            f"the pool is for {host}, but the call is for {authority(url)}; pass a pool for that host, or a PoolManager"
        )
    return target_of(url)
