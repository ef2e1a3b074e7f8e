"""Transports: how a request travels. Each is imported when it is first used.

``Client.send`` takes none (the standard library's ``http.client``, with connections that are kept), a ``requests.Session``, a
``niquests.Session``, an ``httpx.Client`` or ``httpx2.Client``, a ``urllib3.PoolManager`` or ``urllib3.HTTPConnectionPool``;
``Client.asend`` takes an ``aiohttp.ClientSession``, an ``httpx.AsyncClient`` or ``httpx2.AsyncClient``.

A session's proxies and certificates hold, and the shorter of its time-outs and the call's. Its headers are added, and none
replaces a header of the request. Its credentials, those of the .netrc, its cookies and its query parameters are ignored, since
the signed request must be the one that is sent. No redirect is followed and nothing is sent twice. A session that retries by
itself, or answers from a cache, is refused.

A connection is used again after one complete, final reply, while nothing else has arrived on it, and for at most 4 seconds, or less
if the reply's ``Keep-Alive: timeout=N`` says so. A reply with status 101 or 5xx is the last one of its connection.

Of a reply at most ``reply_limit`` are kept, counted after decompression. ``timeout`` is for the whole exchange, however slowly
the reply comes, with two exceptions: over ``httpx.Client`` (and httpx2's) and ``niquests.Session`` every byte of the reply's
headers may take as long again. A transport gets what the functions ``token`` and ``sign``, and a first attempt, have left of it.

Anything else can be wrapped in a function, for ``asend`` an async one::

    def transport(request, *, connect_timeout, timeout, reply_limit):
        ...
        return status, headers, body

It sends ``request`` (``method``, ``url``, ``headers`` as pairs, ``body``) as it is, follows no redirect, repeats nothing,
and reads at most ``reply_limit + 1`` bytes of the body after decompression. It raises ``NotSent`` if the request surely
never left. Whatever else it raises means that the outcome is unknown.
"""

from __future__ import annotations

from ._not_sent import NotSent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .._core import Request

__all__ = ["NotSent", "standard_library"]


def standard_library(
    request: Request, *, connect_timeout: float, timeout: float, reply_limit: int
) -> tuple[int, list[tuple[str, str]], bytes]:
    """What ``send`` uses by itself, for a function of yours to wrap: to look at what is sent, say, or to count."""
    from ._stdlib import exchange

    return exchange(request, connect_timeout=connect_timeout, timeout=timeout, reply_limit=reply_limit)
