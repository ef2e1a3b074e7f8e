"""Transports: how a request travels. Each is imported when it is first used.

``Client.send`` takes none (the standard library's ``http.client``) or an ``httpx.Client``; ``Client.asend`` takes an
``aiohttp.ClientSession`` or an ``httpx.AsyncClient``. A session keeps its proxies, TLS and timeouts: of its timeouts and
those of the call the shorter holds.

Anything else can be wrapped in a function, for ``asend`` an async one::

    def transport(request, *, connect_timeout, timeout, max_reply_bytes):
        ...
        return status, headers, body

It sends ``request`` (``method``, ``url``, ``headers`` as pairs, ``body``) as it is, follows no redirect, repeats nothing,
and reads at most ``max_reply_bytes + 1`` bytes of the body after decompression. It raises ``NotSent`` if the request surely
never left. Whatever else it raises means that the outcome is unknown.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .._native import Request

__all__ = ["NotSent", "standard_library"]


class NotSent(Exception):
    """For transports to raise: the request surely never left. The text says why."""


def standard_library(
    request: Request, *, connect_timeout: float, timeout: float, max_reply_bytes: int
) -> tuple[int, list[tuple[str, str]], bytes]:
    """What ``send`` uses by itself, for a function of yours to wrap: to look at what is sent, say, or to count."""
    from ._stdlib import exchange

    return exchange(request, connect_timeout=connect_timeout, timeout=timeout, max_reply_bytes=max_reply_bytes)
