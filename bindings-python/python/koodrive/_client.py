"""The public ``Client``: ``BaseClient`` and the methods that send over a transport."""

from __future__ import annotations

from ._base_client import BaseClient
from ._defaults import CONNECT_TIMEOUT, REPLY_LIMIT, TIMEOUT
from ._imported import imported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Literal, TypeVar, overload

    from typing_extensions import Unpack

    from ._core import Call
    from ._dispatch import AsyncDispatch, Dispatch, HaltedError
    from ._values import Exchange
    from .types import (
        AsyncBeforeSend,
        AsyncDispatchWithBadItems,
        AsyncSource,
        AsyncToken,
        AsyncTransport,
        BeforeSend,
        DispatchOptions,
        DispatchWithBadItems,
        Instant,
        Source,
        Token,
        Transport,
    )

    _Reply = TypeVar("_Reply")
    _Key = TypeVar("_Key")


class Client(BaseClient):
    """Holds the endpoint, the user id and the credentials of calls. Threads and tasks may share a client.

    The constructor checks its arguments and opens no connection. Pass one kind of credentials:

    - ``app_id`` with ``app_secret``: the client signs every request.
    - ``app_id`` with ``sign``, a function that signs where the secret is kept, such as a KMS or an HSM. The function takes the
      string to sign and returns the lower-case hex of its HMAC-SHA256.
    - ``token``: a token in any published form, or a function that returns one. ``send`` calls the function before every attempt.
    - ``authorization``: the exact value of the header ``Authorization``.

    ``asend`` and ``adispatch`` also accept async functions. The ``timeout`` of a call includes the time of ``token`` and
    ``sign``: see ``send`` and ``dispatch``.

    ``clock_margin`` is the number of whole seconds, 0 to 600, by which X-Date stays behind the server's clock.
    ``allow_plain_http`` allows ``http://`` to hosts other than loopback.

    Instants are aware datetimes or seconds since the epoch. Invalid arguments raise ``InvalidInputError``.
    """

    __module__ = "koodrive"

    def send(
        self,
        call: Call[_Reply],
        *,
        transport: Transport | None = None,
        trace_id: str | None = None,
        date: Instant | None = None,
        connect_timeout: float = CONNECT_TIMEOUT,
        timeout: float = TIMEOUT,
        reply_limit: int = REPLY_LIMIT,
        on_exchange: Callable[[Exchange], object] | None = None,
    ) -> _Reply:
        """Sends ``call`` and returns the reply. A second, newly signed attempt follows only if the service refused X-Date.

        ``transport`` is None for the standard library, a session of requests, urllib3, httpx, httpx2 or niquests, or a
        function: see ``koodrive.transports``. ``trace_id`` has 58 characters and is random by default. ``date`` sets X-Date
        and turns off the second attempt. ``on_exchange`` is called with every exchange; an exception of the hook is logged
        and ignored.

        ``connect_timeout`` and ``timeout`` are seconds, 0.001 to 86,400. ``timeout`` limits the whole call: the functions
        ``token`` and ``sign``, both attempts, and the reply to its last byte. If one of these functions exceeds ``timeout``,
        no request is sent and ``NotSentError`` is raised. A plain function cannot be interrupted: the call waits for it and
        discards its result. ``reply_limit`` is 1 to 2^30 bytes after decompression.

        Raises a ``KooDriveError``, whose ``outcome`` says whether KooDrive acted on the call.
        """
        return imported("koodrive._send").send(  # type: ignore[no-any-return]
            self,
            call,
            transport,
            trace_id,
            date,
            on_exchange,
            connect_timeout=connect_timeout,
            timeout=timeout,
            reply_limit=reply_limit,
        )

    async def asend(
        self,
        call: Call[_Reply],
        *,
        transport: AsyncTransport,
        trace_id: str | None = None,
        date: Instant | None = None,
        connect_timeout: float = CONNECT_TIMEOUT,
        timeout: float = TIMEOUT,
        reply_limit: int = REPLY_LIMIT,
        on_exchange: Callable[[Exchange], object] | None = None,
    ) -> _Reply:
        """Sends ``call`` as ``send`` does, over an aiohttp session, an async client of httpx or httpx2, or an async function.

        An async function ``token`` or ``sign`` is cancelled at the end of ``timeout``. If the call itself is cancelled, its
        request may have left, so ``on_exchange`` gets the outcome "unknown".
        """
        return await imported("koodrive._send").asend(  # type: ignore[no-any-return]
            self,
            call,
            transport,
            trace_id,
            date,
            on_exchange,
            connect_timeout=connect_timeout,
            timeout=timeout,
            reply_limit=reply_limit,
        )

    if TYPE_CHECKING:

        @overload
        def dispatch(
            self,
            source: Source[Call[_Reply]],
            *,
            transport: Transport | None = None,
            token: Token | None = None,
            on_halt: Callable[[HaltedError], object] | None = None,
            before_send: BeforeSend | None = None,
            on_exchange: Callable[[Exchange], object] | None = None,
            on_bad_item: Literal["raise"] = "raise",
            connect_timeout: float = CONNECT_TIMEOUT,
            timeout: float = TIMEOUT,
            **options: Unpack[DispatchOptions],
        ) -> Dispatch[int, _Reply]: ...
        @overload
        def dispatch(
            self,
            source: Source[tuple[_Key, Call[_Reply]]],
            *,
            transport: Transport | None = None,
            token: Token | None = None,
            on_halt: Callable[[HaltedError], object] | None = None,
            before_send: BeforeSend | None = None,
            on_exchange: Callable[[Exchange], object] | None = None,
            on_bad_item: Literal["raise"] = "raise",
            connect_timeout: float = CONNECT_TIMEOUT,
            timeout: float = TIMEOUT,
            **options: Unpack[DispatchOptions],
        ) -> Dispatch[_Key, _Reply]: ...
        @overload
        def dispatch(
            self,
            source: Source[Any],
            *,
            on_bad_item: Literal["outcome"],
            transport: Transport | None = None,
            token: Token | None = None,
            on_halt: Callable[[HaltedError], object] | None = None,
            before_send: BeforeSend | None = None,
            on_exchange: Callable[[Exchange], object] | None = None,
            connect_timeout: float = CONNECT_TIMEOUT,
            timeout: float = TIMEOUT,
            **options: Unpack[DispatchOptions],
        ) -> DispatchWithBadItems: ...

    def dispatch(
        self,
        source: Any,
        *,
        transport: Transport | None = None,
        token: Token | None = None,
        on_halt: Callable[[HaltedError], object] | None = None,
        before_send: BeforeSend | None = None,
        on_exchange: Callable[[Exchange], object] | None = None,
        on_bad_item: Literal["raise", "outcome"] = "raise",
        connect_timeout: float = CONNECT_TIMEOUT,
        timeout: float = TIMEOUT,
        **options: Any,
    ) -> Any:
        """Sends many calls with rate limit and retries, and returns an iterator with one outcome for each call.

        ``source`` is an iterable of calls, or of pairs of a key and a call. The outcome of a call has its key, or else its
        position in the source. If the source raises, the job ends: calls already read but not sent come out as "not_sent",
        then the error is raised.

        ``transport`` is as for ``send``; each exchange in flight has a thread. ``token`` is a function that returns a fresh
        token, by default the client's own function. The job calls it after a 401, or when the token is older than
        ``token_age``. ``on_halt`` is called when every call gets the same error, or when no token can be had. If the hook
        returns True, the job goes on; otherwise ``HaltedError`` is raised after the last outcome.

        ``before_send`` is called with a ``koodrive.Outgoing`` before each signed request leaves, in the thread of the exchange.
        If the hook raises, the request does not leave and the job ends. A journal written by this hook therefore has every
        request that may have left. ``on_exchange`` is called with every exchange, as in ``send``, in the same thread.

        ``on_bad_item`` is "raise" or "outcome". An item of the source that is not a call ends the job with "raise", and
        becomes a ``koodrive.BadItem`` among the outcomes with "outcome".

        ``options`` are ``rate`` (requests per second, by default 50), ``burst``, ``adaptive``, ``concurrency``, ``queue``,
        ``attempts``, ``backoff``, ``backoff_cap``, ``retry_after_cap``, ``retry_ratio``, ``halt_after``, ``repeats_are_safe``,
        ``token_age`` and ``reply_limit`` (1 to 2^30 bytes). Times are seconds.

        ``connect_timeout`` and ``timeout`` are seconds, 0.001 to 86,400. ``timeout`` limits each attempt, from the call of
        ``sign`` to the last byte of the reply. If ``sign`` exceeds ``timeout``, the attempt is not sent and the job goes on.
        ``timeout`` also limits ``token``: a later token is discarded and counts as a failure to get one. A plain function
        cannot be interrupted, so the job waits for it.
        """
        from ._dispatch import Dispatch, Hooks

        hooks = Hooks(token=token, on_halt=on_halt, before_send=before_send, on_exchange=on_exchange, on_bad_item=on_bad_item)
        return Dispatch(self, source, transport, hooks, connect_timeout, timeout, options)

    if TYPE_CHECKING:

        @overload
        def adispatch(
            self,
            source: AsyncSource[Call[_Reply]],
            *,
            transport: AsyncTransport,
            token: AsyncToken | None = None,
            on_halt: Callable[[HaltedError], object] | None = None,
            before_send: AsyncBeforeSend | None = None,
            on_exchange: Callable[[Exchange], object] | None = None,
            on_bad_item: Literal["raise"] = "raise",
            connect_timeout: float = CONNECT_TIMEOUT,
            timeout: float = TIMEOUT,
            **options: Unpack[DispatchOptions],
        ) -> AsyncDispatch[int, _Reply]: ...
        @overload
        def adispatch(
            self,
            source: AsyncSource[tuple[_Key, Call[_Reply]]],
            *,
            transport: AsyncTransport,
            token: AsyncToken | None = None,
            on_halt: Callable[[HaltedError], object] | None = None,
            before_send: AsyncBeforeSend | None = None,
            on_exchange: Callable[[Exchange], object] | None = None,
            on_bad_item: Literal["raise"] = "raise",
            connect_timeout: float = CONNECT_TIMEOUT,
            timeout: float = TIMEOUT,
            **options: Unpack[DispatchOptions],
        ) -> AsyncDispatch[_Key, _Reply]: ...
        @overload
        def adispatch(
            self,
            source: AsyncSource[Any],
            *,
            on_bad_item: Literal["outcome"],
            transport: AsyncTransport,
            token: AsyncToken | None = None,
            on_halt: Callable[[HaltedError], object] | None = None,
            before_send: AsyncBeforeSend | None = None,
            on_exchange: Callable[[Exchange], object] | None = None,
            connect_timeout: float = CONNECT_TIMEOUT,
            timeout: float = TIMEOUT,
            **options: Unpack[DispatchOptions],
        ) -> AsyncDispatchWithBadItems: ...

    def adispatch(
        self,
        source: Any,
        *,
        transport: AsyncTransport,
        token: AsyncToken | None = None,
        on_halt: Callable[[HaltedError], object] | None = None,
        before_send: AsyncBeforeSend | None = None,
        on_exchange: Callable[[Exchange], object] | None = None,
        on_bad_item: Literal["raise", "outcome"] = "raise",
        connect_timeout: float = CONNECT_TIMEOUT,
        timeout: float = TIMEOUT,
        **options: Any,
    ) -> Any:
        """Sends many calls as ``dispatch`` does, on asyncio, and returns an async iterator. ``transport`` is as for ``asend``.

        ``source`` may be an async iterable. ``token``, ``sign``, ``before_send`` and ``on_halt`` may be async functions. An
        async function ``token`` or ``sign`` is cancelled at the end of ``timeout``.
        """
        from ._dispatch import AsyncDispatch, Hooks

        hooks = Hooks(token=token, on_halt=on_halt, before_send=before_send, on_exchange=on_exchange, on_bad_item=on_bad_item)
        return AsyncDispatch(self, source, transport, hooks, connect_timeout, timeout, options)
