from _typeshed import Incomplete, SupportsGetItem, SupportsLenAndGetItem
from typing import Any, Final, SupportsFloat, SupportsIndex, final
from typing_extensions import disjoint_base

__all__ = ["CLOCK_MARGIN_DEFAULT", "REPLY_LIMIT_DEFAULT", "Acknowledgement", "Call", "Client", "Counts", "Dispatcher", "Names", "NotifyPackageExpireCall", "Request", "Sandbox", "SandboxAnswer", "SentRequest", "Step", "UnsignedRequest", "check_reply_limit", "date_without_zone", "failed", "lone_surrogate", "misused", "names", "not_a_margin", "not_a_type", "not_sent", "not_text", "refused", "spell_flags", "trace_id_from_random"]

CLOCK_MARGIN_DEFAULT: Final[int]
REPLY_LIMIT_DEFAULT: Final[int]

@final
class Acknowledgement:
    """
    The plain reply: the service took the call.
    """
    __match_args__: Final[tuple[str, str, str]]
    def __new__(cls, /, *, code: str, msg: str | None = None, trace_id: str | None = None) -> Acknowledgement: ...
    @property
    def code(self, /) -> str:
        """
        Always "0": any other code is an error.
        """
    @property
    def msg(self, /) -> str | None:
        """
        For people. May be Chinese, so never match on it.
        """
    @property
    def trace_id(self, /) -> str | None:
        """
        The reply's trace id, or else the one that ``send`` sent.
        """

@disjoint_base
class Call:
    """
    A call of the API: an instance of one of the subclasses. Generic in its reply, as in ``Call[Acknowledgement]``.
    """
    @classmethod
    def __class_getitem__(cls, /, reply: Any) -> Any: ...
    def __new__(cls, /, fields: str = "{}") -> Call:
        """
        Returns a call of the operation that the class names. ``fields`` is the JSON text of its fields, which the core checks.
        """
    @property
    def _operation(self, /) -> str:
        """
        The publisher's name of the operation, or a raw call's method and path.
        """

@disjoint_base
class Client:
    """
    What ``koodrive.Client`` is made of.
    """
    def __new__(cls, /, origin: Client | Incomplete, *, app_id: str | None = None, app_secret: str | None = None, token: str | None = None, authorization: str | None = None, signs_elsewhere: bool = False, token_later: bool = False) -> Client:
        """
        ``origin`` is a ``koodrive.Settings``, or a client whose learned clock is then shared.

        ``signs_elsewhere``: a function signs in the place of an app secret. ``token_later``: there is no token yet.
        """
    def _parse_sent(self, /, call: Call, sent: SentRequest, status: SupportsIndex, headers: Any, body: Any, received_at: Any) -> Any:
        """
        Reads the response to a request that ``send`` has sent: learns the server's clock, and reads no body beyond the limit.

        Sets ``_is_clock_refusal`` of an error that is one, and ``_again`` of an error after which the call is to be signed anew.
        ``received_at`` is of this machine's clock.
        """
    def _stages(self, /, call: Call, now: Any | None, date: Any | None, message: str | None) -> str:
        """
        The fields of `koodrive.Explanation`.
        """
    def _unsigned(self, /, call: Call, now: Any | None, trace_id: Any | None, date: Any | None) -> Any:
        """
        As ``request``, for whoever makes the signature: the request, or an ``UnsignedRequest``.
        """
    @property
    def clock_offset(self, /) -> float:
        """
        What was learned about the server's clock, in seconds; positive when it is ahead.
        """
    def observe_clock(self, /, headers: Any, sent_at: Any, received_at: Any) -> None:
        """
        Learns the server's clock from the headers of a reply, as ``send`` does. Both instants are of this machine's clock.
        """
    def parse(self, /, call: Call, status: SupportsIndex, headers: Any, body: Any) -> Any:
        """
        Reads the response to a call: returns the reply, or raises the error that it is.

        ``headers`` are a mapping or pairs, as the HTTP client gave them; ``body`` is bytes, or text.
        """
    def request(self, /, call: Call, now: Any | None = None, trace_id: Any | None = None, date: Any | None = None) -> Request:
        """
        Builds the request to a call.

        ``now`` is this machine's clock by default. ``trace_id`` has 58 characters; none is made here. ``date`` is an explicit
        X-Date, which is checked against the service's window of 15 minutes.
        """

@final
class Counts:
    """
    The fields of ``koodrive.Progress``.
    """
    @property
    def delivered(self, /) -> int: ...
    @property
    def given_up(self, /) -> int: ...
    @property
    def in_flight(self, /) -> int: ...
    @property
    def not_sent(self, /) -> int: ...
    @property
    def pushed(self, /) -> int: ...
    @property
    def queued(self, /) -> int: ...
    @property
    def rate(self, /) -> float: ...
    @property
    def refused(self, /) -> int: ...
    @property
    def requests(self, /) -> int: ...
    @property
    def unknown(self, /) -> int: ...
    @property
    def waiting(self, /) -> int: ...

@final
class Dispatcher:
    """
    What ``koodrive.Dispatch`` and ``koodrive.AsyncDispatch`` drive. Threads may share it.
    """
    def __new__(cls, /, client: Client, options: SupportsGetItem[int, tuple[str, SupportsFloat | SupportsIndex]], seed: SupportsIndex) -> Dispatcher:
        """
        ``options`` are names and numbers of the core's; ``seed`` makes trace ids, so it is random.
        """
    def cancel(self, /) -> None: ...
    def finish(self, /) -> None: ...
    def handle_response(self, /, ticket: SupportsIndex, status: SupportsIndex, headers: Any, body: Any) -> None: ...
    @property
    def in_flight(self, /) -> int:
        """
        Requests in flight, now.
        """
    def not_sent(self, /, ticket: SupportsIndex, cause: str) -> None:
        """
        Hands in a request that surely never left, and why.
        """
    def outcome_unknown(self, /, ticket: SupportsIndex, cause: str) -> None:
        """
        Hands in a request that left and had no complete answer, and why.
        """
    def progress(self, /) -> Counts:
        """
        How far the job is.
        """
    def push(self, /, key: Any, call: Call) -> None:
        """
        Takes a call. After ``cancel`` its outcome is that it was not sent.
        """
    @property
    def reply_limit(self, /) -> int:
        """
        Longest body of a reply, in bytes.
        """
    def resume(self, /) -> None: ...
    def set_credentials(self, /, token: str) -> None:
        """
        Hands in a fresh token.
        """
    def token_failed(self, /) -> None:
        """
        Hands in that no fresh token is to be had now.
        """
    def turn(self, /, send: Any, take: Any) -> Step:
        """
        Does what is due: gives ``send`` each request, as ticket, request (or one without its signature), key and number of the attempt, and ``take`` each
        outcome, as the fields of ``koodrive.CallOutcome`` by their names. Then says what is left to do.
        """

@final
class Names:
    """
    Names that only the core spells.
    """
    @property
    def authorization(self, /) -> str:
        """
        The header that holds the credentials.
        """
    @property
    def china(self, /) -> str:
        """
        The base URL of CN North-Beijing4.
        """
    @property
    def international(self, /) -> str:
        """
        The base URL of AP-Singapore.
        """
    @property
    def x_date(self, /) -> str:
        """
        The header that holds the signing time.
        """

class NotifyPackageExpireCall(Call):
    """
    The native half of ``koodrive.NotifyPackageExpire``. Its fields do not cross as JSON, since it is made by the million.
    """
    def __new__(cls, /, carrier_user_id: str, package_id: str, type: SupportsIndex, undocumented_type: SupportsIndex | None) -> NotifyPackageExpireCall:
        """
        Checks the fields. ``undocumented_type`` replaces ``type``.
        """

@final
class Request:
    """
    A request, to be sent as it is: nothing added, redirects not followed. Made by ``Client.request`` alone.

    It holds credentials, so its repr shows neither headers nor body, and it is not pickled: pickle the call.
    """
    @property
    def body(self, /) -> bytes:
        """
        Empty for an operation without one.
        """
    @property
    def headers(self, /) -> Any:
        """
        A list of pairs: name, in lower case, and value. They hold the credentials.
        """
    @property
    def method(self, /) -> str:
        """
        "GET", "POST", "PUT", "PATCH" or "DELETE".
        """
    @property
    def url(self, /) -> str:
        """
        Endpoint, path prefix, path and query.
        """

@final
class Sandbox:
    """
    The state machine behind `koodrive.sandbox.Sandbox`. Threads may share it: requests are judged one at a time.
    """
    EXAMPLE_APP_ID: Final[str]
    EXAMPLE_APP_SECRET: Final[str]
    def __new__(cls, /, config: str) -> Sandbox:
        """
        `config` is the JSON that the server reads.
        """
    def accepted(self, /) -> str:
        """
        A JSON list of the calls that were acted on, in order.
        """
    def handle(self, /, method: str, url: str, headers: SupportsGetItem[int, tuple[SupportsGetItem[int, SupportsIndex], SupportsGetItem[int, SupportsIndex]]], body: bytes, now: SupportsFloat | SupportsIndex) -> SandboxAnswer:
        """
        `url` is a request's URL or its target; `now` is seconds since the epoch.
        """

@final
class SandboxAnswer:
    """
    An answer of the sandbox, and how it travels.
    """
    @property
    def body(self, /) -> bytes: ...
    @property
    def fault(self, /) -> str:
        """
        The fault that meets the answer, in the words of the fault script; "pass" where there is none.
        """
    @property
    def headers(self, /) -> list[tuple[str, bytes]]: ...
    @property
    def seconds(self, /) -> float:
        """
        The time that the fault takes.
        """
    @property
    def status(self, /) -> int: ...

@final
class SentRequest:
    """
    A request that ``send`` has sent: the parts that reading its reply needs.
    """
    def __new__(cls, /, x_date: str, trace_id: str, reply_limit: SupportsIndex, sent_at: Any, may_sign_anew: bool) -> SentRequest:
        """
        ``reply_limit`` is in bytes. ``may_sign_anew``: it is the first, and the caller named no date.
        """

@final
class Step:
    """
    The next step of a driver.
    """
    @property
    def action(self, /) -> str:
        """
        "calls", "token", "halted", "wait" or "done": the core's actions.
        """
    @property
    def halt(self, /) -> str:
        """
        For "halted": the fields of ``koodrive.HaltedError`` as a JSON object.
        """
    @property
    def most(self, /) -> int:
        """
        For "calls": push up to so many.
        """
    @property
    def seconds(self, /) -> float | None:
        """
        For "wait": for so long; None where only something that is handed in ends the wait.
        """

@final
class UnsignedRequest:
    """
    A request whose signature is made elsewhere and is still missing.
    """
    @property
    def string_to_sign(self, /) -> str: ...
    def with_signature(self, /, signature: str) -> Request:
        """
        Returns the request with this signature.
        """

def check_reply_limit(bytes: SupportsFloat | SupportsIndex) -> None:
    """
    Raises unless ``bytes`` is a length that a dispatcher takes for ``reply_limit``, so that ``send`` takes no other.
    """

def date_without_zone(field: str) -> BaseException:
    """
    A datetime without a time zone.
    """

def failed(call: Call, cause: str, trace_id: str, *, x_date: str | None = None, left: bool) -> BaseException:
    """
    The failure of one exchange and its ``cause``. ``left``: the request left and had no complete answer; else it surely did not.
    """

def lone_surrogate(field: str) -> BaseException:
    """
    Text that UTF-8 cannot carry.
    """

def misused(text: str) -> BaseException:
    """
    A mistake that concerns no field.
    """

def names() -> Names: ...

def not_a_margin() -> BaseException:
    """
    A clock margin that is not a whole number of seconds in range.
    """

def not_a_type() -> BaseException:
    """
    A ``type`` that is not an integer.
    """

def not_sent(cause: str) -> BaseException:
    """
    Several calls that surely were not sent, and why.
    """

def not_text(field: str, found: str) -> BaseException:
    """
    A value of another type where text is due; ``found`` names it, such as "a number".
    """

def refused(field: str, problem: str) -> BaseException:
    """
    Any other input: the ``problem`` of ``field``, and what to do.
    """

def spell_flags() -> None:
    """
    Spells options as flags from now on: for the command line, whose process is its own.
    """

def trace_id_from_random(random: SupportsLenAndGetItem[SupportsIndex]) -> str: ...
