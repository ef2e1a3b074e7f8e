"""Sends over ``urllib3.PoolManager``, a ``ProxyManager`` among them, and ``urllib3.HTTPConnectionPool``. Their proxies and TLS hold,
and the shorter of their time-outs and the call's. Their ``retries`` are ignored: nothing is sent again.

``connect_timeout`` is also the longest wait for a connection of a pool with ``block=True``.
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
    """The transport over this pool manager or pool; ``urllib3`` is the module it comes from."""
    errors = urllib3.exceptions
    not_sent = (
        errors.ConnectTimeoutError,  # refused and DNS are kinds of it
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
                    # What is not named here urllib3 would add.
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
    """The body of a reply of urllib3, whose connection then is free for the next, or closed."""
    try:
        body = Body(reply_limit, response.headers.get("content-encoding"))
        for chunk in response.stream(CHUNK, decode_content=False):
            if not body.take(chunk):
                break
            remaining(deadline)
        else:
            # urllib3 1 does not mind that Content-Length promised more.
            if getattr(response, "length_remaining", None):
                raise http.client.IncompleteRead(body.octets, response.length_remaining)
        return body.octets
    finally:
        response.close()
        response.release_conn()


def shorter(own: Any, connect_timeout: float, timeout: float) -> tuple[float, float]:
    """To connect and to read, of the session's time-out and the call's."""
    connect = read = own
    if hasattr(own, "connect_timeout"):  # urllib3's Timeout
        own = own.clone()
        own.start_connect()
        connect, read = own.connect_timeout, own.read_timeout
    elif isinstance(own, tuple):  # of requests' and niquests' kind; a third would be for both
        connect, read = (min((limit, *own[2:]), key=_or_ever) for limit in own[:2])
    return min(_or_ever(connect), connect_timeout), min(_or_ever(read), timeout)


def _or_ever(limit: Any) -> float:
    # None is no limit, and urllib3 has a marker for the default, which is none.
    return float(limit) if isinstance(limit, (int, float)) else float("inf")


def _timeout(urllib3: Any, own: Any, connect_timeout: float, timeout: float) -> Any:
    connect, read = shorter(own, connect_timeout, timeout)
    return urllib3.Timeout(total=timeout, connect=connect, read=read)


def _target(pool: Any, url: str) -> str:
    if pool.proxy is not None and pool.scheme == "http" and url.startswith("http:"):
        # One of a ProxyManager, for every host: the proxy is asked for the whole URL.
        return url
    if not pool.is_same_host(url):
        host = f"{pool.scheme}://{pool.host}:{pool.port}"
        raise Unusable(f"the pool is for {host}, and the call for {authority(url)}; pass a pool for that host, or a PoolManager")
    return target_of(url)
