"""``httpx.Client`` and ``httpx.AsyncClient``, and those of its fork ``httpx2``. The client's proxies, TLS and timeouts hold;
of its timeouts and the call's the shorter. Its ``auth`` is not applied: the request carries its own.

A blocking client checks the whole exchange's time between reads, so that headers which drip can exceed it.
"""

from __future__ import annotations

import time

from . import NotSent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Optional

    from .._native import Request


def blocking(httpx: Any, client: Any) -> Callable[..., Any]:
    """The transport over an ``httpx.Client``; ``httpx`` is the module it comes from."""

    def exchange(
        request: Request, *, connect_timeout: float, timeout: float, max_reply_bytes: int
    ) -> tuple[int, Any, bytes]:
        deadline = time.monotonic() + timeout
        prepared = _prepare(httpx, client, request, connect_timeout, timeout)
        try:
            response = client.send(prepared, stream=True, auth=None, follow_redirects=False)
        except _not_sent(httpx) as error:
            raise NotSent(str(error) or type(error).__name__) from error
        try:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > max_reply_bytes:
                    break
                if time.monotonic() > deadline:
                    raise TimeoutError(f"no complete answer within {timeout} seconds")
            return response.status_code, response.headers, bytes(body)
        finally:
            response.close()

    return exchange


def asynchronous(httpx: Any, client: Any) -> Callable[..., Any]:
    """The transport over an ``httpx.AsyncClient``; ``httpx`` is the module it comes from."""
    import asyncio

    async def travel(prepared: Any, max_reply_bytes: int) -> tuple[int, Any, bytes]:
        try:
            response = await client.send(prepared, stream=True, auth=None, follow_redirects=False)
        except _not_sent(httpx) as error:
            raise NotSent(str(error) or type(error).__name__) from error
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > max_reply_bytes:
                    break
            return response.status_code, response.headers, bytes(body)
        finally:
            await response.aclose()

    async def exchange(
        request: Request, *, connect_timeout: float, timeout: float, max_reply_bytes: int
    ) -> tuple[int, Any, bytes]:
        prepared = _prepare(httpx, client, request, connect_timeout, timeout)
        try:
            return await asyncio.wait_for(travel(prepared, max_reply_bytes), timeout)
        except asyncio.TimeoutError as error:
            raise TimeoutError(f"no complete answer within {timeout} seconds") from error

    return exchange


def _prepare(httpx: Any, client: Any, request: Request, connect_timeout: float, timeout: float) -> Any:
    if client.is_closed:
        raise NotSent("the client is closed")
    own = client.timeout
    try:
        prepared = client.build_request(
            request.method,
            request.url,
            headers=request.headers,
            content=request.body or None,
            timeout=httpx.Timeout(
                connect=_shorter(own.connect, connect_timeout),
                pool=_shorter(own.pool, connect_timeout),
                read=_shorter(own.read, timeout),
                write=_shorter(own.write, timeout),
            ),
        )
    except httpx.InvalidURL as error:
        raise NotSent(str(error)) from error
    return prepared


def _not_sent(httpx: Any) -> tuple[type[Exception], ...]:
    return (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)


def _shorter(own: Optional[float], ours: float) -> float:
    return ours if own is None else min(own, ours)
