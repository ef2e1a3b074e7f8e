"""``sign``: the app secret stays elsewhere, here in a stand-in for a KMS."""

import asyncio
import hashlib
import hmac

import koodrive
import pytest
from koodrive.sandbox import Sandbox

from conftest import USER_ID, reply

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


def test_what_is_signed_elsewhere_is_what_the_secret_signs(kms):
    given = {"endpoint": koodrive.CHINA, "user_id": USER_ID, "app_id": "my-app-id"}
    here = koodrive.Client(**given, app_secret=KEY.decode())
    elsewhere = koodrive.Client(**given, sign=kms.sign)
    call = koodrive.RawCall("POST", "/a b", query={"c": "d"}, json={"e": 1})
    assert elsewhere.request(call, 1e9) == here.request(call, 1e9)
    assert kms.asked == [here.explain(call, now=1e9).string_to_sign]


def test_it_is_asked_before_each_attempt(kms, call):
    ahead = Sandbox(now=lambda: __import__("time").time() + 3600)
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
def test_what_is_no_signature_is_refused(sandbox, signature):
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
        {"sign": Kms().sign},
        {"app_id": "a", "app_secret": "b", "sign": Kms().sign},
        {"token": "t", "sign": Kms().sign},
        {"token": lambda: "t", "sign": Kms().sign},
        {"app_id": "a", "token": lambda: "t"},
        {"authorization": "x", "token": lambda: "t"},
    ],
)
def test_credentials_are_given_in_one_way(given):
    with pytest.raises(koodrive.InvalidInputError, match="credentials in exactly one way"):
        koodrive.Client(endpoint=koodrive.CHINA, user_id=USER_ID, **given)
    with pytest.raises(koodrive.InvalidInputError, match="^sign: of type str"):
        koodrive.Client(endpoint=koodrive.CHINA, user_id=USER_ID, app_id="a", sign="0" * 64)


def test_one_time_out_is_for_both_attempts(server, kms):
    from test_send import http_date

    limits = []

    def transport(request, *, connect_timeout, timeout, reply_limit):
        limits.append(timeout)
        if len(limits) == 1:
            __import__("time").sleep(0.2)
            return 401, [tuple(http_date(3600).split(": ", 1))], b"{}"
        return 200, [], reply()[-27:]

    client = koodrive.Client(endpoint=server.url, user_id=USER_ID, app_id="a", sign=kms.sign)
    call = koodrive.NotifyPackageExpire(carrier_user_id="1", package_id="2")
    assert client.send(call, transport=transport, timeout=10).code == "0"
    assert limits[0] == 10 and 5 < limits[1] <= 9.8
    limits.clear()
    # No time is left for a second one: the first error stands.
    with pytest.raises(koodrive.ApiError):
        client.with_credentials(app_id="a", sign=kms.sign).send(
            call, transport=lambda request, **given: transport(request, **given), timeout=0.1
        )
    assert len(limits) == 1


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
