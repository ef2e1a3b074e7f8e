from _typeshed import SupportsGetItem, SupportsLenAndGetItem
from typing import Any, Final, SupportsFloat, SupportsIndex, final
from typing_extensions import disjoint_base

__all__ = ["CLOCK_MARGIN_DEFAULT", "Acknowledgement", "Call", "Client", "Dispatcher", "Request", "Sandbox", "error", "names", "trace_id_from_random"]

CLOCK_MARGIN_DEFAULT: Final[int]

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
    def __new__(cls, /, ids: tuple[str, str] | None = None, type: SupportsIndex = 2, undocumented_type: SupportsIndex | None = None) -> Call: ...

@disjoint_base
class Client:
    """
    What ``koodrive.Client`` is made of.
    """
    def __new__(cls, /, of: Any, way: str, texts: SupportsGetItem[int, str]) -> Client:
        """
        `of`: the fields of `koodrive.Settings`, the offset in milliseconds, or a client, whose clock is then shared.
        """
    def _stages(self, /, call: Call, now: Any | None, date: Any | None, message: str | None) -> str:
        """
        The fields of `koodrive.Explanation`.
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
    def parse(self, /, call: Call, status: SupportsIndex, headers: Any, body: Any, _sent: tuple[tuple[SupportsIndex, str, str], Any, Any] | None = None) -> Any:
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
class Dispatcher:
    """
    What ``koodrive.Dispatch`` and ``koodrive.AsyncDispatch`` drive. Threads may share it.
    """
    def __new__(cls, /, client: Client, policy: SupportsGetItem[int, tuple[str, SupportsFloat | SupportsIndex]], seed: SupportsIndex) -> Dispatcher:
        """
        ``policy`` are names and numbers of the core's; ``seed`` makes trace ids, so it is random.
        """
    def cancel(self, /) -> None: ...
    def credentials(self, /, token: str) -> None: ...
    def failure(self, /, ticket: SupportsIndex, sent: bool, cause: str) -> None:
        """
        ``sent`` is false where the request surely never left.
        """
    def finish(self, /) -> None: ...
    def no_token(self, /) -> None: ...
    @property
    def progress(self, /) -> tuple[list[int], list[int], list[int], float]:
        """
        The fields of `koodrive.Progress`.
        """
    def push(self, /, key: Any, call: Call) -> None: ...
    @property
    def reply_limit(self, /) -> int:
        """
        Longest body of a reply, in bytes.
        """
    def response(self, /, ticket: SupportsIndex, status: SupportsIndex, headers: Any, body: Any) -> None: ...
    def resume(self, /) -> None: ...
    def turn(self, /, send: Any, take: Any) -> tuple[str, Any]:
        """
        Does what is due: gives ``send`` each request, as ticket, request, key and number of the attempt, and ``take`` each
        outcome, as the fields of ``koodrive.CallOutcome``. Then says what is left to do, in the words of the core's actions.
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
        "GET" or "POST".
        """
    @property
    def url(self, /) -> str:
        """
        Endpoint, path prefix and path.
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
    def handle(self, /, method: str, url: str, headers: SupportsGetItem[int, tuple[SupportsGetItem[int, SupportsIndex], SupportsGetItem[int, SupportsIndex]]], body: bytes, now: SupportsFloat | SupportsIndex) -> tuple[str, float, int, list[tuple[str, bytes]], bytes]:
        """
        `url` is a request's URL or its target; `now` is seconds since the epoch.
        """

def error(name: str, first: str, second: str) -> BaseException:
    """
    The core's error for what only Python sees: see `koodrive::host::error`.
    """

def names() -> tuple[list[str], list[str]]:
    """
    What Python spells nowhere: the two published endpoints, and the headers that hold date and credentials.
    """

def trace_id_from_random(random: SupportsLenAndGetItem[SupportsIndex]) -> str: ...
