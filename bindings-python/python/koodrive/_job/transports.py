"""What a job's exchanges go over: aiohttp where it is installed, else the standard library in threads; httpx by name, since threads are
several times faster.
"""

from __future__ import annotations

from importlib import import_module

from .. import _core
from .._words import words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional


def chosen(wanted: Optional[str]) -> tuple[str, Optional[str]]:
    """Returns "aiohttp", "httpx" or "threads", and why it is not an aiohttp that is installed. Refuses one that is named and unusable."""
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
    """Returns why the module cannot be used; empty where it is not installed."""
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        return "" if error.name == name else f"{error.name} is not installed"
    except Exception as error:
        # One that is broken is as good as none.
        return f"{type(error).__name__}: {words(error)}"
    if name == "aiohttp" and not hasattr(module, "ClientMiddlewareType"):
        return f"version {module.__version__}; 3.12 or later is needed"
    return None


def session(name: str) -> Any:
    """Returns a session of this module, for the job alone."""
    if name == "aiohttp":
        import aiohttp

        return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    import ssl

    import httpx

    # By itself it takes proxies of the environment and the certificates of certifi: here the system's hold, as over any other.
    return httpx.AsyncClient(
        limits=httpx.Limits(max_connections=None), trust_env=False, verify=ssl.create_default_context()
    )
