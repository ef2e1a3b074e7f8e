"""Many calls, with both drivers: every verdict, sources, options, values.

The core's tests cover the decisions of the dispatcher. These tests cover the drivers.
"""

import asyncio
import dataclasses
import datetime
import pickle
import time

import koodrive
import pytest
from koodrive.sandbox import Sandbox
from koodrive.transports import NotSent

from conftest import OK, TOKEN, USER_ID
from dispatching import Broken, FAST, asynchronous, blocking, both, calls, client_of, function, later

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
def test_a_request_that_never_left_is_sent_again(drive):
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
    "no calls": (lambda: [1], "an item of type int; pass calls"),
    "a triple": (lambda: [(1, 2, 3)], "an item of type tuple; pass calls"),
}


@both
@pytest.mark.parametrize("case", ODD)
def test_an_item_that_is_not_a_call_ends_the_job(drive, case):
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
    ({"renews_token": True}, "renews_token: unknown option; pass a function as token"),
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


def breaking_after(items):
    yield from items
    raise Broken("row 4 cannot be read")


@pytest.mark.parametrize("over", ["dispatch", "adispatch", "adispatch, async"])
def test_an_exception_of_the_source_comes_after_the_outcomes(over):
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
