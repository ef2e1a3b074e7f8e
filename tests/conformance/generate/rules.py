"""The rules of a request: X-Date, body, headers, URL, canonical request, string to sign, signature.

Written from the text of the wire contract (contract.md 2 to 7). Shares no code with koodrive: where the two disagree,
one of them has misread the contract.
"""

import hashlib
import hmac
import json
import re
import sys
import urllib.parse
from datetime import datetime, timedelta

# operation: method and path (contract.md 2)
OPERATIONS = {
    "notifyPackageExpire": ("POST", "/koodrive/ose/v1/carrier/users/notifyPackageExpire"),
    "getCurrentRetentionPolicy": ("GET", "/koodrive/ose/v1/carrier/retention/policy/getList"),
}
DEFAULT_MARGIN_SECONDS = 5
WINDOW = timedelta(minutes=15)
LONGEST_EXCHANGE = timedelta(seconds=60)
LARGEST_OFFSET = timedelta(hours=24)
NOTHING = timedelta(0)


class Refused(Exception):
    """The rules forbid this request; nothing may be sent."""


# --- time (contract.md 6) ---------------------------------------------------------------------------------------------


def instant(text):
    """An instant of a case: ISO 8601 in UTC with exactly three digits of fraction."""
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text), text
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")


def http_date(text):
    """The preferred form of HTTP's date, or None for anything else."""
    try:
        return datetime.strptime(text, "%a, %d %b %Y %H:%M:%S GMT")
    except (TypeError, ValueError):
        return None


# offset = Date - receivedAt
# ignored: Age present | receivedAt - sentAt > 60 s or < 0 | |offset| > 24 h
def learned_offset(observed):
    """How far the server's clock is ahead of ours, from one earlier exchange; zero when that exchange is no use."""
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
    """The instant that the request carries as X-Date."""
    if explicit is None:
        try:
            return (now + offset - timedelta(seconds=margin_seconds)).replace(microsecond=0)
        except OverflowError:
            raise Refused("X-Date would lie outside the years 0001 to 9999") from None
    date = explicit.replace(microsecond=0)
    if not NOTHING <= (now + offset) - date <= WINDOW:
        raise Refused("the date lies outside the 15-minute window")
    return date


# YYYYMMDD'T'HHMMSS'Z'
def format_x_date(date):
    # not strftime, whose %Y does not pad on every platform
    return f"{date.year:04}{date.month:02}{date.day:02}T{date.hour:02}{date.minute:02}{date.second:02}Z"


# --- the request (contract.md 2, 3, 5) --------------------------------------------------------------------------------


def split_endpoint(endpoint):
    """Scheme, authority and path prefix as they are sent and signed (contract.md 5)."""
    parts = urllib.parse.urlsplit(endpoint)
    scheme, authority, prefix = parts.scheme.lower(), parts.netloc.lower(), parts.path
    default_port = {"https": ":443", "http": ":80"}[scheme]
    if authority.endswith(default_port):
        authority = authority[: -len(default_port)]
    if prefix.endswith("/"):
        prefix = prefix[:-1]
    return scheme, authority, prefix


# {"carrierUserId":…,"type":2,"packageId":…}
def body_of(call):
    """The body's text, or None where the operation has none. `json` escapes as JSON.stringify does when told to keep
    non-ASCII characters: short forms where JSON has them, \\u00xx in lower case for the rest below U+0020."""
    if call["operation"] != "notifyPackageExpire":
        return None
    fields = {
        "carrierUserId": call["carrierUserId"],
        "type": call.get("undocumentedType", 2),
        "packageId": call["packageId"],
    }
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


# bare -> "Bearer " + token;  "Bearer …" (any case), "AT …" -> as given;  "Bearer+x" (any case) -> "Bearer x"
def token_authorization(token):
    """The Authorization value for a token in one of its published shapes (contract.md 4)."""
    if token.lower().startswith("bearer+"):
        return "Bearer " + token[len("bearer+"):]
    if token.lower().startswith("bearer ") or token.startswith("AT "):
        return token
    return "Bearer " + token


# --- the signature (contract.md 4) ------------------------------------------------------------------------------------


def hex_sha256(data):
    return hashlib.sha256(data).hexdigest()


# CanonicalURI = absolute path, every segment percent-encoded, "/" appended where it does not end in one
def canonical_uri(path):
    segments = [urllib.parse.quote(segment, safe="-_.~") for segment in path.split("/")]
    uri = "/".join(segments)
    return uri if uri.endswith("/") else uri + "/"


# CanonicalHeaders = lowercase(name) + ":" + trim(value) + "\n", sorted by name
# SignedHeaders    = the same names, joined by ";"
# CanonicalRequest = METHOD \n CanonicalURI \n CanonicalQueryString \n CanonicalHeaders \n SignedHeaders \n
#                    hex(sha256(body))
def canonical_request(method, path, signed, body):
    """The canonical request; `signed` are the signed headers. No operation has a query, so its line is empty."""
    headers = sorted((name.lower(), value.strip(" ")) for name, value in signed.items())
    lines = [method, canonical_uri(path), ""]
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
    return f"HMAC-SHA256 AppId={app_id},SignedHeaders={';'.join(sorted(signed))},Signature={signed_by}"


def build(case):
    """The request of a case, and the stages of its signature (none of them without an app secret)."""
    client, call, options = case["client"], case["call"], case["options"]
    method, path = OPERATIONS[call["operation"]]
    scheme, authority, prefix = split_endpoint(client["endpoint"])
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
        canonical = canonical_request(method, prefix + path, signed, body)
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

    url = f"{scheme}://{authority}{prefix}{path}"
    request = {"method": method, "url": url, "headers": dict(sorted(headers.items()))}
    if body is not None:
        request["body"] = body
    return request, stages


# --- the published examples -------------------------------------------------------------------------------------------


def confirm_published_examples():
    """The two examples of contract.md 4, computed there without this project. (canonical hash, signature)"""
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
        canonical = canonical_request(*OPERATIONS[operation], signed, body)
        to_sign = string_to_sign(canonical)
        found = (
            canonical.rsplit("\n", 1)[1],
            to_sign.split("\n")[1],
            signature("example-app-secret-not-real", to_sign),
        )
        if found != (body_hash, canonical_hash, signed_by):
            sys.exit(f"the rules here do not give the published example of {operation}: {found}")
