"""The bytes that arrive at a strict server, for hostile ids, credentials and endpoints.

h11 reads the bytes, and must find one request with exactly the built headers.
"""

import json
import re

import h11
import koodrive
import pytest

from conftest import OK, SECRET, Server
from sends import all_transports
from test_sharing import signature

PATH = "/koodrive/ose/v1/carrier/users/notifyPackageExpire"
#: Headers that HTTP and the sessions add; see test_sessions.py.
ADDED = {b"host", b"content-length", b"accept-encoding", b"connection", b"user-agent", b"accept"}

#: Values that could break out of their place without escapes. The core refuses control characters.
HOSTILE = [
    '","type":1,"x":"',
    '"}{"carrierUserId":"other"}',
    "\\",
    '\\"',
    "a\u2028\u2029\ufeffb",
    "../../admin?x=1#y",
    "%0d%0ax-injected:%201",
    "é中😀\U0010ffff",
    "u" * 4096,
]
#: Visible ASCII that a header carries, and that a careless reader would take apart.
ODD = ["a,b;c=d", 'quo"ted', "%0d%0ax-injected:1", "\\r\\nx:1", ": x", "a: b", "x  y", "(comment)", "<>@[]{}?=/", "'", "v" * 4096]
REFUSED = ["a\r\nx: 1", "a\nx: 1", "a\r", "\0", "a\tb", "é", "中", " a", "a ", "a\x0bb", "a\x85b"]
PREFIXES = ["", "/a", "/a.b/~c_d-e", "/...", "/" + "p" * 1000]
NO_ENDPOINTS = [
    "/../x",
    "/a/./b",
    "//x",
    "/a?x=1",
    "/a#x",
    "/a b",
    "/a\r\nx: 1",
    "/a\\b",
    "/a%2f..",
    "/é",
    ":1@elsewhere.example/",
]


class Strict(Server):
    """Reads with h11, which takes nothing that RFC 9112 does not allow. ``received`` has each request and its raw bytes."""

    def __init__(self):
        self.received = []
        super().__init__()

    def _serve(self, connection):
        with connection:
            parser, raw, head, body = h11.Connection(h11.SERVER), b"", None, b""
            try:
                while True:
                    event = parser.next_event()
                    if event is h11.NEED_DATA:
                        data = connection.recv(65536)
                        raw += data
                        parser.receive_data(data)
                    elif isinstance(event, h11.Request):
                        head = event
                    elif isinstance(event, h11.Data):
                        body += event.data
                    elif isinstance(event, h11.EndOfMessage):
                        rest = parser.trailing_data[0]
                        self.received.append((head, body, raw, rest + b"".join(b"%s: %s" % it for it in event.headers)))
                        answer = parser.send(h11.Response(status_code=200, headers=[("content-length", str(len(OK)))]))
                        connection.sendall(answer + parser.send(h11.Data(OK)) + parser.send(h11.EndOfMessage()))
                        parser.start_next_cycle()
                        raw, body = b"", b""
                    else:  # the connection is at its end
                        return
            except (h11.ProtocolError, OSError) as error:
                self.received.append(error)


@pytest.fixture
def strict():
    server = Strict()
    yield server
    server.close()


class Building(koodrive.Client):
    """Remembers the request that it has built."""

    built = []

    def request(self, *arguments):
        self.built[:] = [super().request(*arguments)]
        return self.built[0]


def assert_sent(strict, path, ids):
    """The last request is the one that was built: its line, its headers, its body, to the byte."""
    head, body, raw, rest = strict.received[-1]
    (built,) = Building.built
    assert rest == b""
    assert (head.method, head.target) == (built.method.encode(), path.encode())
    assert built.url == strict.url + path
    expected = {name.encode(): value.encode() for name, value in built.headers}
    found = [(bytes(name), bytes(value)) for name, value in head.headers]
    assert {name: value for name, value in found if name in expected} == expected
    assert len({name for name, _ in found}) == len(found) and {name for name, _ in found} <= expected.keys() | ADDED
    assert dict(found)[b"host"] == strict.url.split("//")[1].encode()
    # As many lines as headers, and one before them.
    lines, _, after = raw.partition(b"\r\n\r\n")
    assert len(re.split(rb"[\r\n]+", lines)) == len(found) + 1 and lines.count(b"\n") == len(found)
    assert after == body == built.body
    if ids is not None:
        assert dict(found)[b"content-length"] == str(len(body)).encode()
        assert json.loads(body) == {"carrierUserId": ids[0], "type": 2, "packageId": ids[1]}
    return built


@all_transports
def test_no_id_adds_anything(strict, way):
    client = Building(endpoint=strict.url, user_id="1", app_id="my-app-id", app_secret=SECRET)
    with way.opened() as send:
        for hostile in HOSTILE:
            for ids in ((hostile, "14"), ("1", "x" + hostile)):
                assert send(client, koodrive.NotifyPackageExpire(carrier_user_id=ids[0], package_id=ids[1])).code == "0"
                built = assert_sent(strict, PATH, ids)
                # The signature of the received request, by the publisher's rules.
                assert dict(built.headers)["authorization"] == signature(built, SECRET)
    assert len(strict.received) == 2 * len(HOSTILE) and strict.connections == 1


@all_transports
def test_no_header_adds_anything(strict, call, way):
    read = koodrive.GetCurrentRetentionPolicy()
    with way.opened() as send:
        for odd in ODD:
            client = Building(endpoint=strict.url, user_id=odd.strip() or "x", token=f"t{odd}")
            send(client, call, trace_id=odd.replace(" ", "_").ljust(58, "~")[:58])
            assert_sent(strict, PATH, ("189642158555241211", "14"))
            send(client.with_credentials(authorization=f"a{odd}"), read)
            assert_sent(strict, "/koodrive/ose/v1/carrier/retention/policy/getList", None)
    assert len(strict.received) == 2 * len(ODD)


@all_transports
def test_no_endpoint_adds_anything(strict, call, way):
    for prefix in PREFIXES:
        way(Building(endpoint=strict.url + prefix, user_id="1", token="t"), call)
        assert_sent(strict, prefix + PATH, ("189642158555241211", "14"))


@all_transports
def test_a_value_that_a_header_cannot_carry_is_not_sent(strict, call, way):
    client = koodrive.Client(endpoint=strict.url, user_id="1", token="t")
    with way.opened() as send:
        for refused in REFUSED:
            for make in (
                lambda: koodrive.Client(endpoint=strict.url, user_id=refused, token="t"),
                lambda: client.with_credentials(token=refused),
                lambda: client.with_credentials(authorization=refused),
                lambda: client.with_credentials(app_id=refused, app_secret="s"),
                lambda: send(client, call, trace_id=refused.ljust(58, "~")[:57] + refused[-1]),
                lambda: send(koodrive.Client(endpoint=strict.url, user_id="1", token=lambda: refused), call),
            ):
                with pytest.raises(koodrive.InvalidInputError):
                    make()
    for path in NO_ENDPOINTS:
        with pytest.raises(koodrive.InvalidInputError):
            koodrive.Client(endpoint=strict.url + path, user_id="1", token="t")
    assert (strict.received, strict.connections) == ([], 0)
