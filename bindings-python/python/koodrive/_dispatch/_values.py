"""Outcomes, progress and halts of a job, as Python values of the core's results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from .. import _core
from .._defaults import X_DATE
from .._errors import WithFields
from .._instants import utc

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import Any, Literal

    from .._core import Call, Request
    from .._errors import InvalidInputError, KooDriveError
    from .._values import Exchange
    from .._literals import HaltReason, Slowed, Verdict

_Key = TypeVar("_Key")
_Reply = TypeVar("_Reply")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutcome(Generic[_Key, _Reply]):
    """The final outcome of a call. Instants are aware datetimes in UTC."""

    __module__ = "koodrive"

    key: _Key
    """Key from the source, or the call's position in the source, from 0."""
    call: Call[_Reply]
    """Call from the source."""
    verdict: Verdict
    """One of "delivered", "refused", "unknown" (KooDrive may have acted), "given_up" (it did not act) or "not_sent"."""
    attempts: int = 0
    """Number of times the call was sent."""
    trace_id: str | None = None
    """Trace id of all attempts; None if the call was never sent."""
    x_date: str | None = None
    """X-Date of the last attempt."""
    first_sent_at: datetime | None = None
    """Time at which the first attempt left, by this machine's clock."""
    sent_at: datetime | None = None
    """Time at which the last attempt left, by this machine's clock."""
    answered_at: datetime | None = None
    """Time at which the last answer arrived, by this machine's clock; None without an answer."""
    server_date: datetime | None = None
    """Header ``Date`` of the last answer."""
    status: int | None = None
    """HTTP status of the last answer."""
    reply: _Reply | None = None
    """Reply of a delivered call; None if a field of the reply could not be parsed, which ``error`` then reports."""
    error: KooDriveError | None = None
    """Error of the last attempt; None for a delivered call. The error is returned here and never raised."""

    @property
    def code(self) -> str | None:
        """The service's code in the last answer."""
        answer: Any = self.error if self.reply is None else self.reply
        return None if answer is None else answer.code

    @property
    def msg(self) -> str | None:
        """The service's message in the last answer. May be Chinese, so never match on it."""
        answer: Any = self.error if self.reply is None else self.reply
        return None if answer is None else answer.msg


@dataclass(frozen=True, slots=True, kw_only=True)
class BadItem:
    """An item of the source that is not a call: see ``on_bad_item`` of ``Client.dispatch``."""

    __module__ = "koodrive"

    key: Any
    """Key of a pair, or else the item's position in the source, from 0."""
    item: Any
    """The whole item from the source, including the key of a pair."""
    error: InvalidInputError
    """Error that says what is wrong with the item. The error is returned here and never raised."""
    verdict: Literal["bad_item"] = "bad_item"
    """Always "bad_item"; nothing was sent for the item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A signed request before it leaves, for ``before_send``. It has no credentials."""

    __module__ = "koodrive"

    key: Any
    """Key from the source, or the call's position in the source, from 0."""
    call: Call[Any]
    """Call from the source."""
    attempt: int
    """Number of the attempt, from 1."""
    trace_id: str
    """Trace id of all attempts of the call."""
    x_date: str
    """X-Date of this attempt."""
    body: bytes
    """Body of the request; empty without a body."""


#: Fields of an outcome that are instants.
_INSTANTS = ("first_sent_at", "sent_at", "answered_at", "server_date")


def outgoing(key: Any, call: Call[Any], attempt: int, request: Request) -> Outgoing:
    """Returns the value for ``before_send`` of a signed ``request``."""
    headers = dict(request.headers)
    return Outgoing(key=key, call=call, attempt=attempt, trace_id=headers["x-traceid"], x_date=headers[X_DATE], body=request.body)


def outcome(fields: dict[str, Any] | BadItem) -> Any:
    """Returns the outcome of the core's ``fields``, whose instants are seconds since the epoch. Returns a bad item unchanged."""
    if type(fields) is BadItem:
        return fields
    assert isinstance(fields, dict)
    for name in _INSTANTS:
        seconds = fields[name]
        if seconds is not None:
            fields[name] = utc(seconds)
    return CallOutcome(**fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The progress of a job: totals since its start, and its present state."""

    __module__ = "koodrive"

    pushed: int = 0
    """Calls read from the source so far."""
    requests: int = 0
    """Requests sent so far, including retries."""
    delivered: int = 0
    """Calls with the verdict "delivered" so far."""
    refused: int = 0
    """Calls with the verdict "refused" so far."""
    unknown: int = 0
    """Calls with the verdict "unknown" so far."""
    given_up: int = 0
    """Calls with the verdict "given_up" so far."""
    not_sent: int = 0
    """Calls with the verdict "not_sent" so far."""
    queued: int = 0
    """Calls that now wait for their first attempt."""
    waiting: int = 0
    """Calls that now wait for a retry."""
    in_flight: int = 0
    """Calls that are now in flight."""
    rate: float = 0.0
    """Present limit of requests per second; at most the option ``rate``."""
    slowed: Slowed | None = None
    """Why ``rate`` is below the option: "throttled" (the service answers 429), "failing" (too many requests fail) or
    "draining" (the job ends and waits for the requests in flight). None at the full rate."""
    source_ended: bool = False
    """Whether the source was read to its end. Calls that were not read have no outcome."""


class HaltedError(WithFields):
    """The job stopped sending, since further calls would fail too. Raised after the last outcome.

    The outcomes say whether KooDrive acted on each call. Correct the cause, and dispatch the calls that were not sent.
    """

    __module__ = "koodrive"

    #: "same_answer": ``times`` calls in a row got the same error. "no_token": the token function failed, or its tokens did.
    reason: HaltReason
    #: Number of calls or failures in a row.
    times: int
    #: HTTP status of the shared answer. ``code`` and ``msg`` are those of the same answer.
    status: int | None = None
    code: str | None = None
    msg: str | None = None


def halted(fields: str, cause: BaseException | None) -> HaltedError:
    """Returns the error of the core's ``fields``, a JSON object. ``cause`` is the failure of the token function, or None."""
    import json  # imported here, since most jobs are never halted

    given = json.loads(fields)
    error = HaltedError(given.pop("message"), given)
    error.__cause__ = cause if error.reason == "no_token" else None
    return error


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """The user's functions, and ``on_bad_item``, as documented in ``Client.dispatch``."""

    token: Callable[[], Any] | None = None
    """Returns a fresh token."""
    on_halt: Callable[[HaltedError], Any] | None = None
    """Decides whether a halted job goes on."""
    before_send: Callable[[Outgoing], Any] | None = None
    """Runs before a request leaves."""
    on_exchange: Callable[[Exchange], object] | None = None
    """Runs after each exchange."""
    on_bad_item: str = "raise"
    """Either "raise" or "outcome"."""

    def __post_init__(self) -> None:
        if self.on_bad_item not in ("raise", "outcome"):
            raise _core.refused("on_bad_item", f'unknown value {self.on_bad_item!r}; pass "raise" or "outcome"')


#: Actions that a driver ignores while it waits only for the requests in flight.
_IGNORED_AT_THE_END = ("calls", "token", "halted")


def check_action(action: str) -> None:
    """Raises for an unknown ``action``, so that the job neither ends silently nor runs for ever."""
    if action not in _IGNORED_AT_THE_END:
        raise unknown_action(action)


def unknown_action(action: str) -> Exception:
    """Returns the error for an ``action`` of a core that is newer than this driver."""
    return RuntimeError(f"unknown action of the dispatcher: {action!r}; koodrive._core and koodrive are of different versions")
