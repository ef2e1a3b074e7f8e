"""A night's job with its journal on this disk, and the same aiohttp sending the same bytes again and again, both on loopback and so
many at once: how long a row takes, from the first request until the last outcome is on disk. Memory is the most that was used.

Unlike other programs this one has all cores, since the journal has a thread of its own."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import aiohttp
import case
import koodrive
from koodrive._job.journal import Journal
from koodrive._job.run import Sending
from koodrive._job.source import Row
from measure import memory, row

#: A mark is on disk before its request leaves: so many hide what a disk takes to sync.
AT_ONCE = 256

ROWS = 20_000

#: The two take turns. ``cargo xtask bench`` starts this several times.
REPEATS = 3


async def constant_bytes(request, rows):
    url, headers, body = request.url, dict(request.headers), request.body
    left = iter(range(rows))

    async def sending(session):
        for _ in left:
            async with session.post(url, headers=headers, data=body) as response:
                await response.read()

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(sending(session) for _ in range(AT_ONCE)))


def job(client, rows, folder):
    with Journal(str(Path(folder, "job.db")), make=True) as journal:
        users = (f"189642158555{number:06}" for number in range(rows))
        journal.load("bench", (Row(line, user, case.PACKAGE_ID, None) for line, user in enumerate(users, 2)))
        sending = Sending(journal, client, rows, None, {"rate": 100_000, "concurrency": AT_ONCE})
        started = time.perf_counter()
        sending.run("aiohttp")
        took = time.perf_counter() - started
        assert journal.counts() == {"delivered": rows}
    return took


def main(port):
    endpoint = f"http://127.0.0.1:{port}"
    client = koodrive.Client(
        endpoint=endpoint, user_id=case.USER_ID, app_id=case.APP_ID, app_secret=case.APP_SECRET
    )
    call = koodrive.NotifyPackageExpire(carrier_user_id=case.CARRIER_USER_ID, package_id=case.PACKAGE_ID)
    request = client.request(call, trace_id=koodrive.new_trace_id())

    def constant(rows):
        started = time.perf_counter()
        asyncio.run(constant_bytes(request, rows))
        return time.perf_counter() - started

    def ours(rows):
        with tempfile.TemporaryDirectory() as folder:
            return job(client, rows, folder)

    for send in (constant, ours):
        send(ROWS // 10)
    for _ in range(REPEATS):
        for peer, send in (("constant bytes", constant), ("koodrive", ours)):
            row("end to end", "Python, a row of a job", peer, "µs", [send(ROWS) * 1e6 / ROWS])


if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, range(os.cpu_count()))
command = [sys.executable, str(Path(__file__).with_name("server.py"))]
with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
    main(int(server.stdout.readline()))
    server.stdin.close()
if (peak := memory("VmHWM")) is not None:
    row("memory", "Python, job of 20,000 rows", "koodrive", "bytes", [peak])
