"""The hooks and the progress of many calls: before_send, on_exchange, on_bad_item, and ``Progress``."""

import asyncio
import hashlib
import threading

import koodrive
import pytest
from koodrive.sandbox import Sandbox
from koodrive.transports import NotSent

from dispatching import FAST, Broken, asynchronous, blocking, both, calls, client_of, function, later


# before_send


@both
@pytest.mark.parametrize("kind", ["plain", "async"])
def test_before_send_is_called_before_each_request_leaves(drive, kind):
    sandbox = Sandbox(faults=["pass", 429])
    order, told = [], []

    def before_send(outgoing):
        order.append(("told", outgoing.trace_id))
        told.append(outgoing)

    async def before_send_later(outgoing):
        await asyncio.sleep(0.001)
        before_send(outgoing)

    def answer(request):
        order.append(("sent", dict(request.headers)["x-traceid"]))
        answered = sandbox.handle(request.method, request.url, request.headers, request.body)
        return answered.status, answered.headers, answered.body

    if drive is blocking and kind == "async":
        pytest.skip("see test_an_awaitable_that_dispatch_cannot_await")
    hook = before_send_later if kind == "async" else before_send
    client = client_of(sandbox)
    outcomes = drive(client, zip("abc", calls(3)), transport=function(answer), before_send=hook, **FAST)
    by_key = {outcome.key: outcome for outcome in outcomes}
    assert {outcome.verdict for outcome in outcomes} == {"delivered"} and len(told) == 4
    for outgoing in told:
        outcome = by_key[outgoing.key]
        assert (outgoing.call, outgoing.trace_id) == (outcome.call, outcome.trace_id)
        assert hashlib.sha256(outgoing.body).digest() == hashlib.sha256(client.request(outcome.call).body).digest()
        assert len(outgoing.x_date) == 16
        assert "authorization" not in repr(outgoing).lower() and "Signature" not in repr(outgoing)
    assert sorted(outgoing.attempt for outgoing in told) == [1, 1, 1, 2]
    for trace_id in {outgoing.trace_id for outgoing in told}:
        own = [what for what, whose in order if whose == trace_id]
        assert own == ["told", "sent"] * (len(own) // 2)


@both
def test_an_exception_of_before_send_ends_the_job_and_the_call_was_not_sent(drive):
    sandbox, seen = Sandbox(), []
    client, lock = client_of(sandbox), threading.Lock()

    def before_send(outgoing):
        with lock:
            if outgoing.key >= 5:
                raise Broken("the disk is full")

    async def main():
        async for outcome in client.adispatch(calls(100), transport=sandbox, before_send=before_send, **FAST):
            seen.append(outcome)

    with pytest.raises(Broken, match="the disk is full"):
        if drive is blocking:
            for outcome in client.dispatch(calls(100), transport=sandbox, before_send=before_send, **FAST):
                seen.append(outcome)
        else:
            asyncio.run(main())
    verdicts = {outcome.key: outcome.verdict for outcome in seen}
    assert sorted(verdicts) == list(range(len(seen)))
    assert [verdicts[key] for key in range(5)] == ["delivered"] * 5
    assert {verdicts[key] for key in range(5, len(seen))} == {"not_sent"}
    assert len(sandbox.accepted()) == 5
    kept = next(outcome for outcome in seen if outcome.error is not None)
    assert (kept.attempts, kept.trace_id, kept.sent_at, kept.error.kind) == (0, None, None, "not_sent")
    assert "the disk is full" in str(kept.error)


def test_an_awaitable_that_dispatch_cannot_await():
    sandbox = Sandbox()

    async def before_send(outgoing):
        pass

    run = client_of(sandbox).dispatch(calls(3), transport=sandbox, before_send=before_send, **FAST)
    seen = []
    with pytest.raises(TypeError, match="before_send: returned an awaitable"):
        for outcome in run:
            seen.append(outcome.verdict)
    assert sandbox.accepted() == [] and set(seen) == {"not_sent"}


def test_a_request_that_waits_for_before_send_when_the_job_is_ended_was_not_sent():
    sandbox = Sandbox()

    async def main():
        arrived = asyncio.Event()

        async def before_send(outgoing):
            arrived.set()
            await asyncio.sleep(3600)

        run = client_of(sandbox).adispatch(calls(), transport=sandbox, before_send=before_send, concurrency=1, **FAST)
        task = asyncio.ensure_future(run.__anext__())
        await arrived.wait()
        for _ in range(2):
            task.cancel()
            for _ in range(5):
                await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await task
        rest = [outcome async for outcome in run]
        assert {outcome.verdict for outcome in rest} == {"not_sent"} and len(rest) == run.progress.pushed
        assert run.progress.requests == 0

    asyncio.run(main(), debug=True)
    assert sandbox.accepted() == []


@both
def test_before_send_sees_requests_that_are_signed_elsewhere(drive):
    sandbox, told = Sandbox(), []
    secret = sandbox.credentials["app_secret"]

    def sign(string_to_sign):
        import hmac

        return hmac.new(secret.encode(), string_to_sign.encode(), hashlib.sha256).hexdigest()

    client = client_of(sandbox, app_id=sandbox.credentials["app_id"], sign=sign)
    outcomes = drive(client, calls(3), transport=sandbox, before_send=told.append, **FAST)
    assert {outgoing.trace_id for outgoing in told} == {outcome.trace_id for outcome in outcomes}
    assert [outcome.verdict for outcome in outcomes] == ["delivered"] * 3


# on_exchange


@both
def test_every_exchange_is_shown(drive):
    sandbox, shown = Sandbox(faults=["pass", 429, "cut-after-headers", 400]), []
    client = client_of(sandbox)
    outcomes = drive(client, calls(4), transport=sandbox, on_exchange=shown.append, **FAST)
    assert sorted(outcome.verdict for outcome in outcomes) == ["delivered", "delivered", "refused", "unknown"]
    ends = sorted((str(exchange.status), exchange.kind, exchange.outcome) for exchange in shown)
    assert ends == [
        ("200", None, None),
        ("200", None, None),
        ("400", "api", "refused"),
        ("429", "api", "refused"),
        ("None", "outcome_unknown", "unknown"),
    ]
    trace_ids = {outcome.trace_id for outcome in outcomes}
    for exchange in shown:
        assert (exchange.operation, exchange.method) == ("notifyPackageExpire", "POST")
        assert exchange.trace_id in trace_ids and 0 <= exchange.duration < 60
        assert exchange.url == client.request(*calls(1)).url


@both
def test_an_exchange_that_never_left_is_shown_and_a_hook_that_raises_changes_nothing(drive, caplog):
    sandbox, shown = Sandbox(), []

    def answer(request):
        if len(shown) < 1:
            raise NotSent("no route")
        answered = sandbox.handle(request.method, request.url, request.headers, request.body)
        return answered.status, answered.headers, answered.body

    def on_exchange(exchange):
        shown.append(exchange)
        raise Broken("the metrics are gone")

    (outcome,) = drive(client_of(sandbox), calls(1), transport=function(answer), on_exchange=on_exchange, **FAST)
    assert (outcome.verdict, outcome.attempts) == ("delivered", 2)
    assert [(exchange.status, exchange.kind) for exchange in shown] == [(None, "not_sent"), (200, None)]
    assert "on_exchange failed" in caplog.text


# Bad items


@both
def test_an_item_that_is_not_a_call_can_be_an_outcome(drive):
    sandbox = Sandbox()
    (first, second, third) = calls(3)
    source = [first, "no call", ("row 3", {"user": 1}), second, (1, 2, 3), ("row 6", third)]
    outcomes = drive(client_of(sandbox), source, transport=sandbox, on_bad_item="outcome", **FAST)
    bad = {outcome.key: outcome for outcome in outcomes if outcome.verdict == "bad_item"}
    assert {key: it.item for key, it in bad.items()} == {1: "no call", "row 3": ("row 3", {"user": 1}), 4: (1, 2, 3)}
    assert all(type(it) is koodrive.BadItem and it.error.field == "source" for it in bad.values())
    assert "an item of type dict; pass calls" in str(bad["row 3"].error)
    assert sorted(str(outcome.key) for outcome in outcomes if outcome.verdict == "delivered") == ["0", "3", "row 6"]
    assert len(sandbox.accepted()) == 3


@pytest.mark.parametrize("over", ["dispatch", "adispatch", "adispatch, async"])
def test_a_source_of_bad_items_alone_is_read_as_they_are_taken(over):
    sandbox, read = Sandbox(), []
    client, options = client_of(sandbox), {"transport": sandbox, "on_bad_item": "outcome"}

    def source():
        for number in range(1000):
            read.append(number)
            yield number

    def check(seen):
        seen.append(1)
        assert len(read) <= len(seen) + 1

    async def main(seen):
        async for _ in client.adispatch(later(source()) if "async" in over[10:] else source(), **options):
            check(seen)
            await asyncio.sleep(0)

    seen = []
    if over == "dispatch":
        for _ in client.dispatch(source(), **options):
            check(seen)
    else:
        asyncio.run(main(seen))
    assert len(seen) == len(read) == 1000


@both
def test_options_of_hooks_are_checked_at_once(drive):
    sandbox = Sandbox()
    with pytest.raises(koodrive.InvalidInputError, match='on_bad_item: unknown value \'skip\'; pass "raise" or "outcome"'):
        drive(client_of(sandbox), calls(1), transport=sandbox, on_bad_item="skip")


# Progress


@both
def test_progress_says_why_the_pace_is_low(drive):
    sandbox, slowed = Sandbox(faults=[{"status": 429, "retry_after": 1}]), []

    def on_exchange(exchange):
        slowed.append(run.progress.slowed)

    options = {"transport": sandbox, "concurrency": 1, "on_exchange": on_exchange, **FAST}
    run = (client_of(sandbox).dispatch if drive is blocking else client_of(sandbox).adispatch)(calls(3), **options)
    assert (run.progress.slowed, run.source_ended) == (None, False)

    async def iterated():
        return [outcome.verdict async for outcome in run]

    verdicts = [outcome.verdict for outcome in run] if drive is blocking else asyncio.run(iterated())
    assert verdicts == ["delivered"] * 3 and slowed[0] == "throttled"
    assert (run.progress.slowed, run.source_ended, run.progress.source_ended) == ("draining", True, True)


@both
@pytest.mark.parametrize("adaptive", [True, False])
def test_without_adaptive_nothing_but_retry_after_lowers_the_pace(drive, adaptive):
    sandbox, paces = Sandbox(faults=[503] * 16), []
    client = client_of(sandbox)
    options = {"transport": sandbox, "adaptive": adaptive, "rate": 1000, "concurrency": 1, "attempts": 1, "halt_after": 0}

    async def main():
        run = client.adispatch(calls(16), **options)
        async for _ in run:
            paces.append((run.progress.rate, run.progress.slowed))

    if drive is blocking:
        run = client.dispatch(calls(16), **options)
        for _ in run:
            paces.append((run.progress.rate, run.progress.slowed))
    else:
        asyncio.run(main())
    slowed = {why for _, why in paces} - {"draining"}
    assert slowed == ({None, "failing"} if adaptive else {None})
    assert (min(rate for rate, _ in paces) < 1000) == adaptive


@both
def test_a_source_that_was_left_has_not_ended(drive):
    sandbox = Sandbox()
    client, options = client_of(sandbox), {"transport": sandbox, "rate": 200, "burst": 1}

    async def main():
        async with client.adispatch(later(calls(1000)), **options) as run:
            async for _ in run:
                break
        return run, [outcome async for outcome in run]

    if drive is blocking:
        with client.dispatch(calls(1000), **options) as run:
            for _ in run:
                break
        rest = list(run)
    else:
        run, rest = asyncio.run(main())
    assert not run.source_ended
    # Calls that were read have outcomes, and the rest of the source has none.
    assert sorted(outcome.key for outcome in rest)[-1] == run.progress.pushed - 1 < 999


def test_no_hook_costs_nothing():
    """No clock is read and no value is made for a hook that is not there."""
    sandbox = Sandbox()
    run = client_of(sandbox).dispatch(calls(1), transport=sandbox)
    assert run._job.before_send is None and run._job.departs() is None
    assert [outcome.verdict for outcome in run] == ["delivered"]
    assert asynchronous(client_of(sandbox), [], transport=sandbox) == []
