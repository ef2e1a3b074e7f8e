"""The first version of a competent user: twenty lines from the published pages."""

import hashlib
import hmac
import json
from collections import namedtuple
from datetime import datetime, timezone

import case

Reply = namedtuple("Reply", "code msg trace_id")


def request(user, package, now):
    body = json.dumps({"carrierUserId": user, "type": 2, "packageId": package}, separators=(",", ":"), ensure_ascii=False)
    headers = {
        "content-type": "application/json",
        "x-user-id": case.USER_ID,
        "x-date": datetime.fromtimestamp(now, timezone.utc).strftime("%Y%m%dT%H%M%SZ"),
    }
    return "POST", case.ENDPOINT + case.PATH, headers, body.encode()


def bearer(user, package, now):
    method, url, headers, body = request(user, package, now)
    headers["authorization"] = "Bearer " + case.TOKEN
    return method, url, headers, body


def signed(user, package, now):
    method, url, headers, body = request(user, package, now)
    signed_headers = {"host": case.HOST, "x-date": headers["x-date"], "x-user-id": headers["x-user-id"]}
    names = ";".join(sorted(signed_headers))
    canonical_headers = "".join(f"{name}:{signed_headers[name].strip()}\n" for name in sorted(signed_headers))
    payload = hashlib.sha256(body).hexdigest()
    canonical_request = "\n".join([method, case.PATH + "/", "", canonical_headers, names, payload])
    string_to_sign = "HMAC-SHA256\n" + hashlib.sha256(canonical_request.encode()).hexdigest()
    signature = hmac.new(case.APP_SECRET.encode(), string_to_sign.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = f"HMAC-SHA256 AppId={case.APP_ID},SignedHeaders={names},Signature={signature}"
    return method, url, headers, body


def parse(status, headers, body):
    reply = json.loads(body)
    code = str(reply["code"])
    if status != 200 or code != "0":
        raise RuntimeError(f"HTTP {status}, code {code}, msg {reply.get('msg')}")
    headers = {name.lower(): value for name, value in headers}
    return Reply(code, reply.get("msg"), headers.get("x-traceid"))


user, package, now = case.CARRIER_USER_ID, case.PACKAGE_ID, case.SIGNED_AT
headers, body = case.REPLY_HEADERS, case.REPLY


def signature():
    _, _, headers, sent = signed(user, package, now)
    assert sent == case.BODY
    return headers["authorization"].rpartition("=")[2]


def batch(ids):
    return [signed(id, package, now) for id in ids]
