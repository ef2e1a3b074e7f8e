# The native module, typed. Texts of what is public are those of the Rust sources: a test holds them together.

from collections.abc import Iterable, Mapping
from typing import Any, Final, Generic, NoReturn, TypeVar, final

from typing_extensions import Self, disjoint_base

from ._values import Acknowledgement, OrderOperation, PolicyStatus, RawReply, RetentionPolicies, SpaceUsage
from .types import Body, Headers, Instant, Kind, Outcome, Query, Slowed

__all__ = [
    "CLOCK_MARGIN_DEFAULT",
    "VERSION",
    "REPLY_LIMIT_DEFAULT",
    "Call",
    "Client",
    "Counts",
    "Dispatcher",
    "GetCarrierRetentionPolicy",
    "GetCurrentRetentionPolicy",
    "GetSpaceUsageByOverview",
    "Names",
    "NotifyPackageExpire",
    "RawCall",
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
    """A call of the API: an instance of one of the subclasses. Generic in its reply, as in ``Call[Acknowledgement]``."""

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

    It changes state: what then happens to the subscriber's data follows from the retention policies in force, which
    ``GetCurrentRetentionPolicy`` reads.

    Both ids are the carrier's own and go through unchanged. A number is refused, as is an id with a control character, or with
    white space or an invisible character at either end. ``type`` is 2, the only documented value,
    and need not be given; any other is refused, unless it is asked for as ``undocumented_type``.

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
        """The ``type`` that was asked for by name; None for the documented one."""

@final
class GetSpaceUsageByOverview(Call[SpaceUsage]):
    """Reads how much space is allocated and used.

    It changes nothing and takes either kind of credentials, so it is the safe first call: it proves endpoint, clock and
    credentials.

    https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/GetSpaceUsageByOverview.html
    """

    __match_args__: Final = ()
    def __new__(cls) -> Self: ...

@final
class GetCurrentRetentionPolicy(Call[RetentionPolicies]):
    """Reads the retention policies in force. It changes nothing. The publisher documents a token as its only authentication.

    https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/GetCurrentRetentionPolicy.html
    """

    __match_args__: Final = ()
    def __new__(cls) -> Self: ...

@final
class GetCarrierRetentionPolicy(Call[RetentionPolicies]):
    """Reads the retention policies of the carrier. It changes nothing. A token is the only documented authentication.

    https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/GetCarrierRetentionPolicy.html
    """

    __match_args__: Final = ()
    def __new__(cls) -> Self: ...

@final
class SetRetentionPolicy(Call[Acknowledgement]):
    """Sets the statuses of 1 to 50 retention policies. It changes state. A token is the only documented authentication.

    https://support.huaweicloud.com/intl/en-us/api-koodrive-carrier/SetRetentionPolicy.html
    """

    __match_args__: Final = ("policies",)
    def __new__(cls, policies: Iterable[PolicyStatus]) -> Self: ...
    @property
    def policies(self) -> tuple[PolicyStatus, ...]:
        """The policies and their statuses, as a tuple."""

@final
class ReverseOrder(Call[RawReply]):
    """Notifies KooDrive of 1 to 50 orders in reverse, for packages that are paid per use. It changes state.

    ``batch_sn`` has at most 64 characters. The reply beyond code and msg is not published.

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
    """A call of any operation of the API, such as one of the about 40 of the reference for carriers.

    ``path`` is absolute and below the endpoint. It is sent percent-encoded, and escapes in it stay. ``query`` is a mapping or
    pairs; a value is text or an integer, or a list of them, which repeats the name. ``headers`` are sent and not signed. ``json``
    is the body: text is JSON text and sent as it is, any other value is written as compact JSON.

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
        """As it was given."""

    @property
    def query(self) -> tuple[tuple[str, Any], ...]:
        """Pairs of name and value; a value may be a tuple."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Pairs of name and value."""

    @property
    def json(self) -> str | None:
        """The text of the body; None where there is none."""

@final
class Request:
    """A request, to be sent as it is: nothing added, redirects not followed. Made by ``Client.request`` alone.

    It holds credentials, so its repr shows neither headers nor body, and it is not pickled: pickle the call.
    """

    __match_args__: Final = ("method", "url", "headers", "body")
    @property
    def method(self) -> str:
        """ "GET", "POST", "PUT", "PATCH" or "DELETE"."""

    @property
    def url(self) -> str:
        """Endpoint, path prefix, path and query."""

    @property
    def headers(self) -> list[tuple[str, str]]:
        """A list of pairs: name, in lower case, and value. They hold the credentials."""

    @property
    def body(self) -> bytes:
        """Empty for an operation without one."""

    def __eq__(self, value: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> NoReturn: ...

@final
class UnsignedRequest:
    """A request whose signature is made elsewhere and is still missing."""

    @property
    def string_to_sign(self) -> str: ...
    def with_signature(self, signature: str) -> Request:
        """Returns the request with this signature."""

@final
class SentRequest:
    """A request that ``send`` has sent: the parts that reading its reply needs."""

    def __new__(cls, x_date: str, trace_id: str, reply_limit: int, sent_at: Instant, may_sign_anew: bool) -> Self: ...

@disjoint_base
class Client:
    """What ``koodrive.Client`` is made of."""

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
        """Builds the request to a call.

        ``now`` is this machine's clock by default. ``trace_id`` has 58 characters; none is made here. ``date`` is an explicit
        X-Date, which is checked against the service's window of 15 minutes.
        """

    def _unsigned(
        self, call: Call[Any], now: Instant | None, trace_id: str | None, date: Instant | None
    ) -> Request | UnsignedRequest: ...
    def parse(self, call: Call[_Reply], status: int, headers: Headers, body: Body) -> _Reply:
        """Reads the response to a call: returns the reply, or raises the error that it is.

        ``headers`` are a mapping or pairs, as the HTTP client gave them; ``body`` is bytes, or text.
        """

    def _parse_sent(
        self, call: Call[_Reply], sent: SentRequest, status: int, headers: Headers, body: Body, received_at: Instant
    ) -> _Reply: ...
    def observe_clock(self, headers: Headers, sent_at: Instant, received_at: Instant) -> None:
        """Learns the server's clock from the headers of a reply, as ``send`` does. Both instants are of this machine's clock."""

    @property
    def clock_offset(self) -> float:
        """What was learned about the server's clock, in seconds; positive when it is ahead."""

    def _stages(self, call: Call[Any], now: Instant | None, date: Instant | None, message: str | None) -> str: ...

@final
class Step:
    """The next step of a driver."""

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
    """What ``koodrive.Dispatch`` and ``koodrive.AsyncDispatch`` drive. Threads may share it."""

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
    """The state machine behind `koodrive.sandbox.Sandbox`. Threads may share it: requests are judged one at a time."""

    EXAMPLE_APP_ID: Final[str]
    EXAMPLE_APP_SECRET: Final[str]
    def __new__(cls, config: str) -> Self: ...
    def handle(self, method: str, url: str, headers: list[tuple[bytes, bytes]], body: bytes, now: float) -> SandboxAnswer: ...
    def accepted(self) -> str: ...

@final
class SandboxAnswer:
    """An answer of the sandbox, and how it travels."""

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
    """Names that only the core spells."""

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
