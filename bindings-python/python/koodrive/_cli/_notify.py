"""The command ``koodrive notify``."""

from __future__ import annotations

from .._defaults import new_trace_id
from .._core import NotifyPackageExpire
from ..transports._stdlib import over
from . import _network, _request
from ._exit_codes import DONE
from ._settings import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace

    from ._output import Output


def run(arguments: Namespace, output: Output) -> int:
    """Sends the call, or shows the request, and returns the exit code. Raises ``KooDriveError``."""
    call = NotifyPackageExpire(
        carrier_user_id=arguments.carrier_user_id,
        package_id=arguments.package_id,
        undocumented_type=arguments.undocumented_type,
    )
    settings = Settings(arguments)
    if arguments.dry_run or arguments.curl:
        _request.show(arguments, output, settings, call)
        return DONE
    network = _network.network(arguments, settings.client.settings.endpoint)
    # The trace id is created here, so that the message of an interruption can name it.
    output.sending = arguments.trace_id or new_trace_id()
    reply = settings.client.send(
        call,
        transport=None if network is None else over(network),
        trace_id=output.sending,
        timeout=arguments.timeout,
        connect_timeout=arguments.connect_timeout,
    )
    fields = {"code": reply.code, "msg": reply.msg, "trace_id": reply.trace_id}
    output.result({"reply": fields}, f"code {reply.code}, msg {reply.msg}, trace id {reply.trace_id}")
    return DONE
