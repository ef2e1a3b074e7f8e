"""Runs the conformance vectors through the interface: one test per engine and case."""

import json
import re
from datetime import datetime
from pathlib import Path

import engines
import pytest
from records import CoreError, named, read, read_named

VECTORS = Path(__file__).parents[2] / "tests" / "conformance"

# Names of the records of list items and of replies.
ITEMS = {"policyList": "PolicyStatus", "operationList": "OrderOperation", "packageChangeList": "PackageChange"}
REPLIES = {
    "notifyPackageExpire": "Acknowledgement",
    "setRetentionPolicy": "Acknowledgement",
    "getSpaceUsageByOverview": "SpaceUsage",
    "getCurrentRetentionPolicy": "RetentionPolicies",
    "getCarrierRetentionPolicy": "RetentionPolicies",
    "reverseOrder": "RawReply",
    "rawCall": "RawReply",
}
NESTED = {"DATA": "SpaceUsageData"}
LISTED = {"POLICY_LIST": "RetentionPolicy"}
NUMBERS = {"STATUS", "PRIORITY"}


def milliseconds(text):
    """Returns an instant of the vectors as the interface takes it."""
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def fields(name, given):
    """Returns the record of a call, or of an item in it."""
    values = {}
    for member, value in given.items():
        match value:
            case {"repeat": text, "times": times}:
                value = text * times
            case list() if member in ITEMS:
                value = [fields(ITEMS[member], item) for item in value]
            case list():
                value = [text for pair in value for text in pair]
        values[member] = value
    return named(name, **values)


def call(given):
    """Returns the operation of a call, and its record."""
    operation = given["operation"]
    members = {name: value for name, value in given.items() if name != "operation"}
    return {"operation": operation, "fields": fields(operation[0].upper() + operation[1:], members)}


def reply_headers(core, pairs):
    """Returns the headers to hand in, as the library names them."""
    first = {}
    for name, value in pairs:
        first.setdefault(name.lower(), value)
    names = read(read_named("Info", core.call(0, "INFO"))["REPLY_HEADERS"])
    return [first.get(name.decode()) for name in names]


def client(core, given):
    """Opens a client."""
    credentials = named(
        "Credentials",
        app_id=given.get("appId"),
        app_secret=given.get("appSecret"),
        token=given.get("token"),
        authorization=given.get("authorization"),
    )
    return core.open(
        named(
            "Open",
            endpoint=given["endpoint"],
            allow_plain_http=given.get("allowPlainHttp"),
            user_id=given["userId"],
            credentials=credentials,
            clock_margin=given.get("clockMarginSeconds"),
        )
    )


def text(field):
    return None if field is None else field.decode()


def refusal(stage, error):
    """Returns an error before anything was sent, in the form of the vectors."""
    found = {
        "stage": stage,
        "kind": text(error.fields["KIND"]),
        "outcome": text(error.fields["OUTCOME"]),
        "retryable": error.fields["RETRYABLE"] == b"1",
        "field": text(error.fields["FIELD"]),
        "message": text(error.fields["MESSAGE"]),
    }
    return {"error": found}


def reply_error(error):
    """Returns the error of a reply, in the form of the vectors."""
    found = refusal("parse", error)["error"]
    del found["field"]
    status, wait = error.fields["STATUS"], error.fields["RETRY_AFTER"]
    return found | {
        "status": None if status is None else int(status),
        "code": text(error.fields["CODE"]),
        "msg": text(error.fields["MSG"]),
        "requestId": text(error.fields["REQUEST_ID"]),
        "traceId": text(error.fields["TRACE_ID"]),
        "retryAfter": None if wait is None else float(wait),
        "body": text(error.fields["BODY"]),
    }


def values(name, record):
    """Returns a reply's record in the form of the vectors."""
    found = {}
    for field, value in read_named(name, record).items():
        if value is not None:
            if field in NESTED:
                value = values(NESTED[field], value)
            elif field in LISTED:
                value = [values(LISTED[field], item) for item in read(value)]
            else:
                value = int(value) if field in NUMBERS else value.decode()
        found[field.lower().replace("_", "")] = value
    return found


def lower(value):
    """Returns a reply of the vectors with its names in lower case, as `values` has them."""
    match value:
        case dict():
            return {name.lower(): lower(member) for name, member in value.items()}
        case list():
            return [lower(item) for item in value]
    return value


def outcome(core, given):
    """Returns everything that the library produces for a case."""
    try:
        handle = client(core, given["client"])
    except CoreError as error:
        return refusal("client", error)
    try:
        return exchange(core, handle, given)
    finally:
        core.close(handle)


def exchange(core, handle, given):
    if observed := given.get("observed"):
        headers = reply_headers(core, observed["headers"].items())
        sent, received = milliseconds(observed["sentAt"]), milliseconds(observed["receivedAt"])
        core.call(handle, "OBSERVE", named("Observe", headers=headers, sent_at=sent, received_at=received))
    called, options = call(given["call"]), given["options"]
    try:
        core.call(0, "CHECK", named("Call", **called))
    except CoreError as error:
        return refusal("call", error)
    now = milliseconds(options["now"])
    date = milliseconds(options["date"]) if "date" in options else None
    begin = named("Begin", **called, now=now, date=date, trace_id=options.get("traceId"))
    try:
        request = read_named("Request", core.call(handle, "BEGIN", begin))
    except CoreError as error:
        return refusal("request", error)
    headers = read(request["HEADERS"])
    found = {
        "request": {
            "method": text(request["METHOD"]),
            "url": text(request["URL"]),
            "headers": {name.decode(): value.decode() for name, value in zip(headers[::2], headers[1::2])},
        }
    }
    if request["BODY"] is not None:
        found["request"]["body"] = text(request["BODY"])
    if "appId" in given["client"]:
        stages = core.call(handle, "EXPLAIN", named("Explain", **called, now=now, date=date))
        stages = read_named("Explanation", stages)
        canonical = text(stages["CANONICAL_REQUEST"])
        found["bodySha256"] = canonical.rsplit("\n", 1)[1]
        found["canonicalRequest"] = canonical
        found["stringToSign"] = text(stages["STRING_TO_SIGN"])
        found["signature"] = text(stages["SIGNATURE"])
    if given.get("response"):
        read_reply(core, handle, given, request["EXCHANGE"], found)
    return found


def read_reply(core, handle, given, number, found):
    """Reads the response with PARSE and with REPLY, which have to give the same result."""
    response, called = given["response"], call(given["call"])
    body = response.get("body", "").encode() if "body" in response else bytes.fromhex(response["bodyHex"])
    of_response = {"status": response["status"], "headers": reply_headers(core, response["headers"]), "body": body}
    name = REPLIES[called["operation"]]
    try:
        replied = read_named("Replied", core.call(handle, "PARSE", named("Parse", **called, **of_response)))
        found["reply"] = values(name, replied["REPLY"])
    except CoreError as error:
        found["error"] = reply_error(error)
    now = milliseconds(given["options"]["now"])
    try:
        ended = core.call(handle, "REPLY", named("Reply", exchange=number, **of_response, now=now))
        ended = read_named("Replied", ended)
        if ended["STATE"] == b"done":
            assert values(name, ended["REPLY"]) == found["reply"]
        else:
            # The core signs anew after only one error, the refused date.
            assert ended["STATE"] == b"again" and found["error"]["status"] in (400, 401), (ended["STATE"], found)
    except CoreError as error:
        # Only the exchange knows the X-Date and the trace id that were sent.
        known = {"message", "traceId"}
        ended = {key: value for key, value in reply_error(error).items() if key not in known}
        assert ended == {key: value for key, value in found["error"].items() if key not in known}


def expected(case):
    """Returns what is expected, with options and times spelled as in C."""
    wanted = json.loads(json.dumps(case["expected"]))
    if error := wanted.get("error"):
        error["message"] = re.sub(r"\{([a-z_]+|[-0-9.]+ s)\}", r"\1", error["message"])
    if "reply" in wanted:
        wanted["reply"] = lower(wanted["reply"])
    return wanted


def cases():
    index = json.loads((VECTORS / "index.json").read_text())
    for file, count in index["cases"].items():
        of_file = json.loads((VECTORS / file).read_text())["cases"]
        assert len(of_file) == count, file
        yield from of_file


@pytest.fixture(scope="module", params=["c", "node", "wasmtime"])
def core(request):
    return engines.ENGINES[request.param]()


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case["name"])
def test_vector(core, case):
    found, wanted = outcome(core, case["given"]), expected(case)
    differing = [key for key in found.keys() | wanted.keys() if found.get(key) != wanted.get(key)]
    assert not differing, "\n".join(f"{key}: {found.get(key)}\nexpected: {wanted.get(key)}" for key in differing)
