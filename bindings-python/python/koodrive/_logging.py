"""What is told to the logger ``koodrive``: every exchange, at DEBUG, since a failure is raised as well.

Silent unless the program configures logging: no handler but a NullHandler, no level, propagation as it is. Of headers those are
shown that are named here, so that one that comes to hold a secret is not. What the service says (``msg``, the body) is not shown,
since it may repeat a secret or an id.

Ids are masked: two characters at each end are shown of an id of ten characters or more, and none of a shorter one. Masked are the
``carrier_user_id`` of a notification, and of a raw call each segment of its URL's path that is neither ASCII letters alone nor a
version such as ``v1``. A segment with an escape is masked whole. An id of ASCII letters alone in a path looks like any other word
and is shown. A query is never shown.

What HTTP clients log is theirs. Two show the credentials when told to: ``http.client`` with a ``debuglevel``, below requests and
urllib3 as well, and ``hpack`` at DEBUG, which is below HTTP/2. ``httpcore``, below httpx, shows the headers of replies at DEBUG.
"""

from __future__ import annotations

import logging
import re

from ._core import RawCall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

    from ._errors import KooDriveError
    from ._values import Exchange

LOGGER = logging.getLogger("koodrive")
LOGGER.addHandler(logging.NullHandler())

#: Headers of requests and of replies whose values may be seen.
SHOWN = frozenset(
    ("age", "content-encoding", "content-length", "content-type", "date", "retry-after", "server", "via", "x-date", "x-traceid")
)


def masked(subscriber: str) -> str:
    """Enough of an id to recognise it beside others, and never most of it."""
    return f"{subscriber[:2]}…{subscriber[-2:]}" if len(subscriber) >= 10 else "…"


#: A segment of a path that is a word or a version.
_NO_ID = re.compile("[A-Za-z]*|v[0-9]{1,3}").fullmatch


def masked_path(url: str) -> str:
    """Returns a raw call's ``url`` with the segments of its path masked that may be ids."""
    scheme, _, rest = url.partition("://")
    host, *segments = rest.split("/")
    shown = (it if _NO_ID(it) else "…" if "%" in it else masked(it) for it in segments)
    return f"{scheme}://{'/'.join((host, *shown))}"


def log(exchange: Exchange, error: Optional[KooDriveError], call: Any, sent: Any, received: Any) -> None:
    """One exchange; ``sent`` and ``received`` are headers."""
    subscriber = getattr(call, "carrier_user_id", None)
    # The name that others see of a raw call is its method and path.
    is_raw = type(call) is RawCall
    cause = getattr(error, "__cause__", None)
    LOGGER.debug(
        "exchange operation=%s method=%s url=%s status=%s duration=%.3f trace_id=%s kind=%s outcome=%s cause=%s carrier_user_id=%s "
        "sent=%s received=%s",
        "rawCall" if is_raw else exchange.operation,
        exchange.method,
        masked_path(exchange.url) if is_raw else exchange.url,
        exchange.status,
        exchange.duration,
        exchange.trace_id,
        exchange.kind,
        exchange.outcome,
        # Its name alone: its text may hold anything.
        cause and type(cause).__name__,
        subscriber and masked(subscriber),
        _shown(sent),
        _shown(received),
    )


def _shown(headers: Any) -> dict[str, str]:
    """Of a mapping or pairs, names and values as text or bytes."""
    shown = {}
    for name, value in headers.items() if hasattr(headers, "items") else headers or ():
        name, value = (text.decode("latin-1") if isinstance(text, bytes) else str(text) for text in (name, value))
        if name.lower() in SHOWN:
            shown[name.lower()] = value
    return shown
