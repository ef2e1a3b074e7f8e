"""Nothing below the library sends a request again: what would is refused, or switched off."""

import os

import koodrive
import pytest

from conftest import reply
from sends import ways
from servers import TlsServer

GET = koodrive.GetCurrentRetentionPolicy()


def _retry(way, **counts):
    return way.module().adapters.Retry(**counts)


def _session(way, retries):
    session = way.session()
    for scheme in ("http://", "https://"):
        session.mount(scheme, way.module().adapters.HTTPAdapter(max_retries=retries))
    return session


#: Arguments of ``Retry``, and whether it may resend a received POST, and a received GET.
RETRIES = [
    ({"total": 0}, False, False),
    ({"total": False}, False, False),
    ({"total": 0, "status_forcelist": [503]}, False, False),
    # The number that requests' documentation calls harmless: TLS that fails after the request counts as `other`.
    ({"total": 3}, True, True),
    ({"total": None}, True, True),
    ({"total": 3, "other": 0}, False, True),
    ({"total": 3, "other": 0, "read": 0, "status": 0}, False, False),
    ({"total": None, "connect": 3, "other": False, "read": False, "status": 0}, False, False),
    ({"total": 3, "other": 0, "read": False}, False, True),
    ({"total": 3, "other": 0, "status": 0}, False, True),
    ({"total": 3, "other": 0, "allowed_methods": None}, True, True),
    ({"total": 3, "other": 0, "allowed_methods": ["POST"]}, True, False),
    ({"total": 3, "other": 0, "read": 0, "allowed_methods": None}, True, True),
    ({"total": 3, "other": 0, "status": 0, "allowed_methods": None}, True, True),
    ({"total": 3, "other": 0, "read": 0, "status": 0, "allowed_methods": None}, False, False),
    ({"total": 3, "other": 1, "read": 0, "status": 0}, True, True),
]


@pytest.mark.parametrize("counts, post, get", RETRIES, ids=lambda value: repr(value) if isinstance(value, dict) else "")
@ways("requests", "niquests")
def test_a_session_that_would_send_again_is_refused(server, client, call, way, counts, post, get):
    for operation, refused in ((call, post), (GET, get)):
        server.answers, before = [reply(), reply()], len(server.requests)
        with _session(way, _retry(way, **counts)) as session:
            if not refused:
                assert client.send(operation, transport=session).code == "0"
                continue
            with pytest.raises(koodrive.InvalidInputError) as caught:
                client.send(operation, transport=session)
        method = "POST" if operation is call else "GET"
        module = way.module().__name__
        assert f"the {module} session may send a {method} to {server.url.split('//')[1]} again" in str(caught.value)
        assert f'session.mount("{server.url}/", {module}.adapters.HTTPAdapter())' in str(caught.value)
        assert len(server.requests) == before


@ways("requests", "niquests")
def test_the_advice_of_the_refusal_works(server, client, call, way):
    with _session(way, 3) as session:
        with pytest.raises(koodrive.InvalidInputError):
            client.send(call, transport=session)
        server.answers = [reply(), reply(503, b"{}", "Retry-After: 0"), reply()]
        session.mount(f"{server.url}/", way.module().adapters.HTTPAdapter())
        assert client.send(call, transport=session).code == "0"
        session.get_adapter(f"{server.url}/").close()
        retries = _retry(way, connect=3, read=0, status=0, other=0, raise_on_status=False)
        session.mount(f"{server.url}/", way.module().adapters.HTTPAdapter(max_retries=retries))
        for operation in (call, GET):
            server.answers = [reply(503, b"{}", "Retry-After: 0"), reply()]
            before = len(server.requests)
            with pytest.raises(koodrive.ApiError) as caught:
                client.send(operation, transport=session)
            assert (caught.value.status, len(server.requests)) == (503, before + 1)


def _damaged(connection):
    # A TLS record that cannot be decrypted.
    os.write(connection.fileno(), b"\x17\x03\x03\x00\x20" + b"x" * 32)
    connection.recv(1)


@ways("requests")
def test_the_harmless_number_of_retries_does_send_a_post_again(authority, way):
    """Shows that requests itself resends a POST with max_retries=3. If this fails, the refusal is no longer needed."""
    server = TlsServer(authority)
    try:
        server.answers = [_damaged, _damaged, _damaged, _damaged]
        with way.session(ca=authority, trust_env=False) as session:
            session.mount("https://", way.module().adapters.HTTPAdapter(max_retries=3))
            with pytest.raises(way.module().exceptions.SSLError):
                session.post(server.url, data=b"x")
        assert len(server.requests) == 4
    finally:
        server.close()


@ways("urllib3")
def test_the_retries_of_a_pool_are_ignored(server, client, call, way):
    urllib3 = way.module()
    retries = urllib3.Retry(5, allowed_methods=None, status_forcelist=[503], backoff_factor=0)
    with urllib3.PoolManager(retries=retries) as pool:
        for operation in (call, GET):
            before = len(server.requests)
            server.answers = [reply(503, b"{}", "Retry-After: 0"), None, reply(302, b"{}", "Location: /x"), reply()]
            for error in (koodrive.ApiError, koodrive.OutcomeUnknownError, koodrive.ApiError):
                with pytest.raises(error):
                    client.send(operation, transport=pool)
            assert len(server.requests) == before + 3


@pytest.mark.parametrize("operation", ["POST", "GET"])
@ways("aiohttp", "httpx.Client", "httpx2.Client", "httpx.AsyncClient", "httpx2.AsyncClient")
def test_the_first_request_of_a_connection_is_not_sent_again(server, client, call, way, operation):
    server.answers = [None, reply()]
    with pytest.raises(koodrive.OutcomeUnknownError):
        way(client, call if operation == "POST" else GET)
    assert len(server.requests) == 1


@ways("httpx.Client", "httpx2.Client")
def test_retries_of_httpx_are_for_connecting(server, client, call, way):
    httpx = way.module()
    with httpx.Client(transport=httpx.HTTPTransport(retries=3)) as session:
        for operation in (call, GET):
            server.answers = [None, reply()]
            before = len(server.requests)
            with pytest.raises(koodrive.OutcomeUnknownError):
                client.send(operation, transport=session)
            assert len(server.requests) == before + 1


@ways("aiohttp")
def test_an_old_aiohttp_is_refused(client, call, way, monkeypatch):
    monkeypatch.delattr(way.module(), "ClientMiddlewareType")
    # A class of sessions is checked once.
    monkeypatch.setattr("koodrive.transports._sessions._exchanges", {})
    with pytest.raises(
        koodrive.InvalidInputError, match=r"^transport: aiohttp 3\..* may resend a request.*install aiohttp 3\.12"
    ):
        way(client, call)
