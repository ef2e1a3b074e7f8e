"""Tokens of many calls, with both drivers."""

import asyncio
import time

import koodrive
import pytest
from koodrive.sandbox import Sandbox

from dispatching import Broken, FAST, asynchronous, blocking, both, calls, client_of, function


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
        client_of(sandbox, token="one"),
        calls(20),
        transport=function(answer),
        token=lambda: next(given, "two"),
        concurrency=4,
        **FAST,
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
    assert [outcome.verdict for outcome in asynchronous(client_of(sandbox, token="one"), calls(2), **options)] == [
        "delivered"
    ] * 2
    with pytest.raises(koodrive.InvalidInputError, match="token: an async function, which cannot be awaited here"):
        blocking(client_of(sandbox, token="one"), calls(2), **options)
    with pytest.raises(koodrive.InvalidInputError, match="token: a number"):
        asynchronous(client_of(sandbox, token="one"), calls(2), **{**options, "token": lambda: 1})
