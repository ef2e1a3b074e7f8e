"""How the cases are written: the calls and clients that they share, and one function for each sort.

Leaves the cases themselves to `cases.py` and `raw_cases.py`, the bytes of requests to `rules.py`,
and the words of errors to `messages.py`.
"""

import codecs

import messages
import rules

INTERNATIONAL = "https://intl.myhuaweicloud-koodrive.com"
CHINA = "https://cn.myhuaweicloud-koodrive.com"
NOTIFY_PATH = "/koodrive/ose/v1/carrier/users/notifyPackageExpire"
GET_PATH = "/koodrive/ose/v1/space/usage/overview"
POLICIES_PATH = "/koodrive/ose/v1/carrier/retention/policy/getList"
USER_PATH = "/koodrive/ose/v1/users/1316083732377070977"

APP = {
    "endpoint": INTERNATIONAL,
    "userId": "1505084218764547200",
    "appId": "example-app-id",
    "appSecret": "example-app-secret-not-real",
}
TOKEN = {"endpoint": INTERNATIONAL, "userId": "1505084218764547200", "token": "ABCDEFG-example-token"}
AUTHORIZATION = {"endpoint": INTERNATIONAL, "userId": "1505084218764547200", "authorization": "Bearer example-token"}

NOTIFY = {"operation": "notifyPackageExpire", "carrierUserId": "189642158555241211", "packageId": "14"}
GET = {"operation": "getSpaceUsageByOverview"}
POLICIES = {"operation": "getCurrentRetentionPolicy"}
CARRIER_POLICIES = {"operation": "getCarrierRetentionPolicy"}
SET_POLICY = {"operation": "setRetentionPolicy", "policyList": [{"policyId": "300000000000000000", "status": "1"}]}
ORDER = {"operation": "reverseOrder", "batchSN": "B-20251103-1", "operationList": [{"operationSN": "S-1"}]}

NOW = "2025-11-03T07:01:45.000Z"  # gives the X-Date of the published examples, 20251103T070140Z
DATE = "Mon, 03 Nov 2025 07:01:40 GMT"
TRACE_ID = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789"  # 58 characters
# Bodies of replies.
OK = '{"code":0,"msg":"Success."}'
VERIFY = '{"code": 13000102, "msg": "Verify parameters failed."}'
INNER = '{"code": 13000201, "msg": "inner server invoke failure"}'
LONGEST_ERROR_BODY = 16_384  # bytes

GROUPS = []


def raw(method, path, **parts):
    """Returns a raw call; `parts` are `query`, `headers` and `json`."""
    return {"operation": "rawCall", "method": method, "path": path, **parts}


def group(name, about):
    """Opens the group of the file `name`.json; the cases that follow belong to it."""
    GROUPS.append((name, about, []))


def cited(sections):
    """Returns the end of `about`: "2, 3" becomes "(docs/contract.md, sections 2 and 3)"."""
    *first, last = sections.split(", ")
    if not first:
        return f"(docs/contract.md, section {last})"
    return f"(docs/contract.md, sections {', '.join(first)} and {last})"


def case(name, about, section, client, call, now, observed, date, trace_id, **parts):
    made = {"name": name, "about": f"{about} {cited(section)}.", "client": client, "call": call}
    if observed is not None:
        made["observed"] = observed
    made["options"] = {"now": now}
    if date is not None:
        made["options"]["date"] = date
    if trace_id is not None:
        made["options"]["traceId"] = trace_id
    GROUPS[-1][2].append({**made, **parts})


def sent(name, about, section, client=APP, call=NOTIFY, now=NOW, observed=None, date=None, trace_id=None, stated=None):
    """Adds a case in which the client makes a request."""
    case(name, about, section, client, call, now, observed, date, trace_id, stated=stated or {})


def refused(
    name, about, section, stage, field, problem,
    client=APP, call=NOTIFY, now=NOW, observed=None, date=None, trace_id=None,
):  # fmt: skip
    """Adds a case in which `stage` refuses `field`. `problem` is one of messages.py."""
    error = {
        "stage": stage, "kind": "invalid_input", "outcome": "not_sent", "retryable": False,
        "field": field,
        "message": messages.invalid_input(field, problem),
    }  # fmt: skip
    case(name, about, section, client, call, now, observed, date, trace_id, error=error)


def response(status, headers, body):
    """Returns a response. A `body` of bytes, for what is not UTF-8, is written in hex."""
    made = {"status": status, "headers": [list(header) for header in headers]}
    if isinstance(body, bytes):
        return {**made, "bodyHex": body.hex()}
    return {**made, "body": body}


JSON = (("Content-Type", "application/json"),)
HTML = (("Content-Type", "text/html"),)


def answered(
    name, about, section, body, reply, status=200, msg="Success.", code="0", trace_id=None,
    headers=JSON, call=NOTIFY,
    client=TOKEN,
):  # fmt: skip
    """Adds a reply of success. `reply` has its members beyond code, msg and trace id."""
    reply = {"code": code, "msg": msg, "traceId": trace_id, **reply}
    case(
        name, about, section, client, call, NOW, None, None, None, stated={},
        response=response(status, headers, body),
        reply=reply,
    )  # fmt: skip


def succeeds(name, about, section, body, **changes):
    """Adds a success of an operation whose reply is code, msg and trace id."""
    answered(name, about, section, body, {}, **changes)


def fails(
    name, about, section, status, body, outcome, code=None, msg=None, request_id=None,
    trace_id=None, retry_after=None,
    retryable=False, kind="api", headers=JSON, call=NOTIFY, client=TOKEN, reason=None,
):  # fmt: skip
    """Adds a reply that is an error. `reason` says why it is unreadable."""
    error = {
        "stage": "parse", "kind": kind, "outcome": outcome, "retryable": retryable,
        "status": status, "code": code,
        "msg": msg, "requestId": request_id, "traceId": trace_id, "retryAfter": retry_after,
        "body": bounded(body),
    }  # fmt: skip
    method = rules.target(call)[0]
    error["message"] = messages.reply_error(rules.name_of(call), method, error, reason, checks(client, call, headers))
    case(
        name, about, section, client, call, NOW, None, None, None, stated={},
        response=response(status, headers, body),
        error=error,
    )  # fmt: skip


def bounded(body):
    """Returns the body of an error: 16,384 bytes at most, cut between characters."""
    whole = body if isinstance(body, bytes) else body.encode("utf-8")
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    return decoder.decode(whole[:LONGEST_ERROR_BODY], final=len(whole) <= LONGEST_ERROR_BODY)


def checks(client, call, headers):
    """Returns the checks that end the text of a 400, 401 or 403 to this call."""
    credentials = {"appId": "app_id", "token": "token", "authorization": "authorization"}
    (used,) = (option for key, option in credentials.items() if key in client)
    date = next((value for name, value in headers if name.lower() == "date"), None)
    token_only = rules.target(call)[:2] in rules.TOKEN_ONLY
    return messages.checks(used, token_only, rules.url_without_query(client, call), date)


def unreadable(name, about, body, reason, sections="3, 7", **changes):
    """Adds a 200 whose body cannot be read, so that the outcome is unknown."""
    fails(name, about, sections, 200, body, "unknown", kind="unreadable_reply", reason=reason, **changes)
