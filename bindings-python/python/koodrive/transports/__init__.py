"""Transports send requests. Each is imported on first use.

``Client.send`` accepts None, for the standard library's ``http.client`` with persistent connections, a ``requests.Session``, a
``niquests.Session``, an ``httpx.Client`` or ``httpx2.Client``, a ``urllib3.PoolManager`` or ``urllib3.HTTPConnectionPool``.
``Client.asend`` accepts an ``aiohttp.ClientSession``, an ``httpx.AsyncClient`` or ``httpx2.AsyncClient``.

The session's proxies and certificates are used. The shorter of the session's and the call's time-outs applies. The session's
headers are added to the request and never replace the request's own. Its login, the .netrc, its cookies and its query
parameters are ignored, since they would change the signed request. A transport follows no redirect and sends a request once.
A session that retries by itself, or answers from a cache, is refused.

A connection is reused after a complete, final reply if no further bytes have arrived. It is reused for at most 4 seconds, or
for less if the reply's ``Keep-Alive: timeout=N`` says so. A reply with status 101 or 5xx closes its connection.

At most ``reply_limit`` bytes of a reply are kept, after decompression. ``timeout`` limits the whole exchange, with one
exception: over ``httpx.Client``, ``httpx2.Client`` and ``niquests.Session``, each byte of slow reply headers restarts
``timeout``. The functions ``token`` and ``sign``, and a first attempt, use up part of ``timeout``.

Wrap any other HTTP client in a function, for ``asend`` in an async one::

    def transport(request, *, connect_timeout, timeout, reply_limit):
        ...
        return status, headers, body

The function sends ``request`` (``method``, ``url``, ``headers`` as pairs, ``body``) once and unchanged, and follows no
redirect. It reads at most ``reply_limit + 1`` bytes of the body after decompression. It raises ``NotSent`` if the request
never left. Any other exception means that the outcome is unknown.
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
    """Sends ``request`` with the default transport of ``send``, for wrappers that log or count requests.

    Returns status, headers and body. ``connect_timeout`` and ``timeout`` are seconds, ``reply_limit`` is bytes. Raises
    ``NotSent`` if the request never left.
    """
    from ._stdlib import exchange

    return exchange(request, connect_timeout=connect_timeout, timeout=timeout, reply_limit=reply_limit)
