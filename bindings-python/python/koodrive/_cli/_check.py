"""The command ``koodrive check``: makes the safe call, and says whether endpoint, clock or credentials are wrong.

The client judges the reply. This module compares the exchange and the client's error, and describes the cause.
"""

from __future__ import annotations

import email.utils
import os
import socket
import ssl
import time
from dataclasses import asdict
from typing import NamedTuple
from urllib.parse import urlsplit

from .._core import GetSpaceUsageByOverview
from .._defaults import X_DATE
from .._errors import ApiError, InvalidInputError, KooDriveError, NotSentError, OutcomeUnknownError, UnreadableReplyError
from ..transports._network import ProxyAnswered
from ..transports._stdlib import over
from . import _network, _request
from ._exit_codes import DONE, exit_code
from ._explain import instant
from ._settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator
    from typing import Any, Optional

    from .. import Request, SpaceUsage
    from ..transports._network import Network, Proxy
    from ._output import Output

#: Largest difference of clocks that agree, in seconds: ``Date`` has whole seconds, and a reply takes time to arrive.
_AGREE = 2.0

_CREDENTIALS = "pass --proxy http://host:port with --proxy-credentials-file, or --proxy env"

_PASSED, _FAILED, _UNKNOWN = "passed", "failed", "unknown"


class _Finding(NamedTuple):
    name: str
    state: str
    text: str
    advice: tuple[str, ...] = ()


class _Seen(NamedTuple):
    """One exchange: the headers of the request, and the reply."""

    request: dict[str, str]
    reply: dict[str, str]
    status: int
    body: bytes
    received_at: float


class _Watched:
    """The standard library's transport with a record of its answered ``exchanges``."""

    def __init__(self, network: Optional[Network]) -> None:
        self._exchange = over(network)
        self.exchanges: list[_Seen] = []
        self._requests = 0

    @property
    def second_has_no_answer(self) -> bool:
        """Whether the service refused the date of the first request, and a second one got no answer."""
        return self._requests == 2 and len(self.exchanges) == 1

    def __call__(self, request: Request, **limits: Any) -> Any:
        self._requests += 1
        status, headers, body = self._exchange(request, **limits)
        reply = {name.lower(): value for name, value in headers}
        self.exchanges.append(_Seen(dict(request.headers), reply, status, body, time.time()))
        return status, headers, body


def run(arguments: Namespace, output: Output) -> int:
    """Makes the call and reports, or shows the request. Returns the exit code."""
    settings, call = Settings(arguments), GetSpaceUsageByOverview()
    if arguments.dry_run or arguments.curl:
        _request.show(arguments, output, settings, call)
        return DONE
    network = _network.network(arguments, settings.client.settings.endpoint)
    watched = _Watched(network)
    error: Optional[KooDriveError] = None
    reply: Optional[SpaceUsage] = None
    try:
        reply = settings.client.send(
            call,
            transport=watched,
            trace_id=arguments.trace_id,
            timeout=arguments.timeout,
            connect_timeout=arguments.connect_timeout,
        )
    except InvalidInputError:
        raise
    except KooDriveError as caught:
        error = caught
    difference = _difference(watched.exchanges)
    is_refused = watched.second_has_no_answer or (isinstance(error, ApiError) and error._is_clock_refusal)
    proxy = None if network is None else network.proxy
    findings = [_endpoint(settings, proxy, watched.exchanges, error), _clock(watched.exchanges, difference, is_refused)]
    reached = all(finding.state != _FAILED for finding in findings)
    findings.append(_credentials(settings, watched.exchanges, error, reached))
    checks = [{**finding._asdict(), "advice": list(finding.advice)} for finding in findings]
    fields = {"checks": checks, "clock_difference": difference, "space_usage": reply and asdict(reply.data)}
    output.result(fields, "\n".join(_lines(findings, reply)), error=error)
    return exit_code(error)


def _endpoint(settings: Settings, proxy: Optional[Proxy], exchanges: list[_Seen], error: Optional[KooDriveError]) -> _Finding:
    url = settings.client.settings.endpoint
    wrong = "compare host and path of the endpoint with those from your Huawei contact"
    if isinstance(error, NotSentError):
        return _Finding("endpoint", _FAILED, *_not_sent(url, proxy, error))
    if isinstance(error, OutcomeUnknownError):
        text = f"{url} received the request but sent no complete answer: {error.__cause__}"
        return _Finding("endpoint", _FAILED, text, ("try again, perhaps with a longer --timeout", *_proxies(proxy)))
    if isinstance(error, UnreadableReplyError):
        return _Finding("endpoint", _FAILED, f"{url} answers, but not as this API does: {_first_line(error)}", (wrong,))
    if isinstance(error, ApiError) and error.status is not None:
        if 300 <= error.status < 400:
            to = exchanges[-1].reply.get("location", "nowhere")
            return _Finding("endpoint", _FAILED, f"{url} redirects ({error.status}) to {to!r}, which is not followed", (wrong,))
        if error.status == 407:
            who = "a proxy on the way to it" if proxy is None else f"the proxy {proxy.name}"
            return _Finding(
                "endpoint", _FAILED, f"{url} is not reached: {who} answers 407 and asks for credentials", (_CREDENTIALS,)
            )
        if error.status in (404, 405, 410, 501):
            return _Finding("endpoint", _FAILED, f"{url} answers {error.status}: this API is not there", (wrong,))
        if error.code is None:
            text = f"{url} answers {error.status}, but not in this API's form: the answer may come from a proxy or a gateway"
            return _Finding("endpoint", _UNKNOWN, text, (wrong,))
    return _Finding("endpoint", _PASSED, f"{url} answers")


def _not_sent(url: str, proxy: Optional[Proxy], error: NotSentError) -> tuple[str, tuple[str, ...]]:
    """Returns why the request never left, and what to do."""
    host, netloc = urlsplit(url).hostname, urlsplit(url).netloc
    for cause in _causes(error):
        if isinstance(cause, ProxyAnswered):
            advice = _CREDENTIALS if cause.status == 407 else f"ask the operator of the proxy to allow {netloc}"
            return str(cause), (advice,)
        if isinstance(cause, (socket.gaierror, ConnectionRefusedError)) and proxy is not None:
            # This machine connects to the proxy.
            host, netloc = proxy.host, f"the proxy {proxy.name}"
        if isinstance(cause, socket.gaierror):
            return f"DNS does not know {host}", ("check the spelling of the host, and this machine's resolver", *_proxies(proxy))
        if isinstance(cause, ConnectionRefusedError):
            return f"{netloc} refuses connections", ("check the port; a firewall may refuse too", *_proxies(proxy))
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                f"TLS: the certificate of {netloc} is not trusted: {cause.verify_message}",
                (
                    "for the certificate of a proxy or of your own CA, pass the CA's file as --ca-file or in SSL_CERT_FILE; never turn the check off",
                ),
            )
        if isinstance(cause, ssl.SSLError):
            return f"TLS: {netloc} does not speak TLS: {cause.reason or cause}", ("check the port, and whether https is right",)
        if isinstance(cause, (TimeoutError, socket.timeout)):
            return (
                f"no connection to {netloc} in time",
                ("a firewall may drop the packets; or pass a longer --connect-timeout", *_proxies(proxy)),
            )
    return f"no connection to {netloc}: {error.__cause__ or error}", ("check this machine's network", *_proxies(proxy))


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause = error.__cause__ or error.__context__
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _proxies(proxy: Optional[Proxy]) -> tuple[str, ...]:
    if proxy is not None:
        return ()
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        if os.environ.get(name):
            return (f"{name} is set, but no proxy is used: pass --proxy env",)
    return ()


def _difference(exchanges: list[_Seen]) -> Optional[float]:
    """Returns the seconds by which the server's clock is ahead of this machine's, to half a second, or None."""
    if not exchanges or "age" in exchanges[-1].reply:
        return None
    try:
        date = email.utils.parsedate_to_datetime(exchanges[-1].reply.get("date", ""))
    except (TypeError, ValueError):
        return None
    # Date has whole seconds: the middle of the second is the best guess.
    return round(date.timestamp() + 0.5 - exchanges[-1].received_at, 3)


def _clock(exchanges: list[_Seen], difference: Optional[float], is_refused: bool) -> _Finding:
    """Returns the finding about the clock. ``is_refused`` says that the service refused the date of the last request."""
    if not exchanges:
        return _Finding("clock", _UNKNOWN, "no answer, so the server's clock is not known")
    if difference is None:
        advice = ("a proxy may remove the header; compare this machine's clock with one that you trust",)
        return _Finding("clock", _UNKNOWN, "the reply has no Date to compare with", advice)
    text = "this machine's clock and the server's agree"
    if abs(difference) > _AGREE:
        direction = "behind" if difference > 0 else "ahead of"
        text = f"this machine's clock is {abs(difference):.0f} seconds {direction} the server's"
    if is_refused:
        x_date = exchanges[-1].request[X_DATE]
        text += f"; the X-Date {x_date} does not fit the server's Date, {exchanges[-1].reply['date']}"
        return _Finding("clock", _FAILED, text, ("set this machine's clock (NTP); if it is right, ask your Huawei contact",))
    if len(exchanges) > 1:
        text += "; the service refused the first X-Date and accepted the second, corrected one"
        return _Finding(
            "clock", _PASSED, text, ("set this machine's clock (NTP): until then, the first call of each process is refused",)
        )
    text += "; the X-Date sent fits"
    return _Finding("clock", _PASSED, text, ("set this machine's clock (NTP)",) if abs(difference) > _AGREE else ())


def _credentials(settings: Settings, exchanges: list[_Seen], error: Optional[KooDriveError], reached: bool) -> _Finding:
    user_id = settings.client.settings.user_id
    whose = f"app id {settings.app_id}" if settings.app_id else "token"
    if error is None:
        return _Finding("credentials", _PASSED, f"the service accepts the {whose} with user id {user_id}")
    if not reached:
        return _Finding("credentials", _UNKNOWN, "not tested, since the service was not reached")
    if error.status == 429:
        return _Finding("credentials", _UNKNOWN, _first_line(error), ("the service got too many requests: wait, and try again",))
    if error.status not in (400, 401, 403):
        later = f"the credentials are not the cause: try again later, and tell your Huawei contact the trace id {error.trace_id}"
        return _Finding("credentials", _UNKNOWN, _first_line(error), (later,))
    advice = list(_checks(error))
    if settings.app_id:
        compared = _compared(settings, exchanges[-1], error)
        # A result comes before the questions.
        at = len(advice) if compared is None else 0
        advice.insert(at, f"signature: {compared or '`koodrive explain` shows every stage of the signature'}")
    return _Finding("credentials", _FAILED, _first_line(error), tuple(advice))


def _compared(settings: Settings, exchange: _Seen, error: KooDriveError) -> Optional[str]:
    """Returns the result of comparing with the service's message, or None if the message has no canonical request."""

    def finding(message: str) -> Optional[str]:
        return settings.client.explain(GetSpaceUsageByOverview(), date=instant(exchange.request[X_DATE]), message=message).finding

    found = finding(error.msg or "")
    return None if found == finding("") else found


def _checks(error: KooDriveError) -> Iterator[str]:
    """Yields the core's advice, without the parts about endpoint, clock and signature that this command checks itself."""
    for line in str(error).split("\n")[2:]:
        check = line.partition(". ")[2]
        if not check.startswith(("endpoint:", "clock:", "signature:")):
            yield check


def _first_line(error: KooDriveError) -> str:
    return str(error).split("\n")[0]


def _lines(findings: list[_Finding], reply: Optional[SpaceUsage]) -> Iterator[str]:
    for finding in findings:
        state = finding.state.upper() if finding.state == _FAILED else finding.state
        yield f"{finding.name:<11}  {state:<7}  {finding.text}"
        for advice in finding.advice:
            yield f"{'':<11}  {'':<7}  - {advice}"
    if reply is not None:
        data = reply.data
        yield f"{data.total_used or '?'} KB of {data.total_capacity or '?'} KB are used"
