"""Types for annotations of code that uses this package. The module has no behaviour."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeAlias, TypedDict, TypeVar, Union

from ._core import Request
from ._literals import HaltReason, Kind, Outcome, Slowed, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._dispatch._values import BadItem, CallOutcome, Outgoing, Progress

__all__ = [
    "AiohttpSession",
    "AsyncBeforeSend",
    "AsyncDispatchWithBadItems",
    "AsyncHttpxClient",
    "AsyncSign",
    "AsyncSource",
    "AsyncToken",
    "AsyncTransport",
    "AsyncTransportFunction",
    "BeforeSend",
    "Body",
    "DispatchOptions",
    "DispatchWithBadItems",
    "HaltReason",
    "Headers",
    "HttpxClient",
    "Instant",
    "Kind",
    "Outcome",
    "Query",
    "RequestsSession",
    "SandboxTransport",
    "Sign",
    "Slowed",
    "Source",
    "Token",
    "Transport",
    "TransportFunction",
    "Urllib3Pool",
    "Verdict",
]

_Item = TypeVar("_Item")

Instant: TypeAlias = Union[datetime, float]
"""An aware datetime, or seconds since the epoch. Instants that come back are aware datetimes in UTC."""

_Text: TypeAlias = Union[str, bytes]

Headers: TypeAlias = Union[Mapping[str, str], Mapping[bytes, bytes], Iterable[tuple[_Text, _Text]]]
"""The headers of a reply, as an HTTP client returns them."""

Body: TypeAlias = Union[bytes, bytearray, memoryview, str]
"""The body of a reply, as an HTTP client returns it."""

Query: TypeAlias = Union[Mapping[str, Any], Iterable[tuple[str, Any]]]
"""The query of a ``RawCall``: a mapping or pairs. A value is text, an integer, or a list of these."""

Token: TypeAlias = Callable[[], str]
"""A function that returns a token, for ``send`` and ``dispatch``."""

AsyncToken: TypeAlias = Union[Callable[[], str], Callable[[], Awaitable[str]]]
"""A function that returns a token, for ``asend`` and ``adispatch``."""

Sign: TypeAlias = Callable[[str], str]
"""A function that takes the string to sign and returns the signature, for ``send`` and ``dispatch``."""

AsyncSign: TypeAlias = Union[Callable[[str], str], Callable[[str], Awaitable[str]]]
"""A function that takes the string to sign and returns the signature, for ``asend`` and ``adispatch``."""

Source: TypeAlias = Iterable[_Item]
"""The type of ``source`` in ``dispatch``."""

AsyncSource: TypeAlias = Union[Iterable[_Item], AsyncIterable[_Item]]
"""The type of ``source`` in ``adispatch``."""


BeforeSend: TypeAlias = Callable[["Outgoing"], None]
"""The type of ``before_send`` in ``dispatch``."""

AsyncBeforeSend: TypeAlias = Union[Callable[["Outgoing"], None], Callable[["Outgoing"], Awaitable[None]]]
"""The type of ``before_send`` in ``adispatch``."""


class TransportFunction(Protocol):
    """A function that sends one request and returns status, headers and body: see ``koodrive.transports``."""

    def __call__(
        self, request: Request, /, *, connect_timeout: float, timeout: float, reply_limit: int
    ) -> tuple[int, Headers, Body]: ...


class AsyncTransportFunction(Protocol):
    """An async function that sends one request and returns status, headers and body: see ``koodrive.transports``."""

    def __call__(
        self, request: Request, /, *, connect_timeout: float, timeout: float, reply_limit: int
    ) -> Awaitable[tuple[int, Headers, Body]]: ...


# Each session type is described by members that only its library has, since this package depends on none of these libraries.


class RequestsSession(Protocol):
    """A ``requests.Session`` or a ``niquests.Session``."""

    @property
    def get_adapter(self) -> Callable[..., Any]:
        """The method of the session."""

    @property
    def trust_env(self) -> Any:
        """The attribute of the session."""


class HttpxClient(Protocol):
    """An ``httpx.Client`` or an ``httpx2.Client``."""

    @property
    def build_request(self) -> Callable[..., Any]:
        """The method of the client."""

    @property
    def close(self) -> Callable[..., Any]:
        """The method of the client."""


class Urllib3Pool(Protocol):
    """A ``urllib3.PoolManager`` or a ``urllib3.HTTPConnectionPool``."""

    @property
    def urlopen(self) -> Callable[..., Any]:
        """The method of the pool."""


class AiohttpSession(Protocol):
    """An ``aiohttp.ClientSession``."""

    @property
    def ws_connect(self) -> Callable[..., Any]:
        """The method of the session."""


class AsyncHttpxClient(Protocol):
    """An ``httpx.AsyncClient`` or an ``httpx2.AsyncClient``."""

    @property
    def build_request(self) -> Callable[..., Any]:
        """The method of the client."""

    @property
    def aclose(self) -> Callable[..., Any]:
        """The method of the client."""


class SandboxTransport(Protocol):
    """A ``koodrive.sandbox.Sandbox``, for ``asend`` and ``adispatch``."""

    @property
    def asynchronous(self) -> AsyncTransportFunction:
        """The method of the sandbox."""


Transport: TypeAlias = Union[RequestsSession, HttpxClient, Urllib3Pool, TransportFunction]
"""The type of ``transport`` in ``send`` and ``dispatch``, where None is the standard library."""

AsyncTransport: TypeAlias = Union[AiohttpSession, AsyncHttpxClient, SandboxTransport, AsyncTransportFunction]
"""The type of ``transport`` in ``asend`` and ``adispatch``."""


class DispatchOptions(TypedDict, total=False):
    """The options of ``dispatch`` and ``adispatch``. None is the default. Times are seconds."""

    rate: float | None
    burst: int | None
    adaptive: bool | None
    concurrency: int | None
    queue: int | None
    attempts: int | None
    backoff: float | None
    backoff_cap: float | None
    retry_after_cap: float | None
    retry_ratio: float | None
    halt_after: int | None
    repeats_are_safe: bool | None
    token_age: float | None
    reply_limit: int | None


class DispatchWithBadItems(Protocol):
    """A ``koodrive.Dispatch`` with ``on_bad_item="outcome"``: it also yields bad items, with the ``verdict`` "bad_item"."""

    @property
    def progress(self) -> Progress: ...
    @property
    def source_ended(self) -> bool: ...
    def cancel(self) -> None: ...
    def close(self) -> None: ...
    def __iter__(self) -> DispatchWithBadItems: ...
    def __next__(self) -> CallOutcome[Any, Any] | BadItem: ...
    def __enter__(self) -> DispatchWithBadItems: ...
    def __exit__(self, *_: object) -> None: ...


class AsyncDispatchWithBadItems(Protocol):
    """A ``koodrive.AsyncDispatch`` with ``on_bad_item="outcome"``: it also yields bad items, with the ``verdict`` "bad_item"."""

    @property
    def progress(self) -> Progress: ...
    @property
    def source_ended(self) -> bool: ...
    def cancel(self) -> None: ...
    async def aclose(self) -> None: ...
    def __aiter__(self) -> AsyncDispatchWithBadItems: ...
    async def __anext__(self) -> CallOutcome[Any, Any] | BadItem: ...
    async def __aenter__(self) -> AsyncDispatchWithBadItems: ...
    async def __aexit__(self, *_: object) -> None: ...
