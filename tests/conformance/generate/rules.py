"""The rules of a request: its call, X-Date, body, headers, URL and signature.

Written from the text of the wire contract (docs/contract.md, sections 2 to 8). Shares no code with
koodrive. Where the two disagree, one of them has misread the contract.
"""

import hashlib
import hmac
import json
import re
import sys
import urllib.parse
from datetime import datetime, timedelta

# operation: method and path (docs/contract.md, sections 2 and 8)
OPERATIONS = {
    "notifyPackageExpire": ("POST", "/koodrive/ose/v1/carrier/users/notifyPackageExpire"),
    "getSpaceUsageByOverview": ("GET", "/koodrive/ose/v1/space/usage/overview"),
    "getCurrentRetentionPolicy": ("GET", "/koodrive/ose/v1/carrier/retention/policy/getList"),
    "getCarrierRetentionPolicy": ("GET", "/koodrive/ose/v1/carrier/policy/config/retention"),
    "setRetentionPolicy": ("POST", "/koodrive/ose/v1/carrier/retention/policy/batch"),
    "reverseOrder": ("POST", "/koodrive/ose/v1/carrier/operation/reverseOrder"),
}
# The calls of the group "Carrier Calling APIs", as methods and paths, so that raw calls count too
# (docs/contract.md, section 4).
TOKEN_ONLY = {
    OPERATIONS["getCurrentRetentionPolicy"],
    OPERATIONS["getCarrierRetentionPolicy"],
    OPERATIONS["setRetentionPolicy"],
}
RAW_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# The Fetch standard's forbidden request-headers, those that name a method, and those that the
# client sets itself. Names that begin with `proxy-` or `sec-` are reserved too.
RESERVED_HEADERS = {
    "accept-charset",
    "accept-encoding",
    "access-control-request-headers",
    "access-control-request-method",
    "access-control-request-private-network",
    "connection",
    "content-length",
    "cookie",
    "cookie2",
    "date",
    "dnt",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "authorization",
    "content-type",
    "x-date",
    "x-user-id",
    "x-traceid",
}
LONGEST_URL = 65_534  # bytes
LONGEST_BATCH_SN = 64  # code points
LONGEST_LIST = 50

# U+0000 to U+001F and U+007F to U+009F: refused anywhere in an id (docs/contract.md, section 3).
CONTROLS = [*range(0x20), *range(0x7F, 0xA0)]
# Unicode's White_Space beyond the controls, U+FEFF, U+200B to U+200D, U+2060: refused at each end.
INVISIBLE = [
    *(0x0020, 0x00A0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000),
    *(0xFEFF, 0x200B, 0x200C, 0x200D, 0x2060),
]

DEFAULT_MARGIN_SECONDS = 5
WINDOW = timedelta(minutes=15)
LONGEST_EXCHANGE = timedelta(seconds=60)
LARGEST_OFFSET = timedelta(hours=24)
NOTHING = timedelta(0)


class Refused(Exception):
    """The rules forbid this request; nothing may be sent. `field` names what is wrong."""

    def __init__(self, field, reason):
        super().__init__(f"{field}: {reason}")
        self.field = field


# --- time (docs/contract.md, section 6) -----------------------------------------------------------


def instant(text):
    """Reads a time of a case: ISO 8601 in UTC with exactly three digits of fraction."""
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text), text
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")


def http_date(text):
    """Reads the preferred form of HTTP's date, also where it came twice and was joined. Returns None for any other text."""
    if text is not None and (twice := re.fullmatch(r"(.+), \1", text)):
        text = twice[1]
    try:
        return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT")
    except (TypeError, ValueError):
        return None


# offset = Date - receivedAt
# ignored: Age present | receivedAt - sentAt > 60 s or < 0 | |offset| > 24 h
def learned_offset(observed):
    """Returns how far the server's clock is ahead of ours. Zero if the exchange is ignored."""
    if observed is None:
        return NOTHING
    headers = {name.lower(): value for name, value in observed["headers"].items()}
    received = instant(observed["receivedAt"])
    took = received - instant(observed["sentAt"])
    date = http_date(headers.get("date"))
    if date is None or "age" in headers or not NOTHING <= took <= LONGEST_EXCHANGE:
        return NOTHING
    offset = date - received
    return offset if abs(offset) <= LARGEST_OFFSET else NOTHING


# X-Date = floor to the second(now + offset - margin)
# explicit date: X-Date = floor to the second(date), and 0 <= (now + offset) - X-Date <= 15 min
def x_date(now, offset, margin_seconds, explicit=None):
    """Returns the time that the request carries as X-Date."""
    if explicit is None:
        try:
            return (now + offset - timedelta(seconds=margin_seconds)).replace(microsecond=0)
        except OverflowError:
            raise Refused("now", "X-Date would lie outside the years 0001 to 9999") from None
    date = explicit.replace(microsecond=0)
    if not NOTHING <= (now + offset) - date <= WINDOW:
        raise Refused("date", "outside the 15-minute window")
    return date


# YYYYMMDD'T'HHMMSS'Z'
def format_x_date(date):
    # not strftime, whose %Y does not pad on every platform
    day = f"{date.year:04}{date.month:02}{date.day:02}"
    return f"{day}T{date.hour:02}{date.minute:02}{date.second:02}Z"


# --- the request (docs/contract.md, sections 2, 3 and 5) ------------------------------------------


def split_endpoint(endpoint):
    """Returns scheme, authority, prefix as they are sent and signed (docs/contract.md, section 5)."""
    parts = urllib.parse.urlsplit(endpoint)
    scheme, authority, prefix = parts.scheme.lower(), parts.netloc.lower(), parts.path
    default_port = {"https": ":443", "http": ":80"}[scheme]
    if authority.endswith(default_port):
        authority = authority[: -len(default_port)]
    if prefix.endswith("/"):
        prefix = prefix[:-1]
    return scheme, authority, prefix


def body_of(call):
    """Returns the body's text, or None for a call without a body."""
    operation = call["operation"]
    if operation == "rawCall":
        return call.get("json")
    # {"carrierUserId":…,"type":2,"packageId":…}
    if operation == "notifyPackageExpire":
        return compact(
            {
                "carrierUserId": call["carrierUserId"],
                "type": call.get("undocumentedType", 2),
                "packageId": call["packageId"],
            }
        )
    # {"policyList":[{"policyId":…,"status":…}]}
    if operation == "setRetentionPolicy":
        policies = call["policyList"]
        return compact({"policyList": [{"policyId": one["policyId"], "status": one["status"]} for one in policies]})
    # {"batchSN":…,"operationList":[{"operationSN":…,"carrierUserId":…,
    #  "packageChangeList":[{"changeType":1,"packageId":…}]}]}
    if operation == "reverseOrder":
        operations = [reverse_operation(one) for one in call["operationList"]]
        return compact({"batchSN": call["batchSN"], "operationList": operations})
    return None


def reverse_operation(given):
    """Returns an entry of `operationList`, without absent members and an empty list."""
    made = {"operationSN": given["operationSN"]}
    if "carrierUserId" in given:
        made["carrierUserId"] = given["carrierUserId"]
    if given.get("packageChangeList"):
        made["packageChangeList"] = [
            {
                "changeType": change.get("undocumentedChangeType", change.get("changeType")),
                "packageId": change["packageId"],
            }
            for change in given["packageChangeList"]
        ]
    return made


def compact(value):
    """Writes JSON without white space. Of an id only quotes and backslashes need an escape."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# bare                             -> "Bearer " + token
# "Bearer …" (any case), "AT …"    -> as given
# "Bearer+x" (any case)            -> "Bearer x"
def token_authorization(token):
    """Returns Authorization for a token of a published shape (docs/contract.md, section 4)."""
    if token.lower().startswith("bearer+"):
        return "Bearer " + token[len("bearer+") :]
    if token.lower().startswith("bearer ") or token.startswith("AT "):
        return token
    return "Bearer " + token


# --- the signature (docs/contract.md, section 4) --------------------------------------------------


def hex_sha256(data):
    return hashlib.sha256(data).hexdigest()


def encoded(text):
    """Escapes all bytes of `text` but `A-Z a-z 0-9 - _ . ~` as `%XY` in upper case."""
    return urllib.parse.quote(text, safe="-_.~")


def decoded(segment):
    """Resolves the escapes of a path segment."""
    return urllib.parse.unquote(segment, encoding="utf-8", errors="strict")


# Each segment is decoded and encoded once: "/a b" and "/a%20b" are sent as "/a%20b".
def canonical_path(path):
    """Returns the path as it is sent, which is CanonicalURI without the appended slash."""
    return "/".join(encoded(decoded(segment)) for segment in path.split("/"))


# CanonicalURI = absolute path, every segment percent-encoded,
#                "/" appended where it does not end in one
def canonical_uri(path):
    uri = canonical_path(path)
    return uri if uri.endswith("/") else uri + "/"


# CanonicalQueryString = encoded name "=" encoded value, joined by "&",
#                        sorted by decoded name, then by decoded value, in the order of code points
def canonical_query(pairs):
    """Returns the query as it is signed and sent. `pairs` are plain text. Equal pairs are kept."""
    # Python compares text by code point.
    ordered = sorted((name, value) for name, value in pairs)
    return "&".join(f"{encoded(name)}={encoded(value)}" for name, value in ordered)


# CanonicalHeaders = lowercase(name) + ":" + trim(value) + "\n", sorted by name
# SignedHeaders    = the same names, joined by ";"
# CanonicalRequest = METHOD \n CanonicalURI \n CanonicalQueryString \n CanonicalHeaders \n
#                    SignedHeaders \n hex(sha256(body))
def canonical_request(method, path, query, signed, body):
    """Returns the canonical request. `query` are pairs, `signed` are the signed headers."""
    headers = sorted((name.lower(), value.strip(" ")) for name, value in signed.items())
    lines = [method, canonical_uri(path), canonical_query(query)]
    lines.append("".join(f"{name}:{value}\n" for name, value in headers))
    lines.append(";".join(name for name, _ in headers))
    lines.append(hex_sha256((body or "").encode("utf-8")))
    return "\n".join(lines)


# StringToSign = "HMAC-SHA256" \n hex(sha256(CanonicalRequest))
def string_to_sign(canonical):
    return "HMAC-SHA256\n" + hex_sha256(canonical.encode("utf-8"))


# Signature = hex(hmac_sha256(AppSecret, StringToSign))
def signature(app_secret, to_sign):
    return hmac.new(app_secret.encode("utf-8"), to_sign.encode("utf-8"), hashlib.sha256).hexdigest()


# Authorization: HMAC-SHA256 AppId=<app id>,SignedHeaders=<names>,Signature=<signature>
def app_authorization(app_id, signed, signed_by):
    names = ";".join(sorted(signed))
    return f"HMAC-SHA256 AppId={app_id},SignedHeaders={names},Signature={signed_by}"


def target(call):
    """Returns method, path and query of `call` as it gives them."""
    if call["operation"] == "rawCall":
        return call["method"], text_of(call["path"]), call.get("query", [])
    return *OPERATIONS[call["operation"]], []


def text_of(value):
    """Reads the path of a case: text, or a part and the number of its repetitions."""
    return value if isinstance(value, str) else value["repeat"] * value["times"]


def url_without_query(client, call):
    """Returns the URL that is sent, up to its query."""
    scheme, authority, prefix = split_endpoint(client["endpoint"])
    return f"{scheme}://{authority}{prefix}{canonical_path(target(call)[1])}"


def name_of(call):
    """Returns the name of `call` in texts: the operation, or a raw call's method and sent path."""
    if call["operation"] == "rawCall":
        return f"{call['method']} {canonical_path(target(call)[1])}"
    return call["operation"]


def build(case):
    """Returns the request, and the stages of its signature (none without an app secret)."""
    client, call, options = case["client"], case["call"], case["options"]
    check_endpoint(client["endpoint"])
    check_call(call)
    method, path, query = target(call)
    authority, prefix = split_endpoint(client["endpoint"])[1:]
    url = url_without_query(client, call)
    if query:
        url += "?" + canonical_query(query)
    if len(url) > LONGEST_URL:
        raise Refused("path", f"URL of {len(url)} bytes")
    body = body_of(call)
    date = format_x_date(
        x_date(
            instant(options["now"]),
            learned_offset(case.get("observed")),
            client.get("clockMarginSeconds", DEFAULT_MARGIN_SECONDS),
            instant(options["date"]) if "date" in options else None,
        )
    )

    stages = {}
    if "appId" in client:
        signed = {"host": authority, "x-date": date, "x-user-id": client["userId"]}
        canonical = canonical_request(method, prefix + path, query, signed, body)
        to_sign = string_to_sign(canonical)
        signed_by = signature(client["appSecret"], to_sign)
        authorization = app_authorization(client["appId"], signed, signed_by)
        stages = {
            "bodySha256": canonical.rsplit("\n", 1)[1],
            "canonicalRequest": canonical,
            "stringToSign": to_sign,
            "signature": signed_by,
        }
    elif "token" in client:
        authorization = token_authorization(client["token"])
    else:
        authorization = client["authorization"]

    headers = {"authorization": authorization, "x-date": date, "x-user-id": client["userId"]}
    if body is not None:
        headers["content-type"] = "application/json"
    if "traceId" in options:
        headers["x-traceid"] = options["traceId"]
    headers.update((name.lower(), value) for name, value in call.get("headers", []))

    request = {"method": method, "url": url, "headers": dict(sorted(headers.items()))}
    if body is not None:
        request["body"] = body
    return request, stages


# --- what is refused (docs/contract.md, sections 3, 4, 5 and 8) -----------------------------------


def check_endpoint(endpoint):
    """Refuses an endpoint that contains the path of a call. `endpoint` is a well-formed URL."""
    if "/koodrive/ose/" in urllib.parse.urlsplit(endpoint).path + "/":
        raise Refused("endpoint", "holds the path of a call")


def check_call(call):
    """Refuses a call whose values break the rules, in the order of its members."""
    operation = call["operation"]
    if operation == "notifyPackageExpire":
        check_id("carrierUserId", call["carrierUserId"])
        if call.get("undocumentedType") == 2:
            raise Refused("type", "documented")
        check_id("packageId", call["packageId"])
    elif operation == "setRetentionPolicy":
        check_length("policyList", call["policyList"], 1, LONGEST_LIST)
        for index, policy in enumerate(call["policyList"]):
            check_id(f"policyList[{index}].policyId", policy["policyId"])
            if not policy["status"]:
                raise Refused(f"policyList[{index}].status", "empty")
    elif operation == "reverseOrder":
        check_id("batchSN", call["batchSN"])
        check_length("batchSN", call["batchSN"], 1, LONGEST_BATCH_SN)
        check_length("operationList", call["operationList"], 1, LONGEST_LIST)
        for index, one in enumerate(call["operationList"]):
            check_reverse_operation(f"operationList[{index}]", one)
    elif operation == "rawCall":
        check_raw_call(call)


def check_reverse_operation(place, given):
    check_id(f"{place}.operationSN", given["operationSN"])
    if "carrierUserId" in given:
        check_id(f"{place}.carrierUserId", given["carrierUserId"])
    changes = given.get("packageChangeList", [])
    check_length(f"{place}.packageChangeList", changes, 0, 1)
    for change in changes:
        if change.get("undocumentedChangeType") == 1:
            raise Refused(f"{place}.packageChangeList[0].changeType", "documented")
        check_id(f"{place}.packageChangeList[0].packageId", change["packageId"])


def check_length(field, value, least, most):
    if not least <= len(value) <= most:
        raise Refused(field, f"length {len(value)}")


def check_id(field, text):
    if not text:
        raise Refused(field, "empty")
    if any(ord(character) in CONTROLS for character in text):
        raise Refused(field, "control character")
    if ord(text[0]) in INVISIBLE or ord(text[-1]) in INVISIBLE:
        raise Refused(field, "invisible character at an end")


def check_raw_call(call):
    method, path, query = target(call)
    if method not in RAW_METHODS:
        raise Refused("method", method)
    check_path(path)
    if any(name == "" for name, _ in query):
        raise Refused("query", "empty name")
    check_headers(call.get("headers", []))
    if "json" in call:
        if method == "GET":
            raise Refused("json", "GET has no body")
        try:
            json.loads(call["json"], parse_constant=float_constant)
        except ValueError:
            raise Refused("json", "not JSON") from None


def float_constant(name):
    """Refuses NaN and Infinity, which Python's parser reads and JSON does not have."""
    raise ValueError(name)


def check_path(path):
    if not path.startswith("/"):
        raise Refused("path", "no leading slash")
    if re.search(r"[?#]|%(?![0-9A-Fa-f]{2})", path):
        raise Refused("path", "query, fragment or broken escape")
    segments = path[1:].split("/")
    for index, segment in enumerate(segments):
        try:
            text = decoded(segment)
        except UnicodeDecodeError:
            raise Refused("path", "an escape that is not UTF-8") from None
        if text in (".", "..") or (text == "" and index < len(segments) - 1):
            raise Refused("path", "empty segment or dot segment")


def check_headers(headers):
    seen = set()
    for given, value in headers:
        if re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", given) is None:
            raise Refused("headers", "name is not a token")
        name = given.lower()
        if name in RESERVED_HEADERS or name.startswith(("proxy-", "sec-")):
            raise Refused("headers", f"{name} is reserved")
        if re.fullmatch(r"[!-~]([ -~]*[!-~])?", value) is None:
            raise Refused("headers", "value cannot stand in a header")
        if name in seen:
            raise Refused("headers", "a header twice")
        seen.add(name)


# --- the published examples -----------------------------------------------------------------------


def confirm_published_examples():
    """Stops unless the rules give the two examples of docs/contract.md, section 4.

    The examples were computed without this project.
    """
    signed = {
        "host": "intl.myhuaweicloud-koodrive.com",
        "x-date": "20251103T070140Z",
        "x-user-id": "1505084218764547200",
    }
    notify_body = '{"carrierUserId":"189642158555241211","type":2,"packageId":"14"}'
    for operation, body, body_hash, canonical_hash, signed_by in (
        (
            "notifyPackageExpire",
            notify_body,
            "5c3cf4effd3e60ace1f203883c90f128168e3e4ba9d35b7c6005c38b41267df9",
            "9c24ade95d82dce7c7002ec7272d12f9ff60d1f71d5fc50708e113d4249449ce",
            "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac",
        ),
        (
            "getCurrentRetentionPolicy",
            None,
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "17df01bf35f41570cd1a606097845ed65ce61676b6b163a6f6c8b53ebe1e8a50",
            "c582ce0670626271ec0285f31c23f27f6ec0052ae3f9cdc96dc91a737da54837",
        ),
    ):
        canonical = canonical_request(*OPERATIONS[operation], [], signed, body)
        to_sign = string_to_sign(canonical)
        found = (
            canonical.rsplit("\n", 1)[1],
            to_sign.split("\n")[1],
            signature("example-app-secret-not-real", to_sign),
        )
        if found != (body_hash, canonical_hash, signed_by):
            sys.exit(f"the rules here do not give the published example of {operation}: {found}")
