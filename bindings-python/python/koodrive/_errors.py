"""The exception classes and their base classes. The core supplies texts and fields."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, ClassVar

    from ._literals import Kind, Outcome


class WithFields(Exception):
    """An error with fields. ``args`` has them too, since pickle and serialisers such as Celery's rebuild an error from ``args``."""

    #: The message, and a mapping of field names to values.
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
    """The base class of this library's errors. ``outcome`` says whether KooDrive acted on the call."""

    __module__ = "koodrive"

    #: The kind of error.
    kind: ClassVar[Kind]
    #: Whether KooDrive acted on the call: "not_sent" (the request never left), "refused" (no), "unknown" (perhaps).
    outcome: Outcome
    #: True if a retry is safe: the request never left, the service asked for a retry, or the call changes nothing.
    retryable: bool = False
    #: HTTP status; None without an answer.
    status: int | None = None
    #: The service's code as text, digit for digit.
    code: str | None = None
    #: The service's message. May be Chinese, so never match on it.
    msg: str | None = None
    #: The gateway's id of the request.
    request_id: str | None = None
    #: Trace id of the reply, or else of the request.
    trace_id: str | None = None
    #: X-Date of the request.
    x_date: str | None = None
    #: Seconds to wait before a retry, as the service asked.
    retry_after: float | None = None
    #: The first 16,384 bytes of the reply's body; None without an answer. The error's message omits the body.
    body: str | None = None


class InvalidInputError(KooDriveError, ValueError):
    """An argument is invalid, and no request was sent. The message says what is wrong and what to do."""

    __module__ = "koodrive"
    kind: ClassVar[Kind] = "invalid_input"
    outcome: Outcome = "not_sent"

    #: The invalid field: the name of an argument, or of a member of the JSON body.
    field: str | None = None


class NotSentError(KooDriveError, ConnectionError):
    """The request never left this machine, for example because of DNS, TLS, a refused connection or a connect time-out."""

    __module__ = "koodrive"
    kind: ClassVar[Kind] = "not_sent"
    outcome: Outcome = "not_sent"
    retryable = True


class OutcomeUnknownError(KooDriveError, ConnectionError):
    """The request left, and no complete answer came. Repeat the call only if repeats are safe."""

    __module__ = "koodrive"
    kind: ClassVar[Kind] = "outcome_unknown"
    outcome: Outcome = "unknown"


class ApiError(KooDriveError):
    """The service answered with an error status, or with a code other than 0."""

    __module__ = "koodrive"
    kind: ClassVar[Kind] = "api"
    outcome: Outcome = "unknown"

    #: Whether the service refused the X-Date of ``send``. The core decides.
    _is_clock_refusal: bool = False


class UnreadableReplyError(KooDriveError):
    """The service answered with a success status, but the reply could not be parsed."""

    __module__ = "koodrive"
    kind: ClassVar[Kind] = "unreadable_reply"
    outcome: Outcome = "unknown"


_BY_KIND: dict[str, type[KooDriveError]] = {
    error.kind: error for error in (InvalidInputError, NotSentError, OutcomeUnknownError, ApiError, UnreadableReplyError)
}


def from_core(fields: str) -> KooDriveError:
    """Returns the exception for an error of the core, whose ``fields`` are a JSON object."""
    import json  # imported here, since most programs see no error

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
