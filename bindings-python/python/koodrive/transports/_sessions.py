"""Finds the transport for a session that a user passes as ``transport``.

The checks use modules that are already imported, since the session's module must be among them.
"""

from __future__ import annotations

import sys
from functools import partial

from .. import _core
from .._imported import imported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def blocking(transport: Any) -> Callable[..., Any]:
    """Returns the function that sends over ``transport``, for ``send``. Raises ``InvalidInputError`` for an unknown type."""
    if transport is None:
        return imported("koodrive.transports._stdlib").exchange  # type: ignore[no-any-return]
    if httpx := _module_of(transport, "Client", "httpx", "httpx2"):
        from . import _httpx

        return _httpx.blocking(httpx, transport)
    requests = _module_of(transport, "Session", "requests", "niquests")
    # The AsyncSession of niquests is a subclass of its Session.
    if requests and not _module_of(transport, "AsyncSession", "niquests"):
        from . import _requests

        return _requests.transport(requests, transport)
    pools = ("PoolManager", "HTTPConnectionPool")
    if urllib3 := next(filter(None, (_module_of(transport, pool, "urllib3", "urllib3_future") for pool in pools)), None):
        from . import _urllib3

        return _urllib3.transport(urllib3, transport)
    return _function(
        transport,
        "pass None (the standard library), a requests.Session, niquests.Session, httpx.Client or httpx2.Client, a "
        "urllib3.PoolManager or HTTPConnectionPool, or a function",
    )


def asynchronous(transport: Any) -> Callable[..., Any]:
    """Returns the async function that sends over ``transport``, for ``asend``. Raises ``InvalidInputError``."""
    # aiohttp first, since jobs use it.
    exchange = _exchanges.get(type(transport))
    if exchange is None and (aiohttp := _module_of(transport, "ClientSession", "aiohttp")):
        exchange = imported("koodrive.transports._aiohttp").exchange_of(aiohttp, transport)
        _exchanges[type(transport)] = exchange
    if exchange is not None:
        return partial(exchange, transport)
    if _module_of(transport, "Sandbox", "koodrive.sandbox"):
        return transport.asynchronous  # type: ignore[no-any-return]
    if httpx := _module_of(transport, "AsyncClient", "httpx", "httpx2"):
        from . import _httpx

        return _httpx.asynchronous(httpx, transport)
    return _function(transport, "pass an aiohttp.ClientSession, httpx.AsyncClient or httpx2.AsyncClient, or an async function")


#: The functions that send over sessions of aiohttp, by the class of the session.
_exchanges: dict[type, Callable[..., Any]] = {}


def _module_of(transport: Any, name: str, *modules: str) -> Any:
    """Returns the first of ``modules`` whose class ``name`` has ``transport`` as an instance, or None."""
    for module in map(sys.modules.get, modules):
        # Another thread may be importing the module, which then lacks the class.
        if isinstance(transport, getattr(module, name, ())):
            return module
    return None


def _function(transport: Any, right: str) -> Callable[..., Any]:
    if callable(transport) and not isinstance(transport, type):
        return transport  # type: ignore[no-any-return]
    what = transport if isinstance(transport, type) else type(transport)
    raise _core.refused("transport", f"{what.__module__}.{what.__qualname__} is not supported here; {right}")
