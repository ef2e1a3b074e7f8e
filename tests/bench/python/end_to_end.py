"""Measures CPU per request over one aiohttp session on loopback, with 64 requests at once.

One peer is koodrive's ``asend``. The other sends the same bytes again and again, and does not parse
the reply. ``KOODRIVE_SERVER`` is host and port of the server.
"""

import asyncio
import os
import time

import aiohttp
import case
import koodrive
import pyperf

AT_ONCE = 64

#: Requests of one loop.
REQUESTS = 640


def client():
    return koodrive.Client(
        endpoint=f"http://{os.environ['KOODRIVE_SERVER']}",
        user_id=case.USER_ID,
        app_id=case.APP_ID,
        app_secret=case.APP_SECRET,
    )


def call():
    return koodrive.NotifyPackageExpire(carrier_user_id=case.CARRIER_USER_ID, package_id=case.PACKAGE_ID)


def constant_bytes(session):
    request = client().request(call(), trace_id=koodrive.new_trace_id())
    url, headers, body = request.url, dict(request.headers), request.body

    async def send():
        async with session.post(url, headers=headers, data=body) as response:
            await response.read()

    return send


def ours(session):
    sender, what = client(), call()

    async def send():
        await sender.asend(what, transport=session)

    return send


async def rounds(loops, peer):
    """Returns this process's CPU time in seconds, without the time for connecting."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        send = peer(session)

        async def sending(left):
            for _ in left:
                await send()

        async def all_at_once(requests):
            left = iter(range(requests))
            await asyncio.gather(*(sending(left) for _ in range(AT_ONCE)))

        await all_at_once(AT_ONCE)
        started = time.process_time()
        await all_at_once(loops * REQUESTS)
        return time.process_time() - started


if __name__ == "__main__":
    runner = pyperf.Runner()
    for name, peer in (("constant bytes", constant_bytes), ("koodrive", ours)):
        spent = lambda loops, peer: asyncio.run(rounds(loops, peer))  # noqa: E731
        runner.bench_time_func(f"Python, aiohttp: {name}", spent, peer, inner_loops=REQUESTS)
