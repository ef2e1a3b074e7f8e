"""``aiohttp.ClientSession``. The session's proxies, TLS and time-outs hold; of its time-outs and the call's the shorter. Its
``auth``, the .netrc, cookies and middlewares have no part in the call.

aiohttp sends an idempotent request again when its connection ends. A middleware of ours prevents that, for which it must be
aiohttp 3.12 or later. ``connect_timeout`` is also the longest wait for a connection of the session's pool.

A reply that is compressed although nobody asked is decompressed by aiohttp: piece by piece from 3.14 on, up to 32 MiB at once from
3.13.3 on, and before that without a limit.
"""

from __future__ import annotations

from .. import _core
from . import NotSent
from ._request import headers_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Optional

    from .._native import Request

_AUTOMATIC = ("Accept", "User-Agent")


class _Ended(Exception):
    """The connection ended: nothing that aiohttp knows, so nothing that it tries again."""


def transport(aiohttp: Any, session: Any) -> Callable[..., Any]:
    """The transport over this session; ``aiohttp`` is the module it comes from."""
    if not hasattr(aiohttp, "ClientMiddlewareType"):
        raise _core.error(
            "refused",
            f"aiohttp {aiohttp.__version__} may send a request again, and add a session's credentials to it",
            "install aiohttp 3.12 or later",
        )
    not_sent = (
        aiohttp.ClientConnectorError,  # refused, DNS, TLS
        aiohttp.ServerFingerprintMismatch,
        aiohttp.ClientHttpProxyError,
        aiohttp.ConnectionTimeoutError,
        aiohttp.InvalidURL,
    )
    ended = (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)

    async def exchange(
        request: Request, *, connect_timeout: float, timeout: float, max_reply_bytes: int
    ) -> tuple[int, Any, bytes]:
        if session.closed:
            raise NotSent("the session is closed")

        async def once(prepared: Any, handler: Any) -> Any:
            # Not before, since aiohttp refuses it beside a session's auth.
            prepared.headers["authorization"] = dict(request.headers)["authorization"]
            prepared.headers.popall("cookie", None)
            try:
                return await handler(prepared)
            except not_sent:
                raise
            except ended as error:
                raise _Ended from error

        own = session.timeout
        try:
            async with session.request(
                request.method,
                request.url,
                headers=[(name, value) for name, value in headers_of(request) if name != "authorization"],
                skip_auto_headers=_AUTOMATIC,
                data=request.body or None,
                allow_redirects=False,
                raise_for_status=False,
                middlewares=(once,),
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
        except _Ended as error:
            raise error.__cause__ or error

    return exchange


def _shorter(own: Optional[float], ours: float) -> float:
    # None and 0 are aiohttp's words for no limit.
    return min(own, ours) if own else ours
