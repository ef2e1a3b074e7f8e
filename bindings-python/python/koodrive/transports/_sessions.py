"""Whose session it is that a user passes as ``transport``, by isinstance. Nothing is imported that is not imported already: a
session cannot come from any other module."""

from __future__ import annotations

import sys

from .. import _core
from .._imported import imported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def blocking(transport: Any) -> Callable[..., Any]:
    """The transport for ``send``."""
    if transport is None:
        return imported("koodrive.transports._stdlib").exchange  # type: ignore[no-any-return]
    if httpx := _module_of(transport, "Client", "httpx", "httpx2"):
        from . import _httpx

        return _httpx.blocking(httpx, transport)
    requests = _module_of(transport, "Session", "requests", "niquests")
    # niquests' AsyncSession is a kind of its Session.
    if requests and not _module_of(transport, "AsyncSession", "niquests"):
        from . import _requests

        return _requests.transport(requests, transport)
    pools = ("PoolManager", "HTTPConnectionPool")
    if urllib3 := next(filter(None, (_module_of(transport, pool, "urllib3", "urllib3_future") for pool in pools)), None):
        from . import _urllib3

        return _urllib3.transport(urllib3, transport)
    return _function(
        transport,
        "pass none (the standard library), a requests.Session, niquests.Session, httpx.Client or httpx2.Client, a "
        "urllib3.PoolManager or HTTPConnectionPool, or a function",
    )


def asynchronous(transport: Any) -> Callable[..., Any]:
    """The transport for ``asend``."""
    # First: what is sent by the million is sent over aiohttp.
    if aiohttp := _module_of(transport, "ClientSession", "aiohttp"):
        return imported("koodrive.transports._aiohttp").transport(aiohttp, transport)  # type: ignore[no-any-return]
    if _module_of(transport, "Sandbox", "koodrive.sandbox"):
        return transport.asynchronous  # type: ignore[no-any-return]
    if httpx := _module_of(transport, "AsyncClient", "httpx", "httpx2"):
        from . import _httpx

        return _httpx.asynchronous(httpx, transport)
    return _function(transport, "pass an aiohttp.ClientSession, httpx.AsyncClient or httpx2.AsyncClient, or an async function")


def _module_of(transport: Any, name: str, *modules: str) -> Any:
    """The first of the modules whose class of this name the transport is an instance of."""
    for module in map(sys.modules.get, modules):
        # A module that is just being imported may lack the class.
        if isinstance(transport, getattr(module, name, ())):
            return module
    return None


def _function(transport: Any, right: str) -> Callable[..., Any]:
    if callable(transport) and not isinstance(transport, type):
        return transport  # type: ignore[no-any-return]
    what = transport if isinstance(transport, type) else type(transport)
    raise _core.refused("transport", f"{what.__module__}.{what.__qualname__} is not supported here; {right}")
