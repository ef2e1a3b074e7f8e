"""``aiohttp.ClientSession``. The session's proxies, TLS and timeouts hold; of its timeouts and the call's the shorter.

``connect_timeout`` includes the wait for a free connection of the session's pool, which is no sent request either.
"""

from __future__ import annotations

from . import NotSent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Optional

    from .._native import Request


def transport(aiohttp: Any, session: Any) -> Callable[..., Any]:
    """The transport over this session; ``aiohttp`` is the module it comes from."""
    not_sent = (
        aiohttp.ClientConnectorError,  # refused, DNS, TLS
        aiohttp.InvalidURL,
        aiohttp.ClientHttpProxyError,
        # Before 3.10 a time-out did not say of what, so that there it counts as unknown.
        getattr(aiohttp, "ConnectionTimeoutError", aiohttp.InvalidURL),
    )

    async def exchange(
        request: Request, *, connect_timeout: float, timeout: float, max_reply_bytes: int
    ) -> tuple[int, Any, bytes]:
        if session.closed:
            raise NotSent("the session is closed")
        own = session.timeout
        try:
            async with session.request(
                request.method,
                request.url,
                headers=request.headers,
                data=request.body or None,
                allow_redirects=False,
                raise_for_status=False,
                timeout=aiohttp.ClientTimeout(
                    total=_shorter(own.total, timeout),
                    connect=_shorter(own.connect, connect_timeout),
                    sock_connect=_shorter(own.sock_connect, connect_timeout),
                    sock_read=own.sock_read,
                ),
            ) as response:
                body = bytearray()
                async for chunk in response.content.iter_any():
                    body += chunk
                    if len(body) > max_reply_bytes:
                        break
                return response.status, response.headers, bytes(body)
        except not_sent as error:
            raise NotSent(str(error) or type(error).__name__) from error

    return exchange


def _shorter(own: Optional[float], ours: float) -> float:
    # None and 0 are aiohttp's words for no limit.
    return min(own, ours) if own else ours
