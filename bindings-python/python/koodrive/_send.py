"""The flow of ``send`` and ``asend``: get a token or a signature, build, send, parse, report, and perhaps sign anew.

The flow is a generator, so that the blocking and the async driver share it. It yields a ``Question`` to a user's function or a
request to send, and the driver sends the result back. The core judges every reply.
"""

from __future__ import annotations

import sys
import time
from functools import partial

from . import _core
from ._convert import number, text
from ._defaults import AUTHORIZATION, CONNECT_TIMEOUT, REPLY_LIMIT, TIMEOUT, X_DATE, new_trace_id
from ._errors import ApiError, InvalidInputError, NotSentError, OutcomeUnknownError, UnreadableReplyError
from ._redact import without_request
from ._imported import imported
from ._question import Deadline, Question
from ._words import words
from .transports import _sessions
from .transports._not_sent import NotSent, Unusable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any, Optional

    from ._base_client import BaseClient
    from ._errors import KooDriveError
    from ._values import Exchange
    from ._core import Request
    from ._literals import Kind, Outcome

_USUAL = {"connect_timeout": CONNECT_TIMEOUT, "timeout": TIMEOUT, "reply_limit": REPLY_LIMIT}

#: The range of the time-outs, in seconds. A day is also the longest time of the dispatcher.
_SHORTEST, _LONGEST = 0.001, 86_400.0

#: The errors that end an exchange.
_ENDS = (NotSentError, OutcomeUnknownError, ApiError, UnreadableReplyError)


def send(
    client: BaseClient,
    call: Any,
    transport: Any,
    trace_id: Optional[str],
    date: Any,
    on_exchange: Optional[Callable[[Exchange], object]],
    **limits: Any,
) -> Any:
    """Sends ``call`` over a blocking ``transport``, and returns the reply. ``limits`` are those of ``checked``."""
    if limits != _USUAL:
        limits = checked(**limits)
    travel = _sessions.blocking(transport)
    flow = _flow(client, call, trace_id, date, limits, on_exchange)
    try:
        step = next(flow)
        while True:
            # A list, since it can be emptied: the answer may be a token, and tracebacks show variables.
            answer = []
            try:
                answer.append(step.now() if type(step) is Question else travel(step, **limits))
            except BaseException as error:
                step = flow.throw(error)
            else:
                step = flow.send(answer.pop())
    except StopIteration as end:
        return end.value


async def asend(
    client: BaseClient,
    call: Any,
    transport: Any,
    trace_id: Optional[str],
    date: Any,
    on_exchange: Optional[Callable[[Exchange], object]],
    **limits: Any,
) -> Any:
    """Sends ``call`` over an async ``transport``, and returns the reply. ``limits`` are those of ``checked``."""
    if limits != _USUAL:
        limits = checked(**limits)
    travel = _sessions.asynchronous(transport)
    flow = _flow(client, call, trace_id, date, limits, on_exchange)
    try:
        step = next(flow)
        while True:
            answer = []
            try:
                answer.append(await step.awaited() if type(step) is Question else await travel(step, **limits))
            except BaseException as error:
                step = flow.throw(error)
            else:
                step = flow.send(answer.pop())
    except StopIteration as end:
        return end.value


def _flow(
    client: BaseClient,
    call: Any,
    trace_id: Optional[str],
    date: Any,
    limits: dict[str, Any],
    on_exchange: Optional[Callable[[Exchange], object]],
) -> Generator[Any, Any, Any]:
    trace_id = new_trace_id() if trace_id is None else trace_id
    may_sign_anew = date is None
    deadline = Deadline(limits["timeout"])
    is_first = True
    while True:
        signer = client
        if client._token is not None:
            try:
                # The token has no variable of its own, since tracebacks show variables.
                signer = client.with_credentials(token=text("token", (yield Question("token", client._token, deadline))))
            except InvalidInputError as refused:
                # The frames of this traceback have the token in a variable.
                raise refused.with_traceback(None) from None
            except Exception as cause:
                raise _failed(call, cause, trace_id, left=False) from cause
        started_at, started = time.time(), time.monotonic()
        if client._sign is None:
            request = signer.request(call, started_at, trace_id, date)
        else:
            unsigned: Any = client._unsigned(call, started_at, trace_id, date)
            sign = partial(client._sign, unsigned.string_to_sign)
            try:
                request = unsigned.with_signature(text("sign", (yield Question("sign", sign, deadline))))
            except InvalidInputError:
                raise
            except Exception as cause:
                raise _failed(call, cause, trace_id, left=False) from cause
            started = time.monotonic()
        x_date = dict(request.headers)[X_DATE]
        if not is_first or client._token is not None or client._sign is not None:
            # The time-out covers both attempts and the user's functions.
            try:
                limits["timeout"] = deadline.left()
            except TimeoutError as cause:
                raise _failed(call, cause, trace_id, left=False) from cause
        status: Optional[int] = None
        headers: Any = None
        told = (on_exchange, call, request, trace_id, started_at, started)
        again = False
        try:
            try:
                try:
                    status, headers, body = yield request
                except BaseException as error:
                    without_request(error, dict(request.headers)[AUTHORIZATION])
                    raise
                sent = _core.SentRequest(x_date, trace_id, limits["reply_limit"], started_at, may_sign_anew)
                # This call also learns the server's clock.
                reply = client._parse_sent(call, sent, status, headers, body, time.time())
            except Unusable as cause:
                raise cause.refused() from None
            except NotSent as cause:
                raise _failed(call, cause, trace_id, x_date=x_date, left=False) from cause.__cause__ or cause
            except _ENDS as error:
                again = error.__dict__.pop("_again", False)
                raise
            except Exception as cause:
                raise _failed(call, cause, trace_id, x_date=x_date, left=True) from cause
        except _ENDS as error:
            _report(*told, status, headers, error)
            # The service refused the date without acting, and its reply has the right time: a second attempt is safe.
            if not (again and deadline.seconds > 0):
                raise
            may_sign_anew = is_first = False
        except InvalidInputError:
            raise
        except BaseException as cancelled:
            # The caller cancelled the call and gets its own exception. The request may have left.
            _report(*told, status, headers, _failed(call, cancelled, trace_id, x_date=x_date, left=True))
            raise
        else:
            _report(*told, status, headers, None)
            return reply


def _report(
    on_exchange: Optional[Callable[[Exchange], object]],
    call: Any,
    request: Request,
    trace_id: str,
    started_at: float,
    started: float,
    status: Optional[int],
    headers: Any,
    error: Optional[KooDriveError],
) -> None:
    """Reports a finished exchange to ``on_exchange`` and to the log."""
    logging = _listening()
    if on_exchange is None and logging is None:
        return
    kind, outcome = (error.kind, error.outcome) if error else (None, None)
    ended = exchange(call, request, trace_id, started_at, started, status, kind, outcome)
    if logging is not None:
        logging.log(ended, error, call, request.headers, headers)
    if on_exchange is not None:
        tell(on_exchange, ended)


def exchange(
    call: Any,
    request: Request,
    trace_id: str,
    started_at: float,
    started: float,
    status: Optional[int],
    kind: Optional[Kind],
    outcome: Optional[Outcome],
) -> Exchange:
    """Returns the ``Exchange`` of an exchange that ends now. ``started`` is by the monotonic clock."""
    return imported("koodrive._values").Exchange(  # type: ignore[no-any-return]
        operation=call._operation,
        method=request.method,
        url=request.url.partition("?")[0],
        status=status,
        started_at=imported("koodrive._instants").utc(started_at),
        duration=time.monotonic() - started,
        trace_id=trace_id,
        kind=kind,
        outcome=outcome,
    )


def _failed(call: Any, cause: BaseException, trace_id: str, **fields: Any) -> Any:
    return _core.failed(call, words(cause), trace_id, **fields)


def _listening() -> Any:
    """Returns the module ``_logging`` if logging at DEBUG is on, or None. A program without ``logging`` has no handler."""
    if "logging" not in sys.modules:
        return None
    ours = imported("koodrive._logging")
    return ours if ours.LOGGER.isEnabledFor(10) else None


def tell(on_exchange: Callable[[Exchange], object], ended: Exchange) -> None:
    """Calls ``on_exchange`` with a finished exchange, and logs an exception of the hook."""
    try:
        on_exchange(ended)
    except Exception:
        # Raising here would hide the reply.
        from ._logging import LOGGER

        LOGGER.exception("on_exchange failed")


def checked(connect_timeout: Any, timeout: Any, reply_limit: Any) -> dict[str, Any]:
    """Returns the checked limits of an exchange, for ``send`` and ``dispatch``. Raises ``InvalidInputError``."""
    reply_limit = number("reply_limit", reply_limit)
    _core.check_reply_limit(reply_limit)
    return {
        "connect_timeout": _time("connect_timeout", connect_timeout),
        "timeout": _time("timeout", timeout),
        "reply_limit": int(reply_limit),
    }


def _time(name: str, value: Any) -> Any:
    """Returns ``value`` unchanged, since transports and the sandbox show it. Raises ``InvalidInputError`` if out of range."""
    seconds = number(name, value)
    if not _SHORTEST <= seconds <= _LONGEST:
        raise _core.refused(name, f"{seconds:.10g} s is out of range; pass a time from {_SHORTEST:g} s to {_LONGEST:g} s")
    return value
