"""Refuses sessions that answer from a cache.

A cached answer would report a call as delivered that was never sent. Caching sessions are recognised by the package of their
class, and of the classes of their parts.
"""

from __future__ import annotations

from ._not_sent import Unusable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PACKAGES = frozenset(("aiohttp_client_cache", "cachecontrol", "hishel", "httpx_cache", "niquests_cache", "requests_cache"))


def refuse_caches(*parts: Any) -> None:
    """Raises ``Unusable`` if one of ``parts`` caches: a session, and its adapter or its transports."""
    for part in parts:
        for kind in type(part).__mro__:
            if kind.__module__.partition(".")[0] in _PACKAGES:
                raise Unusable(
                    f"{kind.__module__}.{kind.__qualname__} answers calls from a cache, without sending them; "
                    "pass a session without a cache"
                )
