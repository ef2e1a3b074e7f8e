"""The flow of ``send`` and ``asend``, once: build, let travel, learn the clock, read, perhaps sign anew.

Decides nothing about replies: the core does. The flow is a generator that yields requests and is given what came back, so
that the blocking driver and the async one are all that differs.
"""

from __future__ import annotations

import math
import sys
import time

from .. import _core
from .._client import X_DATE, new_trace_id
from .._errors import ApiError, KooDriveError, NotSentError, OutcomeUnknownError, UnreadableReplyError
from .._values import Exchange, with_field
from . import NotSent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any, Optional

    from .._client import Client
    from .._native import Request

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
    _check(**limits)
    travel = _blocking(transport)
    if client._token is not None:
        client = client.with_credentials(token=_not_async(client._token()))
    flow = _flow(client, call, trace_id, date, limits["max_reply_bytes"], on_exchange)
    try:
        request = next(flow)
        while True:
            try:
                answer = travel(request, **limits)
            except Exception as error:
                request = flow.throw(error)
            else:
                request = flow.send(answer)
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
    _check(**limits)
    travel = _async(transport)
    if client._token is not None:
        token = client._token()
        client = client.with_credentials(token=await token if hasattr(token, "__await__") else token)
        del token
    flow = _flow(client, call, trace_id, date, limits["max_reply_bytes"], on_exchange)
    try:
        request = next(flow)
        while True:
            try:
                answer = await travel(request, **limits)
            except Exception as error:
                request = flow.throw(error)
            else:
                request = flow.send(answer)
    except StopIteration as end:
        return end.value


def _flow(
    client: Client,
    call: Any,
    trace_id: Optional[str],
    date: Any,
    max_reply_bytes: int,
    on_exchange: Optional[Callable[[Exchange], object]],
) -> Generator[Request, Any, Any]:
    trace_id = new_trace_id() if trace_id is None else trace_id
    may_sign_anew = date is None
    while True:
        started_at, started = time.time(), time.monotonic()
        request = client.request(call, started_at, trace_id, date)
        status: Optional[int] = None

        def report(error: Optional[KooDriveError]) -> None:
            if on_exchange is not None:
                _tell(
                    on_exchange,
                    Exchange(
                        method=request.method,
                        url=request.url,
                        status=status,
                        started_at=started_at,
                        duration=time.monotonic() - started,
                        trace_id=trace_id,
                        kind=error.kind if error else None,
                        outcome=error.outcome if error else None,
                    ),
                )

        try:
            try:
                status, headers, body = yield request
                client.observe_clock(headers, started_at, time.time())
                sent = (max_reply_bytes, dict(request.headers)[X_DATE], trace_id)
                reply = client.parse(call, status, headers, body, sent)  # type: ignore[call-arg]
            except NotSent as cause:
                raise _core.error("not_sent", str(cause), "") from cause.__cause__ or cause
            except _ENDS:
                raise
            except Exception as cause:
                raise _core.error("outcome_unknown", str(cause) or type(cause).__name__, "") from cause
        except KooDriveError as error:
            error.trace_id = error.trace_id or trace_id
            report(error)
            if not (may_sign_anew and error._clock_refusal):
                raise
            # The service refused the date and has told its time since: no repeat, since it did not act.
            may_sign_anew = False
        else:
            report(None)
            return with_field(reply, "trace_id", trace_id) if reply.trace_id is None else reply


def _tell(on_exchange: Callable[[Exchange], object], exchange: Exchange) -> None:
    try:
        on_exchange(exchange)
    except Exception:
        # What the service did is done, whatever a hook thinks of it: raising here would hide the reply.
        import logging

        logging.getLogger("koodrive").exception("on_exchange failed")


def _check(connect_timeout: float, timeout: float, max_reply_bytes: int) -> None:
    for name, seconds in (("connect_timeout", connect_timeout), ("timeout", timeout)):
        if not (isinstance(seconds, (int, float)) and 0 < seconds < math.inf):
            raise _core.error("refused", f"{name} is {seconds!r}", "give seconds, more than 0")
    if not (isinstance(max_reply_bytes, int) and max_reply_bytes > 0):
        raise _core.error("refused", f"max_reply_bytes is {max_reply_bytes!r}", "give an integer above 0")


def _not_async(token: Any) -> Any:
    if hasattr(token, "__await__"):
        if hasattr(token, "close"):
            token.close()
        raise _core.error("refused", "the token function is async", "use asend, or a function that returns the token")
    return token


def _blocking(transport: Any) -> Callable[..., Any]:
    if transport is None:
        from . import _stdlib

        return _stdlib.exchange
    for httpx in _modules("httpx", "httpx2"):
        if isinstance(transport, httpx.Client):
            from . import _httpx

            return _httpx.blocking(httpx, transport)
    return _function(transport, "give none (the standard library), an httpx.Client, or a function")


def _async(transport: Any) -> Callable[..., Any]:
    for sandbox in _modules("koodrive.sandbox"):
        if isinstance(transport, sandbox.Sandbox):
            return transport.asynchronous  # type: ignore[no-any-return]
    for aiohttp in _modules("aiohttp"):
        if isinstance(transport, aiohttp.ClientSession):
            from . import _aiohttp

            return _aiohttp.transport(aiohttp, transport)
    for httpx in _modules("httpx", "httpx2"):
        if isinstance(transport, httpx.AsyncClient):
            from . import _httpx

            return _httpx.asynchronous(httpx, transport)
    return _function(transport, "give an aiohttp.ClientSession, an httpx.AsyncClient, or an async function")


def _modules(*names: str) -> list[Any]:
    """Those that are imported already: a session cannot come from any other."""
    return [sys.modules[name] for name in names if name in sys.modules]


def _function(transport: Any, right: str) -> Callable[..., Any]:
    if callable(transport) and not isinstance(transport, type):
        return transport  # type: ignore[no-any-return]
    what = transport if isinstance(transport, type) else type(transport)
    raise _core.error("refused", f"transport {what.__module__}.{what.__qualname__} is not supported here", right)
