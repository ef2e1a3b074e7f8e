"""``Client``: what users see of the core's client, with transports, and tokens that are functions."""

from __future__ import annotations

import os
import sys

from . import _core, _native
from ._convert import text
from ._hidden import hiding
from ._values import Explanation, Settings, from_members, with_field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping
    from datetime import datetime
    from typing import Any, NoReturn, Optional, TypeVar, Union, overload

    from typing_extensions import TypedDict, Unpack

    from ._dispatch import AsyncDispatch, Dispatch, HaltedError
    from ._native import Call
    from ._values import Exchange

    _Instant = Union[datetime, float]
    _Reply = TypeVar("_Reply")
    _Token = Union[str, Callable[[], str], Callable[[], Awaitable[str]]]
    _Sign = Union[Callable[[str], str], Callable[[str], Awaitable[str]]]
    _Key = TypeVar("_Key")
    _Calls = Union[Iterable[Call[_Reply]], AsyncIterable[Call[_Reply]]]
    _Pairs = Union[Iterable[tuple[_Key, Call[_Reply]]], AsyncIterable[tuple[_Key, Call[_Reply]]]]

    class _Options(TypedDict, total=False):
        """Options of the core's dispatcher by their names; None is the default. Times are seconds."""

        rate: Optional[float]
        burst: Optional[int]
        concurrency: Optional[int]
        queue: Optional[int]
        attempts: Optional[int]
        backoff: Optional[float]
        backoff_cap: Optional[float]
        retry_after_cap: Optional[float]
        retry_ratio: Optional[float]
        halt_after: Optional[int]
        repeats_are_safe: Optional[bool]
        token_age: Optional[float]
        reply_limit: Optional[int]

_names = _core.names()
INTERNATIONAL, CHINA = _names.international, _names.china
X_DATE, AUTHORIZATION = _names.x_date, _names.authorization

#: Seconds until a connection stands, seconds for the whole exchange, bytes of a reply after decompression.
CONNECT_TIMEOUT = 5.0
TIMEOUT = 30.0
REPLY_LIMIT = _core.REPLY_LIMIT_DEFAULT


def new_trace_id() -> str:
    """A trace id: 58 characters, the hex of 29 random bytes."""
    return _core.trace_id_from_random(os.urandom(29))


_modules: dict[str, Any] = {}


def imported(name: str) -> Any:
    """A module of this package, from its first use on. In every call, an import statement would cost as much as the request."""
    module = _modules.get(name)
    if module is None:
        # Which waits for another thread that is at it.
        __import__(name)
        module = _modules[name] = sys.modules[name]
    return module


class Client(_native.Client):
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

    #: As it was made; the clock offset has been learned since.
    _settings: Settings
    _token: Optional[Callable[[], Any]]
    _sign: Optional[Callable[[str], Any]]

    def __new__(
        cls,
        *,
        endpoint: str,
        user_id: str,
        app_id: Optional[str] = None,
        app_secret: Optional[str] = None,
        sign: Optional[_Sign] = None,
        token: Optional[_Token] = None,
        authorization: Optional[str] = None,
        clock_margin: int = _core.CLOCK_MARGIN_DEFAULT,
        allow_plain_http: bool = False,
    ) -> Client:
        """Checks everything, and opens nothing."""
        try:
            settings = Settings(
                endpoint=endpoint, user_id=user_id, clock_margin=clock_margin, allow_plain_http=allow_plain_http
            )
            return cls.from_settings(
                settings, app_id=app_id, app_secret=app_secret, sign=sign, token=token, authorization=authorization
            )
        finally:
            # Tracebacks may be shown with the variables of their frames.
            del app_secret, token, authorization

    @classmethod
    @hiding
    def from_settings(
        cls,
        settings: Settings,
        *,
        app_id: Optional[str] = None,
        app_secret: Optional[str] = None,
        sign: Optional[_Sign] = None,
        token: Optional[_Token] = None,
        authorization: Optional[str] = None,
    ) -> Client:
        """A client as another process had it, which begins with the clock that one had learned."""
        clock_margin = settings.clock_margin
        if type(clock_margin) is not int or not 0 <= clock_margin < 2**32:
            raise _core.not_a_margin()
        checked = Settings(
            endpoint=text("endpoint", settings.endpoint),
            user_id=text("user_id", settings.user_id),
            clock_margin=clock_margin,
            allow_plain_http=bool(settings.allow_plain_http),
            clock_offset=settings.clock_offset,
        )
        return cls._make(checked, checked, app_id, app_secret, sign, token, authorization)

    @classmethod
    @hiding
    def from_env(
        cls,
        environ: Optional[Mapping[str, str]] = None,
        *,
        clock_margin: int = _core.CLOCK_MARGIN_DEFAULT,
        allow_plain_http: bool = False,
    ) -> Client:
        """A client of what the environment says; nothing else in this package reads it.

        KOODRIVE_ENDPOINT and KOODRIVE_USER_ID, and either KOODRIVE_TOKEN or KOODRIVE_APP_ID with KOODRIVE_APP_SECRET. An
        empty variable counts as one that is not set. ``environ`` is ``os.environ`` by default.
        """
        from ._environ import read  # no environment, no cost

        of: dict[str, Any] = {**read(os.environ if environ is None else environ)}
        return cls(**of, clock_margin=clock_margin, allow_plain_http=allow_plain_http)

    @hiding
    def with_credentials(
        self,
        *,
        app_id: Optional[str] = None,
        app_secret: Optional[str] = None,
        sign: Optional[_Sign] = None,
        token: Optional[_Token] = None,
        authorization: Optional[str] = None,
    ) -> Client:
        """The same client with fresh credentials: tokens end while services run. Both share what they learn of the clock."""
        return self._make(self, self._settings, app_id, app_secret, sign, token, authorization)

    @classmethod
    def _make(
        cls, origin: Any, settings: Settings, app_id: Any, app_secret: Any, sign: Any, token: Any, authorization: Any
    ) -> Client:
        function = token if callable(token) else None
        if sign is not None and not callable(sign):
            raise _core.refused("sign", f"of type {type(sign).__name__}; pass a function of the string to sign")
        given = {
            "app_id": app_id,
            "app_secret": app_secret,
            "token": None if function is not None else token,
            "authorization": authorization,
        }
        given = {name: text(name, value) for name, value in given.items() if value is not None}
        self = _native.Client.__new__(
            cls, origin, **given, signs_elsewhere=sign is not None, token_later=function is not None
        )
        self._settings = settings
        self._token = function
        self._sign = sign
        return self

    def _signature(self, string_to_sign: str) -> str:
        """For ``request``, which waits for nothing: what the function ``sign`` returns."""
        return text("sign", not_async("sign", self._sign(string_to_sign)))  # type: ignore[misc]

    @property
    def settings(self) -> Settings:
        """What this client is made of, its credentials apart; picklable."""
        return with_field(self._settings, "clock_offset", self.clock_offset)  # type: ignore[no-any-return]

    def explain(
        self,
        call: Call[Any],
        *,
        now: Optional[_Instant] = None,
        date: Optional[_Instant] = None,
        message: Optional[str] = None,
    ) -> Explanation:
        """Every stage of the signature of a call; nothing is sent.

        ``date`` is the X-Date that was sent. ``message`` is what the service said when it refused the signature; if it holds
        a canonical request, the explanation names the first line that differs.
        """
        message = None if message is None else text("message", message)
        import json  # no explanation, no cost

        stages: Explanation = from_members(Explanation, json.loads(self._stages(call, now, date, message)))
        return stages

    def send(
        self,
        call: Call[_Reply],
        *,
        transport: Any = None,
        trace_id: Optional[str] = None,
        date: Optional[_Instant] = None,
        connect_timeout: float = CONNECT_TIMEOUT,
        timeout: float = TIMEOUT,
        reply_limit: int = REPLY_LIMIT,
        on_exchange: Optional[Callable[[Exchange], object]] = None,
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
        return imported("koodrive.transports._send").send(  # type: ignore[no-any-return]
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
        transport: Any,
        trace_id: Optional[str] = None,
        date: Optional[_Instant] = None,
        connect_timeout: float = CONNECT_TIMEOUT,
        timeout: float = TIMEOUT,
        reply_limit: int = REPLY_LIMIT,
        on_exchange: Optional[Callable[[Exchange], object]] = None,
    ) -> _Reply:
        """As ``send``, over a session of aiohttp or an async client of httpx or httpx2, or an async function.

        An async function ``token`` or ``sign`` is cancelled when ``timeout`` is over. A call that is cancelled may have left:
        ``on_exchange`` sees it as one whose outcome is unknown.
        """
        return await imported("koodrive.transports._send").asend(  # type: ignore[no-any-return]
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
            source: Iterable[Call[_Reply]],
            *,
            transport: Any = None,
            token: Optional[Callable[[], str]] = None,
            on_halt: Optional[Callable[[HaltedError], object]] = None,
            connect_timeout: float = CONNECT_TIMEOUT,
            timeout: float = TIMEOUT,
            **options: Unpack[_Options],
        ) -> Dispatch[int, _Reply]: ...
        @overload
        def dispatch(
            self,
            source: Iterable[tuple[_Key, Call[_Reply]]],
            *,
            transport: Any = None,
            token: Optional[Callable[[], str]] = None,
            on_halt: Optional[Callable[[HaltedError], object]] = None,
            connect_timeout: float = CONNECT_TIMEOUT,
            timeout: float = TIMEOUT,
            **options: Unpack[_Options],
        ) -> Dispatch[_Key, _Reply]: ...

    def dispatch(
        self,
        source: Any,
        *,
        transport: Any = None,
        token: Optional[Callable[[], str]] = None,
        on_halt: Optional[Callable[[HaltedError], object]] = None,
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

        ``options``: ``rate`` (requests per second, by default 50), ``burst``, ``concurrency``, ``queue``, ``attempts``,
        ``backoff``, ``backoff_cap``, ``retry_after_cap``, ``retry_ratio``, ``halt_after``, ``repeats_are_safe``,
        ``token_age``, ``reply_limit`` (1 to 2^30 bytes); times are seconds.

        ``connect_timeout`` and ``timeout`` are seconds, 0.001 to 86,400. ``timeout`` is for each attempt: from asking the function
        ``sign`` to the last byte of the reply. An attempt whose signature comes later is not sent, and the job goes on. ``timeout``
        is also the time that ``token`` has: a token that comes later is dropped, and counts as one that could not be had. A plain
        function is not interrupted: the job waits for it.
        """
        from ._dispatch import Dispatch

        return Dispatch(self, source, transport, token, on_halt, connect_timeout, timeout, options)

    if TYPE_CHECKING:

        @overload
        def adispatch(
            self,
            source: _Calls[_Reply],
            *,
            transport: Any,
            token: Union[Callable[[], str], Callable[[], Awaitable[str]], None] = None,
            on_halt: Optional[Callable[[HaltedError], object]] = None,
            connect_timeout: float = CONNECT_TIMEOUT,
            timeout: float = TIMEOUT,
            **options: Unpack[_Options],
        ) -> AsyncDispatch[int, _Reply]: ...
        @overload
        def adispatch(
            self,
            source: _Pairs[_Key, _Reply],
            *,
            transport: Any,
            token: Union[Callable[[], str], Callable[[], Awaitable[str]], None] = None,
            on_halt: Optional[Callable[[HaltedError], object]] = None,
            connect_timeout: float = CONNECT_TIMEOUT,
            timeout: float = TIMEOUT,
            **options: Unpack[_Options],
        ) -> AsyncDispatch[_Key, _Reply]: ...

    def adispatch(
        self,
        source: Any,
        *,
        transport: Any,
        token: Union[Callable[[], str], Callable[[], Awaitable[str]], None] = None,
        on_halt: Optional[Callable[[HaltedError], object]] = None,
        connect_timeout: float = CONNECT_TIMEOUT,
        timeout: float = TIMEOUT,
        **options: Any,
    ) -> Any:
        """As ``dispatch``, for ``async for``, on asyncio and over a transport of ``asend``.

        ``source`` may be asynchronous as well; ``token``, ``sign`` and ``on_halt`` may be. An async function ``token`` or ``sign`` is
        cancelled when ``timeout`` is over.
        """
        from ._dispatch import AsyncDispatch

        return AsyncDispatch(self, source, transport, token, on_halt, connect_timeout, timeout, options)

    def __repr__(self) -> str:
        return f"<koodrive.Client endpoint={self._settings.endpoint!r} user_id={self._settings.user_id!r}>"

    def __copy__(self) -> Client:
        """Itself: a client never changes, and what it learns of the clock is shared."""
        return self

    def __deepcopy__(self, memo: object) -> Client:
        """Itself."""
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a koodrive.Client is not pickled, since it holds credentials: pickle client.settings, which has none, and "
            "make the client anew with Client.from_settings(settings, token=…)"
        )


def not_async(option: str, value: Any) -> Any:
    """Returns what a function of the user returned, where nothing can be awaited."""
    if hasattr(value, "__await__"):
        if hasattr(value, "close"):
            value.close()
        raise _core.refused(option, "an async function, which cannot be awaited here; use asend or adispatch, or a plain function")
    return value
