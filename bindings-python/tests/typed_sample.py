"""What type checkers see of the package; checked with mypy --strict, never run."""

from __future__ import annotations

import datetime
from typing import List, Tuple

import aiohttp
import koodrive
from koodrive.sandbox import Accepted, Answer, Sandbox, SandboxServer


def build(client: koodrive.Client) -> List[Tuple[str, str]]:
    call = koodrive.NotifyPackageExpire(carrier_user_id="1", package_id="2", undocumented_type=None)
    now = datetime.datetime.now(datetime.timezone.utc)
    request: koodrive.Request = client.request(call, now=now, trace_id=koodrive.new_trace_id())
    body: bytes = request.body
    client.observe_clock({"date": "x"}, now, 1.5)
    reply: koodrive.Acknowledgement = client.parse(call, 200, [("date", "x")], body)
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


def configured(environ: dict[str, str]) -> koodrive.Client:
    return koodrive.Client.from_env(environ, clock_margin=10)


async def against_a_sandbox(call: koodrive.NotifyPackageExpire) -> list[Accepted]:
    sandbox = Sandbox(apps={"a": "b"}, whitelist={"1"}, faults=[429, "cut", {"delay": 1}], now=lambda: 1762153305.0)
    client = koodrive.Client.from_settings(sandbox.settings, **sandbox.credentials)
    reply: koodrive.Acknowledgement = client.send(call, transport=sandbox)
    await client.asend(call, transport=sandbox)
    answer: Answer = sandbox.handle("GET", "/", {"host": "x"})
    body: bytes = answer.body
    server: SandboxServer
    with sandbox.serve() as server:
        print(reply.code, body, server.url, server.environ["KOODRIVE_ENDPOINT"])
    return sandbox.accepted()
