"""Code that type checkers must accept. mypy and pyright check it strictly; it never runs."""

from __future__ import annotations

import datetime
from typing import AsyncIterator, Iterator, List, Optional, Tuple, TypeVar

import aiohttp
import httpx
import koodrive
import koodrive.sandbox
import requests
import urllib3
from koodrive.types import AsyncTransport, Body, DispatchOptions, Headers, Kind, Outcome, Slowed, Transport, Verdict

Reply = TypeVar("Reply")


def build(client: koodrive.Client) -> List[Tuple[str, str]]:
    call = koodrive.NotifyPackageExpire(carrier_user_id="1", package_id="2", undocumented_type=None)
    now = datetime.datetime.now(datetime.timezone.utc)
    request: koodrive.Request = client.request(call, now=now, trace_id=koodrive.new_trace_id())
    body: bytes = request.body
    client.observe_clock({"date": "x"}, now, 1.5)
    reply: koodrive.Acknowledgement = client.parse(call, 200, [("date", "x")], body)
    client.parse(call, 200, {b"date": b"x"}, memoryview(body))
    code: str = reply.code
    trace_id: str | None = reply.trace_id
    print(code, trace_id, client.clock_offset + 1.0)
    return request.headers


def send(client: koodrive.Client) -> str | None:
    try:
        policies = client.send(koodrive.GetCurrentRetentionPolicy(), timeout=3, on_exchange=lambda seen: print(seen.status))
    except koodrive.InvalidInputError:
        raise
    except koodrive.KooDriveError as error:
        if error.outcome == "refused" and error.retry_after is not None:
            print(error.status, error.kind)
        return error.code
    first: koodrive.RetentionPolicy = policies.policy_list[0]
    return first.policy_id


def send_any(client: koodrive.Client, call: koodrive.Call[Reply]) -> Reply:
    return client.send(call)


def the_reply_follows_from_the_call(client: koodrive.Client) -> Tuple[koodrive.RetentionPolicies, koodrive.Acknowledgement]:
    notify = koodrive.NotifyPackageExpire(carrier_user_id="1", package_id="2")
    return send_any(client, koodrive.GetCurrentRetentionPolicy()), send_any(client, notify)


def other_calls(client: koodrive.Client) -> Tuple[str | None, koodrive.SpaceUsageData, List[koodrive.RawReply | None]]:
    user = koodrive.RawCall("GET", "/koodrive/ose/v1/users/1", query={"a": [1, "b"], "c": "d"}, headers=[("language", "en-US")])
    frozen = koodrive.RawCall("PUT", "/koodrive/ose/v1/users/1", json={"status": 7})
    change = koodrive.PackageChange(package_id="14")
    operation = koodrive.OrderOperation(operation_sn="1", package_changes=[change])
    order = koodrive.ReverseOrder(batch_sn="b", operations=(operation,))
    acknowledgement: koodrive.Acknowledgement = client.send(
        koodrive.SetRetentionPolicy([koodrive.PolicyStatus(policy_id="1", status="1")])
    )
    reply: koodrive.RawReply = client.send(user)
    print(acknowledgement.code, reply.status + 1, reply.json(), reply.body.upper())
    usage: koodrive.SpaceUsage = client.send(koodrive.GetSpaceUsageByOverview())
    return reply.code, usage.data, [outcome.reply for outcome in client.dispatch([user, frozen, order])]


def sign(string_to_sign: str) -> str:
    return string_to_sign


async def sign_later(string_to_sign: str) -> str:
    return string_to_sign


def signing(settings: koodrive.Settings) -> Tuple[koodrive.Client, koodrive.Client]:
    client = koodrive.Client.from_settings(settings, app_id="a", sign=sign)
    return client, client.with_credentials(app_id="a", sign=sign_later)


async def token() -> str:
    return "token"


async def asend(session: aiohttp.ClientSession) -> koodrive.Acknowledgement:
    client = koodrive.Client(endpoint=koodrive.INTERNATIONAL, user_id="1", token=token)
    call = koodrive.NotifyPackageExpire(carrier_user_id="1", package_id="2")
    return await client.asend(call, transport=session)


def again(client: koodrive.Client) -> koodrive.Client:
    settings: koodrive.Settings = client.settings
    explanation: koodrive.Explanation = client.explain(koodrive.GetCurrentRetentionPolicy(), message="x")
    if explanation.difference is not None:
        print(explanation.difference.line + 1)
    return koodrive.Client.from_settings(settings, app_id="a", app_secret="b").with_credentials(token=lambda: "t")


def values() -> Tuple[koodrive.Acknowledgement, koodrive.RetentionPolicies]:
    return koodrive.Acknowledgement(code="0"), koodrive.RetentionPolicies(code="0", policy_list=())


def sandbox() -> Optional[str]:
    faked = koodrive.sandbox.Sandbox(faults=[429, "cut"])
    client = koodrive.Client.from_settings(faked.settings, **faked.credentials)
    client.send(koodrive.GetCurrentRetentionPolicy(), transport=faked)
    return faked.accepted()[0].package_id


def lapsed() -> Iterator[Tuple[str, koodrive.NotifyPackageExpire]]:
    yield "row 1", koodrive.NotifyPackageExpire(carrier_user_id="1", package_id="2")


async def later() -> AsyncIterator[koodrive.NotifyPackageExpire]:
    yield koodrive.NotifyPackageExpire(carrier_user_id="1", package_id="2")


def dispatch(client: koodrive.Client) -> List[str]:
    run: koodrive.Dispatch[str, koodrive.Acknowledgement] = client.dispatch(
        lapsed(), rate=20, concurrency=8, token_age=1500, token=lambda: "t"
    )
    keys: List[str] = []
    try:
        with run:
            for outcome in run:
                if outcome.verdict == "unknown" and outcome.error is not None:
                    keys.append(outcome.key.upper())
                    print(outcome.error.outcome, outcome.trace_id, outcome.attempts + 1)
                if isinstance(outcome.call, koodrive.NotifyPackageExpire):
                    print(outcome.call.package_id)
                if outcome.reply is not None:
                    reply: koodrive.Acknowledgement = outcome.reply
                    print(reply.code)
    except koodrive.HaltedError as halt:
        print(halt.reason, halt.status, halt.times + 1)
    progress: koodrive.Progress = run.progress
    print(progress.delivered + 1, progress.rate)
    return keys


async def adispatch(session: aiohttp.ClientSession, client: koodrive.Client) -> List[int]:
    async with client.adispatch(later(), transport=session, token=token, repeats_are_safe=True) as run:
        positions: List[int] = [outcome.key async for outcome in run]
    last: koodrive.CallOutcome[int, koodrive.Acknowledgement] = await run.__anext__()
    return [*positions, last.key + 1]


def function(request: koodrive.Request, *, connect_timeout: float, timeout: float, reply_limit: int) -> Tuple[int, Headers, Body]:
    return 200, {"server": request.url}, b"{}"


async def async_function(
    request: koodrive.Request, *, connect_timeout: float, timeout: float, reply_limit: int
) -> Tuple[int, List[Tuple[str, str]], bytes]:
    return 200, [("server", request.url)], b"{}"


def transports(faked: koodrive.sandbox.Sandbox) -> List[Transport]:
    pools: List[Transport] = [urllib3.PoolManager(), urllib3.HTTPConnectionPool("localhost")]
    return [*pools, requests.Session(), httpx.Client(), function, faked]


def async_transports(session: aiohttp.ClientSession, faked: koodrive.sandbox.Sandbox) -> List[AsyncTransport]:
    return [session, httpx.AsyncClient(), async_function, faked]


def instants(
    outcome: koodrive.CallOutcome[int, koodrive.RawReply], exchange: koodrive.Exchange
) -> List[Optional[datetime.datetime]]:
    return [outcome.sent_at, outcome.answered_at, outcome.server_date, exchange.started_at]


def words(error: koodrive.KooDriveError, outcome: koodrive.CallOutcome[int, koodrive.RawReply]) -> Tuple[Kind, Outcome, Verdict]:
    return error.kind, error.outcome, outcome.verdict


def with_options(client: koodrive.Client, options: DispatchOptions) -> koodrive.Dispatch[int, koodrive.RawReply]:
    return client.dispatch([koodrive.RawCall("GET", "/a")], **options)


def hooks(client: koodrive.Client, items: List[object]) -> List[object]:
    def before_send(outgoing: koodrive.Outgoing) -> None:
        number: int = outgoing.attempt
        body: bytes = outgoing.body
        print(number, body, outgoing.x_date.upper(), outgoing.trace_id.upper())

    bad: List[object] = []
    with client.dispatch(
        items, on_bad_item="outcome", before_send=before_send, on_exchange=lambda seen: print(seen.duration)
    ) as run:
        for outcome in run:
            if outcome.verdict == "bad_item":
                error: koodrive.InvalidInputError = outcome.error
                bad.append((outcome.key, outcome.item, error))
            else:
                print(outcome.attempts + 1)
    slowed: Slowed | None = run.progress.slowed
    ended: bool = run.source_ended and run.progress.source_ended
    return [*bad, slowed, ended]


async def async_hooks(session: aiohttp.ClientSession, client: koodrive.Client) -> bool:
    async def before_send(outgoing: koodrive.Outgoing) -> None:
        print(outgoing.key)

    async with client.adispatch(later(), transport=session, before_send=before_send) as run:
        async for outcome in run:
            print(outcome.verdict)
    return run.source_ended
