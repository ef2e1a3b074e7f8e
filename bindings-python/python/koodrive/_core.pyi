# Types of the native module. A test compares the docstrings here with those of the Rust sources.

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, NoReturn, TypeVar, final

from typing_extensions import Self, disjoint_base

from ._values import OrderOperation, PolicyStatus, RetentionPolicies, SpaceUsage
from .types import Body, Headers, Instant, Kind, Outcome, Query, Slowed

__all__ = [
    "CLOCK_MARGIN_DEFAULT",
    "VERSION",
    "REPLY_LIMIT_DEFAULT",
    "Acknowledgement",
    "Call",
    "Client",
    "Counts",
    "Dataclass",
    "Dispatcher",
    "GetCarrierRetentionPolicy",
    "GetCurrentRetentionPolicy",
    "GetSpaceUsageByOverview",
    "Names",
    "NotifyPackageExpire",
    "RawCall",
    "RawReply",
    "Request",
    "ReverseOrder",
    "Sandbox",
    "SandboxAnswer",
    "SentRequest",
    "SetRetentionPolicy",
    "Step",
    "UnsignedRequest",
    "check_reply_limit",
    "checked_values",
    "date_without_zone",
    "failed",
    "lone_surrogate",
    "misused",
    "names",
    "not_a_margin",
    "not_sent",
    "not_text",
    "refused",
    "spell_flags",
    "trace_id_from_random",
]

_Reply = TypeVar("_Reply")
_Reply_co = TypeVar("_Reply_co", covariant=True)
_Value = TypeVar("_Value")

CLOCK_MARGIN_DEFAULT: Final[int]
VERSION: Final[str]
REPLY_LIMIT_DEFAULT: Final[int]

@disjoint_base
class Call(Generic[_Reply_co]):
    """The base class of all calls. Generic in the type of the reply, as in ``Call[Acknowledgement]``."""

    def __new__(cls) -> Self: ...
    def __init_subclass__(cls, **_named: Any) -> None: ...
    def __class_getitem__(cls, reply: Any) -> Any: ...
    @property
    def _operation(self) -> str: ...
    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __copy__(self) -> Self: ...
    def __deepcopy__(self, _memo: Any) -> Self: ...

@final
class NotifyPackageExpire(Call[Acknowledgement]):
    """Tells KooDrive that a subscriber's package has expired and enters the reservation period.

    The call changes state. The retention policies in force decide what happens to the
    subscriber's data; ``GetCurrentRetentionPolicy`` reads these policies.

    ``carrier_user_id`` and ``package_id`` are the carrier's own ids, as text, and are sent
    unchanged. ``type`` is 2, the only documented value and the default. ``undocumented_type``
    is any other value of ``type``.

    Raises ``InvalidInputError`` for an id that is a number, is empty, contains a control
    character, or has white space or an invisible character at either end.

    https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/notifyPackageExpire.html
    """

    __match_args__: Final = ("carrier_user_id", "package_id", "undocumented_type")
    def __new__(cls, *, carrier_user_id: str, package_id: str, type: int = 2, undocumented_type: int | None = None) -> Self: ...
    @property
    def carrier_user_id(self) -> str:
        """The carrier's id of the user."""

    @property
    def package_id(self) -> str:
        """The carrier's id of the package."""

    @property
    def undocumented_type(self) -> int | None:
        """The undocumented ``type``; None for the documented type 2."""

@final
class GetSpaceUsageByOverview(Call[SpaceUsage]):
    """Reads how much space is allocated and used.

    The call changes nothing and accepts an app or a token. It is the safe first call, and tests
    endpoint, clock and credentials.

    https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/GetSpaceUsageByOverview.html
    """

    __match_args__: Final = ()
    def __new__(cls) -> Self: ...

@final
class GetCurrentRetentionPolicy(Call[RetentionPolicies]):
    """Reads the retention policies in force.

    The call changes nothing. A token is the only documented authentication.

    https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/GetCurrentRetentionPolicy.html
    """

    __match_args__: Final = ()
    def __new__(cls) -> Self: ...

@final
class GetCarrierRetentionPolicy(Call[RetentionPolicies]):
    """Reads the retention policies of the carrier.

    The call changes nothing. A token is the only documented authentication.

    https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/GetCarrierRetentionPolicy.html
    """

    __match_args__: Final = ()
    def __new__(cls) -> Self: ...

@final
class SetRetentionPolicy(Call[Acknowledgement]):
    """Sets the statuses of 1 to 50 retention policies.

    The call changes state. A token is the only documented authentication. ``policies`` is an
    iterable of ``PolicyStatus``.

    https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/SetRetentionPolicy.html
    """

    __match_args__: Final = ("policies",)
    def __new__(cls, policies: Iterable[PolicyStatus]) -> Self: ...
    @property
    def policies(self) -> tuple[PolicyStatus, ...]:
        """The policies and their statuses, as a tuple."""

@final
class ReverseOrder(Call[RawReply]):
    """Notifies KooDrive of 1 to 50 reverse orders, for packages that are paid per use.

    The call changes state.

    ``batch_sn`` has at most 64 characters. ``operations`` is an iterable of ``OrderOperation``.
    The publisher documents only ``code`` and ``msg`` of the reply.

    https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/reverseOrder.html
    """

    __match_args__: Final = ("batch_sn", "operations")
    def __new__(cls, *, batch_sn: str, operations: Iterable[OrderOperation]) -> Self: ...
    @property
    def batch_sn(self) -> str:
        """The serial number of the batch."""

    @property
    def operations(self) -> tuple[OrderOperation, ...]:
        """The operations, as a tuple."""

@final
class RawCall(Call[RawReply]):
    """Calls any operation of the API. The reference for carriers lists about 40.

    ``method`` is GET, POST, PUT, PATCH or DELETE. ``path`` starts with ``/`` and is appended to
    the endpoint. It is percent-encoded, except for escapes that it contains. ``query`` is a
    mapping or pairs. A value is text, an integer, or a list of these, which repeats the name.
    ``headers`` are sent unsigned. ``json`` is the body: text is sent unchanged, and any other
    value is written as compact JSON.

    https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/koodrive_11_0002.html
    """

    __match_args__: Final = ("method", "path", "query", "headers", "json")
    def __new__(
        cls,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
        json: object = None,
    ) -> Self: ...
    @property
    def method(self) -> str:
        """GET, POST, PUT, PATCH or DELETE."""

    @property
    def path(self) -> str:
        """The path, unchanged."""

    @property
    def query(self) -> tuple[tuple[str, Any], ...]:
        """Pairs of name and value; a value may be a tuple."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Pairs of name and value."""

    @property
    def json(self) -> str | None:
        """The text of the body; None without a body."""

class Dataclass:
    """The base class of native classes that behave as frozen dataclasses."""

    __match_args__: tuple[()]

    def __replace__(self, **changes: Any) -> Self:
        """Returns a copy with other fields, for ``copy.replace``."""

@final
@dataclass(init=False, frozen=True, slots=True, kw_only=True)
class Acknowledgement(Dataclass):
    """The reply to a call whose reply has no data: the service accepted the call."""

    code: str
    """Always "0": any other code is an error."""
    msg: str | None = None
    """The service's message. May be Chinese, so never match on it."""
    trace_id: str | None = None
    """Trace id of the reply, or else of the request of ``send``."""

    def __new__(cls, *, code: str, msg: str | None = None, trace_id: str | None = None) -> Self: ...

@final
@dataclass(init=False, frozen=True, slots=True, kw_only=True)
class RawReply(Dataclass):
    """The reply to a ``RawCall`` and to ``ReverseOrder``."""

    status: int
    """HTTP status, 200 to 299."""
    code: str | None = None
    """The text "0", or None if the reply has no code."""
    msg: str | None = None
    """The service's message. May be Chinese, so never match on it."""
    trace_id: str | None = None
    """Trace id of the reply, or else of the request of ``send``."""
    body: str = ""
    """Body of the reply, unchanged."""

    def __new__(
        cls, *, status: int, code: str | None = None, msg: str | None = None, trace_id: str | None = None, body: str = ""
    ) -> Self: ...
    def json(self) -> Any:
        """Returns ``body`` parsed as JSON, or None if the body is empty. Integers keep all digits."""

@final
class Request:
    """A signed request from ``Client.request``. Send it unchanged, and do not follow redirects.

    Headers and body contain credentials and ids. The repr therefore omits both, and pickle
    refuses a request: pickle the call.
    """

    __match_args__: Final = ("method", "url", "headers", "body")
    @property
    def method(self) -> str:
        """ "GET", "POST", "PUT", "PATCH" or "DELETE"."""

    @property
    def url(self) -> str:
        """The endpoint with its path prefix, the path and the query."""

    @property
    def headers(self) -> list[tuple[str, str]]:
        """Pairs of a name in lower case and a value. One of them holds the credentials."""

    @property
    def body(self) -> bytes:
        """The body; empty for an operation without a body."""

    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> NoReturn: ...

@final
class UnsignedRequest:
    """A request that still needs its signature, for a client with a function ``sign``."""

    @property
    def string_to_sign(self) -> str: ...
    def with_signature(self, signature: str) -> Request:
        """Returns the request with ``signature``, the lower-case hex of an HMAC-SHA256."""

@final
class SentRequest:
    """The parts of a sent request that are needed to read its reply."""

    def __new__(cls, x_date: str, trace_id: str, reply_limit: int, sent_at: Instant, may_sign_anew: bool) -> Self: ...

@disjoint_base
class Client:
    """The native base class of ``koodrive.Client``."""

    def __new__(
        cls,
        origin: Client | tuple[str, str, int, bool, float],
        *,
        app_id: str | None = None,
        app_secret: str | None = None,
        token: str | None = None,
        authorization: str | None = None,
        signs_elsewhere: bool = False,
        token_later: bool = False,
    ) -> Self: ...
    def request(
        self,
        call: Call[Any],
        now: Instant | None = None,
        trace_id: str | None = None,
        date: Instant | None = None,
    ) -> Request:
        """Returns the signed request of ``call``.

        ``now`` is this machine's clock by default. ``trace_id`` has 58 characters and is
        omitted by default. ``date`` is an explicit X-Date, at most 15 minutes old and never in
        the future. Raises ``InvalidInputError``.
        """

    def _unsigned(
        self, call: Call[Any], now: Instant | None, trace_id: str | None, date: Instant | None
    ) -> Request | UnsignedRequest: ...
    def parse(self, call: Call[_Reply], status: int, headers: Headers, body: Body) -> _Reply:
        """Returns the reply to ``call``, or raises the ``KooDriveError`` of the response.

        ``status``, ``headers`` and ``body`` are those of the response. ``headers`` is a mapping
        or pairs. ``body`` is bytes or text.
        """

    def _parse_sent(
        self, call: Call[_Reply], sent: SentRequest, status: int, headers: Headers, body: Body, received_at: Instant
    ) -> _Reply: ...
    def observe_clock(self, headers: Headers, sent_at: Instant, received_at: Instant) -> None:
        """Learns the server's clock from the ``headers`` of a reply, as ``send`` does.

        ``sent_at`` and ``received_at`` are instants of this machine's clock.
        """

    @property
    def clock_offset(self) -> float:
        """Seconds by which the server's clock is ahead of this machine's, learned from replies."""

    def _stages(self, call: Call[Any], now: Instant | None, date: Instant | None, message: str | None) -> str: ...

@final
class Step:
    """The next action of a driver."""

    @property
    def action(self) -> str: ...
    @property
    def most(self) -> int: ...
    @property
    def halt(self) -> str: ...
    @property
    def seconds(self) -> float | None: ...

@final
class Counts:
    """The fields of ``koodrive.Progress``."""

    @property
    def pushed(self) -> int: ...
    @property
    def requests(self) -> int: ...
    @property
    def delivered(self) -> int: ...
    @property
    def refused(self) -> int: ...
    @property
    def unknown(self) -> int: ...
    @property
    def given_up(self) -> int: ...
    @property
    def not_sent(self) -> int: ...
    @property
    def queued(self) -> int: ...
    @property
    def waiting(self) -> int: ...
    @property
    def in_flight(self) -> int: ...
    @property
    def rate(self) -> float: ...
    @property
    def slowed(self) -> Slowed | None: ...
    @property
    def source_ended(self) -> bool: ...

@final
class Dispatcher:
    """The core's dispatcher behind ``Dispatch`` and ``AsyncDispatch``. Threads may share it."""

    def __new__(cls, client: Client, options: list[tuple[str, float]], seed: int) -> Self: ...
    def turn(self, send: Any, take: Any) -> Step: ...
    def push(self, key: Any, call: Call[Any]) -> None: ...
    def finish(self) -> None: ...
    def handle_response(self, ticket: int, status: int, headers: Headers, body: Body) -> tuple[Kind, Outcome] | None: ...
    def not_sent(self, ticket: int, cause: str) -> tuple[Kind, Outcome] | None: ...
    def outcome_unknown(self, ticket: int, cause: str) -> tuple[Kind, Outcome] | None: ...
    def withdraw(self, ticket: int, cause: str) -> None: ...
    def set_credentials(self, token: str) -> None: ...
    def token_failed(self) -> None: ...
    def resume(self) -> None: ...
    def cancel(self) -> None: ...
    def progress(self) -> Counts: ...
    @property
    def reply_limit(self) -> int: ...
    @property
    def in_flight(self) -> int: ...

@final
class Sandbox:
    """The state machine of `koodrive.sandbox.Sandbox`. Threads may share it."""

    EXAMPLE_APP_ID: Final[str]
    EXAMPLE_APP_SECRET: Final[str]
    def __new__(cls, config: str) -> Self: ...
    def handle(self, method: str, url: str, headers: list[tuple[bytes, bytes]], body: bytes, now: float) -> SandboxAnswer: ...
    def accepted(self) -> str: ...

@final
class SandboxAnswer:
    """An answer of the sandbox, and the fault that affects it."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> list[tuple[str, bytes]]: ...
    @property
    def body(self) -> bytes: ...
    @property
    def fault(self) -> str: ...
    @property
    def seconds(self) -> float: ...

@final
class Names:
    """Constants of the core that Python code needs."""

    @property
    def international(self) -> str: ...
    @property
    def china(self) -> str: ...
    @property
    def x_date(self) -> str: ...
    @property
    def authorization(self) -> str: ...

def names() -> Names: ...
def trace_id_from_random(random: bytes) -> str: ...
def check_reply_limit(bytes: float) -> None: ...
def checked_values(field: str, given: Any, of: type[_Value]) -> tuple[_Value, ...]: ...
def spell_flags() -> None: ...
def not_text(field: str, found: str) -> BaseException: ...
def lone_surrogate(field: str) -> BaseException: ...
def date_without_zone(field: str) -> BaseException: ...
def not_a_margin() -> BaseException: ...
def refused(field: str, problem: str) -> BaseException: ...
def misused(text: str) -> BaseException: ...
def not_sent(cause: str) -> BaseException: ...
def failed(call: Call[Any], cause: str, trace_id: str, *, x_date: str | None = None, left: bool) -> BaseException: ...
