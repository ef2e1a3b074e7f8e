"""The cases of a file through the pip package: `python.py CASES RESULTS`. What is noted is what outcome.mjs notes."""

import dataclasses
import json
import sys

import koodrive

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
CALL = {"carrierUserId": "carrier_user_id", "packageId": "package_id", "type": "type", "undocumentedType": "undocumented_type"}
ERROR = {
    "kind": "kind",
    "outcome": "outcome",
    "retryable": "retryable",
    "status": "status",
    "code": "code",
    "msg": "msg",
    "requestId": "request_id",
    "traceId": "trace_id",
    "xDate": "x_date",
    "retryAfter": "retry_after",
    "body": "body",
    "field": "field",
}
STAGES = {
    "canonicalRequest": "canonical_request",
    "canonicalRequestHash": "canonical_request_hash",
    "stringToSign": "string_to_sign",
    "signature": "signature",
    "signedHeaders": "signed_headers",
    "difference": "difference",
    "finding": "finding",
}
CALLS = {
    "getSpaceUsageByOverview": koodrive.GetSpaceUsageByOverview,
    "getCurrentRetentionPolicy": koodrive.GetCurrentRetentionPolicy,
    "getCarrierRetentionPolicy": koodrive.GetCarrierRetentionPolicy,
}


def text(value):
    if isinstance(value, dict):
        return b"".join(unit.to_bytes(2, "little") for unit in value["utf16"]).decode("utf-16-le", "surrogatepass")
    return value


def renamed(given, names):
    return {names[name]: text(value) for name, value in given.items()}


def pairs(given):
    """Pairs whose values may be texts that UTF-8 cannot carry; JSON text as it is."""
    return given if isinstance(given, str) else [(name, text(value)) for name, value in given]


def members(names, of):
    return {name: getattr(of, member, None) for name, member in names.items()}


def seconds(milliseconds):
    return None if milliseconds is None else milliseconds / 1000


def error_of(error):
    found = members(ERROR, error)
    if found["retryAfter"] is not None:
        found["retryAfter"] = str(int(found["retryAfter"]))
    return {**found, "name": type(error).__name__, "message": str(error)}


def request_of(request):
    headers = sorted(map(list, request.headers))
    return {"method": request.method, "url": request.url, "headers": headers, "body": request.body.decode()}


def stages_of(explanation):
    found = members(STAGES, explanation)
    if found["difference"] is not None:
        found["difference"] = members({name: name for name in ("part", "line", "ours", "theirs")}, found["difference"])
    return found


def reply_of(reply):
    """The fields of a reply under the wire's names, those of the values inside included."""
    if isinstance(reply, tuple):
        return [reply_of(item) for item in reply]
    if not dataclasses.is_dataclass(reply):
        return reply
    return {camel(field.name): reply_of(getattr(reply, field.name)) for field in dataclasses.fields(reply)}


def camel(name):
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))


def outcome(case):
    found = {"number": case["number"]}

    def stage(name, work, noted=lambda it: it):
        """Gives None where the stage is refused, and notes why."""
        try:
            result = work()
            found[name] = noted(result)
            return result
        except koodrive.KooDriveError as error:
            found[name] = error_of(error)
        except Exception as error:
            found[name] = {"crash": repr(error)}
        return None

    def learned(client, headers, sentAt, receivedAt):
        client.observe_clock(headers, seconds(sentAt), seconds(receivedAt))
        return round(client.clock_offset * 1000)

    def make(operation, **fields):
        if operation == "notifyPackageExpire":
            return koodrive.NotifyPackageExpire(**renamed(fields, CALL))
        if operation == "rawCall":
            return koodrive.RawCall(
                fields.pop("method"), fields.pop("path"), **{name: pairs(value) for name, value in fields.items()}
            )
        return CALLS[operation]()

    client = stage("client", lambda: koodrive.Client(**renamed(case["client"], CLIENT)), lambda _: "made")
    call = client and stage("call", lambda: make(**case["call"]), lambda _: "made")
    if call:
        if "observed" in case:
            stage("clockOffset", lambda: learned(client, **case["observed"]))
        options = case["options"]
        when = {"now": seconds(options["now"]), "date": seconds(options.get("date"))}
        stage("request", lambda: client.request(call, trace_id=text(options.get("traceId")), **when), request_of)
        stage("explanation", lambda: client.explain(call, message=text(case.get("message")), **when), stages_of)
        response = case["response"]
        headers = [(name, value) for name, value in response["headers"]]
        stage("reply", lambda: client.parse(call, response["status"], headers, bytes.fromhex(response["bodyHex"])), reply_of)
    return found


if __name__ == "__main__":
    cases, results = sys.argv[1:]
    with open(cases, encoding="utf-8") as lines, open(results, "w", encoding="utf-8") as noted:
        for line in lines:
            print(json.dumps(outcome(json.loads(line))), file=noted)
