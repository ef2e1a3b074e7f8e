"""The program of hand.py, tuned to the limit of the standard library.

Constant values are created once. The key's two hash states, and the state of the canonical
request's beginning, are copied. The JSON encoder's function for one string writes the body.
"""

import json
from collections import namedtuple
from hashlib import sha256
from json.encoder import encode_basestring
from time import gmtime, strftime

import case

Reply = namedtuple("Reply", "code msg trace_id")

URL = case.ENDPOINT + case.PATH
BEARER = f"Bearer {case.TOKEN}"
NAMES = "host;x-date;x-user-id"
BEFORE = f"HMAC-SHA256 AppId={case.APP_ID},SignedHeaders={NAMES},Signature="

key = case.APP_SECRET.encode().ljust(64, b"\0")
inner = sha256(bytes(byte ^ 0x36 for byte in key) + b"HMAC-SHA256\n")
outer = sha256(bytes(byte ^ 0x5C for byte in key))
beginning = sha256(f"POST\n{case.PATH}/\n\nhost:{case.HOST}\nx-date:".encode())
MIDDLE = f"\nx-user-id:{case.USER_ID}\n\n{NAMES}\n"

raw_decode = json.JSONDecoder().raw_decode


def bearer(user, package, now):
    headers = {
        "content-type": "application/json",
        "x-user-id": case.USER_ID,
        "x-date": strftime("%Y%m%dT%H%M%SZ", gmtime(now)),
        "authorization": BEARER,
    }
    body = f'{{"carrierUserId":{encode_basestring(user)},"type":2,"packageId":{encode_basestring(package)}}}'
    return "POST", URL, headers, body.encode()


def signed(user, package, now):
    date = strftime("%Y%m%dT%H%M%SZ", gmtime(now))
    body = f'{{"carrierUserId":{encode_basestring(user)},"type":2,"packageId":{encode_basestring(package)}}}'.encode()
    canonical_request = beginning.copy()
    canonical_request.update(f"{date}{MIDDLE}{sha256(body).hexdigest()}".encode())
    within = inner.copy()
    within.update(canonical_request.hexdigest().encode())
    signature = outer.copy()
    signature.update(within.digest())
    headers = {
        "content-type": "application/json",
        "x-user-id": case.USER_ID,
        "x-date": date,
        "authorization": BEFORE + signature.hexdigest(),
    }
    return "POST", URL, headers, body


def parse(status, headers, body):
    text = body.decode()
    reply, end = raw_decode(text)
    code = reply["code"]
    if status != 200 or code not in (0, "0") or end != len(text):
        raise RuntimeError(f"HTTP {status}, {text}")
    for name, value in headers:
        if len(name) == 9 and name.lower() == "x-traceid":
            return Reply("0", reply.get("msg"), value)
    return Reply("0", reply.get("msg"), None)


user, package, now = case.CARRIER_USER_ID, case.PACKAGE_ID, case.SIGNED_AT
headers, body = case.REPLY_HEADERS, case.REPLY


def signature():
    _, _, headers, sent = signed(user, package, now)
    assert sent == case.BODY
    return headers["authorization"].rpartition("=")[2]


def batch(ids):
    return [signed(id, package, now) for id in ids]
