"""Network faults, and the error that each transport raises: ``NotSentError`` or ``OutcomeUnknownError``. One table."""

import gzip
import time

import koodrive
import pytest

from conftest import CUTS, OK, TOKEN, TRACE_ID, USER_ID, cut_after, dripping_after, in_time, out_of_time, reply, stalling_after
from sends import URLLIB3_IS_NIQUESTS, all_transports
from servers import Proxy, TlsServer, deaf, reset

HEAD = b"HTTP/1.1 200 OK\r\n"
LONG = HEAD + b"Content-Length: 1000\r\n\r\n"

#: Those that wait for headers as long as these drip: see ``koodrive.transports``.
UNBOUNDED_HEADERS = ("niquests", "requests", "urllib3") if URLLIB3_IS_NIQUESTS else ("httpx.Client", "httpx2.Client")

#: Seconds until a connection that is not made is given up.
PATIENCE = 0.5


def client_of(endpoint, token=TOKEN):
    return koodrive.Client(endpoint=endpoint, user_id=USER_ID, token=token)


UNANSWERED = {
    **{f"cut {place}": cut_after(start) for place, start in CUTS.items()},
    "cut within the status": cut_after(b"HTTP/1.1 20"),
    "reset": reset,
    "garbage": cut_after(b"\x15\x03\x03\x00\x02\x02\x28"),
    "another protocol": cut_after(b"SSH-2.0-OpenSSH_9.2p1\r\n"),
    "a status that is no number": cut_after(b"HTTP/1.1 OK 200\r\nContent-Length: 27\r\n\r\n" + OK),
    "a chunk whose length is no number": cut_after(HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n" + OK),
    "a header without end": lambda connection: connection.sendall(HEAD + b"x: " + b"x" * 300_000),
}


#: Replies that never end: those of the exchange's time-out.
ENDLESS = {
    "stall before the headers": stalling_after(b""),
    "stall within the headers": stalling_after(HEAD + b"Content-Le"),
    "stall within the body": stalling_after(LONG + OK),
    "drip in the body": dripping_after(LONG),
    "drip in a chunk": dripping_after(HEAD + b"Transfer-Encoding: chunked\r\n\r\n1000\r\n"),
}


@pytest.mark.parametrize("fault", UNANSWERED)
@all_transports
def test_a_request_that_left_and_was_not_answered_is_unknown(server, client, call, way, fault):
    server.answers = [UNANSWERED[fault]]
    with pytest.raises(koodrive.OutcomeUnknownError) as caught:
        way(client, call, trace_id=TRACE_ID)
    _assert_unknown(caught.value)
    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", ENDLESS)
@all_transports
def test_a_reply_that_does_not_end_is_given_up_and_unknown(server, client, call, way, fault):
    _assert_unknown(out_of_time(server, ENDLESS[fault], lambda timeout: way(client, call, trace_id=TRACE_ID, timeout=timeout)))


def _assert_unknown(error):
    assert isinstance(error, koodrive.OutcomeUnknownError)
    assert isinstance(error, ConnectionError) and error.__cause__ is not None
    assert (error.kind, error.outcome, error.retryable, error.trace_id) == ("outcome_unknown", "unknown", False, TRACE_ID)


@all_transports
def test_headers_that_drip(server, client, call, way, request):
    unbounded = request.node.callspec.id in UNBOUNDED_HEADERS
    # For 2 seconds to those who wait as long as it comes, to the others for ever.
    drip = dripping_after(HEAD, times=40 if unbounded else None)
    started = time.monotonic()
    error = out_of_time(server, drip, lambda timeout: way(client, call, timeout=timeout))
    assert error.kind == "outcome_unknown"
    assert not unbounded or time.monotonic() - started > 1.9


@pytest.fixture
def nobody():
    with deaf() as port:
        yield f"http://127.0.0.1:{port}"


@all_transports
def test_a_connection_that_is_not_made_is_not_sent(call, way, nobody):
    with in_time(PATIENCE):
        _assert_not_sent(lambda: way(client_of(nobody), call, connect_timeout=PATIENCE))


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:{port}", "https://127.0.0.1:{port}", "https://no-such-host.invalid"])
@all_transports
def test_a_connection_that_is_refused_is_not_sent(call, way, endpoint, refused_port):
    _assert_not_sent(lambda: way(client_of(endpoint.format(port=refused_port)), call))


def _assert_not_sent(send):
    with pytest.raises(koodrive.NotSentError) as caught:
        send()
    error = caught.value
    assert isinstance(error, ConnectionError) and error.__cause__ is not None
    assert (error.kind, error.outcome, error.retryable) == ("not_sent", "not_sent", True)
    assert len(error.trace_id) == 58


class NoTls:
    """Takes connections for TLS, and answers the first bytes as told."""

    def __init__(self, server):
        self.url = server.url.replace("http:", "https:")
        server._read = lambda connection: connection.recv(65536)
        self.answers = server.answers


HANDSHAKES = {
    "that nobody answers": stalling_after(b""),
    "that is answered in plain HTTP": lambda connection: connection.sendall(reply(400)),
    "that is cut": None,
    "that is reset": reset,
}


@pytest.mark.parametrize("handshake", HANDSHAKES)
@all_transports
def test_a_handshake(server, call, way, handshake):
    tls = NoTls(server)
    tls.answers[:] = [HANDSHAKES[handshake]]
    _assert_not_sent(lambda: way(client_of(tls.url), call, connect_timeout=PATIENCE))


@pytest.fixture
def tls_server(authority):
    server = TlsServer(authority)
    yield server
    server.close()


@all_transports
def test_an_untrusted_certificate_is_not_sent(tls_server, call, way):
    _assert_not_sent(lambda: way(client_of(tls_server.url), call))
    assert tls_server.requests == []


@all_transports
def test_a_certificate_that_the_session_trusts(tls_server, authority, call, way):
    tls_server.answers = [reply()]
    assert way(client_of(tls_server.url), call, ca=authority).code == "0"


@pytest.mark.parametrize("fault", ["cut before the headers", "reset"])
@all_transports
def test_over_tls_a_request_that_was_not_answered_is_unknown(tls_server, authority, call, way, fault):
    tls_server.answers = [UNANSWERED[fault]]
    with pytest.raises(koodrive.OutcomeUnknownError):
        way(client_of(tls_server.url), call, ca=authority)
    assert len(tls_server.requests) == 1


@all_transports
def test_over_tls_a_reply_that_does_not_come_is_unknown(tls_server, authority, call, way):
    def send(timeout):
        way(client_of(tls_server.url), call, ca=authority, timeout=timeout)

    assert out_of_time(tls_server, stalling_after(b""), send).kind == "outcome_unknown"


@pytest.fixture
def proxy():
    proxy = Proxy()
    yield proxy
    proxy.close()


@all_transports
def test_the_sessions_proxy_is_used(server, client, call, way, proxy):
    server.answers = [reply()]
    assert way(client, call, proxy=proxy.url).code == "0"
    assert proxy.requests == [f"POST {server.url}/koodrive/ose/v1/carrier/users/notifyPackageExpire HTTP/1.1"]
    # Host is what was signed.
    assert server.requests[0]["headers"]["host"] == server.url.split("//")[1]


@all_transports
def test_through_a_proxy_tls_is_the_services(tls_server, authority, call, way, proxy):
    tls_server.answers = [reply()]
    assert way(client_of(tls_server.url), call, ca=authority, proxy=proxy.url).code == "0"
    assert [line.split(" ")[:2] for line in proxy.requests] == [["CONNECT", tls_server.url.split("//")[1]]]


@all_transports
def test_a_proxy_that_is_not_there_is_not_sent(client, call, way, refused_port):
    _assert_not_sent(lambda: way(client, call, proxy=f"http://127.0.0.1:{refused_port}"))


@pytest.mark.parametrize("status", [403, 407, 502])
@all_transports
def test_a_proxy_that_refuses_to_connect_is_not_sent(tls_server, call, way, proxy, status):
    proxy.answers = [reply(status, b"no")]
    _assert_not_sent(lambda: way(client_of(tls_server.url), call, proxy=proxy.url))
    assert tls_server.connections == 0


@pytest.mark.parametrize("answer", [None, lambda connection, *_: connection.recv(1)], ids=["cut", "stall"])
@all_transports
def test_a_proxy_that_does_not_answer_connect(tls_server, call, way, proxy, answer, request):
    proxy.answers = [answer]
    # aiohttp does not say that a connection which ended was the proxy's; then it is better not to know.
    unsure = request.node.callspec.id == "aiohttp-cut"
    limits = {"connect_timeout": PATIENCE, "timeout": 2 * PATIENCE} if answer else {}
    with pytest.raises(koodrive.OutcomeUnknownError if unsure else koodrive.NotSentError):
        way(client_of(tls_server.url), call, proxy=proxy.url, **limits)
    assert tls_server.connections == 0


@all_transports
def test_a_request_that_a_proxy_took_and_cut_is_unknown(client, call, way, proxy):
    proxy.answers = [None]
    with pytest.raises(koodrive.OutcomeUnknownError):
        way(client, call, proxy=proxy.url)
    assert len(proxy.requests) == 1


@all_transports
def test_a_request_that_a_proxy_took_and_did_not_answer_is_unknown(client, call, way, proxy):
    def stall(connection, *_):
        connection.recv(1)

    error = out_of_time(proxy, stall, lambda timeout: way(client, call, proxy=proxy.url, timeout=timeout))
    assert error.kind == "outcome_unknown"


@all_transports
def test_a_proxys_own_refusal_is_an_answer(client, call, way, proxy):
    proxy.answers = [reply(407, b"no")]
    with pytest.raises(koodrive.ApiError) as caught:
        way(client, call, proxy=proxy.url)
    assert (caught.value.status, caught.value.outcome) == (407, "refused")


def endless(start, piece):
    def answer(connection):
        connection.sendall(start)
        while True:
            connection.sendall(piece)

    return answer


ZEROS = gzip.compress(b"0" * 50_000_000)
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n"
TOO_LONG = {
    "by its length": reply(200, b"0" * 500_000),
    "without length": endless(HEAD + b"\r\n", b"0" * 10_000),
    "in chunks": endless(CHUNKED + b"\r\n", b"2710\r\n" + b"0" * 10_000 + b"\r\n"),
    "a gzip bomb": reply(200, ZEROS, "Content-Encoding: gzip"),
    "a gzip bomb in chunks": CHUNKED + b"Content-Encoding: gzip\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(ZEROS), ZEROS),
    "a redirect": endless(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n", b"0" * 10_000),
}


@pytest.mark.parametrize("body", TOO_LONG)
@all_transports
def test_a_reply_that_is_too_long_is_not_read_on(server, client, call, way, body, memory):
    server.answers = [TOO_LONG[body]]
    with pytest.raises((koodrive.UnreadableReplyError, koodrive.ApiError)) as caught:
        way(client, call, reply_limit=1000)
    assert caught.value.status == (302 if body == "a redirect" else 200)
    assert "1000" in str(caught.value) or body == "a redirect"
    # A bomb would have taken 50 MB.
    assert memory() < 20_000_000


@pytest.fixture
def memory():
    """How many bytes the test has allocated at most."""
    import tracemalloc

    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


ZIPPED = {"gzip": gzip.compress(OK), "deflate": __import__("zlib").compress(OK)}


@pytest.mark.parametrize("encoding", ZIPPED)
@all_transports
def test_a_reply_that_is_compressed_although_nobody_asked(server, client, call, way, encoding):
    server.answers = [reply(200, ZIPPED[encoding], f"Content-Encoding: {encoding}")]
    assert way(client, call).msg == "Success."
    assert server.requests[0]["headers"]["accept-encoding"] == "identity"


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "rot13"])
@all_transports
def test_a_reply_that_cannot_be_decompressed(server, client, call, way, encoding):
    server.answers = [reply(200, b"\x00\x01 no such thing", f"Content-Encoding: {encoding}")]
    with pytest.raises((koodrive.UnreadableReplyError, koodrive.OutcomeUnknownError)) as caught:
        way(client, call)
    assert caught.value.outcome == "unknown"
