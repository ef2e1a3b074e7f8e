"""The standard library's ``http.client``, with what it lacks: idle connections that are safe to share between threads,
and a deadline for the whole exchange.

A request is written to a connection once and never again: a kept-alive connection is looked at before it is used, and
dropped when the service has closed it or may have. Proxies in the environment are not used: take ``httpx.Client`` for one.
TLS is verified against the system's certificates. A name that resolves slowly is the one thing no deadline ends.
"""

from __future__ import annotations

import atexit
import http.client
import os
import socket
import ssl
import time
from collections import deque
from urllib.parse import urlsplit

from ._body import CHUNK, Body
from ._not_sent import NotSent
from ._request import headers_of, target_of
from ._timed import Reader, remaining

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

    from .._core import Request

#: Servers often drop idle connections after 20 to 60 seconds; ours are younger.
IDLE_SECONDS = 15.0
IDLE_CONNECTIONS = 32


class _Timed:
    """A socket whose every read and write ends at the deadline of the exchange, however slowly the other side drips."""

    deadline = 0.0
    #: Whether a part of the request may have left.
    has_sent = False

    def recv_into(self, *arguments: Any) -> int:
        self.settimeout(remaining(self.deadline))  # type: ignore[attr-defined]
        return super().recv_into(*arguments)  # type: ignore[misc,no-any-return]

    def sendall(self, *arguments: Any) -> None:
        self.settimeout(remaining(self.deadline))  # type: ignore[attr-defined]
        self.has_sent = True
        super().sendall(*arguments)  # type: ignore[misc]

    def makefile(self, *_: Any) -> Reader:
        return Reader(super().makefile("rb", buffering=0))  # type: ignore[misc]


class _PlainSocket(_Timed, socket.socket):  # type: ignore[misc]
    pass


class _TlsSocket(_Timed, ssl.SSLSocket):  # type: ignore[misc]
    pass


class _Connection(http.client.HTTPConnection):
    auto_open = 0
    idle_since = 0.0
    sock: Any

    def is_alive(self) -> bool:
        """Nothing to read on an idle connection: neither its end nor bytes that nobody asked for."""
        try:
            self.sock.settimeout(0)
            # Below TLS, which would not peek.
            socket.socket.recv(self.sock, 1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False


# By process, since sockets do not survive a fork, and by scheme, host and port. Only single operations of dict and deque
# touch it, which threads may do without a lock (and a lock would not survive a fork either).
_idle: dict[tuple[int, str, str, int], deque[_Connection]] = {}
_context: Optional[ssl.SSLContext] = None


def exchange(
    request: Request, *, connect_timeout: float, timeout: float, reply_limit: int
) -> tuple[int, list[tuple[str, str]], bytes]:
    """One request, one reply."""
    deadline = time.monotonic() + timeout
    url = urlsplit(request.url)
    host = url.hostname or ""
    port = url.port or (443 if url.scheme == "https" else 80)
    key = (os.getpid(), url.scheme, host, port)
    connection = _take(key)
    if connection is None:
        try:
            connection = _connect(url.scheme, host, port, min(time.monotonic() + connect_timeout, deadline))
        except OSError as error:
            raise NotSent(f"no connection to {url.netloc}: {error}") from error
    keep = False
    try:
        connection.sock.deadline, connection.sock.has_sent = deadline, False
        try:
            connection.request(
                request.method,
                target_of(request.url),
                request.body or None,
                dict(headers_of(request)),
            )
        except OSError as error:
            if connection.sock.has_sent:
                raise
            # The connection was made, or taken, when the time was up.
            raise NotSent(str(error)) from error
        response = connection.getresponse()
        body = Body(reply_limit, response.getheader("content-encoding"))
        while chunk := response.read(min(CHUNK, reply_limit + 1)):
            if not body.take(chunk):
                break
        if not chunk and response.length:
            # Content-Length promised more; http.client does not mind.
            raise http.client.IncompleteRead(body.octets, response.length)
        keep = response.isclosed() and not response.will_close
        return response.status, response.getheaders(), body.octets
    finally:
        if keep:
            _give_back(key, connection)
        else:
            connection.close()


def _connect(scheme: str, host: str, port: int, deadline: float) -> _Connection:
    connection = _Connection(host, port)
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for untried, (family, kind, protocol, _, address) in zip(range(len(addresses), 0, -1), addresses):
        sock = _PlainSocket(family, kind, protocol)
        try:
            # A share for each address, so that one that swallows packets does not use up the time of the others.
            sock.settimeout(max((deadline - time.monotonic()) / untried, 0.001))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if scheme == "https":
                sock.settimeout(max(deadline - time.monotonic(), 0.001))
                connection.sock = _tls().wrap_socket(sock, server_hostname=host)
            else:
                connection.sock = sock
            return connection
        except OSError:
            sock.close()
            if untried == 1:
                raise
    raise OSError(f"{host} has no address")


def _tls() -> ssl.SSLContext:
    global _context
    if _context is None:
        context = ssl.create_default_context()
        context.sslsocket_class = _TlsSocket
        context.set_alpn_protocols(["http/1.1"])
        _context = context
    return _context


def _take(key: tuple[int, str, str, int]) -> Optional[_Connection]:
    """The idle connection that was used last, if it is young and alive."""
    idle = _idle.get(key)
    while idle:
        try:
            connection = idle.pop()
        except IndexError:  # another thread took it
            return None
        if time.monotonic() - connection.idle_since < IDLE_SECONDS and connection.is_alive():
            return connection
        connection.close()
    return None


def _give_back(key: tuple[int, str, str, int], connection: _Connection) -> None:
    idle = _idle.setdefault(key, deque())
    if len(idle) >= IDLE_CONNECTIONS:
        connection.close()
        return
    connection.idle_since = now = time.monotonic()
    idle.append(connection)
    try:
        while now - idle[0].idle_since >= IDLE_SECONDS:
            idle.popleft().close()
    except IndexError:  # another thread took the last one
        pass


def close_idle(host: str, port: int) -> None:
    """For a server of this process that ends: a test run, which starts many, would keep a socket for each."""
    for key in list(_idle):
        if key[2:] == (host, port):
            for connection in _idle.pop(key, ()):
                connection.close()


@atexit.register
def _close_all() -> None:
    for idle in list(_idle.values()):
        for connection in list(idle):
            connection.close()
    _idle.clear()
