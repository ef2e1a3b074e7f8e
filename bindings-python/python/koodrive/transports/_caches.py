"""Sessions that answer by themselves. A call is a deed, so none of their answers is the service's: a call that was never sent would
be told as delivered, and the safe first call would prove nothing. They are refused, as those that repeat are.

They are recognised by the packages whose classes they and their parts are made of.
"""

from __future__ import annotations

from ._not_sent import Unusable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PACKAGES = frozenset(("aiohttp_client_cache", "cachecontrol", "hishel", "httpx_cache", "niquests_cache", "requests_cache"))


def refuse_caches(*parts: Any) -> None:
    """``parts`` are a session and what it sends with: its adapter or its transports."""
    for part in parts:
        for kind in type(part).__mro__:
            if kind.__module__.partition(".")[0] in _PACKAGES:
                raise Unusable(
                    f"{kind.__module__}.{kind.__qualname__} answers calls from a cache, without sending them; "
                    "pass a session that has none"
                )
