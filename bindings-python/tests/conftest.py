"""A server that does what a test tells it, byte for byte. The package that is tested is the installed one."""

import itertools
import signal
import socket
import threading
import time
from contextlib import contextmanager

import koodrive
import pytest

# The package's own plugin, and the one that tests it.
pytest_plugins = ["koodrive.testing", "pytester"]

# Under nohup, and in the background of a shell's script, signals are ignored, and programs that tests start would
# ignore them as well.
for name in ("SIGINT", "SIGHUP"):
    number = getattr(signal, name, None)
    if number is not None and signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)

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

    _ending = False

    def __init__(self):
        self.answers = []
        self.requests = []
        self.connections = 0
        self._open = []
        self._threads = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._address = self._listener.getsockname()
        self.url = f"http://127.0.0.1:{self._address[1]}"
        self._start(self._accept)

    def _start(self, work, *arguments):
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        while True:
            connection, _ = self._listener.accept()
            if self._ending:
                connection.close()
                return
            self.connections += 1
            self._open.append(connection)
            self._start(self._serve, connection)

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
            more = connection.recv(65536)
            if not more:
                return None
            body += more
        method, path, _ = lines[0].split(" ")
        return {"method": method, "path": path, "headers": headers, "body": body}

    def drop_idle(self):
        """Closes the open connections, as a server does with idle ones."""
        for connection in self._open:
            try:
                # The method of a TLS socket would take the keys from the reading thread.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        """Returns when no socket and no thread is left that a later test could hear of."""
        self._ending = True
        # Wakes the acceptor, which closing the listener does not.
        socket.create_connection(self._address).close()
        acceptor, *_ = self._threads
        acceptor.join()
        self._listener.close()
        self.drop_idle()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive(), "a connection has not ended"


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


@pytest.fixture
def refused_port():
    """A port without a listener, reserved for the duration of the test."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


def stalling_after(start):
    """A reply that does not go on until the client has gone."""

    def answer(connection):
        connection.sendall(start)
        connection.recv(1)

    return answer


def dripping_after(start, times=None):
    """A reply that goes on byte by byte: until the client has gone, or so many times."""

    def answer(connection):
        connection.sendall(start)
        for _ in itertools.count() if times is None else range(times):
            connection.sendall(b"x")
            time.sleep(0.05)

    return answer


#: Seconds that a test may take beyond the time-out which it is about, on a machine that is busy. What it waits for never comes.
SLACK = 30


@contextmanager
def in_time(seconds):
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds + SLACK


def out_of_time(server, answer, send):
    """The error of ``send(timeout)`` when its time is up after the request has arrived.

    A machine may be so busy that it is up before; then nothing was tried, and it is tried again with more.
    """
    for seconds in (0.4, 4, 40):
        server.answers, before = [answer], len(server.requests)
        with pytest.raises(koodrive.KooDriveError) as caught, in_time(seconds):
            send(seconds)
        # One that says it is unknown has left, and may still be on its way.
        until = time.monotonic() + (5 if caught.value.kind == "outcome_unknown" else 0)
        while len(server.requests) == before and time.monotonic() < until:
            time.sleep(0.01)
        if len(server.requests) > before:
            break
    return caught.value


CUTS = {
    "before the headers": b"",
    "within the headers": b"HTTP/1.1 200 OK\r\nContent-Le",
    "right after the headers": b"HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n",
    "within the body": b"HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n" + OK[:9],
    "within a chunked body": b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"cod\r\n',
}


def cut_after(start):
    def answer(connection):
        connection.sendall(start)

    return answer
