"""What became of a call, how far a job is, and why it halted: the core's words, as Python's values."""

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
    """What became of a call; the last that is heard of it. Instants are aware datetimes in UTC."""

    __module__ = "koodrive"

    key: _Key
    """As the source gave it, or the call's position in the source, from 0."""
    call: Call[_Reply]
    """As the source gave it."""
    verdict: Verdict
    """One of "delivered", "refused", "unknown" (the service may have acted), "given_up" (it has not) or "not_sent"."""
    attempts: int = 0
    """How often it was sent."""
    trace_id: str | None = None
    """That of all its attempts; None if it was never sent."""
    x_date: str | None = None
    """X-Date of the last attempt."""
    first_sent_at: datetime | None = None
    """When the first attempt left, by this machine's clock."""
    sent_at: datetime | None = None
    """When the last attempt left, by this machine's clock."""
    answered_at: datetime | None = None
    """When its answer came, by this machine's clock; None where none came."""
    server_date: datetime | None = None
    """``Date`` of that answer."""
    status: int | None = None
    """HTTP status of that answer."""
    reply: _Reply | None = None
    """The reply to the call, where it was delivered; None where a field of it cannot be read, which ``error`` then says."""
    error: KooDriveError | None = None
    """The last attempt's error, where it was not: not raised, for you to look at."""

    @property
    def code(self) -> str | None:
        """The service's code in its last answer."""
        answer: Any = self.error if self.reply is None else self.reply
        return None if answer is None else answer.code

    @property
    def msg(self) -> str | None:
        """The service's message in its last answer. May be Chinese, so never match on it."""
        answer: Any = self.error if self.reply is None else self.reply
        return None if answer is None else answer.msg


@dataclass(frozen=True, slots=True, kw_only=True)
class BadItem:
    """What a source gave that is no call, in its place among the outcomes: see ``on_bad_item`` of ``Client.dispatch``."""

    __module__ = "koodrive"

    key: Any
    """That of a pair, or else the item's position in the source, from 0."""
    item: Any
    """The whole item as the source gave it, also where it is a pair of a key and something else."""
    error: InvalidInputError
    """What is wrong with it: not raised, for you to look at."""
    verdict: Literal["bad_item"] = "bad_item"
    """Always "bad_item": nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A signed request before it leaves, as ``before_send`` sees it. Never holds a credential."""

    __module__ = "koodrive"

    key: Any
    """As the source gave it, or the call's position in the source, from 0."""
    call: Call[Any]
    """As the source gave it."""
    attempt: int
    """The number of the attempt, from 1."""
    trace_id: str
    """That of all attempts of the call."""
    x_date: str
    """X-Date of this attempt."""
    body: bytes
    """The body that is sent; empty where there is none."""


#: The fields that are instants.
_INSTANTS = ("first_sent_at", "sent_at", "answered_at", "server_date")


def outgoing(key: Any, call: Call[Any], attempt: int, request: Request) -> Outgoing:
    """Returns what ``before_send`` sees of a signed request."""
    headers = dict(request.headers)
    return Outgoing(key=key, call=call, attempt=attempt, trace_id=headers["x-traceid"], x_date=headers[X_DATE], body=request.body)


def outcome(fields: dict[str, Any] | BadItem) -> Any:
    """Returns the outcome with these fields of the core, by their names. The core's instants are seconds since the epoch."""
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
    """How far a job is: calls since its start, and now."""

    __module__ = "koodrive"

    pushed: int = 0
    """Calls that were read from the source."""
    requests: int = 0
    """Requests that were sent; more than calls, where some were sent again."""
    delivered: int = 0
    """Outcomes so far."""
    refused: int = 0
    """Outcomes so far."""
    unknown: int = 0
    """Outcomes so far."""
    given_up: int = 0
    """Outcomes so far."""
    not_sent: int = 0
    """Outcomes so far."""
    queued: int = 0
    """Calls that wait for their first attempt, now."""
    waiting: int = 0
    """Calls that wait to be sent again, now."""
    in_flight: int = 0
    """Calls that are in flight, now."""
    rate: float = 0.0
    """Requests per second that may leave, now: the option ``rate``, or less."""
    slowed: Slowed | None = None
    """Why that is less, or nothing leaves: "throttled" (the service answers 429), "failing" (too many requests fail) or "draining"
    (no more calls come, and what is in flight is awaited)."""
    source_ended: bool = False
    """Whether the source was read to its end. Where it was not, the calls that were not read have no outcome."""


class HaltedError(WithFields):
    """Nothing more was sent, since it would have been in vain. Raised when the outcomes of all calls that were read are out.

    Those outcomes say whether KooDrive acted on each call. Correct the cause, and dispatch what was not sent.
    """

    __module__ = "koodrive"

    #: "same_answer": so many calls in a row got it, and none was delivered in between. "no_token": no token that works came.
    reason: HaltReason
    #: How many calls, or how many failures, in a row.
    times: int
    #: Of the answer that they share.
    status: int | None = None
    code: str | None = None
    msg: str | None = None


def halted(fields: str, cause: BaseException | None) -> HaltedError:
    """Returns the error with the core's ``fields``, a JSON object. ``cause`` is why there was no token."""
    import json  # no halt, no cost

    given = json.loads(fields)
    error = HaltedError(given.pop("message"), given)
    error.__cause__ = cause if error.reason == "no_token" else None
    return error


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """The functions of the user, as ``Client.dispatch`` explains them, and what becomes of an item that is no call."""

    token: Callable[[], Any] | None = None
    """Returns a fresh token."""
    on_halt: Callable[[HaltedError], Any] | None = None
    """Decides whether a halted job goes on."""
    before_send: Callable[[Outgoing], Any] | None = None
    """Is called before a request leaves."""
    on_exchange: Callable[[Exchange], object] | None = None
    """Is called after each exchange."""
    on_bad_item: str = "raise"
    """Either "raise" or "outcome"."""

    def __post_init__(self) -> None:
        if self.on_bad_item not in ("raise", "outcome"):
            raise _core.refused("on_bad_item", f'{self.on_bad_item!r} is not an option; pass "raise" or "outcome"')


#: The actions that a driver may leave alone while it only waits for what is in flight.
_LEFT_ALONE = ("calls", "token", "halted")


def check_action(action: str) -> None:
    """Raises for an action that a driver does not know: the job must neither end silently nor go on for ever."""
    if action not in _LEFT_ALONE:
        raise unknown_action(action)


def unknown_action(action: str) -> Exception:
    """The error for an action of a core that is newer than this driver."""
    return RuntimeError(f"unknown action of the dispatcher: {action!r}; koodrive._core and koodrive are of different versions")
