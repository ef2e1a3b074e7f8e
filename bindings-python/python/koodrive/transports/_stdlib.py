"""The standard library's ``http.client``, with what it lacks: idle connections that are safe to share between threads,
and a deadline for the whole exchange.

A request is written to a connection once and never again: a kept-alive connection is looked at before it is used, and
dropped when the service has closed it or may have. It uses no proxy, and the system's certificates, unless a ``Network`` says
otherwise. A name that resolves slowly is the one thing no deadline ends.

urllib3 is not used in its place where it is installed: it stands on ``http.client`` and needs the same care, and a default that
depends on what else is installed would surprise.

Sockets, TLS contexts and the classes of ``http.client`` are looked up whenever they are needed, since truststore, eventlet,
pytest-socket and vcrpy replace them. Where the classes of ``http.client`` are replaced, they are used as they are.
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
    """A connection that is made before ``http.client`` would, and whose every write ends at the deadline of the exchange."""

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
        # A clock that was stopped for a while may have gone back.
        return 0 <= monotonic() - self.idle_since < self.idle_seconds and is_quiet(self.sock)


@lru_cache
def _kept(base: Any) -> Any:
    return type("Connection", (_Kept, base), {})


# By process, since sockets do not survive a fork; by the classes that others may replace, so that no connection outlives that; and
# by scheme, host and port. Only single operations of dict and deque touch it, which threads may do without a lock (and a lock would
# not survive a fork either).
_idle: dict[tuple[Any, ...], deque[Any]] = {}
#: And the class it was made of.
_context: tuple[Any, Any] = (None, None)


def exchange(
    request: Request, *, connect_timeout: float, timeout: float, reply_limit: int, network: Optional[Network] = None
) -> tuple[int, list[tuple[str, str]], bytes]:
    """One request, one reply."""
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
            # The connection was made, or taken, when the time was up.
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
    """The transport over this network."""
    return partial(exchange, network=network)


def _ask(connection: Any, request: Request, forwarding: Optional[Proxy] = None) -> None:
    """``forwarding`` is a proxy that is asked for the whole URL: one without a tunnel."""
    headers, target = dict(headers_of(request)), target_of(request.url)
    if forwarding is not None:
        target = request.url
        if forwarding.authorization is not None:
            headers["proxy-authorization"] = forwarding.authorization
    connection.request(request.method, target, request.body or None, headers)


def _read(response: Any, reply_limit: int) -> tuple[bytes, bool]:
    """Returns the body, and whether the connection may be kept."""
    body = Body(reply_limit, response.getheader("content-encoding"))
    while chunk := response.read(min(CHUNK, reply_limit + 1)):
        if not body.take(chunk):
            break
    if not chunk and getattr(response, "length", None):
        # Content-Length promised more; http.client does not mind.
        raise http.client.IncompleteRead(body.octets, response.length)
    return body.octets, response.isclosed() and not response.will_close


def _plainly(
    kind: Any, host: str, port: int, request: Request, timeout: float, reply_limit: int
) -> tuple[int, list[tuple[str, str]], bytes]:
    """Sends over a class that stands in the place of ``http.client``'s own, for one exchange. It connects when it likes to: a
    recorded reply needs no connection."""
    tls = {"context": _tls()} if kind is http.client.HTTPSConnection else {}
    connection = kind(host, port, timeout=timeout, **tls)
    try:
        _ask(connection, request)
        response = connection.getresponse()
        _keeping.check_final(response.status)
        body = Body(reply_limit, response.getheader("content-encoding"))
        body.take(response.read(reply_limit + 1))
        return response.status, response.getheaders(), body.octets
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
            # A share for each address, so that one that swallows packets does not use up the time of the others.
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
    """The idle connection that was used last, if it is young and alive."""
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
    """For a server of this process that ends: a test run, which starts many, would keep a socket for each."""
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
