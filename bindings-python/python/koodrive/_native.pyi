# The native classes, typed. `_core.pyi` is generated from Rust and cannot say what is said here: that a call is generic in its
# reply, what an instant or a header may be, and what `_values.py` gives to the classes of values. stubtest holds this file and
# the classes together, and a test their texts.

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Generic, NoReturn, Optional, TypeVar, Union, final

from typing_extensions import Self, TypeAlias, disjoint_base

from ._core import SentRequest, UnsignedRequest

__all__ = ["Acknowledgement", "Call", "Client", "NotifyPackageExpireCall", "Request"]

_Reply = TypeVar("_Reply")
_Reply_co = TypeVar("_Reply_co", covariant=True)
_Text: TypeAlias = Union[str, bytes]
_Instant: TypeAlias = Union[datetime, float]
_Headers: TypeAlias = Union[Mapping[str, str], Mapping[bytes, bytes], Iterable[tuple[_Text, _Text]]]
_Body: TypeAlias = Union[bytes, bytearray, memoryview, str]

@disjoint_base
class Call(Generic[_Reply_co]):
    """A call of the API: an instance of one of the subclasses. Generic in its reply, as in ``Call[Acknowledgement]``."""

    def __new__(cls, fields: str = "{}") -> Self: ...
    @property
    def _operation(self) -> str: ...
    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...
    def __class_getitem__(cls, reply: Any) -> Any: ...

class NotifyPackageExpireCall(Call[Acknowledgement]):
    """The native half of ``koodrive.NotifyPackageExpire``. Its fields do not cross as JSON, since it is made by the million."""

    def __new__(cls, carrier_user_id: str, package_id: str, type: int, undocumented_type: Optional[int]) -> Self: ...

@final
class Acknowledgement:
    """The plain reply: the service took the call."""

    __match_args__ = ("code", "msg", "trace_id")
    def __new__(cls, *, code: str, msg: Optional[str] = None, trace_id: Optional[str] = None) -> Acknowledgement: ...
    @property
    def code(self) -> str:
        """Always "0": any other code is an error."""

    @property
    def msg(self) -> Optional[str]:
        """For people. May be Chinese, so never match on it."""

    @property
    def trace_id(self) -> Optional[str]:
        """The reply's trace id, or else the one that ``send`` sent."""

    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Request:
    """A request, to be sent as it is: nothing added, redirects not followed. Made by ``Client.request`` alone.

    It holds credentials, so its repr shows neither headers nor body, and it is not pickled: pickle the call.
    """
    @property
    def method(self) -> str:
        """"GET", "POST", "PUT", "PATCH" or "DELETE"."""

    @property
    def url(self) -> str:
        """Endpoint, path prefix, path and query."""

    @property
    def headers(self) -> list[tuple[str, str]]:
        """A list of pairs: name, in lower case, and value. They hold the credentials."""

    @property
    def body(self) -> bytes:
        """Empty for an operation without one."""

    def __eq__(self, other: object) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> NoReturn: ...

@disjoint_base
class Client:
    """What ``koodrive.Client`` is made of."""

    def __new__(
        cls,
        origin: object,
        *,
        app_id: Optional[str] = None,
        app_secret: Optional[str] = None,
        token: Optional[str] = None,
        authorization: Optional[str] = None,
        signs_elsewhere: bool = False,
        token_later: bool = False,
    ) -> Self: ...
    def request(
        self,
        call: Call[Any],
        now: Optional[_Instant] = None,
        trace_id: Optional[str] = None,
        date: Optional[_Instant] = None,
    ) -> Request:
        """Builds the request to a call.

        ``now`` is this machine's clock by default. ``trace_id`` has 58 characters; none is made here. ``date`` is an explicit
        X-Date, which is checked against the service's window of 15 minutes.
        """

    def _unsigned(
        self, call: Call[Any], now: Optional[_Instant], trace_id: Optional[str], date: Optional[_Instant]
    ) -> Union[Request, UnsignedRequest]: ...
    def parse(self, call: Call[_Reply], status: int, headers: _Headers, body: _Body) -> _Reply:
        """Reads the response to a call: returns the reply, or raises the error that it is.

        ``headers`` are a mapping or pairs, as the HTTP client gave them; ``body`` is bytes, or text.
        """

    def _parse_sent(
        self, call: Call[_Reply], sent: SentRequest, status: int, headers: _Headers, body: _Body, received_at: _Instant
    ) -> _Reply: ...
    def observe_clock(self, headers: _Headers, sent_at: _Instant, received_at: _Instant) -> None:
        """Learns the server's clock from the headers of a reply, as ``send`` does. Both instants are of this machine's clock."""

    @property
    def clock_offset(self) -> float:
        """What was learned about the server's clock, in seconds; positive when it is ahead."""

    def _stages(
        self, call: Call[Any], now: Optional[_Instant], date: Optional[_Instant], message: Optional[str]
    ) -> str: ...
