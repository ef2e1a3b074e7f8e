"""``asend`` as a part of a program: cancelled, timed out, one of many, on asyncio and on trio."""

import asyncio
import gc
import time

import aiohttp
import anyio
import httpx
import koodrive
import pytest
import trio

from conftest import OK, TOKEN, TRACE_ID, USER_ID, in_time, reply, stalling_after
from sends import WAYS, ways
from servers import Echo

on_asyncio = ways("aiohttp", "httpx.AsyncClient", "httpx2.AsyncClient")
on_both = ways("aiohttp", "httpx.AsyncClient", "httpx2.AsyncClient", "httpx.AsyncClient on trio")


PLACES = {
    "before the headers": b"",
    "within the body": b"HTTP/1.1 200 OK\r\nContent-Length: 27\r\n\r\n" + OK[:9],
}


async def until(condition):
    while not condition():
        await anyio.sleep(0.01)


async def ends_on_arrival(scope, server):
    """The scope's time is up when the next request has arrived, however busy the machine is."""
    arrived = len(server.requests) + 1
    await until(lambda: len(server.requests) == arrived)
    scope.deadline = anyio.current_time()


@pytest.mark.parametrize("place", PLACES)
@on_asyncio
def test_a_task_that_is_cancelled(server, client, call, way, place):
    server.answers = [stalling_after(PLACES[place]), reply()]
    seen = []

    async def main():
        async with way.session() as session:
            task = asyncio.ensure_future(client.asend(call, transport=session, trace_id=TRACE_ID, on_exchange=seen.append))
            await until(lambda: server.requests)
            await asyncio.sleep(0.05)
            task.cancel("enough")
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            assert not isinstance(caught.value, koodrive.KooDriveError)
            assert asyncio.all_tasks() == {asyncio.current_task()}
            # The connection is not used again: what comes on it would be the reply to the other call.
            assert (await client.asend(call, transport=session)).code == "0"
        gc.collect()
        assert server.connections == 2

    asyncio.run(main(), debug=True)
    (exchange,) = seen
    assert (exchange.kind, exchange.outcome, exchange.trace_id) == ("outcome_unknown", "unknown", TRACE_ID)
    assert exchange.status is None


@on_asyncio
def test_a_time_out_of_asyncio(server, client, call, way):
    server.answers = [stalling_after(b""), reply()]
    seen = []

    async def main():
        async with way.session() as session:
            task = asyncio.ensure_future(client.asend(call, transport=session, on_exchange=seen.append))
            await until(lambda: server.requests)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(task, 0.01)
            assert (await client.asend(call, transport=session)).code == "0"

    asyncio.run(main(), debug=True)
    assert [exchange.outcome for exchange in seen] == ["unknown"]


@pytest.mark.parametrize("place", PLACES)
def test_a_cancel_scope_of_trio(server, client, call, place):
    server.answers = [stalling_after(PLACES[place]), reply()]
    seen = []

    async def main():
        async with httpx.AsyncClient() as session, trio.open_nursery() as tasks:
            with trio.CancelScope() as scope:
                tasks.start_soon(ends_on_arrival, scope, server)
                await client.asend(call, transport=session, on_exchange=seen.append)
            assert scope.cancelled_caught
            assert (await client.asend(call, transport=session)).code == "0"

    trio.run(main)
    assert server.connections == 2
    assert [exchange.outcome for exchange in seen] == ["unknown"]


@on_both
def test_a_cancel_scope_of_anyio_around_a_call_that_has_a_time_out_of_its_own(server, client, call, way):
    """Whichever is the shorter: one is a cancellation, the other an error."""
    server.answers = [stalling_after(b""), stalling_after(b"")]

    async def main():
        async with way.session() as session, anyio.create_task_group() as tasks:
            with anyio.CancelScope() as scope:
                tasks.start_soon(ends_on_arrival, scope, server)
                await client.asend(call, transport=session, timeout=600)
            assert scope.cancelled_caught
            with anyio.move_on_after(600) as scope:
                # Whether its time is up before it has left, or after.
                with pytest.raises((koodrive.NotSentError, koodrive.OutcomeUnknownError)):
                    await client.asend(call, transport=session, timeout=0.3)
            assert not scope.cancelled_caught

    anyio.run(main, backend=way.backend)


@on_asyncio
def test_a_task_that_is_cancelled_while_it_connects(call, way):
    from servers import deaf

    async def main(port):
        client = koodrive.Client(endpoint=f"http://127.0.0.1:{port}", user_id=USER_ID, token=TOKEN)
        async with way.session() as session:
            task = asyncio.ensure_future(client.asend(call, transport=session))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert asyncio.all_tasks() == {asyncio.current_task()}

    with deaf() as port:
        asyncio.run(main(port), debug=True)


@on_both
def test_many_at_once(call, way):
    """Each call gets its own reply: the service repeats the trace id."""
    server = Echo()
    client = koodrive.Client(endpoint=server.url, user_id=USER_ID, app_id="a", app_secret="b")
    trace_ids = [f"{number:058}" for number in range(200)]
    replies = {}

    async def one(session, trace_id):
        # For httpx's pool of 100 connections on a machine that is busy; so has the session, whose own would hold.
        answer = await client.asend(call, transport=session, trace_id=trace_id, connect_timeout=600, timeout=600)
        replies[trace_id] = answer.trace_id

    async def main():
        async with way.session(timeout=600) as session, anyio.create_task_group() as tasks:
            for trace_id in trace_ids:
                tasks.start_soon(one, session, trace_id)

    try:
        anyio.run(main, backend=way.backend)
        assert replies == {trace_id: trace_id for trace_id in trace_ids}
        assert len(server.requests) == 200 and server.connections <= 200
    finally:
        server.close()


@on_both
def test_half_of_many_are_cancelled(call, way):
    """And the other half get their own replies, over connections that are shared."""
    server = Echo()
    client = koodrive.Client(endpoint=server.url, user_id=USER_ID, token=TOKEN)
    replies = {}

    async def one(session, number):
        trace_id = f"{number:058}"
        with anyio.move_on_after(0.02 if number % 2 else 600):
            answer = await client.asend(call, transport=session, trace_id=trace_id, connect_timeout=600, timeout=600)
            replies[trace_id] = answer.trace_id

    async def main():
        async with way.session(timeout=600) as session:
            for _ in range(2):
                async with anyio.create_task_group() as tasks:
                    for number in range(50):
                        tasks.start_soon(one, session, number)

    try:
        anyio.run(main, backend=way.backend)
        assert all(sent == received for sent, received in replies.items())
        assert {f"{number:058}" for number in range(0, 50, 2)} <= set(replies)
    finally:
        server.close()


async def fresh():
    await anyio.sleep(0)
    return "fresh"


@on_both
def test_token_functions_of_both_kinds(server, call, way):
    server.answers = [reply(), reply()]
    for token in (fresh, lambda: "plain"):
        assert way(koodrive.Client(endpoint=server.url, user_id=USER_ID, token=token), call).code == "0"
    assert [request["headers"]["authorization"] for request in server.requests] == ["Bearer fresh", "Bearer plain"]


@on_both
def test_the_token_is_asked_for_before_each_attempt(server, call, way):
    tokens = iter(["one", "two"])

    async def token():
        return next(tokens)

    ahead = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 3600))
    server.answers = [reply(401, b"{}", f"Date: {ahead}"), reply()]
    way(koodrive.Client(endpoint=server.url, user_id=USER_ID, token=token), call)
    assert [request["headers"]["authorization"] for request in server.requests] == ["Bearer one", "Bearer two"]


async def hanging():
    await anyio.sleep(600)


@on_both
def test_an_async_token_function_is_cancelled_when_the_time_is_up(server, call, way):
    ended = []

    async def token():
        try:
            await anyio.sleep(600)
        finally:
            ended.append(True)

    client = koodrive.Client(endpoint=server.url, user_id=USER_ID, token=token)
    with pytest.raises(koodrive.NotSentError) as caught, in_time(0.1):
        way(client, call, timeout=0.1)
    text = "the request was not sent: the timeout of 0.1 s was over before the function `token` returned, trace id "
    assert str(caught.value).startswith(text)
    assert (caught.value.outcome, server.requests, ended) == ("not_sent", [], [True])


def test_a_token_function_that_ignores_its_cancellation_holds_nothing_up(server, call):
    is_over = []

    async def token():
        while not is_over:
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                pass

    client = koodrive.Client(endpoint=server.url, user_id=USER_ID, token=token)

    async def main():
        async with aiohttp.ClientSession() as session:
            with pytest.raises(koodrive.NotSentError), in_time(0.1):
                await client.asend(call, transport=session, timeout=0.1)
        is_over.append(True)

    asyncio.run(main())
    assert server.requests == []


@pytest.mark.parametrize("first", [True, False], ids=["the first", "a fresh one"])
def test_a_token_that_a_job_waits_for_in_vain(server, call, first):
    """The job halts, whether it is the first or a fresh one."""

    async def main():
        given = {"token": hanging if first else TOKEN}
        client = koodrive.Client(endpoint=server.url, user_id=USER_ID, **given)
        server.answers = [reply(401, b'{"code":"1"}')]
        options = {"timeout": 1, "attempts": 2, "backoff": 0}
        async with aiohttp.ClientSession() as session:
            return [it async for it in client.adispatch([call], transport=session, token=hanging, **options)]

    with pytest.raises(koodrive.HaltedError) as caught, in_time(2):
        asyncio.run(main())
    assert str(caught.value.__cause__) == "the timeout of 1 s was over before the function `token` returned"
    assert len(server.requests) == (0 if first else 1)


def test_a_token_function_that_is_cancelled_passes_it_on(server, call):
    async def token():
        await asyncio.sleep(60)

    seen = []
    client = koodrive.Client(endpoint=server.url, user_id=USER_ID, token=token)

    async def main():
        async with aiohttp.ClientSession() as session:
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(client.asend(call, transport=session, on_exchange=seen.append), 0.1)

    asyncio.run(main())
    # No exchange began.
    assert (server.requests, seen) == ([], [])


def test_closed_sessions_are_not_sent(client, call):
    async def main():
        for name in ("aiohttp", "httpx.AsyncClient"):
            session = WAYS[name].session()
            await (session.close if name == "aiohttp" else session.aclose)()
            with pytest.raises(koodrive.NotSentError, match="is closed"):
                await client.asend(call, transport=session)

    asyncio.run(main())


def test_an_async_function_is_a_transport(client, call):
    async def transport(request, **limits):
        return 200, {}, OK

    async def broken(request, **limits):
        raise KeyError("x")

    def plain(request, **limits):
        return 200, {}, OK

    assert asyncio.run(client.asend(call, transport=transport)).code == "0"
    assert trio.run(lambda: client.asend(call, transport=transport)).code == "0"
    for wrong in (broken, plain):
        with pytest.raises(koodrive.OutcomeUnknownError):
            asyncio.run(client.asend(call, transport=wrong))


def test_no_transport_is_refused(client, call):
    with pytest.raises(koodrive.InvalidInputError, match=r"NoneType is not supported here; pass an aiohttp\.ClientSession"):
        asyncio.run(client.asend(call, transport=None))
