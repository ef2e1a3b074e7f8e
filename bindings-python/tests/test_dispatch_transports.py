"""The number of calls that are held and in flight, and many calls over sessions."""

import asyncio
import threading
import time

import koodrive
import pytest
from koodrive.sandbox import Sandbox

from conftest import OK
from dispatching import FAST, blocking, both, calls, client_of, function, gathered, later
from sends import WAYS

# Calls that are held


class Key:
    alive = most = 0

    def __init__(self):
        Key.alive += 1
        Key.most = max(Key.most, Key.alive)

    def __del__(self):
        Key.alive -= 1


@pytest.mark.parametrize("over", ["dispatch", "adispatch", "adispatch, async"])
def test_ten_thousand_calls_are_never_held_at_once(over):
    Key.alive = Key.most = 0
    sandbox = Sandbox()
    client, counts = client_of(sandbox), dict.fromkeys(("delivered", "other"), 0)

    def source():
        for call in calls(10_000):
            yield Key(), call

    async def main():
        async with client.adispatch(later(source()) if "async" in over[10:] else source(), **options) as run:
            async for outcome in run:
                counts["delivered" if outcome.verdict == "delivered" else "other"] += 1

    def answer(request):
        return 200, (), OK

    options = {"transport": function(answer), "queue": 20, "concurrency": 10, **FAST}
    if over == "dispatch":
        for outcome in client.dispatch(source(), **options):
            counts["delivered" if outcome.verdict == "delivered" else "other"] += 1
        del outcome
    else:
        asyncio.run(main())
    assert counts == {"delivered": 10_000, "other": 0}
    # The dispatcher's 30 and the outcomes of as many, one in the source's hands, one in the user's.
    assert Key.most <= 2 * 30 + 2


@both
def test_no_more_in_flight_than_allowed(drive):
    sandbox, lock = Sandbox(), threading.Lock()
    now = [0, 0]

    def begin():
        with lock:
            now[0] += 1
            now[1] = max(now)

    def end():
        with lock:
            now[0] -= 1

    class Transport:
        def __call__(self, request, **limits):
            begin()
            if asyncio._get_running_loop() is not None:
                return self.later(request, limits)
            time.sleep(0.002)
            end()
            return sandbox(request, **limits)

        async def later(self, request, limits):
            await asyncio.sleep(0.002)
            end()
            return sandbox(request, **limits)

    outcomes = drive(client_of(sandbox), calls(200), transport=Transport(), concurrency=5, **FAST)
    assert [outcome.verdict for outcome in outcomes] == ["delivered"] * 200
    assert 2 <= now[1] <= 5


# Over sessions


@pytest.mark.parametrize("name", ["standard library", "requests", "urllib3", "httpx.Client", "aiohttp", "httpx.AsyncClient"])
def test_over_sessions(name):
    sandbox = Sandbox(faults=["pass", 429, "cut", "cut-in-headers", {"delay": 0.01}, {"status": 503, "retry_after": 1}])
    way = WAYS[name]

    async def main(client):
        async with way.session() as session:
            return await gathered(client, calls(50), transport=session, timeout=600, connect_timeout=600, **FAST)

    with sandbox.serve() as server:
        client = koodrive.Client.from_settings(server.settings, **server.credentials)
        if hasattr(way, "backend"):
            outcomes = asyncio.run(main(client))
        else:
            with way.session() as session:
                outcomes = blocking(client, calls(50), transport=session, concurrency=8, timeout=600, connect_timeout=600, **FAST)
    verdicts = [outcome.verdict for outcome in outcomes]
    assert (verdicts.count("delivered"), verdicts.count("unknown")) == (48, 2)
    assert len(sandbox.accepted()) == 50


def test_an_unusable_session_ends_the_job():
    requests, urllib3 = pytest.importorskip("requests"), pytest.importorskip("urllib3")
    sandbox = Sandbox()
    with requests.Session() as session:
        retry = urllib3.Retry(3, allowed_methods=None, status_forcelist=[500])
        session.mount("https://", requests.adapters.HTTPAdapter(max_retries=retry))
        with pytest.raises(koodrive.InvalidInputError):
            blocking(client_of(sandbox), calls(), transport=session, **FAST)


def test_on_trio_it_says_where_it_runs(call):
    trio = pytest.importorskip("trio")
    sandbox = Sandbox()

    async def main():
        async for _ in client_of(sandbox).adispatch([call], transport=sandbox):
            pass

    with pytest.raises(koodrive.InvalidInputError, match="adispatch needs a running asyncio loop"):
        trio.run(main)
