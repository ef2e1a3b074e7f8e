"""Shows a request instead of sending it: as HTTP, or as a curl command."""

from __future__ import annotations

import shlex

from .._defaults import new_trace_id
from ..transports._request import authority, target_of
from . import _network

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Any

    from .. import Request
    from ._output import Output
    from ._settings import Settings

_SECRET = "authorization"


def show(arguments: Namespace, output: Output, settings: Settings, call: Any) -> None:
    """Prints the signed request of ``call`` as ``arguments`` say. The header Authorization is masked by default."""
    request = settings.client.request(call, trace_id=arguments.trace_id or new_trace_id())
    if arguments.curl or arguments.show_authorization:
        output.message(
            "koodrive: the output contains the signature: anyone who has it can make this call for 15 minutes"
            if settings.app_id
            else "koodrive: the output contains the token: anyone who has it can make any call in your name until the token expires"
        )
    if arguments.curl:
        command = curl(request, _network.curl(arguments))
        output.result({"curl": command}, command, exact=True)
        return
    masked = () if arguments.show_authorization else (_SECRET,)
    headers = [(name, "***" if name in masked else value) for name, value in request.headers]
    body = request.body.decode()
    fields = {"method": request.method, "url": request.url, "headers": dict(headers), "body": body or None}
    output.result({"request": fields}, _http(request, headers, body), exact=True)


def _http(request: Request, headers: list[tuple[str, str]], body: str) -> str:
    lines = [f"{request.method} {target_of(request.url)} HTTP/1.1", f"host: {authority(request.url)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\n".join([*lines, "", body] if body else lines)


def curl(request: Request, network: list[list[str]]) -> str:
    """Returns a command for a POSIX shell that sends ``request`` unchanged. ``network`` are further options of curl."""
    words = [["curl", "--silent", "--show-error", "--request", request.method], *network]
    # Without --globoff, curl would take the brackets of an IPv6 address for a range.
    words.append([*(["--globoff"] if "[" in request.url else []), "--url", request.url])
    words += [["--header", f"{name}: {value}"] for name, value in request.headers]
    if request.body:
        words.append(["--data-raw", request.body.decode()])
    return " \\\n  ".join(" ".join(map(shlex.quote, part)) for part in words)
