"""A server that does what a test tells it, byte for byte. The package that is tested is the installed one."""

import socket
import threading
import time

import koodrive
import pytest

# The package's own plugin, and the one that tests it.
pytest_plugins = ["koodrive.testing", "pytester"]

SECRET = "example-app-secret-not-real"
TOKEN = "ABCDEFG-example-token"
USER_ID = "1505084218764547200"
TRACE_ID = "0123456789" * 5 + "abcdefgh"

OK = b'{"code":0,"msg":"Success."}'


def reply(status=200, body=OK, *headers):
    head = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


class Server:
    """Gives one answer per request: bytes, or a function of the socket. ``None`` cuts the connection."""

    def __init__(self):
        self.answers = []
        self.requests = []
        self.connections = 0
        self._open = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection:
            try:
                while request := self._read(connection):
                    self.requests.append(request)
                    answer = self.answers.pop(0)
                    if answer is None:
                        return
                    if callable(answer):
                        answer(connection)
                        return
                    connection.sendall(answer)
            except OSError:
                pass

    def _read(self, connection):
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:])
        headers = {name.lower(): value for name, value in headers.items()}
        while len(body) < int(headers.get("content-length", 0)):
            body += connection.recv(65536)
        method, path, _ = lines[0].split(" ")
        return {"method": method, "path": path, "headers": headers, "body": body}

    def drop_idle(self):
        """What a server does to connections that were idle too long for it."""
        for connection in self._open:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self._listener.close()
        self.drop_idle()


@pytest.fixture(autouse=True)
def no_proxy_of_the_environment(monkeypatch):
    """Sessions would take it, and loopback is not behind one."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    from servers import Authority

    return Authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server():
    server = Server()
    yield server
    server.close()


@pytest.fixture
def client(server):
    return koodrive.Client(endpoint=server.url, user_id=USER_ID, token=TOKEN)


@pytest.fixture
def call():
    return koodrive.NotifyPackageExpire(carrier_user_id="189642158555241211", package_id="14")


def refused_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def drip(connection):
    """A reply that never ends, a byte at a time."""
    try:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(200):
            connection.sendall(b"x")
            time.sleep(0.05)
    except OSError:
        pass


CUTS = {
    "before the headers": b"",
    "within the headers": b"HTTP/1.1 200 OK\r\nContent-Le",
    "right after the headers": b"HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n",
    "within the body": b"HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n" + OK[:9],
    "within a chunked body": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"cod\r\n",
}


def cut_after(start):
    def answer(connection):
        connection.sendall(start)

    return answer
