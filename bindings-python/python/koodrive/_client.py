"""``Client``: what users see of the core's client, with transports."""

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
    """A caller of the API: endpoint, user id and credentials, checked once. Safe to share between threads and tasks.

    Authenticate in exactly one way: ``app_id`` with ``app_secret``, which signs every request; ``app_id`` with ``sign``, a function
    that signs where the secret is kept (a KMS, an HSM): it gets the string to sign and returns the lower-case hex of its
    HMAC-SHA256; ``token``, in any published shape, or a function that returns one and is called before every attempt of ``send``;
    ``authorization``, the exact value of that header. For ``asend`` and ``adispatch`` the functions may be async. The ``timeout`` of the
    call holds for the functions ``token`` and ``sign`` too: see ``send`` and ``dispatch``.

    ``clock_margin`` is the whole seconds, 0 to 600, by which X-Date stays behind the server's clock. Plain ``http://`` is
    taken for loopback only, unless ``allow_plain_http``.

    Instants are aware datetimes or seconds since the epoch.
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
        """Sends a call and reads the reply. One attempt; one more, signed anew, if the service refused the date alone.

        ``transport`` is None for the standard library, or a session of requests, urllib3, httpx, httpx2 or niquests, or a
        function: see ``koodrive.transports``. A trace id is made where none is given. ``on_exchange`` sees every exchange; what it
        raises is logged and changes nothing.

        ``connect_timeout`` and ``timeout`` are seconds, 0.001 to 86,400. ``timeout`` is for the whole call: from asking the functions
        ``token`` and ``sign`` to the last byte of the reply, both attempts together. When it is over after one of them was asked,
        nothing more is sent: ``NotSentError``. A plain function is not interrupted: the call waits for it and drops its late
        answer. ``reply_limit`` is 1 to 2^30 bytes.
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
        """As ``send``, over a session of aiohttp or an async client of httpx or httpx2, or an async function.

        An async function ``token`` or ``sign`` is cancelled when ``timeout`` is over. A call that is cancelled may have left:
        ``on_exchange`` sees it as one whose outcome is unknown.
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
        """Sends many calls, paced and repeated as the service allows: iterate over their outcomes, one for each call.

        ``source`` gives calls of any operation, or pairs of a key and a call, and is read as fast as needed. The key, else the call's position,
        comes back with the outcome. What the source raises is raised when the outcomes of the calls before are out.

        ``transport`` is as for ``send``; exchanges run in threads, as many as are in flight. ``token`` is a function that
        returns a fresh token; it is called when the service says 401, or the token is older than ``token_age``. Where the
        client's token is a function, it is that one. ``on_halt`` is called when every call gets the same answer, or there is no token:
        if it returns True the job goes on, else ``HaltedError`` is raised when the outcomes are out.

        ``before_send`` is called with each signed request before it leaves, as a ``koodrive.Outgoing``, in the thread of the
        exchange. What it raises ends the job, and that request does not leave: a journal that is written here knows every request that may
        have left. ``on_exchange`` sees every exchange, as in ``send``, in the same thread.

        ``on_bad_item`` says what becomes of an item of the source that is no call: "raise" ends the job, "outcome" makes it a
        ``koodrive.BadItem`` among the outcomes.

        ``options``: ``rate`` (requests per second, by default 50), ``burst``, ``adaptive``, ``concurrency``, ``queue``, ``attempts``,
        ``backoff``, ``backoff_cap``, ``retry_after_cap``, ``retry_ratio``, ``halt_after``, ``repeats_are_safe``,
        ``token_age``, ``reply_limit`` (1 to 2^30 bytes); times are seconds.

        ``connect_timeout`` and ``timeout`` are seconds, 0.001 to 86,400. ``timeout`` is for each attempt: from asking the function
        ``sign`` to the last byte of the reply. An attempt whose signature comes later is not sent, and the job goes on. ``timeout``
        is also the time that ``token`` has: a token that comes later is dropped, and counts as one that could not be had. A plain
        function is not interrupted: the job waits for it.
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
        """As ``dispatch``, for ``async for``, on asyncio and over a transport of ``asend``.

        ``source`` may be asynchronous as well; ``token``, ``sign``, ``before_send`` and ``on_halt`` may be. An async function ``token`` or ``sign`` is
        cancelled when ``timeout`` is over.
        """
        from ._dispatch import AsyncDispatch, Hooks

        hooks = Hooks(token=token, on_halt=on_halt, before_send=before_send, on_exchange=on_exchange, on_bad_item=on_bad_item)
        return AsyncDispatch(self, source, transport, hooks, connect_timeout, timeout, options)
