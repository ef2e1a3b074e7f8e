"""``sign``: the app secret stays elsewhere, here in a stand-in for a KMS."""

import asyncio
import hashlib
import hmac
import time

import koodrive
import pytest
from koodrive.sandbox import Sandbox

from conftest import USER_ID, in_time, reply

KEY = b"example-app-secret-not-real"
USAGE = koodrive.GetSpaceUsageByOverview()


class Kms:
    """Signs, and tells what it was asked for."""

    def __init__(self):
        self.asked = []

    def sign(self, string_to_sign):
        self.asked.append(string_to_sign)
        return hmac.new(KEY, string_to_sign.encode(), hashlib.sha256).hexdigest()

    async def sign_later(self, string_to_sign):
        await asyncio.sleep(0)
        return self.sign(string_to_sign)


@pytest.fixture
def kms():
    return Kms()


@pytest.fixture
def sandbox():
    return Sandbox()


def client_of(sandbox, sign):
    return koodrive.Client.from_settings(sandbox.settings, app_id="example-app-id", sign=sign)


def test_a_sign_function_makes_the_same_request_as_the_secret(kms):
    given = {"endpoint": koodrive.CHINA, "user_id": USER_ID, "app_id": "my-app-id"}
    here = koodrive.Client(**given, app_secret=KEY.decode())
    elsewhere = koodrive.Client(**given, sign=kms.sign)
    call = koodrive.RawCall("POST", "/a b", query={"c": "d"}, json={"e": 1})
    assert elsewhere.request(call, 1e9) == here.request(call, 1e9)
    assert kms.asked == [here.explain(call, now=1e9).string_to_sign]


def test_it_is_explained_up_to_the_string_to_sign(kms):
    given = {"endpoint": koodrive.CHINA, "user_id": USER_ID, "app_id": "my-app-id"}
    call = koodrive.RawCall("GET", "/a")
    here = koodrive.Client(**given, app_secret=KEY.decode()).explain(call, now=1e9)
    elsewhere = koodrive.Client(**given, sign=kms.sign).explain(call, now=1e9)
    assert elsewhere.signature is None
    assert here.signature == kms.sign(here.string_to_sign)
    assert elsewhere.string_to_sign == here.string_to_sign


def test_it_is_asked_before_each_attempt(kms, call):
    ahead = Sandbox(now=lambda: time.time() + 3600)
    seen = []
    assert client_of(ahead, kms.sign).send(call, transport=ahead, on_exchange=seen.append).code == "0"
    assert [exchange.status for exchange in seen] == [401, 200]
    assert len(set(kms.asked)) == 2


@pytest.mark.parametrize("name", ["sign", "sign_later"])
def test_asend(kms, sandbox, name):
    client = client_of(sandbox, getattr(kms, name))
    assert asyncio.run(client.asend(USAGE, transport=sandbox)).code == "0"


def calls(number):
    for at in range(number):
        yield koodrive.NotifyPackageExpire(carrier_user_id=f"user {at}", package_id="14")
    yield USAGE


def test_dispatch(kms, sandbox):
    with client_of(sandbox, kms.sign).dispatch(calls(30), transport=sandbox, rate=10_000) as run:
        assert {outcome.verdict for outcome in run} == {"delivered"}
    assert len(sandbox.accepted()) == 30 and len(kms.asked) == 31


@pytest.mark.parametrize("name", ["sign", "sign_later"])
def test_adispatch(kms, sandbox, name):
    async def main():
        client = client_of(sandbox, getattr(kms, name))
        async with client.adispatch(calls(30), transport=sandbox, rate=10_000) as run:
            return [outcome async for outcome in run]

    assert {outcome.verdict for outcome in asyncio.run(main())} == {"delivered"}
    assert len(sandbox.accepted()) == 30


def test_an_async_function_is_refused_where_nothing_is_awaited(kms, sandbox):
    client = client_of(sandbox, kms.sign_later)
    for use in (
        lambda: client.send(USAGE, transport=sandbox),
        lambda: client.request(USAGE),
        lambda: list(client.dispatch(calls(3), transport=sandbox)),
    ):
        with pytest.raises(koodrive.InvalidInputError, match="sign: an async function, which cannot be awaited here") as refused:
            use()
        assert refused.value.field == "sign"
    assert (sandbox.accepted(), kms.asked) == ([], [])


NO_SIGNATURES = ["", "A" * 64, "0" * 63, "0" * 65, "Signature=" + "0" * 64, 7, None, b"0" * 64]


@pytest.mark.parametrize("signature", NO_SIGNATURES)
def test_an_invalid_signature_is_refused(sandbox, signature):
    client = client_of(sandbox, lambda _: signature)

    async def adispatched():
        return [outcome async for outcome in client.adispatch([USAGE], transport=sandbox)]

    for use in (
        lambda: client.send(USAGE, transport=sandbox),
        lambda: asyncio.run(client.asend(USAGE, transport=sandbox)),
        lambda: client.request(USAGE),
        lambda: list(client.dispatch([USAGE], transport=sandbox)),
        lambda: asyncio.run(adispatched()),
    ):
        with pytest.raises(koodrive.InvalidInputError) as refused:
            use()
        assert refused.value.field == "sign"


class KmsIsDown(Exception):
    pass


def down(string_to_sign):
    raise KmsIsDown("try later")


def test_a_function_that_fails_is_not_sent(sandbox):
    client = client_of(sandbox, down)
    for use in (
        lambda: client.send(USAGE, transport=sandbox),
        lambda: asyncio.run(client.asend(USAGE, transport=sandbox)),
    ):
        with pytest.raises(koodrive.NotSentError, match="try later") as not_sent:
            use()
        assert isinstance(not_sent.value.__cause__, KmsIsDown) and len(not_sent.value.trace_id) == 58
        assert (not_sent.value.outcome, not_sent.value.retryable) == ("not_sent", True)
    with pytest.raises(KmsIsDown):
        client.request(USAGE)


def test_a_function_that_fails_once_is_asked_again_by_a_job(kms, sandbox):
    answers = iter([down, kms.sign])
    client = client_of(sandbox, lambda it: next(answers)(it))
    (outcome,) = client.dispatch([USAGE], transport=sandbox, backoff=0)
    assert (outcome.verdict, outcome.attempts, outcome.reply.code) == ("delivered", 2, "0")


@pytest.mark.parametrize(
    "given",
    [
        {"app_id": "a", "app_secret": "b", "sign": Kms().sign},
        {"token": "t", "sign": Kms().sign},
        {"token": lambda: "t", "sign": Kms().sign},
        {"app_id": "a", "token": lambda: "t"},
        {"authorization": "x", "token": lambda: "t"},
    ],
)
def test_credentials_are_given_in_one_way(given):
    with pytest.raises(koodrive.InvalidInputError, match="one kind of credentials"):
        koodrive.Client(endpoint=koodrive.CHINA, user_id=USER_ID, **given)
    with pytest.raises(koodrive.InvalidInputError, match="^app_id is missing"):
        koodrive.Client(endpoint=koodrive.CHINA, user_id=USER_ID, sign=Kms().sign)
    with pytest.raises(koodrive.InvalidInputError, match="^sign: of type str"):
        koodrive.Client(endpoint=koodrive.CHINA, user_id=USER_ID, app_id="a", sign="0" * 64)


def test_one_time_out_is_for_both_attempts(server, kms):
    from test_send import http_date

    limits = []

    def transport(request, *, connect_timeout, timeout, reply_limit):
        limits.append(timeout)
        if len(limits) == 1:
            time.sleep(0.2)
            return 401, [tuple(http_date(3600).split(": ", 1))], b"{}"
        return 200, [], reply()[-27:]

    client = koodrive.Client(endpoint=server.url, user_id=USER_ID, app_id="a", sign=kms.sign)
    call = koodrive.NotifyPackageExpire(carrier_user_id="1", package_id="2")
    assert client.send(call, transport=transport, timeout=10).code == "0"
    assert 9.8 < limits[0] <= 10 and 5 < limits[1] <= 9.8
    limits.clear()
    # No time is left for a second one: the first error stands.
    with pytest.raises(koodrive.ApiError):
        client.with_credentials(app_id="a", sign=kms.sign).send(
            call, transport=lambda request, **given: transport(request, **given), timeout=0.1
        )
    assert len(limits) == 1


async def hang(string_to_sign):
    await asyncio.sleep(60)


def late(string_to_sign):
    time.sleep(0.7)
    return Kms().sign(string_to_sign)


class Counting:
    """The sandbox as a transport that counts its requests, and sees the time that each has."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.timeouts = []

    def __call__(self, request, **limits):
        self.timeouts.append(limits["timeout"])
        return self.sandbox(request, **limits)

    async def later(self, request, **limits):
        return self(request, **limits)


LATE = "the request was not sent: the timeout of 0.5 s was over before the function `sign` returned"


@pytest.mark.parametrize("sign", [hang, late])
def test_a_signature_that_comes_too_late_is_not_sent(sandbox, sign):
    client, transport = client_of(sandbox, sign), Counting(sandbox)
    with pytest.raises(koodrive.NotSentError) as caught, in_time(0.7):
        asyncio.run(client.asend(USAGE, transport=transport.later, timeout=0.5))
    assert str(caught.value).startswith(LATE)
    if sign is late:
        with pytest.raises(koodrive.NotSentError) as caught:
            client.send(USAGE, transport=transport, timeout=0.5)
        assert str(caught.value).startswith(LATE)
    assert transport.timeouts == []


def drive(client, source, transport, **options):
    return list(client.dispatch(source, transport=transport, **options))


def adrive(client, source, transport, **options):
    async def main():
        async with client.adispatch(source, transport=transport.later, **options) as run:
            return [outcome async for outcome in run]

    return asyncio.run(main())


@pytest.mark.parametrize("run, slow", [(drive, late), (adrive, late), (adrive, hang)])
def test_a_job_goes_on_without_a_call_whose_signature_came_too_late(sandbox, run, slow):
    asked = []

    def sign(string_to_sign):
        asked.append(string_to_sign)
        return slow(string_to_sign) if len(asked) == 1 else Kms().sign(string_to_sign)

    transport = Counting(sandbox)
    with in_time(1):
        outcomes = run(client_of(sandbox, sign), calls(2), transport, timeout=0.5, attempts=1, concurrency=1, rate=10_000)
    first, *others = outcomes
    assert (first.verdict, first.error.kind, first.error.outcome) == ("given_up", "not_sent", "not_sent")
    assert str(first.error).startswith(LATE)
    assert [outcome.verdict for outcome in others] == ["delivered"] * 2
    # The exchange has the time that its signature has left.
    assert len(transport.timeouts) == 2 and all(0 < timeout < 0.5 for timeout in transport.timeouts)


@pytest.mark.parametrize("once_more", [False, True], ids=["awaited", "at once"])
def test_a_job_that_is_cancelled_while_it_signs_sends_nothing(sandbox, once_more):
    async def main():
        signing, go_on = asyncio.Event(), asyncio.Event()

        async def sign(string_to_sign):
            signing.set()
            await go_on.wait()
            return Kms().sign(string_to_sign)

        run = client_of(sandbox, sign).adispatch(calls(1), transport=sandbox)

        async def work():
            return [outcome async for outcome in run]

        task = asyncio.create_task(work())
        await signing.wait()
        if once_more:
            task.cancel()
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return [outcome async for outcome in run]
        run.cancel()
        go_on.set()
        return await task

    outcomes = asyncio.run(main())
    assert outcomes and {outcome.verdict for outcome in outcomes} <= {"given_up", "not_sent"}
    assert sandbox.accepted() == []
