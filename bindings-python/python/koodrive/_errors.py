"""The exceptions. Their texts and fields come from the core; here they only get their places in Python's tree."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, ClassVar

    from ._literals import Kind, Outcome


class WithFields(Exception):
    """An error with fields. They stand in ``args``, from which pickle and serialisers such as Celery's JSON make the error anew."""

    #: The text, and a mapping of the fields by their names.
    args: tuple[Any, ...]

    def __init__(self, message: str = "", fields: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        if fields is not None:
            self.args = (message, fields)
            self.__dict__.update(fields)

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"


class KooDriveError(WithFields):
    """Any error of this library. Catch it around one call, and ask it whether KooDrive acted on the call."""

    __module__ = "koodrive"

    #: What happened.
    kind: ClassVar[Kind]
    #: Whether KooDrive acted on the call: "not_sent" (nothing reached it), "refused" (it did not act), "unknown" (it may have).
    outcome: Outcome
    #: True where a retry is safe: the call was not sent, the service asked to come back, or the call changes nothing.
    retryable: bool = False
    #: HTTP status, where the service answered.
    status: int | None = None
    #: The service's code as text, digit for digit.
    code: str | None = None
    #: The service's message. May be Chinese, so never match on it.
    msg: str | None = None
    #: A gateway's id of the request.
    request_id: str | None = None
    #: The reply's trace id, or else the one that was sent.
    trace_id: str | None = None
    #: The X-Date that was sent.
    x_date: str | None = None
    #: Seconds that the service asks to wait.
    retry_after: float | None = None
    #: The first 16,384 bytes of the reply's body, where the service answered. The text of the error does not hold it.
    body: str | None = None


class InvalidInputError(KooDriveError, ValueError):
    """Refused before anything was sent. The text says what is wrong and what would be right."""

    __module__ = "koodrive"
    kind: ClassVar[Kind] = "invalid_input"
    outcome: Outcome = "not_sent"

    #: The field that was refused: an argument, or the wire's name of what stands in a body.
    field: str | None = None


class NotSentError(KooDriveError, ConnectionError):
    """The network failed and the request surely never left: refused connection, DNS, TLS, connect time-out."""

    __module__ = "koodrive"
    kind: ClassVar[Kind] = "not_sent"
    outcome: Outcome = "not_sent"
    retryable = True


class OutcomeUnknownError(KooDriveError, ConnectionError):
    """The request left, and no complete answer came. Do not send it again unless repeats are safe."""

    __module__ = "koodrive"
    kind: ClassVar[Kind] = "outcome_unknown"
    outcome: Outcome = "unknown"


class ApiError(KooDriveError):
    """The service answered with a status that is not a success, or with a readable code other than 0."""

    __module__ = "koodrive"
    kind: ClassVar[Kind] = "api"
    outcome: Outcome = "unknown"

    #: Whether the service refused the X-Date that ``send`` sent. The core decides.
    _is_clock_refusal: bool = False


class UnreadableReplyError(KooDriveError):
    """The service answered with a success whose reply cannot be read."""

    __module__ = "koodrive"
    kind: ClassVar[Kind] = "unreadable_reply"
    outcome: Outcome = "unknown"


_BY_KIND: dict[str, type[KooDriveError]] = {
    error.kind: error for error in (InvalidInputError, NotSentError, OutcomeUnknownError, ApiError, UnreadableReplyError)
}


def from_core(fields: str) -> KooDriveError:
    """The exception for an error of the core: a JSON object of its fields."""
    import json  # no error, no cost

    given = json.loads(fields)
    error = _BY_KIND[given["kind"]]
    more = {"field": given["field"]} if error is InvalidInputError else {}
    return error(
        given["message"],
        {
            "outcome": given["outcome"],
            "retryable": given["retryable"],
            "status": given["status"],
            "code": given["code"],
            "msg": given["msg"],
            "request_id": given["requestId"],
            "trace_id": given["traceId"],
            "x_date": given["xDate"],
            "retry_after": given["retryAfter"],
            "body": given["body"],
            **more,
        },
    )
