"""The types for annotating code that uses this package. Import it for type checkers, or at run time: it holds no behaviour."""

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
"""Headers of a reply, as an HTTP client gives them."""

Body: TypeAlias = Union[bytes, bytearray, memoryview, str]
"""The body of a reply, as an HTTP client gives it."""

Query: TypeAlias = Union[Mapping[str, Any], Iterable[tuple[str, Any]]]
"""The query of a ``RawCall``: a mapping or pairs. A value is text, an integer, or a list of them."""

Token: TypeAlias = Callable[[], str]
"""A function that returns a token, for ``send`` and ``dispatch``."""

AsyncToken: TypeAlias = Union[Callable[[], str], Callable[[], Awaitable[str]]]
"""A function that returns a token, for ``asend`` and ``adispatch``."""

Sign: TypeAlias = Callable[[str], str]
"""A function from the string to sign to the signature, for ``send`` and ``dispatch``."""

AsyncSign: TypeAlias = Union[Callable[[str], str], Callable[[str], Awaitable[str]]]
"""A function from the string to sign to the signature, for ``asend`` and ``adispatch``."""

Source: TypeAlias = Iterable[_Item]
"""The source of ``dispatch``."""

AsyncSource: TypeAlias = Union[Iterable[_Item], AsyncIterable[_Item]]
"""The source of ``adispatch``."""


BeforeSend: TypeAlias = Callable[["Outgoing"], None]
"""The function ``before_send`` of ``dispatch``."""

AsyncBeforeSend: TypeAlias = Union[Callable[["Outgoing"], None], Callable[["Outgoing"], Awaitable[None]]]
"""The function ``before_send`` of ``adispatch``."""


class TransportFunction(Protocol):
    """A function that sends one request and returns status, headers and body: see ``koodrive.transports``."""

    def __call__(
        self, request: Request, /, *, connect_timeout: float, timeout: float, reply_limit: int
    ) -> tuple[int, Headers, Body]: ...


class AsyncTransportFunction(Protocol):
    """As ``TransportFunction``, for ``asend`` and ``adispatch``."""

    def __call__(
        self, request: Request, /, *, connect_timeout: float, timeout: float, reply_limit: int
    ) -> Awaitable[tuple[int, Headers, Body]]: ...


# The sessions, by members that they alone have: this package depends on none of these libraries.


class RequestsSession(Protocol):
    """A ``requests.Session`` or a ``niquests.Session``."""

    @property
    def get_adapter(self) -> Callable[..., Any]:
        """The session's own."""

    @property
    def trust_env(self) -> Any:
        """The session's own."""


class HttpxClient(Protocol):
    """An ``httpx.Client`` or an ``httpx2.Client``."""

    @property
    def build_request(self) -> Callable[..., Any]:
        """The client's own."""

    @property
    def close(self) -> Callable[..., Any]:
        """The client's own."""


class Urllib3Pool(Protocol):
    """A ``urllib3.PoolManager`` or a ``urllib3.HTTPConnectionPool``."""

    @property
    def urlopen(self) -> Callable[..., Any]:
        """The pool's own."""


class AiohttpSession(Protocol):
    """An ``aiohttp.ClientSession``."""

    @property
    def ws_connect(self) -> Callable[..., Any]:
        """The session's own."""


class AsyncHttpxClient(Protocol):
    """An ``httpx.AsyncClient`` or an ``httpx2.AsyncClient``."""

    @property
    def build_request(self) -> Callable[..., Any]:
        """The client's own."""

    @property
    def aclose(self) -> Callable[..., Any]:
        """The client's own."""


class SandboxTransport(Protocol):
    """A ``koodrive.sandbox.Sandbox``, for ``asend`` and ``adispatch``."""

    @property
    def asynchronous(self) -> AsyncTransportFunction:
        """The sandbox's own."""


Transport: TypeAlias = Union[RequestsSession, HttpxClient, Urllib3Pool, TransportFunction]
"""What ``send`` and ``dispatch`` take as ``transport``; None is the standard library."""

AsyncTransport: TypeAlias = Union[AiohttpSession, AsyncHttpxClient, SandboxTransport, AsyncTransportFunction]
"""What ``asend`` and ``adispatch`` take as ``transport``."""


class DispatchOptions(TypedDict, total=False):
    """Options of ``dispatch`` and ``adispatch`` by their names; None is the default. Times are seconds."""

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
    """A ``koodrive.Dispatch`` with ``on_bad_item="outcome"``: bad items come among the outcomes. ``verdict`` tells them apart."""

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
    """A ``koodrive.AsyncDispatch`` with ``on_bad_item="outcome"``."""

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
