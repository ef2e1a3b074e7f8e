"""The conformance vectors through the pip package: one test per folder of `vectors`, stage by stage.

With KOODRIVE_MESSAGES=FILE the texts of all errors are written there, so that they can be compared between languages.
"""

import json
import os
import pathlib
from datetime import datetime

import koodrive
import pytest

VECTORS = pathlib.Path(__file__).resolve().parent / "vectors"
NAMES = sorted(path.name for path in VECTORS.iterdir() if path.is_dir())
MESSAGES = {}

# The words of call.json in Python's case.
CLIENT = {
    "endpoint": "endpoint",
    "userId": "user_id",
    "appId": "app_id",
    "appSecret": "app_secret",
    "token": "token",
    "authorization": "authorization",
    "clockMarginSeconds": "clock_margin",
    "allowPlainHttp": "allow_plain_http",
}
CALL = {"carrierUserId": "carrier_user_id", "packageId": "package_id", "undocumentedType": "undocumented_type"}
POLICY = {
    "policyId": "policy_id",
    "policyName": "policy_name",
    "description": "description",
    "priority": "priority",
    "status": "status",
}


def test_all_vectors_are_there():
    assert len(NAMES) >= 70


@pytest.fixture(scope="module", autouse=True)
def messages():
    yield
    if "KOODRIVE_MESSAGES" in os.environ:
        pathlib.Path(os.environ["KOODRIVE_MESSAGES"]).write_text(json.dumps(MESSAGES, indent=2), "utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_vector(name):
    case = Case(name)
    stage = "client"
    try:
        client = koodrive.Client(**renamed(case.given["client"], CLIENT))
        if "observed" in case.given:
            observed = case.given["observed"]
            client.observe_clock(
                observed["headers"], instant(observed["sentAt"]), instant(observed["receivedAt"])
            )
        stage = "call"
        call = make(case.given["call"])
        stage = "request"
        options = {"now": instant(case.given["options"]["now"])}
        if "date" in case.given["options"]:
            options["date"] = instant(case.given["options"]["date"])
        request = client.request(call, trace_id=case.given["options"].get("traceId"), **options)

        wanted = case.json("request.json")
        assert wanted is not None, "it should have been refused"
        check_stages(case, client, call, options)
        assert request_json(request) == wanted

        response = case.json("response.json")
        if response is None:
            return
        stage = "parse"
        headers = [(header, value) for header, value in response["headers"]]
        body = bytes.fromhex(response["bodyHex"]) if "bodyHex" in response else response["body"].encode("utf-8")
        reply = client.parse(call, response["status"], headers, body)
    except koodrive.KooDriveError as error:
        MESSAGES[name] = str(error)
        expected = case.json("error.json")
        assert error_json(stage, error, expected) == expected
    else:
        assert reply_json(reply) == case.json("reply.json")


class Case:
    def __init__(self, name):
        self.folder = VECTORS / name
        self.given = self.json("call.json")

    def text(self, name):
        path = self.folder / name
        return path.read_bytes().decode("utf-8") if path.exists() else None

    def json(self, name):
        text = self.text(name)
        return None if text is None else json.loads(text)


def check_stages(case, client, call, options):
    canonical_request = case.text("canonical-request.txt")
    if canonical_request is None:
        return
    stages = client.explain(call, **options)
    assert stages.canonical_request == canonical_request
    assert stages.string_to_sign == case.text("string-to-sign.txt")
    assert stages.signature == case.text("signature.txt")


def make(given):
    if given["operation"] == "getCurrentRetentionPolicy":
        return koodrive.GetCurrentRetentionPolicy()
    return koodrive.NotifyPackageExpire(**renamed({k: v for k, v in given.items() if k != "operation"}, CALL))


def renamed(given, names):
    return {names[name]: value for name, value in given.items()}


def instant(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def request_json(request):
    headers = dict(request.headers)
    assert len(headers) == len(request.headers), "a header is sent twice"
    found = {"method": request.method, "url": request.url, "headers": headers}
    if request.body:
        found["body"] = request.body.decode("utf-8")
    return found


def reply_json(reply):
    found = {"code": reply.code, "msg": reply.msg, "traceId": reply.trace_id}
    if isinstance(reply, koodrive.RetentionPolicies):
        found["policyList"] = [
            {name: getattr(policy, field) for name, field in POLICY.items()} for policy in reply.policy_list
        ]
    return found


def error_json(stage, error, expected):
    found = {"stage": stage, "kind": error.kind, "outcome": error.outcome, "retryable": error.retryable}
    if stage == "parse":
        found.update(
            status=error.status,
            code=error.code,
            msg=error.msg,
            requestId=error.request_id,
            traceId=error.trace_id,
            retryAfter=error.retry_after,
        )
    if expected is not None and "message" in expected:  # the text is compared where the vector fixes it
        found["message"] = str(error)
    return found
