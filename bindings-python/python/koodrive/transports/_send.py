"""The flow of ``send`` and ``asend``, once: ask for the token, build, let travel, learn the clock, read, tell, perhaps sign anew.

Decides nothing about replies: the core does. The flow is a generator that yields what the driver does for it (a token function,
to be called; a request, to be sent) and is given what came of it, so that the blocking driver and the async one are all that
differs.
"""

from __future__ import annotations

import math
import sys
import time

from .. import _core
from .._client import AUTHORIZATION, CONNECT_TIMEOUT, MAX_REPLY_BYTES, TIMEOUT, X_DATE, imported, new_trace_id
from .._convert import text
from .._errors import ApiError, InvalidInputError, NotSentError, OutcomeUnknownError, UnreadableReplyError
from .._hidden import without_request
from .._values import Exchange, with_field
from . import NotSent, _sessions
from ._request import Unusable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any, Optional

    from .._client import Client
    from .._errors import KooDriveError
    from .._native import Request

_USUAL = {"connect_timeout": CONNECT_TIMEOUT, "timeout": TIMEOUT, "max_reply_bytes": MAX_REPLY_BYTES}

#: The ways an exchange ends, success apart.
_ENDS = (NotSentError, OutcomeUnknownError, ApiError, UnreadableReplyError)


def send(
    client: Client,
    call: Any,
    transport: Any,
    trace_id: Optional[str],
    date: Any,
    on_exchange: Optional[Callable[[Exchange], object]],
    **limits: Any,
) -> Any:
    """Drives the flow over a blocking transport."""
    if limits != _USUAL:
        _check(**limits)
    travel = _sessions.blocking(transport)
    flow = _flow(client, call, trace_id, date, limits["max_reply_bytes"], on_exchange)
    try:
        step = next(flow)
        while True:
            # In a list, which is empty once the flow has what may be a token.
            answer = []
            try:
                answer.append(_not_async(step()) if callable(step) else travel(step, **limits))
            except BaseException as error:
                step = flow.throw(error)
            else:
                step = flow.send(answer.pop())
    except StopIteration as end:
        return end.value


async def asend(
    client: Client,
    call: Any,
    transport: Any,
    trace_id: Optional[str],
    date: Any,
    on_exchange: Optional[Callable[[Exchange], object]],
    **limits: Any,
) -> Any:
    """Drives the flow over an async transport."""
    if limits != _USUAL:
        _check(**limits)
    travel = _sessions.asynchronous(transport)
    flow = _flow(client, call, trace_id, date, limits["max_reply_bytes"], on_exchange)
    try:
        step = next(flow)
        while True:
            answer = []
            try:
                answer.append(await _token(step) if callable(step) else await travel(step, **limits))
            except BaseException as error:
                step = flow.throw(error)
            else:
                step = flow.send(answer.pop())
    except StopIteration as end:
        return end.value


def _flow(
    client: Client,
    call: Any,
    trace_id: Optional[str],
    date: Any,
    max_reply_bytes: int,
    on_exchange: Optional[Callable[[Exchange], object]],
) -> Generator[Any, Any, Any]:
    trace_id = new_trace_id() if trace_id is None else trace_id
    may_sign_anew = date is None
    while True:
        signer = client
        if client._token is not None:
            try:
                signer = client.with_credentials(token=text("token", (yield client._token)))
            except InvalidInputError as refused:
                # Without the frames in which the token is a variable.
                raise refused.with_traceback(None) from None
            except Exception as cause:
                raise _failure(_core.not_sent, cause, trace_id) from cause
        started_at, started = time.time(), time.monotonic()
        request = signer.request(call, started_at, trace_id, date)
        status: Optional[int] = None
        headers: Any = None
        told = (on_exchange, call, request, trace_id, started_at, started)
        try:
            try:
                try:
                    status, headers, body = yield request
                except BaseException as error:
                    without_request(error, dict(request.headers)[AUTHORIZATION])
                    raise
                sent = _core.SentRequest(dict(request.headers)[X_DATE], trace_id, max_reply_bytes, started_at)
                # Learns the clock as well.
                reply = client._parse_sent(call, sent, status, headers, body, time.time())
            except Unusable as cause:
                raise _core.refused(*cause.args) from None
            except NotSent as cause:
                raise _failure(_core.not_sent, cause, trace_id) from cause.__cause__ or cause
            except _ENDS:
                raise
            except Exception as cause:
                raise _failure(_core.outcome_unknown, cause, trace_id) from cause
        except _ENDS as error:
            error.trace_id = error.trace_id or trace_id
            _report(*told, status, headers, error)
            if not (may_sign_anew and error._clock_refusal):
                raise
            # The service refused the date and has told its time since: no repeat, since it did not act.
            may_sign_anew = False
        except InvalidInputError:
            raise
        except BaseException as cancelled:
            # By whoever waits for the reply. It is theirs, unchanged; the request may have left.
            _report(*told, status, headers, _failure(_core.outcome_unknown, cancelled, trace_id))
            raise
        else:
            _report(*told, status, headers, None)
            return with_field(reply, "trace_id", trace_id) if reply.trace_id is None else reply


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
    """Of an exchange that has ended, to the hook and the log."""
    logging = _listening()
    if on_exchange is None and logging is None:
        return
    exchange = Exchange(
        method=request.method,
        url=request.url,
        status=status,
        started_at=started_at,
        duration=time.monotonic() - started,
        trace_id=trace_id,
        kind=error.kind if error else None,
        outcome=error.outcome if error else None,
    )
    if logging is not None:
        logging.log(exchange, error, call, request.headers, headers)
    if on_exchange is not None:
        _tell(on_exchange, exchange)


def _failure(make: Callable[[str], BaseException], cause: BaseException, trace_id: str) -> Any:
    error: Any = make(str(cause) or type(cause).__name__)
    error.trace_id = trace_id
    return error


def _listening() -> Any:
    """The module that logs, where somebody listens: nobody does who has not imported logging."""
    if "logging" not in sys.modules:
        return None
    ours = imported("koodrive._logging")
    return ours if ours.LOGGER.isEnabledFor(10) else None


def _tell(on_exchange: Callable[[Exchange], object], exchange: Exchange) -> None:
    try:
        on_exchange(exchange)
    except Exception:
        # What the service did is done, whatever a hook thinks of it: raising here would hide the reply.
        from .._logging import LOGGER

        LOGGER.exception("on_exchange failed")


def _check(connect_timeout: float, timeout: float, max_reply_bytes: int) -> None:
    for name, seconds in (("connect_timeout", connect_timeout), ("timeout", timeout)):
        if not (isinstance(seconds, (int, float)) and 0 < seconds < math.inf):
            raise _core.refused(f"{name} is {seconds!r}", "give seconds, more than 0")
    if not (isinstance(max_reply_bytes, int) and max_reply_bytes > 0):
        raise _core.refused(f"max_reply_bytes is {max_reply_bytes!r}", "give an integer above 0")


async def _token(function: Any) -> Any:
    """Of a function that may be async."""
    token = function()
    return await token if hasattr(token, "__await__") else token


def _not_async(token: Any) -> Any:
    if hasattr(token, "__await__"):
        if hasattr(token, "close"):
            token.close()
        raise _core.refused("the token function is async", "use asend, or a function that returns the token")
    return token
