"""The command ``koodrive explain``."""

from __future__ import annotations

from dataclasses import asdict

from datetime import datetime, timezone

from .. import _core
from .._core import GetSpaceUsageByOverview, NotifyPackageExpire
from ._exit_codes import DONE
from ._settings import Settings, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Any, Optional

    from .._values import Explanation
    from ._output import Output


def run(arguments: Namespace, output: Output) -> int:
    """Shows every stage of a signature, and returns the exit code, which is 0 also for a difference."""
    call = _call(arguments)
    date = None if arguments.date is None else instant(arguments.date)
    client = Settings(arguments).client
    message: Optional[str] = arguments.message
    if arguments.message_file is not None:
        message = read("--message-file", arguments.message_file)
    explanation = client.explain(call, date=date, message=message)
    output.result({"explanation": asdict(explanation)}, _text(explanation))
    return DONE


def _call(arguments: Namespace) -> Any:
    given = (arguments.carrier_user_id, arguments.package_id)
    if given == (None, None) and arguments.undocumented_type is None:
        return GetSpaceUsageByOverview()
    if None in given:
        raise _core.misused("one id of the notification is missing; pass --carrier-user-id and --package-id, or neither")
    return NotifyPackageExpire(carrier_user_id=given[0], package_id=given[1], undocumented_type=arguments.undocumented_type)


def instant(x_date: str) -> datetime:
    """Returns the instant of an X-Date. Raises ``InvalidInputError``."""
    try:
        return datetime.strptime(x_date, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    except ValueError:
        raise _core.refused("--date", "not an X-Date; pass the header's value, such as 20251103T070140Z") from None


def _text(explanation: Explanation) -> str:
    parts = [
        ("canonical request", explanation.canonical_request),
        ("its hash", explanation.canonical_request_hash),
        ("string to sign", explanation.string_to_sign),
        ("signature", explanation.signature or "made elsewhere"),
    ]
    if explanation.finding is not None:
        parts.append(("compared with the service's message", explanation.finding))
    return "\n\n".join(f"# {title}\n{text}" for title, text in parts)
