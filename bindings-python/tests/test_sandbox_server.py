"""The sandbox on loopback: what it reads, what it refuses to read, and what faults do to the bytes."""

import asyncio
import gc
import http.client
import json
import socket
import threading
import time
import urllib.error
import urllib.request
import warnings

import aiohttp
import httpx
import koodrive
import pytest
from koodrive.sandbox import Sandbox

from conftest import in_time

POST = ("POST /koodrive/ose/v1/carrier/users/notifyPackageExpire HTTP/1.1", "Host: x", "Content-Type: application/json")
BODY = b'{"carrierUserId":"1","type":2,"packageId":"14"}'
POLICIES = "/koodrive/ose/v1/carrier/retention/policy/getList"


@pytest.fixture
def serve():
    servers = []

    def start(**configuration):
        servers.append(Sandbox(**configuration).serve())
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def client_of(server, **options):
    return koodrive.Client.from_settings(server.settings, **server.credentials)


def connected(server):
    return socket.create_connection(server.url.split("//")[1].split(":"), timeout=60)


def raw(server, data, *, end=False):
    """Sends ``data``, and returns all bytes until the server closes the connection."""
    with connected(server) as connection:
        connection.sendall(data)
        if end:
            connection.shutdown(socket.SHUT_WR)
        received = b""
        while more := connection.recv(65536):
            received += more
        return received


def ended(connection):
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        # It had not read all that was sent.
        return True


def lines(first, *fields, body=b""):
    """A request by token, made by hand."""
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - 5))
    mine = ["Authorization: Bearer example-token-not-real", f"X-Date: {date}", "X-User-Id: 1"]
    return "\r\n".join([first, *mine, *fields, "", ""]).encode("latin-1") + body


def test_clients_call_it(serve, call):
    server = serve()
    client = client_of(server)
    assert client.send(koodrive.GetSpaceUsageByOverview()).data.total_used == "1073741824"
    assert client.send(call).code == "0"
    with httpx.Client() as session:
        assert client.send(call, transport=session).code == "0"

    async def over_aiohttp():
        async with aiohttp.ClientSession() as session:
            replies = await asyncio.gather(*(client.asend(call, transport=session) for _ in range(20)))
        return [reply.code for reply in replies]

    assert asyncio.run(over_aiohttp()) == ["0"] * 20
    assert len(server.sandbox.accepted()) == 22


def test_its_environ_is_read_by_from_env(serve, call):
    for configuration in ({}, {"tokens": ["AT 0123456789abcdef"], "whitelist": ["4711"]}):
        server = serve(**configuration)
        assert koodrive.Client.from_env(server.environ).send(call).code == "0"
    assert set(server.environ) == {"KOODRIVE_ENDPOINT", "KOODRIVE_USER_ID", "KOODRIVE_TOKEN"}


def test_connections_are_kept(serve):
    server = serve()
    connection = http.client.HTTPConnection(server.url.split("//")[1])
    for _ in range(3):
        connection.request("GET", POLICIES)
        response = connection.getresponse()
        assert response.status == 401 and not response.will_close
        assert json.loads(response.read())["error_code"] == "SANDBOX.MISSING_AUTHORIZATION"
    connection.close()
    assert sum(thread.name == "koodrive-sandbox" for thread in threading.enumerate()) <= 2


def test_a_redirect_of_the_script_goes_nowhere(serve, call):
    server = serve(faults=[302])
    with pytest.raises(koodrive.ApiError) as refused:
        client_of(server).send(call)
    assert (refused.value.status, refused.value.outcome) == (302, "refused")


@pytest.mark.parametrize("cut", ["cut", "cut-in-headers", "cut-after-headers"])
def test_a_cut_ends_the_connection_there(serve, call, cut):
    server = serve(faults=[cut, cut])
    received = raw(server, lines(*POST, "Content-Length: 47", body=BODY))
    if cut == "cut":
        assert received == b""
    elif cut == "cut-in-headers":
        assert received.startswith(b"HTTP/1.1 200 OK\r\n") and b"\r\n\r\n" not in received
    else:
        assert received.startswith(b"HTTP/1.1 200 OK\r\n") and received.endswith(b"content-length: 27\r\n\r\n")
    with pytest.raises(koodrive.OutcomeUnknownError):
        client_of(server).send(call)
    assert len(server.sandbox.accepted()) == 2


def test_a_delay_and_a_drip_take_their_time(serve, call):
    server = serve(faults=[{"delay": 0.3}, {"drip": 0.002}])
    client = client_of(server)
    for least in (0.3, 0.2):
        started = time.monotonic()
        assert client.send(call).code == "0"
        assert time.monotonic() - started >= least


def test_a_drip_comes_byte_by_byte(serve):
    arrived = threading.Semaphore(0)
    # It sleeps until what it has sent is here.
    server = serve(faults=[{"drip": 0.001}], sleep=lambda _: arrived.acquire(timeout=60))
    with connected(server) as connection:
        connection.sendall(lines(f"GET {POLICIES} HTTP/1.1", "Host: x", "Connection: close"))
        pieces = []
        while piece := connection.recv(65536):
            pieces.append(piece)
            arrived.release()
    assert {len(piece) for piece in pieces} == {1}
    assert b"".join(pieces).endswith(b"}]}")


@pytest.mark.parametrize("fault", [{"delay": 600}, {"drip": 600}])
def test_time_outs_of_clients_hold(serve, call, fault):
    server = serve(faults=[fault])
    with pytest.raises(koodrive.OutcomeUnknownError):
        client_of(server).send(call, timeout=2)
    with in_time(0):
        server.close()


def test_the_sleep_of_the_sandbox_is_used(serve, call):
    slept = []
    server = serve(faults=[{"delay": 60}], sleep=slept.append)
    assert client_of(server).send(call).code == "0"
    assert slept == [60]


NO_HTTP = {
    "no request": b"hello\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "another version": b"GET / HTTP/2.0\r\n\r\n",
    "two blanks": b"GET  / HTTP/1.1\r\n\r\n",
    "bare line feeds": b"GET / HTTP/1.1\nHost: x\n\n",
    "a blank before the colon": b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "a folded field": b"GET / HTTP/1.1\r\nHost: x\r\n y\r\n\r\n",
    "a field without a name": b"GET / HTTP/1.1\r\n: x\r\n\r\n",
    "a NUL in a value": b"GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
    "a length and a coding": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a length that is none": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\nx",
    "a chunk that is none": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a chunk that is too long": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("name", NO_HTTP)
def test_a_request_that_is_not_http_is_answered_without_the_sandbox(serve, name):
    server = serve(faults=[503])
    received = raw(server, NO_HTTP[name])
    assert received.startswith(b"HTTP/1.1 400 Bad Request\r\n"), received
    # The script has not moved.
    assert raw(server, lines(f"GET {POLICIES} HTTP/1.1", "Host: x", "Connection: close")).startswith(b"HTTP/1.1 503 ")


@pytest.mark.parametrize(
    "request_, status",
    [
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n", b"413 Content Too Large"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n", b"413 Content Too Large"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", b"501 Not Implemented"),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 70_000, b"431 Request Header Fields Too Large"),
        (b"GET / HTTP/1.1\r\n" + b"A: x\r\n" * 12_000, b"431 Request Header Fields Too Large"),
    ],
)
def test_a_request_over_the_limits_is_refused(serve, request_, status):
    assert raw(serve(), request_).startswith(b"HTTP/1.1 " + status)


def test_a_request_without_a_host_is_refused(serve):
    received = raw(serve(), lines(f"GET {POLICIES} HTTP/1.1", "Connection: close"))
    assert received.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"SANDBOX.MISSING_AUTHORITY" in received


def test_a_header_that_occurs_twice_is_refused_by_the_sandbox(serve):
    received = raw(serve(), lines(f"GET {POLICIES} HTTP/1.1", "Host: x", "Host: x", "Connection: close"))
    assert b"x-sandbox-reason: DUPLICATE_HEADER\r\n" in received


def test_a_path_is_judged_as_it_came(serve):
    received = raw(serve(), lines(f"GET /{POLICIES} HTTP/1.1", "Host: x", "Connection: close"))
    assert received.startswith(b"HTTP/1.1 404 Not Found\r\n")


def test_old_clients_and_those_that_close_are_served_once(serve):
    server = serve()
    for first, field, stays in (
        ("HTTP/1.0", "Via: x", False),
        ("HTTP/1.0", "Connection: keep-alive", True),
        ("HTTP/1.1", "Connection: Close", False),
        ("HTTP/1.1", "Connection: te, close", False),
        ("HTTP/1.1", "Via: x", True),
    ):
        with connected(server) as connection:
            connection.sendall(lines(f"GET {POLICIES} {first}", "Host: x", field))
            received = b""
            while not received.endswith(b"}]}"):
                received += connection.recv(65536)
            assert received.startswith(b"HTTP/1.1 200 OK\r\n")
            assert (b"\r\nconnection: close\r\n" in received) != stays, (first, field)
            if stays:
                connection.sendall(lines(f"GET {POLICIES} HTTP/1.1", "Host: x"))
            assert connection.recv(9) == (b"HTTP/1.1 " if stays else b""), (first, field)


def test_two_requests_in_one_packet(serve):
    one = lines(f"GET {POLICIES} HTTP/1.1", "Host: x")
    received = raw(serve(), one + lines(f"GET {POLICIES} HTTP/1.1", "Host: x", "Connection: close"))
    assert received.count(b"HTTP/1.1 200 OK\r\n") == 2


def test_a_body_in_chunks(serve):
    server = serve()
    body = b'10;x=y\r\n{"carrierUserId"\r\n1f\r\n:"1","type":2,"packageId":"14"}\r\n0\r\n\r\n'
    received = raw(server, lines(*POST, "Transfer-Encoding: chunked", "Connection: close", body=body))
    assert received.endswith(b'{"code":0,"msg":"Success."}')
    assert server.sandbox.accepted()[0].package_id == "14"


def test_a_body_after_100_continue(serve):
    server = serve()
    received = raw(server, lines(*POST, "Content-Length: 47", "Expect: 100-continue", "Connection: close", body=BODY))
    assert received.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    "part",
    [
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc",
    ],
)
def test_a_connection_closed_within_a_request_is_ignored(serve, part):
    server = serve(faults=[503])
    assert raw(server, part, end=True) in (b"", b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    assert raw(server, lines(f"GET {POLICIES} HTTP/1.1", "Host: x", "Connection: close")).startswith(b"HTTP/1.1 503 ")


def test_head_is_answered_without_a_body(serve):
    received = raw(serve(), lines(f"HEAD {POLICIES} HTTP/1.1", "Host: x", "Connection: close"))
    assert received.startswith(b"HTTP/1.1 405 Method Not Allowed\r\n") and received.endswith(b"\r\n\r\n")
    assert b"\r\nallow: GET\r\n" in received


def test_it_closes_and_leaves_nothing_behind(call):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with Sandbox().serve() as server:
            held = [connected(server) for _ in range(3)]
            held[0].sendall(b"GET / HTTP/1.1\r\n")
            client_of(server).send(call)
        assert not [thread for thread in threading.enumerate() if thread.name == "koodrive-sandbox"]
        for connection in held:
            assert ended(connection)
            connection.close()
        server.close()
        gc.collect()
    with pytest.raises(koodrive.NotSentError):
        client_of(server).send(call)


def test_urllib_takes_it_for_a_server(serve):
    server = serve()
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(server.url + POLICIES)
    with error.value as answer:
        assert (answer.code, answer.headers["x-sandbox-reason"]) == (401, "MISSING_AUTHORIZATION")
