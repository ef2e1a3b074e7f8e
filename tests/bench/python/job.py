"""Measures the time per row of a job, from the first request until the last outcome is on disk.

The peer is the same aiohttp, which sends the same bytes again and again. Both run on loopback, with
the same number of requests at once. ``KOODRIVE_SERVER`` is host and port of the server. This program
has all cores, because the journal has a thread of its own.
"""

import asyncio
import tempfile
import time
from pathlib import Path

import aiohttp
import case
import pyperf
from end_to_end import client, constant_bytes
from koodrive._job.journal import Journal
from koodrive._job.run import Sending
from koodrive._job.source import Row

#: Requests at once. A mark is on disk before its request leaves: 256 requests hide the disk's sync
#: time, and 64 do not.
AT_ONCE = (256, 64)

#: Rows of one loop.
ROWS = 20_000


async def constant(loops, at_once):
    left = iter(range(loops * ROWS))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        send = constant_bytes(session)

        async def sending():
            for _ in left:
                await send()

        started = time.perf_counter()
        await asyncio.gather(*(sending() for _ in range(at_once)))
        return time.perf_counter() - started


def job(loops, at_once):
    rows = loops * ROWS
    with tempfile.TemporaryDirectory() as folder, Journal(str(Path(folder, "job.db")), make=True) as journal:
        users = (f"189642158555{number:06}" for number in range(rows))
        journal.load("bench", (Row(line, user, case.PACKAGE_ID, None) for line, user in enumerate(users, 2)))
        sending = Sending(journal, client(), rows, None, {"rate": 100_000, "concurrency": at_once})
        started = time.perf_counter()
        sending.run("aiohttp")
        took = time.perf_counter() - started
        assert journal.counts() == {"delivered": rows}
    return took


runner = pyperf.Runner()
for at_once in AT_ONCE:
    operation = f"Python, a row of a job, {at_once} at once"
    spent = lambda loops, at_once: asyncio.run(constant(loops, at_once))  # noqa: E731
    runner.bench_time_func(f"{operation}: constant bytes", spent, at_once, inner_loops=ROWS)
    runner.bench_time_func(f"{operation}: koodrive", job, at_once, inner_loops=ROWS)
