"""Sends over ``httpx.Client`` and ``httpx.AsyncClient``, and those of the fork ``httpx2``.

The client's proxies and TLS are used, and the shorter of its time-outs and the call's. Its ``auth``, ``params`` and cookies are
ignored. Async clients run on asyncio and on trio.

For a blocking client, the time of the whole exchange is checked before every step and after every piece of the body. It cannot be
checked while headers arrive: each byte of slow headers restarts ``timeout``.

httpx drops a connection on which bytes arrived while it was idle. ``_spoilt`` checks the other conditions.
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

#: Steps of httpx's trace before the request leaves, and steps that follow in any case.
_BEFORE = ("connect_tcp", "connect_unix_socket", "setup_socks5_connection", "start_tls", "retry")
_AFTER = ("response_closed", "close")


class _Progress:
    """The progress of a request by the events of httpx's trace, such as ``connection.connect_tcp.started``."""

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
            # Each step reads its time-out anew.
            limits = request.extensions["timeout"]
            limits["read"] = min(limits["read"], max(self._deadline - monotonic(), 0.001))

    async def traced(self, event: str, info: dict[str, Any]) -> None:
        """Takes an event of an async client."""
        self(event, info)

    def judged(self, httpx: Any, error: Exception) -> Exception:
        """Returns ``NotSent`` if ``error`` came before the request left, and ``error`` otherwise."""
        not_sent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
        if isinstance(error, not_sent) or (self._began and not self._left):
            unsent = NotSent(str(error) or type(error).__name__)
            unsent.__cause__ = error
            return unsent
        return error


def blocking(httpx: Any, client: Any) -> Callable[..., Any]:
    """Returns the transport over ``client``. ``httpx`` is the module of the client."""

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
            # iter_raw would close the response, and so give back the connection before `_spoilt` runs.
            for chunk in [response.content] if response.is_stream_consumed else response.stream:
                if not body.take(chunk):
                    break
                remaining(deadline)
            if spoilt := _spoilt(response):
                spoilt.close()
            return response.status_code, response.headers, body.data
        finally:
            response.close()

    return exchange


class _Once:
    """The body of a request. A cancelled exchange would leave httpx's own generator open, about which trio warns."""

    def __init__(self, body: bytes) -> None:
        self._left = [body] if body else []

    def __aiter__(self) -> _Once:
        return self

    async def __anext__(self) -> bytes:
        if not self._left:
            raise StopAsyncIteration
        return self._left.pop()


def asynchronous(httpx: Any, client: Any) -> Callable[..., Any]:
    """Returns the async transport over ``client``. ``httpx`` is the module of the client."""
    import anyio  # httpx depends on anyio, on asyncio as on trio

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
                            # Cancels at the next read. A break would leave generators open.
                            reading.cancel()
            if spoilt := _spoilt(response):
                await spoilt.aclose()
            return response.status_code, response.headers, body.data
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
        # The client's build_request would add params and cookies.
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
    """Limits the idle time of the reply's connection, or prevents its reuse. Returns a stream to close, or None.

    httpx keeps a connection on which more than the reply arrived, and takes the rest for the next reply. So the connection is
    looked up in httpcore's objects. If it is not found there, its stream is returned, and every connection is used once.
    """
    network_stream = response.extensions.get("network_stream")
    # HTTP/2 pairs replies with requests itself, and other requests share the connection.
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
    # A mocked reply that was already read is also decoded.
    return None if response.is_stream_consumed else response.headers.get("content-encoding")


def _shorter(own: Optional[float], ours: float) -> float:
    return ours if own is None else min(own, ours)
