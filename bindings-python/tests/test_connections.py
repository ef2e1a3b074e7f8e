"""Every reply belongs to its request: interim replies, unsolicited replies, and the idle time of connections."""

import socket
import subprocess
import sys
import time
import warnings
from email.utils import formatdate

import koodrive
import pytest

from conftest import OK, TOKEN, USER_ID, out_of_time, reply
from sends import WAYS, all_transports, optional, ways
from servers import TlsServer
from test_faults import UNBOUNDED_HEADERS

REFUSED = b'{"code":13000102,"msg":"bob"}'
STRAY = b'{"code":0,"msg":"stray"}'


def interim(status, *headers):
    return "\r\n".join([f"HTTP/1.1 {status} Interim", *headers]).encode() + b"\r\n\r\n"


class Pieces:
    """An answer that comes in pieces."""

    def __init__(self, *pieces, pause=0.05):
        self._pieces, self._pause = pieces, pause

    def send(self, connection):
        for number, piece in enumerate(self._pieces):
            time.sleep(self._pause if number else 0)
            connection.sendall(piece)


class Lasting:
    """A connection to which ``Pieces`` can be sent, and which goes on after them."""

    def __init__(self, connection):
        self._connection = connection

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()

    def recv(self, size):
        return self._connection.recv(size)

    def sendall(self, answer):
        if isinstance(answer, Pieces):
            answer.send(self._connection)
        else:
            self._connection.sendall(answer)


@pytest.fixture
def keep_serving(server):
    serve = server._serve
    server._serve = lambda connection: serve(Lasting(connection))
    return server


@pytest.mark.parametrize("status", [102, 103])
@all_transports
def test_interim_replies_are_skipped(keep_serving, client, call, way, status):
    server = keep_serving
    early = interim(status, "Link: </style.css>; rel=preload", "Content-Length: 5", "Connection: keep-alive")
    server.answers = [Pieces(early, interim(status), reply()), interim(status) + reply(200, REFUSED), reply()]
    with way.opened() as send:
        assert send(client, call).msg == "Success."
        with pytest.raises(koodrive.ApiError) as caught:
            send(client, call)
        assert (caught.value.outcome, caught.value.msg) == ("refused", "bob")
        assert send(client, call).msg == "Success."
    assert server.connections == 1


@all_transports
def test_interim_replies_without_end_are_given_up(server, client, call, way, request):
    def answer(connection):
        while True:
            connection.sendall(interim(102))
            time.sleep(0.01)

    if request.node.callspec.id in UNBOUNDED_HEADERS:
        pytest.skip("it waits for headers as long as they come: see koodrive.transports")
    error = out_of_time(server, answer, lambda timeout: way(client, call, timeout=timeout))
    assert error.kind == "outcome_unknown"


@all_transports
def test_another_protocol_is_not_a_reply_and_the_next_call_works(keep_serving, client, call, way):
    server = keep_serving
    server.answers = [Pieces(interim(101, "Upgrade: websocket", "Connection: upgrade"), reply()), reply(200, REFUSED)]
    with way.opened() as send:
        with pytest.raises(koodrive.OutcomeUnknownError):
            send(client, call)
        with pytest.raises(koodrive.ApiError) as caught:
            send(client, call)
    assert (caught.value.outcome, caught.value.msg) == ("refused", "bob")
    assert server.connections == 2


LEFTOVERS = {
    "in the same segment": [reply() + reply(200, STRAY)],
    "60 ms later": [reply(), reply(200, STRAY)],
    "408, 60 ms later": [reply(), reply(408, STRAY)],
    "after a reply in chunks": [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(OK), OK) + reply(200, STRAY)
    ],
    "half of it in the same segment": [reply() + reply(200, STRAY)[:20], reply(200, STRAY)[20:]],
    "a long one in the same segment": [reply() + reply(200, STRAY + b" " * 20_000)],
}


@pytest.mark.parametrize("leftover", LEFTOVERS)
@all_transports
def test_bytes_after_a_reply_are_not_the_next_reply(keep_serving, client, call, way, leftover):
    server = keep_serving
    server.answers = [Pieces(*LEFTOVERS[leftover], pause=0.06), reply(200, REFUSED), reply()]
    with way.opened() as send:
        assert send(client, call).msg == "Success."
        time.sleep(0.15)
        with pytest.raises(koodrive.ApiError) as caught:
            send(client, call)
        assert (caught.value.outcome, caught.value.msg) == ("refused", "bob")
        assert send(client, call).msg == "Success."
    assert (server.connections, len(server.requests)) == (2, 3)


@all_transports
def test_over_tls_what_comes_after_a_reply_is_not_the_next_ones(authority, call, way):
    server = TlsServer(authority)
    client = koodrive.Client(endpoint=server.url, user_id=USER_ID, token=TOKEN)
    # In one record, of which a client reads a part.
    server.answers = [reply() + reply(200, STRAY + b" " * 12_000), reply(200, REFUSED)]
    try:
        with way.opened(ca=authority) as send:
            assert send(client, call).msg == "Success."
            with pytest.raises(koodrive.ApiError) as caught:
                send(client, call)
        assert (caught.value.msg, server.connections) == ("bob", 2)
    finally:
        server.close()


@pytest.mark.parametrize("status", [500, 503])
@all_transports
def test_a_reply_of_a_service_in_trouble_closes_its_connection(server, client, call, way, status):
    server.answers = [reply(status), reply()]
    with way.opened() as send:
        with pytest.raises(koodrive.ApiError):
            send(client, call)
        assert send(client, call).code == "0"
    assert server.connections == 2


@all_transports
def test_a_connection_is_idle_no_longer_than_the_service_says(server, client, call, way):
    server.answers = [reply(200, OK, "Keep-Alive: timeout=1, max=100"), reply(200, OK, "Keep-Alive: max=5, timeout=30"), reply()]
    with way.opened() as send:
        send(client, call)
        time.sleep(0.6)
        send(client, call)
        assert server.connections == 2
        send(client, call)
    assert server.connections == 2


@all_transports
def test_a_connection_is_idle_for_a_short_time_by_default(server, client, call, way, monkeypatch):
    from koodrive.transports import _keeping

    monkeypatch.setattr(_keeping, "IDLE_SECONDS", 0.1)
    server.answers = [reply(), reply()]
    with way.opened() as send:
        send(client, call)
        time.sleep(0.15)
        send(client, call)
    assert server.connections == 2


def test_how_long_a_connection_may_be_idle():
    from koodrive.transports._keeping import idle_seconds

    for header, seconds in {
        None: 4, "": 4, "max=5": 4, "timeout=x": 4, "timeout=600": 4, "timeout=5": 4, "timeout=4, max=9": 3, "timeout=2": 1,
        "max=9, Timeout = 1": 0.5, 'timeout="2"': 1, "timeout=0": 0,
    }.items():  # fmt: skip
        assert idle_seconds(header) == seconds, header


@ways("requests", "urllib3")
def test_a_connection_that_others_made_reads_replies_as_ours_do(keep_serving, client, call, way):
    server = keep_serving
    server.answers = [reply(), interim(103) + reply(), reply(200, REFUSED)]
    with way.session() as session:
        (session.get if hasattr(session, "get") else lambda url: session.request("GET", url))(server.url)
        assert client.send(call, transport=session).msg == "Success."
        with pytest.raises(koodrive.ApiError, match="bob"):
            client.send(call, transport=session)


def cached_sessions():
    def requests_cache(path):
        return optional("requests_cache").CachedSession(str(path / "cache"), allowable_methods=("GET", "POST"))

    def cachecontrol(path):
        return optional("cachecontrol").CacheControl(optional("requests").Session())

    return [requests_cache, cachecontrol]


@pytest.mark.parametrize("make", cached_sessions())
def test_a_session_that_answers_by_itself_is_refused(server, client, call, tmp_path, make):
    with make(tmp_path) as session:
        for each in (call, koodrive.GetCurrentRetentionPolicy()):
            with pytest.raises(koodrive.InvalidInputError, match="answers calls from a cache, without sending them"):
                client.send(each, transport=session)
    assert server.connections == 0


@ways("httpx.Client", "httpx2.Client", "httpx.AsyncClient", "aiohttp")
def test_a_part_of_a_session_that_answers_by_itself_is_refused(server, client, call, way):
    # As hishel makes one for httpx, and aiohttp_client_cache one for aiohttp.
    module = way.module()
    with pytest.MonkeyPatch.context() as patched, warnings.catch_warnings():
        # aiohttp discourages subclasses of its session.
        warnings.simplefilter("ignore", DeprecationWarning)
        if way is WAYS["aiohttp"]:
            cached = type("CachedSession", (module.ClientSession,), {"__module__": "aiohttp_client_cache.session"})
            patched.setattr(module, "ClientSession", cached)
            has = {}
        else:
            kind = module.AsyncHTTPTransport if way is WAYS["httpx.AsyncClient"] else module.HTTPTransport
            has = {"transport": type("CacheTransport", (kind,), {"__module__": "hishel._sync"})()}
        with way.opened(**has) as send, pytest.raises(koodrive.InvalidInputError, match="answers calls from a cache"):
            send(client, call)
    assert server.connections == 0


@ways("requests", "httpx.Client", "standard library")
def test_a_doubled_date_is_the_services_time(server, client, call, way):
    date = "Date: " + formatdate(time.time() + 3600, usegmt=True)
    server.answers = [reply(401, b"{}", date, date), reply()]
    assert way(client, call).code == "0"
    assert abs(client.clock_offset - 3600) < 3
    assert len(server.requests) == 2


@pytest.fixture
def truststore(authority, monkeypatch):
    """In the place of what ``ssl`` has, as pip-system-certs puts it there."""
    truststore = optional("truststore")
    monkeypatch.setenv("SSL_CERT_FILE", authority.path)
    truststore.inject_into_ssl()
    yield
    truststore.extract_from_ssl()


@pytest.fixture
def tls_server(authority):
    server = TlsServer(authority)
    yield server
    server.close()


def test_truststore(tls_server, call, truststore):
    client = koodrive.Client(endpoint=tls_server.url, user_id=USER_ID, token=TOKEN)

    def slowly(connection):
        connection.sendall(reply()[:20])
        time.sleep(0.7)
        connection.sendall(reply()[20:])

    tls_server.answers = [reply(), reply(), slowly]
    for _ in range(2):
        assert client.send(call, connect_timeout=0.5).code == "0"
    # The time to connect is not that of the reply.
    assert client.send(call, connect_timeout=0.5).code == "0"
    assert (tls_server.connections, len(tls_server.requests)) == (1, 3)

    def drip(connection):
        for octet in reply()[:-1]:
            connection.sendall(bytes([octet]))
            time.sleep(0.05)

    error = out_of_time(tls_server, drip, lambda timeout: client.send(call, timeout=timeout))
    assert error.kind == "outcome_unknown"


def test_sockets_are_those_of_the_moment(server, client, call, monkeypatch):
    class Guarded(socket.socket):
        def connect(self, address):
            raise RuntimeError("no network in tests")

    server.answers = [reply(), reply()]
    client.send(call)
    with monkeypatch.context() as patched:
        # As pytest-socket does.
        patched.setattr(socket, "socket", Guarded)
        with pytest.raises(koodrive.NotSentError, match="no network in tests"):
            client.send(call)
    assert len(server.requests) == 1
    assert client.send(call).code == "0"


EVENTLET = """
import eventlet
eventlet.monkey_patch()
import sys, time, koodrive
client = koodrive.Client(endpoint=sys.argv[1], user_id="1", token="example-token-not-real")
call = koodrive.NotifyPackageExpire(carrier_user_id="u", package_id="14")
print([client.send(call).code for _ in range(3)])
try:
    client.send(call, timeout=0.5)
except koodrive.OutcomeUnknownError:
    print("unknown")
"""


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_eventlet(server, tls_server, authority, scheme, monkeypatch):
    optional("eventlet")
    monkeypatch.setenv("SSL_CERT_FILE", authority.path)
    server = server if scheme == "http" else tls_server
    server.answers = [reply(), reply(), reply(), lambda connection: connection.recv(1)]
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", EVENTLET, server.url], capture_output=True, text=True, timeout=60)
    assert ran.stdout == "['0', '0', '0']\nunknown\n", ran.stderr
    assert server.connections == 1


@ways("standard library")
def test_vcrpy_sees_the_default_transport_even_if_it_was_used_before(server, client, call, way, tmp_path):
    vcr = optional("vcr")
    server.answers = [reply(), reply(200, b'{"code":0,"msg":"recorded"}'), reply()]
    assert client.send(call).msg == "Success."
    for _ in range(2):
        with vcr.use_cassette(str(tmp_path / "cassette.yaml")):
            assert client.send(call).msg == "recorded"
    assert len(server.requests) == 2
    assert client.send(call).msg == "Success."


@ways("standard library", "requests", "urllib3", "httpx.Client")
def test_time_outs_hold_while_freezegun_stops_the_clock(keep_serving, client, call, way):
    freezegun = optional("freezegun")
    server = keep_serving
    endless = Pieces(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", *[b"x"] * 100)
    server.answers = [reply(), reply(), reply(), endless, reply()]
    with way.opened() as send:
        send(client, call)
        with freezegun.freeze_time("2020-01-01"):
            assert send(client, call).code == "0"
            assert send(client, call).code == "0"
            with pytest.raises(koodrive.OutcomeUnknownError):
                send(client, call, timeout=0.5)
        assert len(server.requests) == 4
        assert send(client, call).code == "0"


@ways("aiohttp")
def test_the_tickets_of_a_new_tls_connection_are_not_a_reply(authority, call, way, monkeypatch):
    """They lie unread on the socket where the event loop is busy when the connection is made."""
    server = TlsServer(authority)
    monkeypatch.setattr("koodrive.transports._aiohttp.is_quiet", lambda sock: False)
    try:
        client = koodrive.Client(endpoint=server.url, user_id=USER_ID, token=TOKEN)
        server.answers = [reply()]
        assert way(client, call, ca=authority).code == "0"
    finally:
        server.close()
