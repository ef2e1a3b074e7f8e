"""Many calls, with both drivers: every verdict, sources, tokens, halts, cancellation, what is held meanwhile.

What the dispatcher decides is tested in the core. Here: that its drivers do what it says, and lose nothing.
"""

import asyncio
import contextlib
import dataclasses
import datetime
import itertools
import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import koodrive
import pytest
from koodrive.sandbox import Sandbox
from koodrive.transports import NotSent

from conftest import OK, TOKEN, USER_ID
from sends import WAYS

#: So that a test waits for nothing but what it is about.
FAST = {"rate": 100_000, "backoff": 0.01}


def calls(count=None, first=0):
    for number in itertools.count(first) if count is None else range(first, first + count):
        yield koodrive.NotifyPackageExpire(carrier_user_id=f"user {number}", package_id="14")


async def later(items):
    for item in items:
        await asyncio.sleep(0)
        yield item


def client_of(sandbox, **credentials):
    return koodrive.Client.from_settings(sandbox.settings, **(credentials or sandbox.credentials))


def blocking(client, source, **options):
    return list(client.dispatch(source, **options))


def asynchronous(client, source, **options):
    return asyncio.run(gathered(client, source, **options))


async def gathered(client, source, **options):
    async with client.adispatch(source, **options) as run:
        return [outcome async for outcome in run]


both = pytest.mark.parametrize("drive", [blocking, asynchronous])


def function(answer):
    """A transport for either driver: ``answer`` gets the request."""

    class Transport:
        def __call__(self, request, **limits):
            if asyncio._get_running_loop() is not None:
                return self.later(request)
            return answer(request)

        async def later(self, request):
            await asyncio.sleep(0)
            return answer(request)

    return Transport()


VERDICTS = {
    "delivered": ([], {}, ("delivered", 1, 200, None)),
    "refused": ([{"status": 400, "body": '{"code":13000102,"msg":"Verify parameters failed."}'}], {}, ("refused", 1, 400, "api")),
    "unknown, cut": (["cut-after-headers"], {}, ("unknown", 1, None, "outcome_unknown")),
    "unknown, 500": ([500], {}, ("unknown", 1, 500, "api")),
    "unknown, unreadable": ([{"status": 200, "body": "<html>"}], {}, ("unknown", 1, 200, "unreadable_reply")),
    "sent again after 429": ([429, 429], {}, ("delivered", 3, 200, None)),
    "sent again after 503": ([503], {}, ("delivered", 2, 200, None)),
    "sent again where that is safe": (["cut", 500], {"repeats_are_safe": True}, ("delivered", 3, 200, None)),
    "given up": ([429, 429], {"attempts": 2}, ("given_up", 2, 429, "api")),
    "too long": ([], {"reply_limit": 5}, ("unknown", 1, 200, "unreadable_reply")),
}


@both
@pytest.mark.parametrize("case", VERDICTS)
def test_verdicts(drive, case):
    faults, options, expected = VERDICTS[case]
    sandbox = Sandbox(faults=faults, echo_trace_id=True)
    (call,) = calls(1)
    (outcome,) = drive(client_of(sandbox), [("row 1", call)], transport=sandbox, **{**FAST, **options})
    kind = outcome.error and outcome.error.kind
    assert (outcome.verdict, outcome.attempts, outcome.status, kind) == expected
    assert (outcome.key, outcome.call) == ("row 1", call)
    assert len(outcome.trace_id) == 58 and len(outcome.x_date) == 16
    now = datetime.datetime.now(datetime.timezone.utc)
    assert outcome.first_sent_at <= outcome.sent_at <= now
    if outcome.status is not None:
        assert outcome.sent_at <= outcome.answered_at <= now
        assert outcome.server_date.tzinfo is datetime.timezone.utc and not outcome.server_date.microsecond
    if outcome.verdict == "delivered":
        assert (outcome.code, outcome.msg, outcome.reply.trace_id) == ("0", "Success.", outcome.trace_id)
        assert sandbox.accepted()[-1].trace_id == outcome.trace_id
    else:
        assert outcome.error.trace_id == outcome.trace_id
        assert (outcome.code, outcome.msg) == (outcome.error.code, outcome.error.msg)


@both
def test_what_surely_never_left_is_sent_again(drive):
    sandbox, tries = Sandbox(), []

    def answer(request):
        tries.append(dict(request.headers)["x-traceid"])
        if len(tries) < 3:
            raise NotSent("no route")
        answered = sandbox.handle(request.method, request.url, request.headers, request.body)
        return answered.status, answered.headers, answered.body

    (outcome,) = drive(client_of(sandbox), calls(1), transport=function(answer), **FAST)
    assert (outcome.verdict, outcome.attempts) == ("delivered", 3)
    assert tries == [outcome.trace_id] * 3


@both
def test_retry_after_is_obeyed(drive):
    sandbox = Sandbox(faults=[{"status": 429, "retry_after": 1}])
    started = time.monotonic()
    (outcome,) = drive(client_of(sandbox), calls(1), transport=sandbox, **FAST)
    assert outcome.attempts == 2 and time.monotonic() - started >= 1


@both
def test_keys_come_back(drive):
    sandbox = Sandbox()
    client, keys = client_of(sandbox), [["no hash"], None, ("a", 1)]
    by_position = drive(client, calls(3), transport=sandbox, **FAST)
    assert {outcome.key: outcome.call.carrier_user_id for outcome in by_position} == {0: "user 0", 1: "user 1", 2: "user 2"}
    outcomes = drive(client, zip(keys, calls(3)), transport=sandbox, **FAST)
    assert sorted(map(repr, keys)) == sorted(repr(outcome.key) for outcome in outcomes)


def test_an_asynchronous_source():
    sandbox = Sandbox()
    outcomes = asynchronous(client_of(sandbox), later(zip("abc", calls(3))), transport=sandbox, **FAST)
    assert sorted(outcome.key for outcome in outcomes) == ["a", "b", "c"]
    assert asynchronous(client_of(sandbox), later([]), transport=sandbox) == []
    with pytest.raises(koodrive.InvalidInputError, match="source: asynchronous; use adispatch"):
        client_of(sandbox).dispatch(later([]), transport=sandbox)


ODD = {
    "no calls": (lambda: [1], "an item of type int; give calls"),
    "a triple": (lambda: [(1, 2, 3)], "an item of type tuple; give calls"),
}


@both
@pytest.mark.parametrize("case", ODD)
def test_what_is_no_call_ends_the_job(drive, case):
    source, message = ODD[case]
    sandbox = Sandbox()
    with pytest.raises(koodrive.InvalidInputError, match=message):
        drive(client_of(sandbox), source(), transport=sandbox)


REPLY_LIMIT = "^reply_limit: [0-9]+ is out of range; pass a whole number of bytes from 1 to 1073741824$"

OPTIONS = [
    ({"rat": 1}, "unknown option rat; expected one of: rate, burst"),
    ({"rate": 0}, "rate: 0 is out of range"),
    ({"rate": "50"}, "rate: '50' is not a number"),
    ({"rate": 10**400}, "rate: inf is out of range"),
    ({"concurrency": 1.5}, "concurrency: 1.5 is out of range; pass a whole number"),
    ({"renews_token": True}, "renews_token: not an option here; pass token"),
    ({"timeout": 0}, "^timeout: 0 s is out of range; pass a time from 0.001 s to 86400 s$"),
    ({"connect_timeout": 86_401}, "^connect_timeout: 86401 s is out of range; pass a time from 0.001 s to 86400 s$"),
    ({"reply_limit": 2**30 + 1}, REPLY_LIMIT),
    ({"reply_limit": 0}, REPLY_LIMIT),
]


@pytest.mark.parametrize("options, message", OPTIONS, ids=str)
def test_options_are_checked_at_once(options, message):
    sandbox = Sandbox()
    client = client_of(sandbox)
    for make in (client.dispatch, client.adispatch):
        with pytest.raises(koodrive.InvalidInputError, match=message):
            make(calls(1), transport=sandbox, **options)


class Broken(Exception):
    pass


def breaking_after(items):
    yield from items
    raise Broken("row 4 cannot be read")


@pytest.mark.parametrize("over", ["dispatch", "adispatch", "adispatch, async"])
def test_what_a_source_raises_comes_after_the_outcomes(over):
    sandbox = Sandbox()
    client, seen = client_of(sandbox), []

    async def main(source):
        async for outcome in client.adispatch(source, transport=sandbox, **FAST):
            seen.append(outcome)

    with pytest.raises(Broken, match="row 4"):
        if over == "dispatch":
            for outcome in client.dispatch(breaking_after(calls(3)), transport=sandbox, **FAST):
                seen.append(outcome)
        else:
            source = breaking_after(calls(3))
            asyncio.run(main(later(source) if "async" in over[10:] else source))
    assert sorted(outcome.key for outcome in seen) == [0, 1, 2]
    # None is lost: what had not left by then was not sent.
    assert {outcome.verdict for outcome in seen} <= {"delivered", "not_sent"}
    assert len(sandbox.accepted()) == sum(outcome.verdict == "delivered" for outcome in seen)


# Tokens


def service_of(tokens):
    """Accepts the tokens that are in the set now."""
    sandbox, sent = Sandbox(tokens=["one", "two", "three"]), []

    def answer(request):
        token = dict(request.headers)["authorization"]
        sent.append(token)
        if token.removeprefix("Bearer ") not in tokens:
            return 401, {}, b'{"code":1,"msg":"token expired"}'
        answered = sandbox.handle(request.method, request.url, request.headers, request.body)
        return answered.status, answered.headers, answered.body

    return sandbox, sent, answer


@both
def test_a_401_asks_for_a_token_and_nothing_is_refused(drive):
    tokens = {"one"}
    sandbox, sent, answer = service_of(tokens)

    def expiring(request):
        if len(sandbox.accepted()) == 20:
            tokens.discard("one")
        return answer(request)

    asked = []

    def token():
        asked.append(len(sandbox.accepted()))
        tokens.add("two")
        return "two"

    outcomes = drive(client_of(sandbox, token="one"), calls(60), transport=function(expiring), token=token, concurrency=4, **FAST)
    assert [outcome.verdict for outcome in outcomes] == ["delivered"] * 60
    assert len(asked) == 1 and 20 <= asked[0] <= 24
    assert sent[-1] == "Bearer two" and len(sandbox.accepted()) == 60


@both
def test_a_client_whose_token_is_a_function_begins_with_it(drive):
    sandbox, sent, answer = service_of({"one"})
    client = koodrive.Client.from_settings(sandbox.settings, token=lambda: "one")
    assert [outcome.verdict for outcome in drive(client, calls(3), transport=function(answer), **FAST)] == ["delivered"] * 3
    assert set(sent) == {"Bearer one"}

    def none():
        raise Broken("the vault is closed")

    # The first is asked for again as any later one, after a backoff.
    client = koodrive.Client.from_settings(sandbox.settings, token=none)
    with pytest.raises(koodrive.HaltedError, match="no fresh token after 3 tries") as caught:
        drive(client, calls(3), transport=function(answer), attempts=3, **FAST)
    assert isinstance(caught.value.__cause__, Broken)
    assert len(sandbox.accepted()) == 3


@both
@pytest.mark.parametrize("before", ["", "one", "tw", "two\nlines"], ids=["empty", "the refused one", "half", "several lines"])
def test_a_source_that_has_no_fresh_token_yet_is_asked_again(drive, before):
    """As a file that is being written, or a cache that has not noticed."""
    sandbox, _, answer = service_of({"two"})
    given = iter([before, before])
    outcomes = drive(
        client_of(sandbox, token="one"), calls(20), transport=function(answer), token=lambda: next(given, "two"), concurrency=4, **FAST
    )
    assert [outcome.verdict for outcome in outcomes] == ["delivered"] * 20


@both
def test_a_file_with_a_token_that_cannot_be_read_is_read_again(drive):
    from koodrive._cli._settings import read

    sandbox, _, answer = service_of({"two"})
    asked = []

    def token():
        asked.append(1)
        return "two" if len(asked) > 2 else read("--token-file", "/no/such/file")

    outcomes = drive(client_of(sandbox, token="one"), calls(3), transport=function(answer), token=token, **FAST)
    assert [outcome.verdict for outcome in outcomes] == ["delivered"] * 3


@both
def test_a_token_that_is_old_is_replaced_before_it_is_refused(drive):
    sandbox, sent, answer = service_of({"one", "two"})

    def slow(request):
        time.sleep(1.1)
        return answer(request)

    client = client_of(sandbox, token="one")
    options = {**FAST, "concurrency": 1, "token_age": 1}
    outcomes = drive(client, calls(2), transport=function(slow), token=lambda: "two", **options)
    assert [outcome.verdict for outcome in outcomes] == ["delivered"] * 2
    assert sent == ["Bearer one", "Bearer two"]


@both
def test_without_a_token_the_job_halts_and_says_why(drive):
    sandbox, _, answer = service_of(set())

    def none():
        raise Broken("the vault is closed")

    with pytest.raises(koodrive.HaltedError, match="no fresh token after 2 tries") as caught:
        drive(client_of(sandbox, token="one"), calls(3), transport=function(answer), token=none, attempts=2, **FAST)
    assert (caught.value.reason, caught.value.times, caught.value.status) == ("no_token", 2, None)
    assert isinstance(caught.value.__cause__, Broken)


def test_token_functions_that_are_async():
    sandbox, sent, answer = service_of({"two"})

    async def token():
        await asyncio.sleep(0)
        return "two"

    options = {"transport": function(answer), "token": token, **FAST}
    assert [outcome.verdict for outcome in asynchronous(client_of(sandbox, token="one"), calls(2), **options)] == ["delivered"] * 2
    with pytest.raises(koodrive.InvalidInputError, match="token: an async function, which cannot be awaited here"):
        blocking(client_of(sandbox, token="one"), calls(2), **options)
    with pytest.raises(koodrive.InvalidInputError, match="token: a number"):
        asynchronous(client_of(sandbox, token="one"), calls(2), **{**options, "token": lambda: 1})


# Halts


@both
def test_a_wrong_secret_costs_a_few_dozen_calls_and_names_the_answer(drive):
    sandbox = Sandbox()
    client, read, seen = client_of(sandbox, app_id="another", app_secret="secret"), [], []

    def source():
        for call in calls(10_000):
            read.append(call)
            yield call

    async def main():
        async for outcome in client.adispatch(source(), transport=sandbox, **FAST):
            seen.append(outcome)

    with pytest.raises(koodrive.HaltedError, match="halted: 20 calls in a row got the same answer, HTTP 401") as caught:
        if drive is blocking:
            for outcome in client.dispatch(source(), transport=sandbox, **FAST):
                seen.append(outcome)
        else:
            asyncio.run(main())
    halt = caught.value
    assert (halt.reason, halt.status, halt.code) == ("same_answer", 401, "SANDBOX.UNKNOWN_APP_ID")
    assert halt.times == 20 and "another" in halt.msg
    assert len(seen) == len(read) < 200
    assert 20 <= sum(outcome.verdict == "refused" for outcome in seen) <= 40
    assert {outcome.verdict for outcome in seen} == {"refused", "not_sent"}
    copy = pickle.loads(pickle.dumps(halt))
    assert (str(copy), vars(copy)) == (str(halt), vars(halt))


@both
def test_a_halt_that_is_resumed(drive):
    wrong = {"status": 403, "body": '{"code":7,"msg":"not listed"}'}
    sandbox, halts = Sandbox(faults=[wrong] * 5), []

    def resume(halt):
        halts.append((halt.reason, halt.times, halt.status, halt.code, halt.msg))
        return True

    async def later_resume(halt):
        await asyncio.sleep(0)
        return resume(halt)

    on_halt = resume if drive is blocking else later_resume
    outcomes = drive(client_of(sandbox), calls(30), transport=sandbox, on_halt=on_halt, halt_after=5, concurrency=1, **FAST)
    assert [outcome.verdict for outcome in sorted(outcomes, key=lambda it: it.key)] == ["refused"] * 5 + ["delivered"] * 25
    assert halts == [("same_answer", 5, 403, "7", "not listed")]


@both
def test_what_on_halt_raises(drive):
    def on_halt(halt):
        raise Broken("enough")

    sandbox = Sandbox(faults=[400] * 30)
    with pytest.raises(Broken, match="enough"):
        drive(client_of(sandbox), calls(100), transport=sandbox, on_halt=on_halt, **FAST)


# The end before the end


@both
def test_cancelled_while_iterating(drive):
    sandbox, seen = Sandbox(), []
    client, options = client_of(sandbox), {"transport": sandbox, "rate": 200, "burst": 1}

    def cancel(run, outcome):
        seen.append(outcome)
        if len(seen) >= 5 and run.progress.queued:
            run.cancel()

    async def main():
        run = client.adispatch(later(calls()), **options)
        async for outcome in run:
            cancel(run, outcome)
        return run.progress

    if drive is blocking:
        run = client.dispatch(calls(), **options)
        for outcome in run:
            cancel(run, outcome)
        progress = run.progress
    else:
        progress = asyncio.run(main())
    verdicts = [outcome.verdict for outcome in seen]
    assert verdicts.count("delivered") == progress.delivered == len(sandbox.accepted())
    assert verdicts.count("not_sent") >= 1 and set(verdicts) == {"delivered", "not_sent"}
    # Every call that was read has its outcome: the positions have no gap.
    assert sorted(outcome.key for outcome in seen) == list(range(len(seen)))
    for outcome in seen:
        if outcome.verdict == "not_sent":
            assert (outcome.attempts, outcome.trace_id, outcome.error, outcome.code) == (0, None, None, None)


def no_thread_is_left():
    until = time.monotonic() + 60
    while any(thread.name == "koodrive dispatch" for thread in threading.enumerate()):
        assert time.monotonic() < until, "a thread has not ended"
        time.sleep(0.01)


def test_a_loop_that_is_left_sends_nothing_more():
    sandbox = Sandbox()
    client = client_of(sandbox)
    for outcome in client.dispatch(calls(), transport=sandbox, **FAST):
        break
    no_thread_is_left()
    accepted = len(sandbox.accepted())
    assert outcome.verdict == "delivered" and accepted < 100

    async def main():
        async with client.adispatch(calls(), transport=sandbox, **FAST) as run:
            async for _ in run:
                break
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return run.progress

    progress = asyncio.run(main())
    assert progress.in_flight == progress.queued == 0
    assert len(sandbox.accepted()) == accepted + progress.delivered


@pytest.fixture
def interruptible():
    """As a program's main thread is; a worker of pytest-xdist ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_waits_for_what_is_in_flight_and_loses_nothing(interruptible):
    sandbox, begun, lock, interrupted = Sandbox(), [], threading.Lock(), threading.Event()

    def transport(request, **limits):
        with lock:
            begun.append(request)
            is_last = len(begun) == 8
        if is_last:
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            interrupted.set()
        # What was in flight by then goes on afterwards.
        assert interrupted.wait(600)
        return sandbox(request, **limits)

    options = {"transport": transport, "concurrency": 8, "halt_after": 0, "burst": 8, **FAST}
    run = client_of(sandbox).dispatch(calls(10_000), **options)
    seen = []
    with pytest.raises(KeyboardInterrupt):
        for outcome in run:
            seen.append(outcome)
    assert run.progress.in_flight == 0
    seen += run
    assert sorted(outcome.key for outcome in seen) == list(range(run.progress.pushed))
    assert sum(outcome.verdict == "delivered" for outcome in seen) == len(sandbox.accepted()) == len(begun)
    no_thread_is_left()


def test_a_task_that_is_cancelled_waits_for_what_is_in_flight():
    sandbox = Sandbox()
    client = client_of(sandbox)

    async def main():
        release, arrived = asyncio.Event(), asyncio.Event()

        async def transport(request, **limits):
            arrived.set()
            await release.wait()
            return sandbox(request, **limits)

        run = client.adispatch(calls(), transport=transport, concurrency=3, **FAST)

        async def iterate():
            async for _ in run:
                pass

        task = asyncio.ensure_future(iterate())
        await arrived.wait()
        task.cancel()
        for _ in range(20):
            await asyncio.sleep(0)
        assert not task.done()
        release.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        rest = [outcome async for outcome in run]
        assert len(rest) == run.progress.pushed
        assert {outcome.verdict for outcome in rest} == {"delivered", "not_sent"}
        assert sum(outcome.verdict == "delivered" for outcome in rest) == len(sandbox.accepted()) >= 1

    asyncio.run(main(), debug=True)


def test_a_task_that_is_cancelled_twice_ends_at_once():
    sandbox = Sandbox()

    async def main():
        arrived = asyncio.Event()

        async def transport(request, **limits):
            arrived.set()
            await asyncio.sleep(3600)

        run = client_of(sandbox).adispatch(calls(), transport=transport, concurrency=1, **FAST)
        task = asyncio.ensure_future(run.__anext__())
        await arrived.wait()
        for _ in range(2):
            task.cancel()
            for _ in range(5):
                await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await task
        rest = [outcome async for outcome in run]
        assert [outcome.verdict for outcome in rest if outcome.attempts] == ["unknown"]
        assert len(rest) == run.progress.pushed

    asyncio.run(main(), debug=True)


# What is held meanwhile


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


def test_a_session_that_is_no_good_ends_the_job():
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

    with pytest.raises(koodrive.InvalidInputError, match="adispatch runs on asyncio alone"):
        trio.run(main)


# Values


def test_outcomes_are_values():
    sandbox = Sandbox()
    (outcome,) = blocking(client_of(sandbox), [("key", call) for call in calls(1)], transport=sandbox)
    assert pickle.loads(pickle.dumps(outcome)) == outcome and hash(outcome) == hash(pickle.loads(pickle.dumps(outcome)))
    assert repr(outcome).startswith("CallOutcome(key='key', call=NotifyPackageExpire(carrier_user_id='user 0'")
    with pytest.raises(dataclasses.FrozenInstanceError):
        outcome.verdict = "refused"
    made = koodrive.CallOutcome(key=1, call=outcome.call, verdict="not_sent")
    assert (made.attempts, made.code, made.msg) == (0, None, None)


def test_its_repr_shows_progress_and_no_secret():
    run = koodrive.Client(endpoint=koodrive.CHINA, user_id=USER_ID, token=TOKEN).dispatch([])
    assert list(run) == []
    assert repr(run).startswith("<koodrive.Dispatch Progress(pushed=0, requests=0") and TOKEN not in repr(vars(run))


def test_an_action_that_the_driver_does_not_know_is_an_error():
    from types import SimpleNamespace

    unknown = SimpleNamespace(action="later", most=0, halt=None, seconds=None)
    client = client_of(Sandbox())

    def turn(send, take):
        return unknown

    run = client.dispatch(calls(1), transport=function(lambda request: (200, [], OK)))
    run._turn = turn
    with pytest.raises(RuntimeError, match="unknown action of the dispatcher: 'later'"):
        next(run)
    with pytest.raises(RuntimeError, match="unknown action"):
        run.close()

    async def over_asyncio():
        run = client.adispatch(calls(1), transport=function(lambda request: (200, [], OK)))
        run._turn = turn
        with pytest.raises(RuntimeError, match="unknown action"):
            await anext_of(run)
        with pytest.raises(RuntimeError, match="unknown action"):
            await run.aclose()

    asyncio.run(over_asyncio())


async def anext_of(run):
    return await run.__anext__()


USER = "/koodrive/ose/v1/users/1316083732377070977"


@both
def test_calls_of_all_operations(drive):
    sandbox = Sandbox(answers=[{"method": "GET", "path": USER}, {"method": "PUT", "path": USER}])
    operation = koodrive.OrderOperation(operation_sn="1")
    mixed = [
        koodrive.RawCall("GET", USER, query={"a": ["b", 1]}),
        koodrive.RawCall("PUT", USER, json={"status": 7}),
        koodrive.GetSpaceUsageByOverview(),
        koodrive.ReverseOrder(batch_sn="b", operations=[operation]),
        *calls(1),
    ]
    outcomes = {outcome.key: outcome for outcome in drive(client_of(sandbox), mixed * 2, transport=sandbox, **FAST)}
    assert [outcomes[at].call for at in range(10)] == mixed * 2
    assert {outcome.verdict for outcome in outcomes.values()} == {"delivered"}
    kinds = [koodrive.RawReply, koodrive.RawReply, koodrive.SpaceUsage, koodrive.RawReply, koodrive.Acknowledgement]
    assert [type(outcomes[at].reply) for at in range(10)] == kinds * 2
    for outcome in outcomes.values():
        assert (outcome.code, outcome.msg, outcome.reply.trace_id) == ("0", "Success.", outcome.trace_id)


@both
def test_a_get_is_sent_again_though_its_outcome_is_unknown(drive):
    sandbox = Sandbox(faults=["cut", 500])
    (outcome,) = drive(client_of(sandbox), [koodrive.GetSpaceUsageByOverview()], transport=sandbox, **FAST)
    assert (outcome.verdict, outcome.attempts) == ("delivered", 3)


@both
def test_a_reply_of_which_a_field_cannot_be_read(drive):
    body = b'{"code":0,"policyList":[{"policyId":"1","priority":90071992547409930}]}'
    sandbox = Sandbox()
    client = client_of(sandbox, token="t")
    transport = function(lambda request: (200, {}, body))
    (outcome,) = drive(client, [koodrive.GetCurrentRetentionPolicy()], transport=transport, **FAST)
    # The service took the call; `send` raises the same error.
    assert (outcome.verdict, outcome.reply, outcome.error.kind) == ("delivered", None, "unreadable_reply")
    assert (outcome.error.trace_id, outcome.error.x_date) == (outcome.trace_id, outcome.x_date)
    assert outcome.error.body == body.decode() and "priority" in str(outcome.error)


def test_a_call_that_is_read_after_cancel_is_not_sent():
    sandbox = Sandbox()

    def source():
        for call in calls(3):
            run.cancel()
            yield call

    run = client_of(sandbox).dispatch(source(), transport=sandbox, **FAST)
    outcomes = list(run)
    assert [(outcome.key, outcome.verdict, outcome.attempts) for outcome in outcomes] == [(0, "not_sent", 0)]
    assert (run.progress.pushed, run.progress.not_sent, sandbox.accepted()) == (1, 1, [])


@both
def test_errors_of_outcomes_have_their_fields_and_travel(drive):
    import pickle

    sandbox = Sandbox(whitelist=[])
    (outcome,) = drive(client_of(sandbox), calls(1), transport=sandbox, **FAST)
    error = pickle.loads(pickle.dumps(outcome)).error
    assert (error.status, error.code, error.trace_id) == (403, "SANDBOX.NOT_WHITELISTED", outcome.trace_id)
    assert error.x_date == outcome.x_date and "NOT_WHITELISTED" in error.body


# What is known is never lost


@pytest.mark.parametrize("leave", ["break", "raise", "close"])
def test_outcomes_that_nobody_has_seen_can_be_read_after_the_end(leave):
    sandbox = Sandbox()
    seen = []
    with pytest.raises(Broken) if leave == "raise" else contextlib.nullcontext():
        with client_of(sandbox).dispatch(calls(300), transport=sandbox, rate=5000) as run:
            for outcome in run:
                seen.append(outcome)
                if len(seen) == 100:
                    if leave == "raise":
                        raise Broken
                    if leave == "close":
                        run.close()
                    else:
                        break
    check_all_told(sandbox, [*seen, *run])


@pytest.mark.parametrize("leave", ["break", "raise", "aclose", "cancel"])
def test_outcomes_that_nobody_has_awaited_can_be_read_after_the_end(leave):
    sandbox = Sandbox()
    seen = []

    async def some(run):
        async with run:
            async for outcome in run:
                seen.append(outcome)
                if len(seen) == 100:
                    if leave == "raise":
                        raise Broken
                    if leave == "cancel":
                        asyncio.current_task().cancel()
                        await asyncio.sleep(0)
                    if leave == "aclose":
                        await run.aclose()
                    break

    async def main():
        run = client_of(sandbox).adispatch(calls(300), transport=sandbox, rate=5000)
        with contextlib.suppress(Broken, asyncio.CancelledError):
            await asyncio.create_task(some(run))
        return [*seen, *[outcome async for outcome in run]]

    check_all_told(sandbox, asyncio.run(main()))


def check_all_told(sandbox, outcomes):
    """Each call once, and as delivered exactly those that the service acted on."""
    assert len({outcome.key for outcome in outcomes}) == len(outcomes) > 100
    told = {outcome.call.carrier_user_id for outcome in outcomes if outcome.verdict == "delivered"}
    assert told == {accepted.carrier_user_id for accepted in sandbox.accepted()}


def test_a_source_that_cancels_is_read_no_further():
    sandbox = Sandbox()

    def source():
        for call in calls():
            yield call
            run.cancel()

    run = client_of(sandbox).dispatch(source(), transport=sandbox, **FAST)
    assert len(list(run)) <= 2


UNSPEAKABLE = "reset by caf\udce9"


class Mute(Exception):
    def __str__(self):
        raise RuntimeError("it has no text")


@both
@pytest.mark.parametrize(
    "error, said", [(ConnectionResetError(UNSPEAKABLE), r"reset by caf\udce9"), (Mute(), "Mute")], ids=["half a character", "no text"]
)
def test_an_error_whose_text_cannot_be_told_is_an_outcome(drive, error, said):
    sandbox = Sandbox()

    def broken(request):
        raise error

    outcomes = drive(client_of(sandbox), calls(3), transport=function(broken), **FAST)
    assert [outcome.verdict for outcome in outcomes] == ["unknown"] * 3
    assert all(said in str(outcome.error) for outcome in outcomes)


@both
def test_a_failure_to_hand_in_ends_the_job(drive, monkeypatch):
    sandbox = Sandbox()
    monkeypatch.setattr("koodrive._dispatch._job.words", lambda error: "half \udce9")

    def broken(request):
        raise ConnectionResetError

    with pytest.raises(UnicodeEncodeError):
        drive(client_of(sandbox), calls(3), transport=function(broken), **FAST)


@both
def test_a_header_that_is_no_text_does_not_cost_the_reply(drive):
    sandbox = Sandbox()

    def answer(request):
        answered = sandbox.handle(request.method, request.url, request.headers, request.body)
        return answered.status, [("date", "caf\udce9"), ("\udce9ate", "x")], answered.body

    (outcome,) = drive(client_of(sandbox), calls(1), transport=function(answer), **FAST)
    assert (outcome.verdict, outcome.server_date) == ("delivered", None)


@both
def test_its_clock_is_that_of_send(drive, monkeypatch):
    sandbox = Sandbox()
    sent = []

    def answer(request):
        sent.append(dict(request.headers)["x-date"])
        answered = sandbox.handle(request.method, request.url, request.headers, request.body)
        return answered.status, [], answered.body

    client = client_of(sandbox, token=TOKEN)
    # Not the sandbox's: it shows no Date, so nothing is learned.
    monkeypatch.setattr(time, "time", lambda: 1762153305.25)
    (outcome,) = drive(client, calls(1), transport=function(answer), **FAST)
    sent.append(dict(client.request(*calls(1)).headers)["x-date"])
    assert sent == ["20251103T070140Z"] * 2
    assert outcome.sent_at == datetime.datetime(2025, 11, 3, 7, 1, 45, 250_000, datetime.timezone.utc)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("use", ["next(run)", "run.cancel()", "run.progress", "list(run)"])
def test_a_forked_process_cannot_use_a_job(use, tmp_path):
    code = f"""
import os, sys, koodrive
from koodrive.sandbox import Sandbox
sandbox = Sandbox()
client = koodrive.Client.from_settings(sandbox.settings, **sandbox.credentials)
calls = [koodrive.NotifyPackageExpire(carrier_user_id=str(n), package_id="14") for n in range(300)]
with client.dispatch(calls, transport=sandbox, rate=5000) as run:
    next(run)
    child = os.fork()
    if not child:
        try:
            {use}
        except koodrive.InvalidInputError as error:
            print(error, flush=True)
        repr(run)
        sys.exit(7)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    print(1 + len(list(run)), len(sandbox.accepted()))
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=30)
    assert done.stderr == ""
    assert done.stdout == (
        "this job belongs to the process that made it; begin a job of its own in a forked process\n300 300\n"
    )
