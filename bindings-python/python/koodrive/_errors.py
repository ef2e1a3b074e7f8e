"""The exceptions. Their texts and fields come from the core; here they only get their places in Python's tree."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import ClassVar, Literal, Optional

    _Kind = Literal["invalid_input", "not_sent", "outcome_unknown", "api", "unreadable_reply"]
    _Outcome = Literal["not_sent", "refused", "unknown"]


class KooDriveError(Exception):
    """Any error of this library. Catch it around one call, and ask it what is true at the service."""

    __module__ = "koodrive"

    #: What happened.
    kind: ClassVar[_Kind]
    #: What is true at the service: "not_sent" (nothing reached it), "refused" (it did not act), "unknown" (it may have).
    outcome: _Outcome
    #: True where a retry is safe: the call was not sent, the service asked to come back, or the call changes nothing.
    retryable: bool = False
    #: HTTP status, where the service answered.
    status: Optional[int] = None
    #: The service's code as text, digit for digit.
    code: Optional[str] = None
    #: The service's message. May be Chinese, so never match on it.
    msg: Optional[str] = None
    #: A gateway's id of the request.
    request_id: Optional[str] = None
    #: The reply's trace id, or else the one that was sent.
    trace_id: Optional[str] = None
    #: The X-Date that was sent.
    x_date: Optional[str] = None
    #: Seconds that the service asks to wait.
    retry_after: Optional[float] = None
    #: The first 16,384 bytes of the reply's body, where the service answered. The text of the error does not hold it.
    body: Optional[str] = None


class InvalidInputError(KooDriveError, ValueError):
    """Refused before anything was sent. The text says what is wrong and what would be right."""

    __module__ = "koodrive"
    kind: ClassVar[_Kind] = "invalid_input"
    outcome: _Outcome = "not_sent"

    #: The field that was refused: an argument, or the wire's name of what stands in a body.
    field: Optional[str] = None


class NotSentError(KooDriveError, ConnectionError):
    """The network failed and the request surely never left: refused connection, DNS, TLS, connect time-out."""

    __module__ = "koodrive"
    kind: ClassVar[_Kind] = "not_sent"
    outcome: _Outcome = "not_sent"
    retryable = True


class OutcomeUnknownError(KooDriveError, ConnectionError):
    """The request left, and no complete answer came. Do not send it again unless repeats are safe."""

    __module__ = "koodrive"
    kind: ClassVar[_Kind] = "outcome_unknown"
    outcome: _Outcome = "unknown"


class ApiError(KooDriveError):
    """The service answered with a status that is not a success, or with a readable code other than 0."""

    __module__ = "koodrive"
    kind: ClassVar[_Kind] = "api"
    outcome: _Outcome = "unknown"

    #: Whether the service refused the X-Date that ``send`` sent. The core decides.
    _is_clock_refusal: bool = False


class UnreadableReplyError(KooDriveError):
    """The service answered with a success whose reply cannot be read."""

    __module__ = "koodrive"
    kind: ClassVar[_Kind] = "unreadable_reply"
    outcome: _Outcome = "unknown"


_BY_KIND: dict[str, type[KooDriveError]] = {
    error.kind: error
    for error in (InvalidInputError, NotSentError, OutcomeUnknownError, ApiError, UnreadableReplyError)
}


def from_core(fields: str) -> KooDriveError:
    """The exception for an error of the core: a JSON object of its fields."""
    import json  # no error, no cost

    given = json.loads(fields)
    error = _BY_KIND[given["kind"]](given["message"])
    # In the instance's dict, where pickle finds them.
    error.__dict__.update(
        outcome=given["outcome"],
        retryable=given["retryable"],
        status=given["status"],
        code=given["code"],
        msg=given["msg"],
        request_id=given["requestId"],
        trace_id=given["traceId"],
        x_date=given["xDate"],
        retry_after=given["retryAfter"],
        body=given["body"],
    )
    if isinstance(error, InvalidInputError):
        error.field = given["field"]
    return error
