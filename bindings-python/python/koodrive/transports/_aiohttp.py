"""Sends over ``aiohttp.ClientSession``.

The session's proxies and TLS are used, and the shorter of its time-outs and the call's. Its ``auth``, the .netrc, its cookies and
its middlewares are ignored. ``connect_timeout`` is also the longest wait for a connection of the session's pool.

aiohttp resends an idempotent request when its connection ends, adds cookies and credentials, and takes bytes that arrived on an
idle connection for the next reply. A middleware of this module prevents that, so aiohttp must be 3.12 or later.

aiohttp itself decompresses a reply that is compressed in spite of ``accept-encoding: identity``. From 3.14 on it does so piece by
piece, from 3.13.3 on up to 32 MiB at once, and before that without a limit.
"""

from __future__ import annotations

from functools import lru_cache, partial
from weakref import WeakKeyDictionary

from .. import _core
from ._caches import refuse_caches
from ._keeping import check_final, closes, idle_seconds, is_quiet
from ._not_sent import NotSent, Unusable
from ._request import headers_of
from ._timed import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Optional

    from .._core import Request


class _Unusable(Exception):
    """Bytes arrived on the connection while it was idle, or it was idle for too long."""


class _Ended(Exception):
    """The connection ended. aiohttp does not know this exception, so it does not resend the request."""


def exchange_of(aiohttp: Any, session: Any) -> Callable[..., Any]:
    """Returns the async function that sends over sessions of the class of ``session``, the first argument of the function.

    ``aiohttp`` is the module of the class.
    """
    if not hasattr(aiohttp, "ClientMiddlewareType"):
        raise _core.refused(
            "transport",
            f"aiohttp {aiohttp.__version__} may resend a request, and add a session's credentials to it; install aiohttp "
            "3.12 or later",
        )
    try:
        refuse_caches(session)
    except Unusable as error:
        raise error.refused() from None
    exchange = _exchanges.get(aiohttp)
    if exchange is None:
        exchange = _exchanges[aiohttp] = _exchange_of(aiohttp)
    return exchange


#: The function of each module. Creating its classes in every call would be slow.
_exchanges: dict[Any, Callable[..., Any]] = {}


def _exchange_of(aiohttp: Any) -> Callable[..., Any]:
    from yarl import URL  # a dependency of aiohttp

    not_sent = (
        aiohttp.ClientConnectorError,  # refused, DNS, TLS
        aiohttp.ServerFingerprintMismatch,
        aiohttp.ClientHttpProxyError,
        aiohttp.ConnectionTimeoutError,
        aiohttp.InvalidURL,
    )
    ended = (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError)

    #: The end of the idle time of each connection that this transport used last, by its protocol object.
    usable_until: WeakKeyDictionary[Any, float] = WeakKeyDictionary()

    #: The headers that aiohttp adds of its own accord.
    automatic = ("accept", "user-agent")

    #: The method that aiohttp calls when it has the connection and before the request leaves.
    sends = "send" if hasattr(aiohttp.ClientRequest, "send") else "_send"

    @lru_cache
    def limits(own: tuple[Optional[float], ...], connect_timeout: float, timeout: float) -> Any:
        total, connect, sock_connect, sock_read = own
        return aiohttp.ClientTimeout(
            total=_shorter(total, timeout),
            connect=_shorter(connect, connect_timeout),
            sock_connect=_shorter(sock_connect, connect_timeout),
            sock_read=sock_read,
        )

    class Sending:
        """A middleware for one request. It sends the request once, on a connection without unread bytes."""

        def __init__(self, session: Any, headers: dict[str, Any], authorization: Optional[str]) -> None:
            self._session_headers = session.headers
            self._headers = headers
            self._authorization = authorization
            self._protocol: Any = None
            self._strangers = 0

        async def __call__(self, prepared: Any, handler: Any) -> Any:
            headers = prepared.headers
            # aiohttp's option skip_auto_headers would take longer than the signature.
            for name in automatic:
                if name not in self._headers and name not in self._session_headers:
                    headers.popall(name, None)
            if self._authorization is not None:
                # Added here, since aiohttp refuses a request with both this header and the session's auth.
                headers["authorization"] = self._authorization
                headers.popall("cookie", None)
            setattr(prepared, sends, partial(self._send, getattr(prepared, sends)))
            try:
                while True:
                    try:
                        response = await handler(prepared)
                        break
                    except _Unusable:
                        # aiohttp has closed the connection. The request has not left and gets another one.
                        continue
                    except not_sent:
                        raise
                    except ended as error:
                        raise _Ended from error
            finally:
                # The method refers to the request: a circle, which would keep the exchange's objects until the collector runs.
                delattr(prepared, sends)
            # The connection may be back in the pool. Without an await from here on, no other task can take it.
            status = response.status
            if closes(status):
                if response.connection is None:
                    self._protocol.close()
                else:
                    self._protocol.force_close()
                if status < 200:
                    response.close()
                    check_final(status)
            elif self._protocol is not None:
                usable_until[self._protocol] = monotonic() + idle_seconds(response.headers.get("keep-alive"))
            return response

        def _send(self, send: Any, connection: Any) -> Any:
            self._protocol = protocol = connection.protocol
            until = usable_until.pop(protocol, None)
            # The event loop has seen the bytes, or they are still in the socket.
            has_arrived = protocol.should_close or not _is_quiet(connection.transport, is_new=until is None)
            if until is None and has_arrived:
                # The connection is new, or other code used it last.
                self._strangers += 1
                if self._strangers > 3:
                    raise NotSent("the server sends data before the request; is it an HTTP server?")
            if has_arrived or (until is not None and monotonic() >= until):
                raise _Unusable
            return send(connection)

    async def exchange(
        session: Any, request: Request, *, connect_timeout: float, timeout: float, reply_limit: int
    ) -> tuple[int, Any, bytes]:
        if session.closed:
            raise NotSent("the session is closed")
        authorization = None
        headers = dict(headers_of(request))
        if request.method != "POST" or session.trust_env or session.auth is not None or len(session.cookie_jar):
            authorization = headers.pop("authorization")
        own = session.timeout
        try:
            async with session.request(
                request.method,
                # yarl would decode escapes such as those of @ and & in text, and so break the signature.
                URL(request.url, encoded=True),
                headers=headers,
                data=request.body or None,
                allow_redirects=False,
                raise_for_status=False,
                middlewares=(Sending(session, headers, authorization),),
                timeout=limits((own.total, own.connect, own.sock_connect, own.sock_read), connect_timeout, timeout),
            ) as response:
                content = response.content
                body = await content.readany()
                # Most replies arrive in one piece.
                if not content.at_eof():
                    pieces = bytearray(body)
                    while len(pieces) <= reply_limit and (piece := await content.readany()):
                        pieces += piece
                    body = bytes(pieces)
                return response.status, response.headers, body
        except not_sent as error:
            raise NotSent(str(error) or type(error).__name__) from error
        except _Ended as error:
            raise error.__cause__ or error

    return exchange


def _is_quiet(transport: Any, is_new: bool) -> bool:
    """Returns whether the socket of ``transport`` has no unread bytes."""
    sock = transport and transport.get_extra_info("socket")
    if sock is None:
        return True
    # A new TLS connection may have the server's session tickets, which are not a reply.
    return (is_new and transport.get_extra_info("ssl_object") is not None) or is_quiet(sock)


def _shorter(own: Optional[float], ours: float) -> float:
    # For aiohttp, None and 0 mean no limit.
    return min(own, ours) if own else ours
