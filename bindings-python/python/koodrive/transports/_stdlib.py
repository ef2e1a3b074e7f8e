"""Sends over the standard library's ``http.client``, with persistent connections and a deadline for the whole exchange.

A request is written to a connection once. An idle connection is checked before its reuse, and dropped if the service has closed
it, or may have. The transport uses no proxy and the system's certificates, unless a ``Network`` says otherwise. The deadline
cannot end a slow DNS look-up.

The default is the same whether urllib3 is installed or not, so that the environment does not change it. urllib3 uses
``http.client`` too and needs the same checks.

Sockets, TLS contexts and the classes of ``http.client`` are looked up at every use, since truststore, eventlet, pytest-socket and
vcrpy replace them. Replaced classes of ``http.client`` are used unchanged.
"""

from __future__ import annotations

import atexit
import http.client
import os
import socket
import ssl
from collections import deque
from functools import lru_cache, partial
from urllib.parse import urlsplit

from . import _keeping
from ._body import CHUNK, Body
from ._keeping import idle_seconds, is_quiet
from ._not_sent import NotSent
from ._request import headers_of, target_of
from ._timed import Response, monotonic, remaining

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

    from .._core import Request
    from ._network import Network, Proxy

IDLE_CONNECTIONS = 32


class _Kept:
    """A connection that is opened before ``http.client`` would open it. Every write ends at the deadline of the exchange."""

    auto_open = 0
    sock: Any
    deadline = 0.0
    #: Whether a part of the request may have left.
    has_sent = False
    idle_since = 0.0
    idle_seconds = 0.0

    def send(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self.sock.settimeout(remaining(self.deadline))
            self.has_sent = True
            rest = rest[self.sock.send(rest) :]

    def is_usable(self) -> bool:
        # A test may stop the clock for a while, and the clock then goes back.
        return 0 <= monotonic() - self.idle_since < self.idle_seconds and is_quiet(self.sock)


@lru_cache
def _kept(base: Any) -> Any:
    return type("Connection", (_Kept, base), {})


# Idle connections. The key has the process, since sockets do not survive a fork, the classes that others may replace, so that
# no connection outlives a replacement, and scheme, host and port. Threads need no lock for single operations of dict and deque,
# and a lock would not survive a fork.
_idle: dict[tuple[Any, ...], deque[Any]] = {}
#: The class of the TLS context, and the context.
_context: tuple[Any, Any] = (None, None)


def exchange(
    request: Request, *, connect_timeout: float, timeout: float, reply_limit: int, network: Optional[Network] = None
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Sends ``request``, and returns status, headers and body. The arguments are those of a transport function.

    ``network`` is the proxy and the TLS context; None for a direct connection with the system's certificates. Raises
    ``NotSent`` if the request never left.
    """
    deadline = monotonic() + timeout
    url = urlsplit(request.url)
    host = url.hostname or ""
    port = url.port or (443 if url.scheme == "https" else 80)
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    if kind.__module__ != http.client.__name__ and network is None:
        return _plainly(kind, host, port, request, timeout, reply_limit)
    proxy = None if network is None else network.proxy
    key = (os.getpid(), socket.socket, ssl.SSLContext, network, url.scheme, host, port)
    connection = _take(key)
    if connection is None:
        try:
            connection = _connect(url.scheme, host, port, min(monotonic() + connect_timeout, deadline), network, proxy)
        except Exception as error:  # pytest-socket's is no OSError
            raise NotSent(f"no connection to {url.netloc if proxy is None else proxy.name}: {error}") from error
    keep = False
    try:
        connection.deadline, connection.has_sent = deadline, False
        connection.response_class = partial(Response, deadline)
        try:
            _ask(connection, request, proxy if url.scheme == "http" else None)
        except OSError as error:
            if connection.has_sent:
                raise
            # The deadline passed after the connection was opened, or taken.
            raise NotSent(str(error)) from error
        response = connection.getresponse()
        body, keep = _read(response, reply_limit)
        if keep:
            connection.idle_seconds = idle_seconds(response.getheader("keep-alive"))
        return response.status, response.getheaders(), body
    finally:
        if keep:
            _give_back(key, connection)
        else:
            connection.close()


def over(network: Optional[Network]) -> Any:
    """Returns the transport over ``network``."""
    return partial(exchange, network=network)


def _ask(connection: Any, request: Request, forwarding: Optional[Proxy] = None) -> None:
    """Writes ``request`` to ``connection``. ``forwarding`` is a proxy without a tunnel, which needs the whole URL."""
    headers, target = dict(headers_of(request)), target_of(request.url)
    if forwarding is not None:
        target = request.url
        if forwarding.authorization is not None:
            headers["proxy-authorization"] = forwarding.authorization
    connection.request(request.method, target, request.body or None, headers)


def _read(response: Any, reply_limit: int) -> tuple[bytes, bool]:
    """Returns the body of ``response``, and whether the connection may be reused."""
    body = Body(reply_limit, response.getheader("content-encoding"))
    while chunk := response.read(min(CHUNK, reply_limit + 1)):
        if not body.take(chunk):
            break
    if not chunk and getattr(response, "length", None):
        # The body is shorter than Content-Length, which http.client accepts.
        raise http.client.IncompleteRead(body.data, response.length)
    return body.data, response.isclosed() and not response.will_close


def _plainly(
    kind: Any, host: str, port: int, request: Request, timeout: float, reply_limit: int
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Sends one request over ``kind``, a replacement of a class of ``http.client``, which connects only when needed.

    A recorded reply, for example, needs no connection.
    """
    tls = {"context": _tls()} if kind is http.client.HTTPSConnection else {}
    connection = kind(host, port, timeout=timeout, **tls)
    try:
        _ask(connection, request)
        response = connection.getresponse()
        _keeping.check_final(response.status)
        body = Body(reply_limit, response.getheader("content-encoding"))
        body.take(response.read(reply_limit + 1))
        return response.status, response.getheaders(), body.data
    finally:
        connection.close()


def _connect(
    scheme: str, host: str, port: int, deadline: float, network: Optional[Network] = None, proxy: Optional[Proxy] = None
) -> Any:
    connection = _kept(http.client.HTTPConnection)(host, port)
    peer = (host, port) if proxy is None else (proxy.host, proxy.port)
    addresses = socket.getaddrinfo(*peer, type=socket.SOCK_STREAM)
    for untried, (family, kind, protocol, _, address) in zip(range(len(addresses), 0, -1), addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            # Each address gets a share of the time, so that one which drops packets leaves time for the others.
            sock.settimeout(max((deadline - monotonic()) / untried, 0.001))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if scheme == "https":
                if proxy is not None:
                    proxy.tunnel(sock, host, port, lambda: max(deadline - monotonic(), 0.001))
                sock.settimeout(max(deadline - monotonic(), 0.001))
                context = _tls() if network is None or network.context is None else network.context
                connection.sock = context.wrap_socket(sock, server_hostname=host)
            else:
                connection.sock = sock
            return connection
        except BaseException as error:
            sock.close()
            if untried == 1 or not isinstance(error, OSError):
                raise
    raise OSError(f"{peer[0]} has no address")


def _tls() -> Any:
    global _context
    made_of, context = _context
    if made_of is not ssl.SSLContext:
        made_of, context = ssl.SSLContext, ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        _context = made_of, context
    return context


def _take(key: tuple[Any, ...]) -> Any:
    """Returns the most recently used idle connection that is still usable, or None."""
    idle = _idle.get(key)
    while idle:
        try:
            connection = idle.pop()
        except IndexError:  # another thread took it
            return None
        if connection.is_usable():
            return connection
        connection.close()
    return None


def _give_back(key: tuple[Any, ...], connection: Any) -> None:
    idle = _idle.setdefault(key, deque())
    if len(idle) >= IDLE_CONNECTIONS:
        connection.close()
        return
    connection.idle_since = now = monotonic()
    idle.append(connection)
    try:
        while now - idle[0].idle_since >= _keeping.IDLE_SECONDS:
            idle.popleft().close()
    except IndexError:  # another thread took the last one
        pass


def close_idle(host: str, port: int) -> None:
    """Closes the idle connections to ``host`` and ``port``. A test run with many local servers would keep a socket for each."""
    for key in list(_idle):
        if key[-2:] == (host, port):
            for connection in _idle.pop(key, ()):
                connection.close()


@atexit.register
def _close_all() -> None:
    for idle in list(_idle.values()):
        for connection in list(idle):
            connection.close()
    _idle.clear()
