"""Logs every exchange to the logger ``koodrive`` at DEBUG. Failures are raised too, so the level is low.

The logger has only a NullHandler and no level, so it is silent unless the program configures logging. It shows the headers of
``SHOWN``, so that a new header with a secret stays hidden. It omits the service's ``msg`` and body, which may repeat a secret
or an id.

Ids are masked: an id of ten characters or more shows two characters at each end, and a shorter one shows none. The
``carrier_user_id`` of a notification is masked. In the path of a raw call, each segment is masked unless it is ASCII letters
alone or a version such as ``v1``. A segment with an escape is masked whole. An id of ASCII letters alone looks like a word and
is shown. The query is omitted.

HTTP clients have their own logs. Two show credentials if configured to: ``http.client`` with a ``debuglevel``, which requests
and urllib3 use, and ``hpack`` at DEBUG, which HTTP/2 uses. ``httpcore``, which httpx uses, shows the headers of replies at
DEBUG.
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

#: Headers of requests and replies whose values are logged.
SHOWN = frozenset(
    ("age", "content-encoding", "content-length", "content-type", "date", "retry-after", "server", "via", "x-date", "x-traceid")
)


def masked(subscriber: str) -> str:
    """Returns ``subscriber`` with all but two characters at each end hidden, and wholly hidden below ten characters."""
    return f"{subscriber[:2]}…{subscriber[-2:]}" if len(subscriber) >= 10 else "…"


#: A segment of a path that is a word or a version.
_NO_ID = re.compile("[A-Za-z]*|v[0-9]{1,3}").fullmatch


def masked_path(url: str) -> str:
    """Returns the ``url`` of a raw call, with each path segment masked that may be an id."""
    scheme, _, rest = url.partition("://")
    host, *segments = rest.split("/")
    shown = (it if _NO_ID(it) else "…" if "%" in it else masked(it) for it in segments)
    return f"{scheme}://{'/'.join((host, *shown))}"


def log(exchange: Exchange, error: Optional[KooDriveError], call: Any, sent: Any, received: Any) -> None:
    """Logs one exchange. ``sent`` and ``received`` are the headers of the request and the reply."""
    subscriber = getattr(call, "carrier_user_id", None)
    # The operation of a raw call is its method and path, which may contain an id.
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
        # The name of the type alone, since the text may hold a secret.
        cause and type(cause).__name__,
        subscriber and masked(subscriber),
        _shown(sent),
        _shown(received),
    )


def _shown(headers: Any) -> dict[str, str]:
    """Returns the headers that may be logged. ``headers`` is a mapping or pairs, of text or bytes."""
    shown = {}
    for name, value in headers.items() if hasattr(headers, "items") else headers or ():
        name, value = (text.decode("latin-1") if isinstance(text, bytes) else str(text) for text in (name, value))
        if name.lower() in SHOWN:
            shown[name.lower()] = value
    return shown
