"""What became of a call, how far a job is, and why it halted: the core's words, as Python's values."""

from __future__ import annotations

from typing import Generic, TypeVar

from .._values import _Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Literal, Optional

    from .._errors import KooDriveError
    from .._native import Call

    _Verdict = Literal["delivered", "refused", "unknown", "given_up", "not_sent"]

_Key = TypeVar("_Key")
_Reply = TypeVar("_Reply")


class CallOutcome(_Value, Generic[_Key, _Reply]):
    """What became of a call; the last that is heard of it. Instants are seconds since the epoch."""

    __module__ = "koodrive"
    __slots__ = {
        "key": "As the source gave it, or the call's position in the source, from 0.",
        "call": "As the source gave it.",
        "verdict": '"delivered", "refused", "unknown" (the service may have acted), "given_up" (it has not) or "not_sent".',
        "attempts": "How often it was sent.",
        "trace_id": "That of all its attempts; None if it was never sent.",
        "x_date": "X-Date of the last attempt.",
        "first_sent_at": "When the first attempt left, by this machine's clock.",
        "sent_at": "When the last attempt left, by this machine's clock.",
        "answered_at": "When its answer came, by this machine's clock; None where none came.",
        "server_date": "``Date`` of that answer.",
        "status": "HTTP status of that answer.",
        "reply": "The reply to the call, where it was delivered; None where a field of it cannot be read, which ``error`` then says.",
        "error": "The last attempt's error, where it was not: not raised, for you to look at.",
    }
    __match_args__ = (
        "key",
        "call",
        "verdict",
        "attempts",
        "trace_id",
        "x_date",
        "first_sent_at",
        "sent_at",
        "answered_at",
        "server_date",
        "status",
        "reply",
        "error",
    )

    key: _Key
    call: Call[_Reply]
    verdict: _Verdict
    attempts: int
    trace_id: Optional[str]
    x_date: Optional[str]
    first_sent_at: Optional[float]
    sent_at: Optional[float]
    answered_at: Optional[float]
    server_date: Optional[float]
    status: Optional[int]
    reply: Optional[_Reply]
    error: Optional[KooDriveError]

    def __init__(
        self,
        *,
        key: _Key,
        call: Call[_Reply],
        verdict: _Verdict,
        attempts: int = 0,
        trace_id: Optional[str] = None,
        x_date: Optional[str] = None,
        first_sent_at: Optional[float] = None,
        sent_at: Optional[float] = None,
        answered_at: Optional[float] = None,
        server_date: Optional[float] = None,
        status: Optional[int] = None,
        reply: Optional[_Reply] = None,
        error: Optional[KooDriveError] = None,
    ) -> None:
        self._fill(locals())

    @property
    def code(self) -> Optional[str]:
        """The service's code in its last answer."""
        answer: Any = self.error if self.reply is None else self.reply
        return None if answer is None else answer.code

    @property
    def msg(self) -> Optional[str]:
        """The service's message in its last answer. May be Chinese, so never match on it."""
        answer: Any = self.error if self.reply is None else self.reply
        return None if answer is None else answer.msg


# Made by the million, so past its constructor.
_setters = {name: vars(CallOutcome)[name].__set__ for name in CallOutcome.__match_args__}


def outcome(fields: Mapping[str, object]) -> CallOutcome[Any, Any]:
    """Returns the outcome with these fields of the core, by their names."""
    made: CallOutcome[Any, Any] = object.__new__(CallOutcome)
    for name, set_field in _setters.items():
        set_field(made, fields[name])
    return made


class Progress(_Value):
    """How far a job is: calls since its start, and now."""

    __module__ = "koodrive"
    __slots__ = {
        "pushed": "Calls that were read from the source.",
        "requests": "Requests that were sent; more than calls, where some were sent again.",
        "delivered": "Outcomes so far.",
        "refused": "Outcomes so far.",
        "unknown": "Outcomes so far.",
        "given_up": "Outcomes so far.",
        "not_sent": "Outcomes so far.",
        "queued": "Calls that wait for their first attempt, now.",
        "waiting": "Calls that wait to be sent again, now.",
        "in_flight": "Calls that are in flight, now.",
        "rate": "Requests per second that may leave, now: less than was allowed while the service is in distress.",
    }
    __match_args__ = (
        "pushed",
        "requests",
        "delivered",
        "refused",
        "unknown",
        "given_up",
        "not_sent",
        "queued",
        "waiting",
        "in_flight",
        "rate",
    )

    pushed: int
    requests: int
    delivered: int
    refused: int
    unknown: int
    given_up: int
    not_sent: int
    queued: int
    waiting: int
    in_flight: int
    rate: float

    def __init__(
        self,
        *,
        pushed: int = 0,
        requests: int = 0,
        delivered: int = 0,
        refused: int = 0,
        unknown: int = 0,
        given_up: int = 0,
        not_sent: int = 0,
        queued: int = 0,
        waiting: int = 0,
        in_flight: int = 0,
        rate: float = 0.0,
    ) -> None:
        self._fill(locals())


class HaltedError(Exception):
    """Nothing more was sent, since it would have been in vain. Raised when the outcomes of all calls that were read are out.

    What is true at the service is in those outcomes. Correct the cause, and dispatch what was not sent.
    """

    __module__ = "koodrive"

    #: "same_answer": so many calls in a row got it, and none was delivered in between. "no_token": the token function failed.
    reason: Literal["same_answer", "no_token"]
    #: How many calls, or how many failures, in a row.
    times: int
    #: Of the answer that they share.
    status: Optional[int] = None
    code: Optional[str] = None
    msg: Optional[str] = None


def halted(fields: str, cause: Optional[BaseException]) -> HaltedError:
    """Returns the error with the core's ``fields``, a JSON object. ``cause`` is why there was no token."""
    import json  # no halt, no cost

    given = json.loads(fields)
    error = HaltedError(given.pop("message"))
    # In the instance's dict, where pickle finds them.
    error.__dict__.update(given)
    error.__cause__ = cause if error.reason == "no_token" else None
    return error


#: The actions that a driver may leave alone while it only waits for what is in flight.
_LEFT_ALONE = ("calls", "token", "halted")


def check_action(action: str) -> None:
    """Raises for an action that a driver does not know: the job must neither end silently nor go on for ever."""
    if action not in _LEFT_ALONE:
        raise unknown_action(action)


def unknown_action(action: str) -> Exception:
    """The error for an action of a core that is newer than this driver."""
    return RuntimeError(f"unknown action of the dispatcher: {action!r}; koodrive._core and koodrive are of different versions")
