"""The conformance vectors through the pip package: one test per case of the JSON files, stage by stage."""

import dataclasses
import json
import pathlib
import re
from datetime import datetime

import koodrive
import pytest

VECTORS = pathlib.Path(__file__).resolve().parent


def read(file):
    return json.loads((VECTORS / file).read_bytes())


CASES = {path.name: read(path.name)["cases"] for path in sorted(VECTORS.glob("*.json")) if path.name != "index.json"}

# The members of `expected`, in the order in which a client gets there, and how a failure names
# them.
STAGES = {
    "bodySha256": "body hash",
    "canonicalRequest": "canonical request",
    "stringToSign": "string to sign",
    "signature": "signature",
    "request": "request",
    "reply": "reply",
    "error": "error",
}

# The words of the cases in Python's case.
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


def test_the_index_names_every_file_with_its_number_of_cases_and_every_flagship_folder():
    index = read("index.json")
    assert {file: len(cases) for file, cases in CASES.items()} == index["cases"]
    assert sorted(path.name for path in (VECTORS / "flagship").iterdir()) == index["flagship"]


@pytest.mark.parametrize("case", [case for cases in CASES.values() for case in cases], ids=lambda case: case["name"])
def test_vector(case):
    expected, found = spelled(case["expected"]), outcome(case["given"])
    for stage, name in STAGES.items():
        at = (expected.get(stage) or found.get(stage) or {}).get("stage") if stage == "error" else None
        assert found.get(stage) == expected.get(stage), f"{name} ({at}) differs" if at else f"{name} differs"
    assert found == expected, "a stage that this runner does not know"


def outcome(given):
    """Everything that the client makes of a case, in the words of `expected`."""
    found = {}
    stage = "client"
    try:
        client = koodrive.Client(**renamed(given["client"], CLIENT))
        if "observed" in given:
            observed = given["observed"]
            client.observe_clock(observed["headers"], instant(observed["sentAt"]), instant(observed["receivedAt"]))
        stage = "call"
        call = make(given["call"])
        stage = "request"
        options = {name: instant(given["options"][name]) for name in ("now", "date") if name in given["options"]}
        request = client.request(call, trace_id=given["options"].get("traceId"), **options)
        if "appId" in given["client"]:
            stages = client.explain(call, **options)
            found["bodySha256"] = stages.canonical_request.rsplit("\n", 1)[1]
            found["canonicalRequest"] = stages.canonical_request
            found["stringToSign"] = stages.string_to_sign
            found["signature"] = stages.signature
        found["request"] = request_json(request)
        if "response" in given:
            stage = "parse"
            response = given["response"]
            headers = [(header, value) for header, value in response["headers"]]
            body = bytes.fromhex(response["bodyHex"]) if "bodyHex" in response else response["body"].encode("utf-8")
            found["reply"] = reply_json(client.parse(call, response["status"], headers, body))
    except koodrive.KooDriveError as error:
        found["error"] = error_json(stage, error)
    return found


def make(given):
    """The call of a case. Operations are spelled as their publisher does, with a lower-case letter at the start."""
    operation, fields = given["operation"], {name: value for name, value in given.items() if name != "operation"}
    if operation == "notifyPackageExpire":
        return koodrive.NotifyPackageExpire(**renamed(fields, CALL))
    if operation == "rawCall":
        method, path = fields.pop("method"), text_of(fields.pop("path"))
        return koodrive.RawCall(method, path, **fields)
    if operation == "setRetentionPolicy":
        return koodrive.SetRetentionPolicy([koodrive.PolicyStatus(**snake(it)) for it in fields["policyList"]])
    if operation == "reverseOrder":
        operations = [order_operation(it) for it in fields["operationList"]]
        return koodrive.ReverseOrder(batch_sn=fields["batchSN"], operations=operations)
    return getattr(koodrive, operation[0].upper() + operation[1:])(**snake(fields))


def order_operation(given):
    changes = [koodrive.PackageChange(**snake(it)) for it in given.get("packageChangeList", ())]
    return koodrive.OrderOperation(
        operation_sn=given["operationSN"], carrier_user_id=given.get("carrierUserId"), package_changes=changes
    )


def text_of(given):
    """A text as it is, or one that is repeated."""
    return given["repeat"] * given["times"] if isinstance(given, dict) else given


def snake(given):
    return {re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name): value for name, value in given.items()}


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
    """The fields of a reply under the wire's names, those of the values inside included."""
    if isinstance(reply, tuple):
        return [reply_json(item) for item in reply]
    if not dataclasses.is_dataclass(reply):
        return reply
    return {camel(field.name): reply_json(getattr(reply, field.name)) for field in dataclasses.fields(reply)}


def camel(name):
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))


#: Fields of an error from a reply.
OF_REPLY = ("status", "code", "msg", "request_id", "trace_id", "retry_after", "body")


def error_json(stage, error):
    found = {"stage": stage, "kind": error.kind, "outcome": error.outcome, "retryable": error.retryable}
    if stage == "parse":
        found.update({camel(name): getattr(error, name) for name in OF_REPLY})
    elif error.field is not None:
        found["field"] = error.field
    return {**found, "message": str(error)}


def spelled(expected):
    """Returns the expected result with options spelled as in Python. The message of a case is the core's template."""
    if "message" not in expected.get("error", {}):
        return expected
    message = re.sub(r"\{([a-z_]+|[0-9.]+ s)\}", r"\1", expected["error"]["message"])
    return {**expected, "error": {**expected["error"], "message": message}}
