"""Path and query arrive as they were signed, through every transport: the signature is computed anew, by the publisher's rules
and nothing of this package, of what a plain http.server has received."""

import hashlib
import hmac
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import koodrive
import pytest

from conftest import OK, SECRET, USER_ID
from sends import all_transports

#: Characters that libraries like to encode, decode or resolve.
ODD = "a b+c%d&e=f?g#h/i;j:k@l!m$n'o(p)q*r,s~t\"u<v>w\\x^y`z{|}[]é中😀%2F%2f%7E."


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        self.server.received.append((self.command, self.requestline.split(" ")[1], dict(self.headers), body))
        self.send_response(200)
        self.send_header("content-length", str(len(OK)))
        self.end_headers()
        self.wfile.write(OK)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, *_):
        pass


@pytest.fixture
def plain():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.received = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def signature(method, target, headers, body):
    headers = {name.lower(): value for name, value in headers.items()}
    path, _, query = target.partition("?")
    lines = [
        method,
        path if path.endswith("/") else f"{path}/",
        query,
        f"host:{headers['host']}",
        f"x-date:{headers['x-date']}",
        f"x-user-id:{headers['x-user-id']}",
        "",
        "host;x-date;x-user-id",
        hashlib.sha256(body).hexdigest(),
    ]
    string_to_sign = "HMAC-SHA256\n" + hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return hmac.new(SECRET.encode(), string_to_sign.encode(), hashlib.sha256).hexdigest()


def escaped(text):
    unreserved = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~"
    return "".join(chr(byte) if byte in unreserved else f"%{byte:02X}" for byte in text.encode())


CALLS = [
    (koodrive.RawCall("GET", "/koodrive/ose/v1/users/1316083732377070977"), "/koodrive/ose/v1/users/1316083732377070977"),
    (koodrive.RawCall("GET", "/a/"), "/a/"),
    (koodrive.RawCall("GET", f"/{escaped(ODD)}/z"), f"/{escaped(ODD)}/z"),
    (koodrive.RawCall("GET", "/...x/%7e;a:b@c=1,2+3"), "/...x/~%3Ba%3Ab%40c%3D1%2C2%2B3"),
    (koodrive.RawCall("GET", "/a", query={ODD: ODD}), f"/a?{escaped(ODD)}={escaped(ODD)}"),
    (koodrive.RawCall("GET", "/a", query=[("b", ""), ("a", 2), ("a", 10), ("%41", "+")]), "/a?%2541=%2B&a=10&a=2&b="),
    (koodrive.RawCall("DELETE", "/a", query={"a": "1"}), "/a?a=1"),
    (koodrive.RawCall("DELETE", "/a", json={"b": 2}), "/a"),
    (koodrive.RawCall("POST", "/a"), "/a"),
    (koodrive.RawCall("PUT", "/a", query={"a": "b c"}, json='{ "status" : 7 }'), "/a?a=b%20c"),
    (koodrive.RawCall("PATCH", "/a", json={"é": 1}), "/a"),
]


@all_transports
def test_the_arriving_request_is_the_signed_one(plain, way):
    url = f"http://127.0.0.1:{plain.server_port}"
    for prefix in ("", "/prefix/v1"):
        client = koodrive.Client(endpoint=url + prefix, user_id=USER_ID, app_id="an-app-id", app_secret=SECRET)
        with way.opened() as send:
            for call, target in CALLS:
                assert send(client, call).code == "0"
                method, arrived, headers, body = plain.received[-1]
                assert (method, arrived) == (call.method, prefix + target)
                assert body == (call.json or "").encode()
                authorization = {name.lower(): value for name, value in headers.items()}["authorization"]
                assert authorization.endswith("Signature=" + signature(method, arrived, headers, body))
    assert len(plain.received) == 2 * len(CALLS)
