"""The transports over sessions that users bring: aiohttp and httpx."""

import asyncio
import time

import aiohttp
import httpx
import koodrive
import pytest

from conftest import CUTS, OK, TOKEN, TRACE_ID, USER_ID, cut_after, drip, refused_port, reply


async def with_aiohttp(client, call, **options):
    async with aiohttp.ClientSession() as session:
        return await client.asend(call, transport=session, **options)


async def with_httpx(client, call, **options):
    async with httpx.AsyncClient() as session:
        return await client.asend(call, transport=session, **options)


def in_a_loop(send):
    return lambda *arguments, **options: asyncio.run(send(*arguments, **options))


def with_blocking_httpx(client, call, **options):
    with httpx.Client() as session:
        return client.send(call, transport=session, **options)


SENDS = {
    "aiohttp": in_a_loop(with_aiohttp),
    "httpx.AsyncClient": in_a_loop(with_httpx),
    "httpx.Client": with_blocking_httpx,
}


@pytest.fixture(params=SENDS)
def send(request):
    return SENDS[request.param]


def test_a_call_is_sent_as_it_was_built(server, client, call, send):
    server.answers = [reply()]
    assert send(client, call, trace_id=TRACE_ID).trace_id == TRACE_ID
    (request,) = server.requests
    assert request["body"] == b'{"carrierUserId":"189642158555241211","type":2,"packageId":"14"}'
    assert request["headers"]["content-type"] == "application/json"
    assert request["headers"]["authorization"] == f"Bearer {TOKEN}"
    assert request["headers"]["x-traceid"] == TRACE_ID


def test_a_get_is_sent_without_a_body(server, client, send):
    server.answers = [reply(200, b'{"code":0}')]
    assert send(client, koodrive.GetCurrentRetentionPolicy()).policy_list == ()
    headers = server.requests[0]["headers"]
    assert "content-type" not in headers and headers.get("content-length", "0") == "0"


@pytest.mark.parametrize("status, outcome", [(302, "refused"), (401, "refused"), (500, "unknown")])
def test_other_statuses_are_api_errors(server, client, call, send, status, outcome):
    server.answers = [reply(status, b'{"code":7}', "Location: /elsewhere")]
    with pytest.raises(koodrive.ApiError) as caught:
        send(client, call)
    assert (caught.value.status, caught.value.outcome, caught.value.code) == (status, outcome, "7")
    assert len(server.requests) == 1


@pytest.mark.parametrize("cut", CUTS)
def test_a_cut_connection_leaves_the_outcome_unknown(server, client, call, send, cut):
    server.answers = [cut_after(CUTS[cut])]
    with pytest.raises(koodrive.OutcomeUnknownError) as caught:
        send(client, call, trace_id=TRACE_ID)
    assert caught.value.trace_id == TRACE_ID
    assert caught.value.__cause__ is not None
    assert len(server.requests) == 1


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:{port}", "https://no-such-host.invalid"])
def test_what_cannot_connect_is_not_sent(call, send, endpoint):
    client = koodrive.Client(endpoint=endpoint.format(port=refused_port()), user_id=USER_ID, token=TOKEN)
    with pytest.raises(koodrive.NotSentError) as caught:
        send(client, call)
    assert caught.value.retryable


def test_tls_that_is_none_is_not_sent(server, call, send):
    client = koodrive.Client(endpoint=server.url.replace("http:", "https:"), user_id=USER_ID, token=TOKEN)
    with pytest.raises(koodrive.NotSentError):
        send(client, call, connect_timeout=0.5)
    assert server.requests == []


def test_a_reply_that_does_not_come_ends_with_the_deadline(server, client, call, send):
    server.answers = [lambda connection: time.sleep(1)]
    started = time.monotonic()
    with pytest.raises(koodrive.OutcomeUnknownError):
        send(client, call, timeout=0.3)
    assert time.monotonic() - started < 0.9


@pytest.mark.parametrize("send", [SENDS["aiohttp"], SENDS["httpx.AsyncClient"]])
def test_a_reply_that_drips_ends_with_the_deadline(server, client, call, send):
    server.answers = [drip]
    started = time.monotonic()
    with pytest.raises(koodrive.OutcomeUnknownError):
        send(client, call, timeout=0.5)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("status, error", [(200, koodrive.UnreadableReplyError), (500, koodrive.ApiError)])
def test_a_reply_that_is_too_long(server, client, call, send, status, error):
    server.answers = [reply(status, b'{"code":"1","msg":"%s"}' % (b"x" * 500_000))]
    with pytest.raises(error) as caught:
        send(client, call, max_reply_bytes=100)
    assert caught.value.status == status


def test_a_date_that_the_service_refused_is_signed_anew_once(server, client, call, send):
    server.answers = [reply(401, b"{}", "Date: " + time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 3600))), reply()]
    assert send(client, call).code == "0"
    first, second = (request["headers"] for request in server.requests)
    assert first["x-date"] != second["x-date"] and first["x-traceid"] == second["x-traceid"]


def test_a_closed_session_is_not_sent(call, client):
    async def aiohttp_closed():
        session = aiohttp.ClientSession()
        await session.close()
        await client.asend(call, transport=session)

    async def httpx_closed():
        session = httpx.AsyncClient()
        await session.aclose()
        await client.asend(call, transport=session)

    for send in (aiohttp_closed, httpx_closed):
        with pytest.raises(koodrive.NotSentError, match="is closed"):
            asyncio.run(send())


def test_options_of_sessions_do_not_get_in_the_way(server, client, call):
    server.answers = [reply(401, b'{"code":7}'), reply(401, b'{"code":7}')]

    async def with_raise_for_status():
        async with aiohttp.ClientSession(raise_for_status=True) as session:
            await client.asend(call, transport=session)

    with pytest.raises(koodrive.ApiError):
        asyncio.run(with_raise_for_status())
    with httpx.Client(auth=("user", "password"), follow_redirects=True) as session:
        with pytest.raises(koodrive.ApiError):
            client.send(call, transport=session)
    assert server.requests[1]["headers"]["authorization"] == f"Bearer {TOKEN}"


def test_a_shorter_time_out_of_the_session_holds(server, client, call):
    server.answers = [lambda connection: time.sleep(1)]

    async def send():
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.2)) as session:
            await client.asend(call, transport=session)

    started = time.monotonic()
    with pytest.raises(koodrive.OutcomeUnknownError):
        asyncio.run(send())
    assert time.monotonic() - started < 0.9


def test_token_functions_of_both_kinds(server, call):
    async def fresh():
        return "fresh"

    server.answers = [reply(), reply()]
    for token in (fresh, lambda: "plain"):
        client = koodrive.Client(endpoint=server.url, user_id=USER_ID, token=token)
        assert in_a_loop(with_aiohttp)(client, call).code == "0"
    assert [request["headers"]["authorization"] for request in server.requests] == ["Bearer fresh", "Bearer plain"]


def test_cancellation_passes_through(server, client, call):
    server.answers = [lambda connection: time.sleep(1)]

    async def cancelled():
        async with aiohttp.ClientSession() as session:
            task = asyncio.ensure_future(client.asend(call, transport=session))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(cancelled())


def test_many_at_once(server, client, call):
    server.answers = [reply() for _ in range(64)]

    async def all_at_once():
        async with aiohttp.ClientSession() as session:
            return await asyncio.gather(*(client.asend(call, transport=session) for _ in range(64)))

    replies = asyncio.run(all_at_once())
    assert len({answer.trace_id for answer in replies}) == 64


def test_the_other_kind_of_session_is_refused(client, call):
    async def main():
        with pytest.raises(koodrive.InvalidInputError, match=r"aiohttp\.ClientSession"):
            await client.asend(call, transport=None)
        with httpx.Client() as session:
            with pytest.raises(koodrive.InvalidInputError, match=r"httpx\.Client is not supported here"):
                await client.asend(call, transport=session)
        async with aiohttp.ClientSession() as session:
            with pytest.raises(koodrive.InvalidInputError, match="ClientSession is not supported here"):
                client.send(call, transport=session)

    asyncio.run(main())


def test_an_async_function_is_a_transport(client, call):
    async def transport(request, **limits):
        return 200, {}, OK

    assert asyncio.run(client.asend(call, transport=transport)).code == "0"
