"""Every transport over a session that the user brings: what goes out, what of the session holds, and what does not."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import koodrive
import pytest

from conftest import OK, TOKEN, TRACE_ID, USER_ID, out_of_time, reply, stalling_after
from sends import AsyncWay, all_transports, ways
from servers import Echo, Proxy, TlsServer

BUILT = {"authorization", "content-type", "x-date", "x-user-id", "x-traceid"}
OF_HTTP = {"host", "content-length", "accept-encoding", "connection"}
#: The default ``headers`` of these sessions.
OF_THE_SESSION = {"user-agent", "accept"}


@all_transports
def test_a_call_is_sent_as_it_was_built(server, client, call, way, request):
    server.answers = [reply()]
    assert way(client, call, trace_id=TRACE_ID) == koodrive.Acknowledgement(code="0", msg="Success.", trace_id=TRACE_ID)
    (sent,) = server.requests
    assert (sent["method"], sent["path"]) == ("POST", "/koodrive/ose/v1/carrier/users/notifyPackageExpire")
    assert sent["body"] == b'{"carrierUserId":"189642158555241211","type":2,"packageId":"14"}'
    headers = sent["headers"]
    own = OF_THE_SESSION if request.node.callspec.id.startswith(("requests", "niquests", "httpx")) else set()
    assert BUILT <= set(headers) <= BUILT | OF_HTTP | own
    assert headers["host"] == server.url.split("//")[1]
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert (headers["content-type"], headers["x-user-id"], headers["x-traceid"]) == ("application/json", USER_ID, TRACE_ID)
    assert (headers["accept-encoding"], headers["content-length"]) == ("identity", "64")


@all_transports
def test_a_get_is_sent_without_a_body(server, client, way):
    server.answers = [reply(200, b'{"code":0}')]
    assert way(client, koodrive.GetCurrentRetentionPolicy()).policy_list == ()
    (sent,) = server.requests
    assert (sent["method"], sent["body"]) == ("GET", b"")
    assert not {"content-type", "content-length", "transfer-encoding"} & set(sent["headers"])


@all_transports
def test_a_path_that_the_endpoint_has_stays(server, call, way):
    client = koodrive.Client(endpoint=server.url + "/a-b/~c_d", user_id=USER_ID, token=TOKEN)
    server.answers = [reply()]
    way(client, call)
    assert server.requests[0]["path"] == "/a-b/~c_d/koodrive/ose/v1/carrier/users/notifyPackageExpire"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@all_transports
def test_a_redirect_is_not_followed(server, client, call, way, status):
    server.answers = [reply(status, b'{"code":7}', "Location: /elsewhere"), reply()]
    with pytest.raises(koodrive.ApiError) as caught:
        way(client, call)
    assert (caught.value.status, caught.value.outcome, caught.value.code) == (status, "refused", "7")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "status, outcome", [(401, "refused"), (407, "refused"), (429, "refused"), (500, "unknown"), (503, "refused")]
)
@all_transports
def test_another_status_is_an_api_error_and_nothing_is_repeated(server, client, call, way, status, outcome):
    server.answers = [reply(status, b'{"code":7}', "Retry-After: 0", "WWW-Authenticate: Basic"), reply()]
    with pytest.raises(koodrive.ApiError) as caught:
        way(client, call)
    assert (caught.value.status, caught.value.outcome, caught.value.code) == (status, outcome, "7")
    assert (caught.value.retry_after, caught.value.retryable) == (0.0, status in (429, 503))
    assert len(server.requests) == 1


@all_transports
def test_a_date_that_the_service_refused_is_signed_anew_once(server, client, call, way):
    ahead = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 3600))
    server.answers = [reply(401, b"{}", f"Date: {ahead}"), reply()]
    assert way(client, call).code == "0"
    first, second = (request["headers"] for request in server.requests)
    assert first["x-date"] != second["x-date"] and first["x-traceid"] == second["x-traceid"]


@all_transports
def test_connections_are_kept_and_used_again(server, client, call, way):
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(OK), OK)
    server.answers = [reply(), chunked, reply(401, b"{}"), reply()]
    with way.opened() as send:
        send(client, call)
        send(client, call)
        with pytest.raises(koodrive.ApiError):
            send(client, call)
        send(client, koodrive.GetCurrentRetentionPolicy())
    assert (server.connections, len(server.requests)) == (1, 4)


@all_transports
def test_a_connection_that_the_server_closed_meanwhile_is_not_used(server, client, call, way):
    server.answers = [reply(), reply()]
    with way.opened() as send:
        send(client, call)
        server.drop_idle()
        time.sleep(0.05)
        assert send(client, call).code == "0"
    assert (server.connections, len(server.requests)) == (2, 2)


@pytest.mark.parametrize("operation", ["POST", "GET"])
@all_transports
def test_a_connection_that_ends_as_it_is_used_again_is_not_replaced(server, client, call, way, operation):
    server.answers = [reply(), None, reply()]
    call = call if operation == "POST" else koodrive.GetCurrentRetentionPolicy()
    with way.opened() as send:
        send(client, call)
        with pytest.raises(koodrive.OutcomeUnknownError):
            send(client, call)
        assert len(server.requests) == 2
        # Nothing of it is left for the next.
        assert send(client, call).code == "0"


@all_transports
def test_the_rest_of_a_reply_is_not_the_next_reply(server, client, call, way):
    half = stalling_after(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + OK)
    with way.opened() as send:
        assert out_of_time(server, half, lambda timeout: send(client, call, timeout=timeout)).kind == "outcome_unknown"
        server.answers = [reply(200, b"0" * 5000), reply()]
        with pytest.raises(koodrive.UnreadableReplyError):
            send(client, call, reply_limit=10)
        assert send(client, call).code == "0"


@all_transports
def test_the_reply_says_when_to_close(server, client, call, way):
    server.answers = [reply(200, OK, "Connection: close"), reply()]
    with way.opened() as send:
        assert send(client, call).code == send(client, call).code == "0"
    assert server.connections == 2


OWN_HEADERS = {
    "X-Of-The-Session": "stays",
    "Authorization": "Basic bm90OnNlbnQ=",
    "Content-Type": "text/plain",
    "Host": "elsewhere.invalid",
    "X-Date": "19700101T000000Z",
    "x-traceid": "not sent",
}


WITH_HEADERS = ways(
    "requests", "niquests", "urllib3", "httpx.Client", "httpx2.Client", "aiohttp", "httpx.AsyncClient", "httpx2.AsyncClient"
)
WITH_CREDENTIALS = ways(
    "requests", "niquests", "httpx.Client", "httpx2.Client", "aiohttp", "httpx.AsyncClient", "httpx2.AsyncClient"
)


@WITH_HEADERS
def test_headers_of_the_session_are_added_and_replace_none(server, client, call, way):
    server.answers = [reply()]
    with way.opened(headers=OWN_HEADERS) as send:
        send(client, call, trace_id=TRACE_ID)
    headers = server.requests[0]["headers"]
    assert headers["x-of-the-session"] == "stays"
    assert (headers["authorization"], headers["content-type"]) == (f"Bearer {TOKEN}", "application/json")
    assert (headers["host"], headers["x-traceid"]) == (server.url.split("//")[1], TRACE_ID)
    assert headers["x-date"].startswith("20")


@WITH_HEADERS
def test_headers_that_a_session_adds_by_itself_come_from_the_user_or_the_call(server, client, way):
    server.answers = [reply(), reply()]
    raw = koodrive.RawCall("GET", "/koodrive/any", headers={"accept": "application/json"})
    with way.opened(headers={"User-Agent": "night job/1"}) as send:
        send(client, raw)
    with way.opened(headers={"Accept": "text/plain"}) as send:
        send(client, koodrive.RawCall("GET", "/koodrive/any", headers={"user-agent": "one call/2"}))
    first, second = (request["headers"] for request in server.requests)
    assert (first["user-agent"], first["accept"]) == ("night job/1", "application/json")
    assert (second["user-agent"], second["accept"]) == ("one call/2", "text/plain")


@WITH_CREDENTIALS
def test_credentials_of_the_session_are_not_sent(server, client, call, way):
    server.answers = [
        reply(200, OK, "Set-Cookie: theirs=1; Path=/"),
        reply(401, b"{}", 'WWW-Authenticate: Basic realm="x"'),
        reply(),
    ]
    with way.opened(auth=("user", "password"), cookies={"ours": "1"}) as send:
        send(client, call)
        with pytest.raises(koodrive.ApiError):
            send(client, call)
        send(client, koodrive.GetCurrentRetentionPolicy())
    assert len(server.requests) == 3
    for request in server.requests:
        assert request["headers"]["authorization"] == f"Bearer {TOKEN}"
        assert "cookie" not in request["headers"]


@WITH_CREDENTIALS
def test_credentials_of_the_netrc_are_not_sent(server, client, call, way, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login user password secret")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.answers = [reply()]
    with way.opened(trust_env=True) as send:
        send(client, call)
    assert server.requests[0]["headers"]["authorization"] == f"Bearer {TOKEN}"


@ways("requests", "niquests", "httpx.Client", "httpx2.Client", "httpx.AsyncClient", "httpx2.AsyncClient")
def test_parameters_of_the_session_are_not_sent(server, client, call, way):
    server.answers = [reply()]
    with way.opened(params={"ours": "1"}) as send:
        send(client, call)
    assert server.requests[0]["path"] == "/koodrive/ose/v1/carrier/users/notifyPackageExpire"


@pytest.mark.parametrize("status", [200, 401])
@ways("requests", "niquests")
def test_hooks_of_the_session_do_not_see_the_reply(server, client, call, way, status):
    def hook(response, **_):
        response.raise_for_status()
        raise AssertionError("the hook was called")

    server.answers = [reply(status)]
    with way.opened(hooks={"response": [hook]}) as send:
        if status == 200:
            assert send(client, call).code == "0"
        else:
            with pytest.raises(koodrive.ApiError):
                send(client, call)


@ways("aiohttp")
def test_options_of_an_aiohttp_session_do_not_get_in_the_way(server, client, call, way):
    async def middleware(request, handler):
        raise AssertionError("the middleware was called")

    server.answers = [reply(401, b'{"code":7}')]
    with way.opened(raise_for_status=True, middlewares=[middleware], base_url=server.url + "/base/") as send:
        with pytest.raises(koodrive.ApiError) as caught:
            send(client, call)
    assert caught.value.code == "7"


@ways("httpx.Client", "httpx2.Client", "httpx.AsyncClient", "httpx2.AsyncClient")
def test_options_of_an_httpx_client_do_not_get_in_the_way(server, client, call, way):
    server.answers = [reply(302, b"", "Location: /elsewhere"), reply()]
    with way.opened(follow_redirects=True, base_url=server.url + "/base/") as send:
        with pytest.raises(koodrive.ApiError) as caught:
            send(client, call)
    assert caught.value.status == 302
    assert server.requests[0]["path"].startswith("/koodrive/")


@ways("niquests", "urllib3", "httpx.Client", "httpx2.Client", "aiohttp", "httpx.AsyncClient", "httpx2.AsyncClient")
def test_a_shorter_time_out_of_the_session_holds(server, client, call, way):
    def send(timeout):
        with way.opened(timeout=timeout) as send:
            send(client, call, timeout=600)

    assert out_of_time(server, stalling_after(b""), send).kind == "outcome_unknown"


@ways("niquests", "urllib3", "httpx.Client", "httpx2.Client", "aiohttp", "httpx.AsyncClient", "httpx2.AsyncClient")
def test_a_longer_time_out_of_the_session_does_not(server, client, call, way):
    with way.opened(timeout=600) as send:
        error = out_of_time(server, stalling_after(b""), lambda timeout: send(client, call, timeout=timeout))
    assert error.kind == "outcome_unknown"


def test_every_kind_of_time_out_of_urllib3_and_requests_is_understood():
    import urllib3

    from koodrive.transports._urllib3 import shorter

    kinds = [
        (None, (5, 30)),
        (2, (2, 2)),
        (0.5, (0.5, 0.5)),
        ((1, None), (1, 30)),
        ((None, 3), (5, 3)),
        ((1, 20, 10), (1, 10)),
        (urllib3.Timeout(), (5, 30)),
        (urllib3.Timeout(connect=1), (1, 30)),
        (urllib3.Timeout(read=1), (5, 1)),
        (urllib3.Timeout(connect=100, read=100), (5, 30)),
    ]
    for own, expected in kinds:
        assert shorter(own, 5, 30) == expected, own
    connect, read = shorter(urllib3.Timeout(total=2), 5, 30)
    assert connect == 2 and 1.9 < read <= 2


@ways("requests", "niquests")
def test_the_sessions_own_proxy_and_certificates_come_before_those_of_the_environment(
    authority, call, way, monkeypatch, tmp_path
):
    server, proxy, other = TlsServer(authority), Proxy(), Proxy()
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(nothing))
    monkeypatch.setenv("HTTPS_PROXY", other.url)
    monkeypatch.setenv("NO_PROXY", "")
    client = koodrive.Client(endpoint=server.url, user_id=USER_ID, token=TOKEN)
    try:
        server.answers = [reply()]
        assert way(client, call, ca=authority, proxy=proxy.url).code == "0"
        assert (len(proxy.requests), other.requests) == (1, [])
    finally:
        for it in (server, proxy, other):
            it.close()


# niquests reads the environment once in a process.
@ways("requests", "httpx.Client", "httpx2.Client", "aiohttp", "httpx.AsyncClient", "httpx2.AsyncClient")
def test_a_proxy_of_the_environment_is_used_where_the_session_trusts_it(server, client, call, way, monkeypatch):
    proxy = Proxy()
    monkeypatch.setenv("HTTP_PROXY", proxy.url)
    monkeypatch.setenv("http_proxy", proxy.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    try:
        server.answers = [reply(), reply()]
        with way.opened(trust_env=True) as send:
            send(client, call)
        with way.opened(trust_env=False) as send:
            send(client, call)
        assert len(proxy.requests) == 1 and len(server.requests) == 2
    finally:
        proxy.close()


@ways("requests", "niquests")
def test_a_session_whose_certificates_are_not_there_is_not_sent(call, way):
    client = koodrive.Client(endpoint="https://127.0.0.1:1", user_id=USER_ID, token=TOKEN)
    with way.opened(verify="/no/such/file") as send, pytest.raises(koodrive.NotSentError, match="/no/such/file"):
        send(client, call)


@ways("httpx.Client", "httpx2.Client")
def test_a_closed_session_is_not_sent(call, client, way):
    session = way.session()
    session.close()
    with pytest.raises(koodrive.NotSentError, match="is closed"):
        client.send(call, transport=session)


@ways("standard library", "requests", "niquests", "urllib3", "httpx.Client", "httpx2.Client")
def test_threads_share_a_session(call, way):
    """Each call gets its own reply: the service repeats the trace id."""
    server = Echo()
    client = koodrive.Client(endpoint=server.url, user_id=USER_ID, token=TOKEN)
    trace_ids = [f"{number:058}" for number in range(200)]
    try:
        with way.opened() as send, ThreadPoolExecutor(8) as threads:
            replies = list(threads.map(lambda trace_id: send(client, call, trace_id=trace_id).trace_id, trace_ids))
        assert replies == trace_ids
        assert len(server.requests) == 200 and server.connections <= 200
    finally:
        server.close()


@ways("urllib3")
def test_a_pool_for_one_host(server, client, call, way):
    import urllib3

    server.answers = [reply(), reply()]
    host, port = server.url.split("//")[1].split(":")
    with urllib3.HTTPConnectionPool(host, int(port), headers=OWN_HEADERS, block=True, maxsize=1) as pool:
        assert client.send(call, transport=pool).code == client.send(call, transport=pool).code == "0"
    assert server.connections == 1
    assert server.requests[0]["headers"]["x-of-the-session"] == "stays"
    with urllib3.HTTPConnectionPool("elsewhere.invalid", 81) as pool:
        with pytest.raises(koodrive.InvalidInputError, match=r"for http://elsewhere\.invalid:81, but the call is for 127"):
            client.send(call, transport=pool)
    assert len(server.requests) == 2


@ways("urllib3")
def test_a_pool_behind_a_proxy(server, client, call, way):
    import urllib3

    server.answers = [reply()]
    proxy = Proxy()
    try:
        with urllib3.ProxyManager(proxy.url) as manager:
            assert client.send(call, transport=manager.connection_from_url(server.url)).code == "0"
        assert proxy.requests[0].startswith(f"POST {server.url}/koodrive/")
    finally:
        proxy.close()


@ways("urllib3")
def test_a_pool_that_has_no_connection_left_is_not_sent(server, client, call, way):
    import urllib3

    server.answers = [lambda connection: connection.recv(1)]
    with urllib3.PoolManager(block=True, maxsize=1) as pool:
        first = threading.Thread(target=lambda: _ignoring(koodrive.OutcomeUnknownError, client, call, pool))
        first.start()
        while not server.requests:
            time.sleep(0.01)
        with pytest.raises(koodrive.NotSentError):
            client.send(call, transport=pool, connect_timeout=0.2)
        server.drop_idle()
        first.join()


def _ignoring(error, client, call, transport):
    with pytest.raises(error):
        client.send(call, transport=transport)


class NoTransport:
    pass


BLOCKING = "the standard library.*requests.Session, niquests.Session, httpx.Client or httpx2.Client.*urllib3.PoolManager"


@pytest.mark.parametrize("transport", [NoTransport(), NoTransport, "requests", 7])
def test_an_unknown_transport_is_refused(client, call, transport):
    with pytest.raises(koodrive.InvalidInputError, match=rf"is not supported here; pass None \({BLOCKING}"):
        client.send(call, transport=transport)


@WITH_CREDENTIALS
def test_a_session_of_the_other_kind_is_refused(client, call, way):
    async def main():
        async with way.session() as session:
            with pytest.raises(koodrive.InvalidInputError, match="is not supported here; pass None"):
                client.send(call, transport=session)

    if isinstance(way, AsyncWay):
        asyncio.run(main())
    else:
        with way.session() as session, pytest.raises(koodrive.InvalidInputError, match="pass an aiohttp.ClientSession"):
            asyncio.run(client.asend(call, transport=session))


@ways("niquests")
def test_an_async_session_of_niquests_is_refused(client, call, way):
    import niquests

    with pytest.raises(koodrive.InvalidInputError, match="AsyncSession is not supported here"):
        client.send(call, transport=niquests.AsyncSession())
