"""Servers beside conftest's: over TLS, a proxy, one that takes no connection."""

import socket
import ssl
import struct
import threading
from contextlib import contextmanager

import trustme

from conftest import OK, Server, reply


class Authority:
    """A certificate authority that is untrusted by default, and a server certificate that it signed."""

    def __init__(self, folder):
        authority = trustme.CA()
        self.path = str(folder / "authority.pem")
        authority.cert_pem.write_to_path(self.path)
        self.server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(self.server_context)

    def client_context(self):
        return ssl.create_default_context(cafile=self.path)


class TlsServer(Server):
    def __init__(self, authority):
        self._context = authority.server_context
        super().__init__()
        self.url = self.url.replace("http:", "https:")

    def _serve(self, connection):
        connection = self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        self._open.append(connection)
        try:
            connection.do_handshake()
        except OSError:
            # The client did not like the certificate.
            connection.close()
            return
        super()._serve(connection)


class Echo(Server):
    """Answers every request, with the trace id that it came with."""

    def _serve(self, connection):
        with connection:
            try:
                while request := self._read(connection):
                    self.requests.append(request)
                    connection.sendall(reply(200, OK, f"X-TraceId: {request['headers']['x-traceid']}"))
            except OSError:
                pass


class Proxy(Server):
    """Forwards what it is asked for, or answers as told. Its ``requests`` are the request lines."""

    def _serve(self, connection):
        with connection:
            try:
                head = self._head(connection)
                while head:
                    line, _, rest = head.partition(b"\r\n")
                    self.requests.append(line.decode())
                    answer = self.answers.pop(0) if self.answers else self._forward
                    if answer is None:
                        return
                    if callable(answer):
                        answer(connection, line, rest)
                        return
                    connection.sendall(answer)
                    head = self._head(connection)
            except OSError:
                pass

    def _head(self, connection):
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return b""
            data += more
        return data

    def _forward(self, connection, line, rest):
        method, target, _ = line.decode().split(" ")
        authority = target if method == "CONNECT" else target.split("/")[2]
        host, port = authority.rsplit(":", 1)
        with socket.create_connection((host, int(port))) as service:
            if method == "CONNECT":
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                path = "/" + target.split("/", 3)[3]
                service.sendall(f"{method} {path} HTTP/1.1\r\n".encode() + rest)
            back = threading.Thread(target=_pour, args=(service, connection), daemon=True)
            back.start()
            _pour(connection, service)
            back.join()


def _pour(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def reset(connection):
    """For when the connection is closed."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def deaf():
    """The port of a listener whose queue is full, so that a connection is neither made nor refused."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = []
        try:
            # Linux takes one more than it says; the last of them waits as the client will.
            for _ in range(3):
                sock = socket.socket()
                waiting.append(sock)
                sock.setblocking(False)
                sock.connect_ex(listener.getsockname())
            yield listener.getsockname()[1]
        finally:
            for sock in waiting:
                sock.close()
