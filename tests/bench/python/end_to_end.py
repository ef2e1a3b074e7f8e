"""Over one aiohttp session on loopback, 64 at once: what the processor spends on a request of koodrive's ``asend``, and on one
that sends the same bytes again and again and does not look into the reply."""

import asyncio
import os
import pathlib
import subprocess
import sys
import time
from importlib.metadata import version

import aiohttp
import case
import koodrive
from measure import row, versions

AT_ONCE = 64

#: Requests of one repeat.
REQUESTS = 6_400

#: The two take turns. ``cargo xtask bench`` starts this several times.
REPEATS = 5


async def spent(send):
    """Microseconds of processor time a request, of this process."""
    left = iter(range(REQUESTS))

    async def sending():
        for _ in left:
            await send()

    started = time.process_time_ns()
    await asyncio.gather(*(sending() for _ in range(AT_ONCE)))
    return (time.process_time_ns() - started) / 1e3 / REQUESTS


async def main(port):
    endpoint = f"http://127.0.0.1:{port}"
    client = koodrive.Client(
        endpoint=endpoint, user_id=case.USER_ID, app_id=case.APP_ID, app_secret=case.APP_SECRET
    )
    call = koodrive.NotifyPackageExpire(carrier_user_id=case.CARRIER_USER_ID, package_id=case.PACKAGE_ID)
    request = client.request(call, trace_id=koodrive.new_trace_id())
    url, headers, body = request.url, dict(request.headers), request.body

    async with aiohttp.ClientSession() as session:

        async def constant_bytes():
            async with session.post(url, headers=headers, data=body) as response:
                await response.read()

        async def ours():
            await client.asend(call, transport=session)

        for send in (constant_bytes, ours):
            await spent(send)
        for _ in range(REPEATS):
            for peer, send in (("constant bytes", constant_bytes), ("koodrive", ours)):
                row("end to end", "Python, aiohttp", peer, "µs", [await spent(send)])


def elsewhere():
    """The server has another core than this process, where there is one."""
    if hasattr(os, "sched_setaffinity"):
        ours = os.sched_getaffinity(0)
        os.sched_setaffinity(0, set(range(os.cpu_count())) - ours or ours)


versions({"aiohttp": version("aiohttp")})
command = [sys.executable, str(pathlib.Path(__file__).with_name("server.py"))]
with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, preexec_fn=elsewhere) as server:
    asyncio.run(main(int(server.stdout.readline())))
    server.stdin.close()
