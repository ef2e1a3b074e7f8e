"""Sends over ``httpx.Client`` and ``httpx.AsyncClient``, and those of its fork ``httpx2``; the latter on asyncio and on trio. The
client's proxies and TLS hold, and the shorter of its time-outs and the call's. Its ``auth``, ``params`` and cookies are ignored.

A blocking client looks at the time of the whole exchange before every step and after every piece of the body, but not while
headers come: those that drip can exceed it, and every byte buys another ``timeout``.

httpx drops a connection on which something arrived while it was idle. What else makes one unusable is looked for by us: see
``_spoilt``.
"""

from __future__ import annotations


from ._body import Body
from ._caches import refuse_caches
from ._keeping import check_final, closes, idle_seconds
from ._not_sent import NotSent
from ._request import headers_of
from ._timed import monotonic, remaining

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Optional

    from .._core import Request

#: Steps of httpx's trace that come before the request leaves, and those that follow whatever happened.
_BEFORE = ("connect_tcp", "connect_unix_socket", "setup_socks5_connection", "start_tls", "retry")
_AFTER = ("response_closed", "close")


class _Progress:
    """How far a request is, as httpx traces it: ``connection.connect_tcp.started`` and the like."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._began = self._left = False

    def __call__(self, event: str, info: dict[str, Any]) -> None:
        if not event.endswith(".started"):
            return
        step = event[event.find(".") + 1 : -len(".started")]
        request = info.get("request")
        if step in _BEFORE or getattr(request, "method", None) == b"CONNECT":
            self._began = True
        elif step not in _AFTER:
            self._left = True
        if step == "receive_response_headers" and request is not None:
            # Each step looks anew for how long it may take.
            limits = request.extensions["timeout"]
            limits["read"] = min(limits["read"], max(self._deadline - monotonic(), 0.001))

    async def traced(self, event: str, info: dict[str, Any]) -> None:
        """For async clients."""
        self(event, info)

    def judged(self, httpx: Any, error: Exception) -> Exception:
        """What to raise instead of this error."""
        not_sent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
        if isinstance(error, not_sent) or (self._began and not self._left):
            unsent = NotSent(str(error) or type(error).__name__)
            unsent.__cause__ = error
            return unsent
        return error


def blocking(httpx: Any, client: Any) -> Callable[..., Any]:
    """The transport over an ``httpx.Client``; ``httpx`` is the module it comes from."""

    def exchange(request: Request, *, connect_timeout: float, timeout: float, reply_limit: int) -> tuple[int, Any, bytes]:
        _refuse_caches(client)
        deadline = monotonic() + timeout
        progress = _Progress(deadline)
        prepared = _prepare(httpx, client, request, connect_timeout, timeout, progress, content=request.body)
        try:
            response = client.send(prepared, stream=True, auth=None, follow_redirects=False)
        except Exception as error:
            raise progress.judged(httpx, error)
        try:
            check_final(response.status_code)
            body = Body(reply_limit, _encoding(response))
            # The connection is given back when the response is closed, which iter_raw would do.
            for chunk in [response.content] if response.is_stream_consumed else response.stream:
                if not body.take(chunk):
                    break
                remaining(deadline)
            if spoilt := _spoilt(response):
                spoilt.close()
            return response.status_code, response.headers, body.octets
        finally:
            response.close()

    return exchange


class _Once:
    """A request's body. httpx's own is a generator, which a cancellation would leave for trio to complain about."""

    def __init__(self, body: bytes) -> None:
        self._left = [body] if body else []

    def __aiter__(self) -> _Once:
        return self

    async def __anext__(self) -> bytes:
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop()


def asynchronous(httpx: Any, client: Any) -> Callable[..., Any]:
    """The transport over an ``httpx.AsyncClient``; ``httpx`` is the module it comes from."""
    import anyio  # below httpx, on asyncio as on trio

    once = type("Once", (_Once, httpx.AsyncByteStream), {})

    async def travel(prepared: Any, reply_limit: int) -> tuple[int, Any, bytes]:
        response = await client.send(prepared, stream=True, auth=None, follow_redirects=False)
        try:
            check_final(response.status_code)
            body = Body(reply_limit, _encoding(response))
            if response.is_stream_consumed:
                body.take(response.content)
            else:
                with anyio.CancelScope() as reading:
                    async for chunk in response.stream:
                        if not body.take(chunk):
                            # Ends it where it reads. A break would leave generators, too.
                            reading.cancel()
            if spoilt := _spoilt(response):
                await spoilt.aclose()
            return response.status_code, response.headers, body.octets
        finally:
            await response.aclose()

    async def exchange(request: Request, *, connect_timeout: float, timeout: float, reply_limit: int) -> tuple[int, Any, bytes]:
        _refuse_caches(client)
        progress = _Progress(monotonic() + timeout)
        prepared = _prepare(httpx, client, request, connect_timeout, timeout, progress.traced, stream=once(request.body))
        try:
            with anyio.move_on_after(timeout):
                return await travel(prepared, reply_limit)
            raise TimeoutError("the time for the exchange is up")
        except Exception as error:
            raise progress.judged(httpx, error)

    return exchange


def _refuse_caches(client: Any) -> None:
    mounts = getattr(client, "_mounts", None) or {}
    refuse_caches(client, getattr(client, "_transport", None), *mounts.values())


def _prepare(httpx: Any, client: Any, request: Request, connect_timeout: float, timeout: float, trace: Any, **body: Any) -> Any:
    if client.is_closed:
        raise NotSent("the client is closed")
    own = client.timeout
    limits = {
        "connect": _shorter(own.connect, connect_timeout),
        "pool": _shorter(own.pool, connect_timeout),
        "read": _shorter(own.read, timeout),
        "write": _shorter(own.write, timeout),
    }
    length = [("content-length", str(len(request.body)))] if request.body else []
    try:
        # Not the client's build_request, which adds its params and cookies.
        return httpx.Request(
            request.method,
            request.url,
            headers=headers_of(request, client.headers) + length,
            extensions={"timeout": limits, "trace": trace},
            **body,
        )
    except httpx.InvalidURL as error:
        raise NotSent(str(error)) from error


def _spoilt(response: Any) -> Any:
    """Sees to it that the reply's connection is not idle for too long, or not used again. Returns what to close where it cannot.

    httpx keeps connections on which more than the reply came with it, and takes the rest for the next reply. It does not say so, so
    its connection is looked for where httpcore has it. Where it is not found, none is used again.
    """
    network_stream = response.extensions.get("network_stream")
    # HTTP/2 pairs replies with requests itself, and others share its connection.
    if network_stream is None or response.http_version == "HTTP/2":
        return None
    connection = response.stream
    while connection is not None and not hasattr(connection, "_h11_state"):
        parts = (getattr(connection, name, None) for name in ("_stream", "_httpcore_stream", "_connection"))
        connection = next((part for part in parts if part is not None), None)
    try:
        own = connection._keepalive_expiry
        if closes(response.status_code) or connection._h11_state.trailing_data[0]:
            seconds = -1.0  # closed as it is given back
        else:
            seconds = idle_seconds(response.headers.get("keep-alive"))
        connection._keepalive_expiry = seconds if own is None else min(own, seconds)
        return None
    except AttributeError:
        return network_stream


def _encoding(response: Any) -> Optional[str]:
    # A stand-in's reply that was read before it came is decoded.
    return None if response.is_stream_consumed else response.headers.get("content-encoding")


def _shorter(own: Optional[float], ours: float) -> float:
    return ours if own is None else min(own, ours)
