"""Ends of many calls before their end, with both drivers: halts, cancellation, Ctrl-C. Nothing that is known is lost."""

import asyncio
import contextlib
import datetime
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

from conftest import TOKEN
from dispatching import Broken, FAST, blocking, both, calls, client_of, function, later

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
def test_an_exception_of_on_halt(drive):
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
        # Requests in flight go on after the interruption.
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


# Outcomes are never lost


@pytest.mark.parametrize("leave", ["break", "raise", "close"])
def test_outcomes_that_were_not_taken_can_be_read_after_the_end(leave):
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
def test_outcomes_that_were_not_awaited_can_be_read_after_the_end(leave):
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
    "error, said",
    [(ConnectionResetError(UNSPEAKABLE), r"reset by caf\udce9"), (Mute(), "Mute")],
    ids=["half a character", "no text"],
)
def test_an_error_whose_str_raises_is_an_outcome(drive, error, said):
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
def test_a_header_that_is_not_text_keeps_the_reply(drive):
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
    # A reply without a Date, so that no clock offset is learned.
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
    assert done.stdout == ("this job belongs to another process; start a job of its own after a fork\n300 300\n")
