"""Chooses the transport of a job: aiohttp if it is installed, and otherwise the standard library in threads."""

from __future__ import annotations

import ssl
from importlib import import_module

from .. import _core
from .._words import words
from ..transports import standard_library
from ..transports._stdlib import over

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

    from ..transports._network import Network

#: The order of preference. httpx is used only if named: threads were 8 to 10 times faster in the project's measurements.
ORDER = ("aiohttp", "threads")
NAMES = (*ORDER, "httpx")


def chosen(wanted: Optional[str]) -> tuple[str, Optional[str]]:
    """Returns "aiohttp", "httpx" or "threads", and the reason if an installed aiohttp cannot be used.

    ``wanted`` is the user's choice, or None. Raises ``InvalidInputError`` if that choice cannot be used.
    """
    name = wanted or "aiohttp"
    if name == "threads":
        return name, None
    problem = _problem(name)
    if problem is None:
        return name, None
    if wanted is not None:
        raise _core.refused("--transport", f"{name} cannot be used ({problem or 'not installed'}); install it, or pass threads")
    return "threads", problem or None


def _problem(name: str) -> Optional[str]:
    """Returns why the module ``name`` cannot be used, or None. The text is empty if the module is not installed."""
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        return "" if error.name == name else f"{error.name} is not installed"
    except Exception as error:
        # A broken installation may raise any exception.
        return f"{type(error).__name__}: {words(error)}"
    if name == "aiohttp" and not hasattr(module, "ClientMiddlewareType"):
        return f"version {module.__version__}; 3.12 or later is needed"
    return None


def blocking(network: Optional[Network]) -> Any:
    """Returns the transport for threads."""
    return standard_library if network is None else over(network)


def session(module: str, network: Optional[Network]) -> Any:
    """Returns the session of ``module`` for asyncio, with the standard library's certificates and without environment proxies."""
    proxy, context = (None, None) if network is None else (network.proxy, network.context)
    if module == "aiohttp":
        return _aiohttp(proxy, context)
    import httpx

    # Without a context, httpx would trust the certificates of certifi.
    verify = context or ssl.create_default_context()
    options: dict[str, Any] = {"verify": verify, "trust_env": False, "limits": httpx.Limits(max_connections=None)}
    if proxy is not None:
        login, _, password = (proxy.credentials or "").partition(":")
        options["proxy"] = httpx.Proxy(proxy.url, auth=None if proxy.credentials is None else (login, password))
    return httpx.AsyncClient(**options)


def _aiohttp(proxy: Any, context: Any) -> Any:
    import aiohttp

    options: dict[str, Any] = {}
    if proxy is not None:
        options["proxy"] = proxy.url
        if proxy.credentials is not None:
            login, _, password = proxy.credentials.partition(":")
            options["proxy_auth"] = aiohttp.BasicAuth(login, password, "utf-8")
    tls = {} if context is None else {"ssl": context}
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, **tls), **options)
