"""An HTTP/1.1 server on loopback, with sockets and threads of the standard library. A function answers the requests.

The server parses HTTP/1.1 strictly. ``http.server`` would accept malformed requests, and change the signed path. Faults of the
script change the bytes on the socket.
"""

from __future__ import annotations

import re
import socket
import sys
import threading
from dataclasses import replace
from typing import NamedTuple

from .._errors import InvalidInputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from io import BufferedReader
    from typing import Optional

    from ._answer import Answer

LONGEST_HEAD = 64 * 1024
LONGEST_BODY = 1024 * 1024

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_REQUEST_LINE = re.compile(rb"(" + _TOKEN + rb") ([!-~]+) HTTP/1\.([01])\r\n")
_FIELD = re.compile(rb"(" + _TOKEN + rb"):[ \t]*([\t -~\x80-\xff]*?)[ \t]*\r\n")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})(?:[ \t]*;[\t -~]*)?\r\n")


class _Request(NamedTuple):
    method: str
    target: str
    headers: list[tuple[bytes, bytes]]
    body: bytes
    keep_alive: bool


class _Refused(Exception):
    """The request is not valid HTTP, so the server answers without the sandbox. The text is status and reason."""


class Listener:
    """A server whose answers ``handle`` returns for a method, a target, headers and a body.

    ``sleep`` waits for the seconds of an answer; by default the server waits itself.
    """

    def __init__(self, handle: Callable[..., Answer], sleep: Optional[Callable[[float], object]]) -> None:
        self._handle = handle
        self._sleep = sleep
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._address: tuple[str, int] = self._listener.getsockname()
        #: The base URL: ``http://127.0.0.1:`` and a port that the system chose.
        self.url: str = f"http://127.0.0.1:{self._address[1]}"
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._connections: dict[socket.socket, threading.Thread] = {}
        # Daemon threads, so that the interpreter ends even if a test forgets `close`.
        self._acceptor = threading.Thread(target=self._accept, name="koodrive-sandbox", daemon=True)
        self._acceptor.start()

    def close(self) -> None:
        """Closes every connection, and returns when all threads have ended."""
        if self._ending.is_set():
            return
        self._ending.set()
        # A connection wakes the acceptor on every system.
        socket.create_connection(self._address).close()
        self._acceptor.join()
        self._listener.close()
        with self._lock:
            connections = dict(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # the other side has closed the connection
                pass
        for thread in connections.values():
            thread.join()
        stdlib = sys.modules.get("koodrive.transports._stdlib")
        if stdlib is not None:
            stdlib.close_idle(*self._address)

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<koodrive.sandbox.{type(self).__name__} {self.url}>"

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._ending.is_set():
                connection.close()
                return
            thread = threading.Thread(target=self._serve, args=(connection,), name="koodrive-sandbox", daemon=True)
            with self._lock:
                self._connections[connection] = thread
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection, connection.makefile("rb") as reader:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while self._exchange(connection, reader):
                    pass
        except OSError:  # the other side has closed the connection, or the server is closing
            pass
        finally:
            with self._lock:
                del self._connections[connection]

    def _exchange(self, connection: socket.socket, reader: BufferedReader) -> bool:
        """Answers one request. Returns whether the connection can carry another one."""
        try:
            request = _read(connection, reader)
            if request is None:
                return False
            answer = self._handle(request.method, request.target, request.headers, request.body)
        except (_Refused, InvalidInputError) as error:
            status = str(error) if isinstance(error, _Refused) else "400 Bad Request"
            connection.sendall(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
            # Closing with unread bytes may reset the connection before the client reads the answer.
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65536):
                pass
            return False
        if not request.keep_alive:
            answer = replace(answer, headers=(*answer.headers, ("connection", "close")))
        return self._answer(connection, request, answer) and request.keep_alive

    def _answer(self, connection: socket.socket, request: _Request, answer: Answer) -> bool:
        head, body = answer._head, b"" if request.method == "HEAD" else answer.body
        if answer.fault == "drip":
            for byte in head + body:
                connection.sendall(bytes((byte,)))
                self._wait(answer.seconds)
            return True
        if answer.fault == "delay":
            self._wait(answer.seconds)
        arrives = {"cut": b"", "cut-in-headers": head[: len(head) // 2], "cut-after-headers": head}
        connection.sendall(arrives.get(answer.fault, head + body))
        return not answer.is_cut

    def _wait(self, seconds: float) -> None:
        if self._sleep is not None:
            self._sleep(seconds)
        elif self._ending.wait(seconds):
            raise ConnectionAbortedError("the server is closing")


def _read(connection: socket.socket, reader: BufferedReader) -> Optional[_Request]:
    """Returns the next request, or None if the other side has closed the connection, even within a request."""
    line = reader.readline(LONGEST_HEAD)
    if not line:
        return None
    start = _REQUEST_LINE.fullmatch(line)
    if start is None:
        raise _Refused("400 Bad Request")
    headers: list[tuple[bytes, bytes]] = []
    left = LONGEST_HEAD - len(line)
    while (line := reader.readline(left)) != b"\r\n":
        left -= len(line)
        if left <= 0:
            raise _Refused("431 Request Header Fields Too Large")
        if not line:
            return None
        field = _FIELD.fullmatch(line)
        if field is None:
            raise _Refused("400 Bad Request")
        headers.append((field[1].lower(), field[2]))

    def values(name: bytes) -> list[bytes]:
        return [value.lower() for given, value in headers if given == name]

    length, coding = values(b"content-length"), values(b"transfer-encoding")
    # Two lengths, or a length and a coding, allow request smuggling.
    if len(length) + len(coding) > 1 or (length and not length[0].isdigit()):
        raise _Refused("400 Bad Request")
    if coding and coding != [b"chunked"]:
        raise _Refused("501 Not Implemented")
    if length and int(length[0]) > LONGEST_BODY:
        raise _Refused("413 Content Too Large")
    if b"100-continue" in values(b"expect"):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = _chunked(reader) if coding else _exactly(reader, int(length[0]) if length else 0)
    if body is None:
        return None
    options = [option.strip() for value in values(b"connection") for option in value.split(b",")]
    keep_alive = b"close" not in options if start[3] == b"1" else b"keep-alive" in options
    return _Request(start[1].decode(), start[2].decode(), headers, body, keep_alive)


def _exactly(reader: BufferedReader, length: int) -> Optional[bytes]:
    data = reader.read(length)
    return data if len(data) == length else None


def _chunked(reader: BufferedReader) -> Optional[bytes]:
    body = b""
    while True:
        line = reader.readline(1024)
        size = _CHUNK.fullmatch(line)
        if size is None:
            raise _Refused("400 Bad Request")
        length = int(size[1], 16)
        if len(body) + length > LONGEST_BODY:
            raise _Refused("413 Content Too Large")
        chunk = _exactly(reader, length)
        end = reader.readline(1024)
        if chunk is None:
            return None
        # Trailers after the last chunk are refused, since no client here sends them.
        if end != b"\r\n":
            raise _Refused("400 Bad Request")
        if not length:
            return body
        body += chunk
