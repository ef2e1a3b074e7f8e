"""Code that type checkers must refuse. An unused ignore comment is an error, so every line is checked."""

import asyncio

import httpx
import koodrive
import requests
from koodrive import Acknowledgement, Client, GetCurrentRetentionPolicy, NotifyPackageExpire, RawCall

# Ids are text, and have names.
NotifyPackageExpire(carrier_user_id=1, package_id="2")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
NotifyPackageExpire("1", "2")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
NotifyPackageExpire(carrier_user_id="1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
NotifyPackageExpire(carrier_user_id="1", package_id="2", kind=2)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
RawCall("GET")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
RawCall("GET", "/a", query=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
RawCall("GET", "/a", headers={"a": 1})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
koodrive.ReverseOrder(batch_sn="b", operations=["1"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
GetCurrentRetentionPolicy(1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]

call = NotifyPackageExpire(carrier_user_id="1", package_id="2")
call.package_id = "3"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]

policy = koodrive.RetentionPolicy(priority=1)
policy.priority = 2  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]

# A client has an endpoint, and no option that it does not know.
Client(user_id="1", token="t")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
Client(endpoint=koodrive.CHINA, user_id=1, token="t")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
Client(endpoint=koodrive.CHINA, user_id="1", token="t", timeout=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
Client(endpoint=koodrive.CHINA, user_id="1", token=lambda: 1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

client = Client(endpoint=koodrive.CHINA, user_id="1", token="t")
client.request({"carrier_user_id": "1"})  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
client.request(call, now="now")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
client.request(call).url = ""  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
client.parse(call, "200", {}, b"")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
client.parse(call, 200, {"date": 1}, b"")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
client.observe_clock({}, None, 1.0)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

# The reply to a notification has no policies, and cannot be assigned to another type.
client.send(call).policy_list  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
policies: koodrive.RetentionPolicies = client.send(call)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
asyncio.run(client.asend(call, transport=None))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
client.send(call, transport=object())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
client.send(call).code + 1  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
client.send(call).msg.upper()  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
Acknowledgement("0")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
koodrive.Request(method="GET")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def handle(error: koodrive.KooDriveError) -> None:
    error.kind == "refused"  # type: ignore[comparison-overlap]  # pyright: ignore[reportUnnecessaryComparison]
    error.retry_after + 1  # type: ignore[operator]  # pyright: ignore[reportOptionalOperand]


# Calls alone are dispatched, and by the numbers of the policy.
client.dispatch(call)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
client.dispatch(["a call"])  # type: ignore[arg-type]  # pyright: ignore[reportCallIssue, reportArgumentType]
client.dispatch([call], rat=1)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
client.dispatch([call], rate="1")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
client.adispatch([call])  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
client.dispatch([call], on_bad_item="skip")  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue, reportArgumentType]
for outcome in client.dispatch([("row", call)]):
    outcome.key + 1  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]
    outcome.verdict == "sent"  # type: ignore[comparison-overlap]  # pyright: ignore[reportUnnecessaryComparison]
    outcome.attempts = 2  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]

# A session is of the kind that the method drives.
client.send(call, transport=httpx.AsyncClient())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
asyncio.run(client.asend(call, transport=requests.Session()))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
