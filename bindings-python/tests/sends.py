"""The ways to send: every transport over a session as a user would make it. One table of cases drives them all.

``KOODRIVE_SENDS`` names those to test, where not all of them can be installed beside each other: niquests brings a urllib3 of its
own that takes the other's place.
"""

import asyncio
import importlib
import os
import sys
import time
import warnings
from contextlib import contextmanager

import pytest

CHOSEN = os.environ.get(
    "KOODRIVE_SENDS",
    "standard library,requests,urllib3,httpx.Client,httpx2.Client,aiohttp,httpx.AsyncClient,httpx.AsyncClient on trio,"
    "httpx2.AsyncClient",
).split(",")
#: Whether what is called urllib3 here is the one of niquests.
URLLIB3_IS_NIQUESTS = "niquests" in CHOSEN
if sys.version_info < (3, 11):
    # There is none for them.
    CHOSEN = [name for name in CHOSEN if not name.startswith("httpx2")]


def optional(name):
    """Imports a module of requirements-dev.txt, which the environment of niquests does not have."""
    if URLLIB3_IS_NIQUESTS:
        return pytest.importorskip(name)
    with warnings.catch_warnings():
        # eventlet announces its end, in a category of its own.
        warnings.simplefilter("ignore")
        return importlib.import_module(name)


class TransportCase:
    """One way to send. A session is made with what it is told to have: an ``Authority`` to trust (``ca``), a ``proxy``'s URL, and
    what else its library knows of headers, auth, cookies, params, timeout."""

    def __init__(self, module, session):
        self._module = module
        self._session = session

    def module(self):
        return importlib.import_module(self._module)

    def session(self, **has):
        return self._session(self.module(), **has)

    @contextmanager
    def opened(self, **has):
        """A function that sends over one session; it takes the client, the call and options of send."""
        with self.session(**has) as session:
            yield lambda client, call, **options: client.send(call, transport=session, **options)

    def __call__(self, client, call, ca=None, proxy=None, **options):
        """Sends one call over a session of its own."""
        with self.opened(ca=ca, proxy=proxy) as send:
            return send(client, call, **options)


class AsyncWay(TransportCase):
    def __init__(self, module, session, backend="asyncio"):
        super().__init__(module, session)
        self.backend = backend

    @contextmanager
    def opened(self, **has):
        from anyio.from_thread import start_blocking_portal

        async def make():
            return self.session(**has)

        with start_blocking_portal(self.backend) as portal:
            try:
                with portal.wrap_async_context_manager(portal.call(make)) as session:

                    async def asend(client, call, options):
                        return await client.asend(call, transport=session, **options)

                    yield lambda client, call, **options: portal.call(asend, client, call, options)
            finally:
                # Also, and above all, after a call that failed.
                if self.backend == "asyncio":
                    portal.call(_connections_are_closed)


async def _connections_are_closed():
    """Waits for asyncio to end TLS after a session was closed: see "Graceful Shutdown" in aiohttp's documentation."""
    until = time.monotonic() + 60
    while any(it._sock is not None for it in list(asyncio.get_running_loop()._transports.values())):
        assert time.monotonic() < until, "a connection is left open"
        await asyncio.sleep(0.005)


def _requests(requests, ca=None, proxy=None, headers=(), cookies=(), **has):
    session = requests.Session()
    session.headers.update(headers)
    session.cookies.update(cookies)
    if ca:
        session.verify = ca.path
    if proxy:
        session.proxies = {"http": proxy, "https": proxy}
    for name, value in has.items():
        setattr(session, name, value)
    return session


def _urllib3(urllib3, ca=None, proxy=None, **has):
    if ca:
        has["ca_certs"] = ca.path
    return urllib3.ProxyManager(proxy, **has) if proxy else urllib3.PoolManager(**has)


def _httpx(kind):
    return lambda httpx, ca=None, **has: getattr(httpx, kind)(verify=ca.client_context() if ca else True, **has)


def _aiohttp(aiohttp, ca=None, timeout=None, auth=None, **has):
    has["connector"] = aiohttp.TCPConnector(ssl=ca.client_context() if ca else True)
    if timeout:
        has["timeout"] = aiohttp.ClientTimeout(total=timeout)
    with warnings.catch_warnings():
        # Its auth is no longer what aiohttp likes, and still what sessions have.
        warnings.simplefilter("ignore", DeprecationWarning)
        if auth:
            has["auth"] = aiohttp.BasicAuth(*auth)
        return aiohttp.ClientSession(**has)


@contextmanager
def _standard_library(stdlib, ca=None, proxy=None):
    if proxy:
        pytest.skip("it takes no proxy")
    with pytest.MonkeyPatch.context() as patched:
        if ca:
            # OpenSSL reads the trusted CAs from this variable.
            patched.setenv("SSL_CERT_FILE", ca.path)
            patched.setattr(stdlib, "_context", (None, None))
        yield None


WAYS = {
    "standard library": TransportCase("koodrive.transports._stdlib", _standard_library),
    "requests": TransportCase("requests", _requests),
    "niquests": TransportCase("niquests", _requests),
    "urllib3": TransportCase("urllib3", _urllib3),
    "httpx.Client": TransportCase("httpx", _httpx("Client")),
    "httpx2.Client": TransportCase("httpx2", _httpx("Client")),
    "aiohttp": AsyncWay("aiohttp", _aiohttp),
    "httpx.AsyncClient": AsyncWay("httpx", _httpx("AsyncClient")),
    "httpx.AsyncClient on trio": AsyncWay("httpx", _httpx("AsyncClient"), "trio"),
    "httpx2.AsyncClient": AsyncWay("httpx2", _httpx("AsyncClient")),
}

all_transports = pytest.mark.parametrize("way", [pytest.param(WAYS[name], id=name) for name in CHOSEN])


def ways(*names):
    """Those of the names that are tested here."""
    return pytest.mark.parametrize("way", [pytest.param(WAYS[name], id=name) for name in CHOSEN if name in names])
