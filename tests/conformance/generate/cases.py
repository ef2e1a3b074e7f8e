"""The table of the conformance cases: what is called, and what the result is.

Decides which cases there are, and states every reply and every error literally, because the vectors test how replies
are read. Leaves the bytes of requests to `rules.py`; `stated` repeats parts of some requests by hand (a header, `url`,
`body`, a stage of the signature) as a second witness.

`messages.py` holds the texts of the errors.
"""

INTERNATIONAL = "https://intl.myhuaweicloud-koodrive.com"
CHINA = "https://cn.myhuaweicloud-koodrive.com"
NOTIFY_PATH = "/koodrive/ose/v1/carrier/users/notifyPackageExpire"
GET_PATH = "/koodrive/ose/v1/carrier/retention/policy/getList"

APP = {
    "endpoint": INTERNATIONAL,
    "userId": "1505084218764547200",
    "appId": "example-app-id",
    "appSecret": "example-app-secret-not-real",
}
TOKEN = {"endpoint": INTERNATIONAL, "userId": "1505084218764547200", "token": "ABCDEFG-example-token"}
AUTHORIZATION = {"endpoint": INTERNATIONAL, "userId": "1505084218764547200", "authorization": "Bearer example-token"}

NOTIFY = {"operation": "notifyPackageExpire", "carrierUserId": "189642158555241211", "packageId": "14"}
GET = {"operation": "getCurrentRetentionPolicy"}

NOW = "2025-11-03T07:01:45.000Z"  # gives the X-Date of the published examples, 20251103T070140Z
DATE = "Mon, 03 Nov 2025 07:01:40 GMT"
TRACE_ID = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789"  # 58 characters

GROUPS = []


def group(name, about):
    """Opens the group of the file `name`.json; the cases that follow belong to it."""
    GROUPS.append((name, about, []))


def case(name, about, section, client, call, now, observed, date, trace_id, **parts):
    made = {"name": name, "about": f"{about} (contract.md {section}).", "client": client, "call": call}
    if observed is not None:
        made["observed"] = observed
    made["options"] = {"now": now}
    if date is not None:
        made["options"]["date"] = date
    if trace_id is not None:
        made["options"]["traceId"] = trace_id
    GROUPS[-1][2].append({**made, **parts})


def sent(name, about, section, client=APP, call=NOTIFY, now=NOW, observed=None, date=None, trace_id=None, stated=None):
    """A request is made."""
    case(name, about, section, client, call, now, observed, date, trace_id, stated=stated or {})


def refused(
    name, about, section, stage, client=APP, call=NOTIFY, now=NOW, observed=None, date=None, trace_id=None
):
    """Nothing is made: `stage` says which step refuses."""
    error = {"stage": stage, "kind": "invalid_input", "outcome": "not_sent", "retryable": False}
    case(name, about, section, client, call, now, observed, date, trace_id, error=error)


def response(status, headers, body):
    """Bytes that are not UTF-8 are given as `bytes` and written in hex."""
    made = {"status": status, "headers": [list(header) for header in headers]}
    made["bodyHex" if isinstance(body, bytes) else "body"] = body.hex() if isinstance(body, bytes) else body
    return made


JSON = (("Content-Type", "application/json"),)


def succeeds(
    name, about, section, body, msg="Success.", trace_id=None, headers=JSON, call=NOTIFY, client=TOKEN, **policies
):
    """A 200 with code 0; `policies` is `policyList=[…]` for the operation that reads them."""
    reply = {"code": "0", "msg": msg, "traceId": trace_id, **policies}
    case(
        name, about, section, client, call, NOW, None, None, None, stated={}, response=response(200, headers, body),
        reply=reply,
    )


def fails(
    name, about, section, status, body, outcome, code=None, msg=None, request_id=None, trace_id=None, retry_after=None,
    retryable=False, kind="api", headers=JSON, call=NOTIFY, client=TOKEN,
):
    """A reply that is an error."""
    error = {
        "stage": "parse", "kind": kind, "outcome": outcome, "retryable": retryable, "status": status, "code": code,
        "msg": msg, "requestId": request_id, "traceId": trace_id, "retryAfter": retry_after,
    }  # fmt: skip
    case(
        name, about, section, client, call, NOW, None, None, None, stated={}, response=response(status, headers, body),
        error=error,
    )


def unreadable(name, about, body, **changes):
    """A 200 that nobody can read: what it did is unknown."""
    fails(name, about, "3, 7", 200, body, "unknown", kind="unreadable_reply", **changes)


# ----------------------------------------------------------------------------------------------------------------------
group("signing", "Requests that are signed with an app secret")

sent("app-notify-minimal", "The published computed example of a signed POST", "4",
     stated={"x-date": "20251103T070140Z",
             "signature": "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac",
             "authorization": "HMAC-SHA256 AppId=example-app-id,SignedHeaders=host;x-date;x-user-id,Signature="
                              "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac",
             "content-type": "application/json",
             "body": '{"carrierUserId":"189642158555241211","type":2,"packageId":"14"}'})
sent("app-get-minimal", "The published computed example of a signed GET, which has no body and no content-type", "4", call=GET,
     stated={"x-date": "20251103T070140Z", "body": None, "content-type": None, "url": INTERNATIONAL + GET_PATH,
             "signature": "c582ce0670626271ec0285f31c23f27f6ec0052ae3f9cdc96dc91a737da54837"})

sent("app-secret-as-long-as-a-hash-block", "A secret of 64 bytes is HMAC's key as it stands", "4",
     client={**APP, "appSecret": "0123456789abcdef" * 4})
sent("app-secret-longer-than-a-hash-block", "A secret of 65 bytes is hashed before it becomes HMAC's key", "4",
     client={**APP, "appSecret": "0123456789abcdef" * 4 + "0"})
sent("user-id-with-inner-blanks", "Blanks inside a user id are sent and signed as they are, two included", "4",
     client={**APP, "userId": "north  west user"}, stated={"x-user-id": "north  west user"})

# ----------------------------------------------------------------------------------------------------------------------
group("token", "Tokens, and ready Authorization values")

sent("token-notify-minimal", "With a token nothing is signed, and X-Date and X-User-Id are sent all the same", "3", client=TOKEN,
     stated={"authorization": "Bearer ABCDEFG-example-token", "x-date": "20251103T070140Z",
             "x-user-id": "1505084218764547200"})
sent("token-get-minimal", "A GET with a token: the safe first call", "2, 4", client=TOKEN, call=GET,
     stated={"authorization": "Bearer ABCDEFG-example-token", "body": None})

for name, about, token, authorization in (
    ("token-with-bearer", "A token that brings its own `Bearer ` is sent as given", "Bearer 6ebb-example", "Bearer 6ebb-example"),
    ("token-with-bearer-in-lower-case", "`bearer ` in any case counts, and keeps its case", "bearer 6ebb-example", "bearer 6ebb-example"),
    ("token-with-bearer-in-upper-case", "`BEARER ` counts as `Bearer ` does", "BEARER 6ebb-example", "BEARER 6ebb-example"),
    ("token-with-bearer-plus", "`Bearer+x`, a published shape, becomes `Bearer x`", "Bearer+013b-example", "Bearer 013b-example"),
    ("token-with-bearer-plus-in-lower-case", "`bearer+x` becomes `Bearer x`", "bearer+013b-example", "Bearer 013b-example"),
    ("token-with-at", "A token of the carrier's own login, `AT x`, is sent as given",
     "AT 00112233445566778899aabbccddeeff0011223344556677", "AT 00112233445566778899aabbccddeeff0011223344556677"),
    ("token-with-at-in-lower-case", "`AT ` counts in upper case only", "at 00112233", "Bearer at 00112233"),
    ("token-that-begins-with-at", "`AT` without its blank is the beginning of a bare token", "ATOMIC-example", "Bearer ATOMIC-example"),
    ("token-that-begins-with-bearer", "`Bearer` without its blank is the beginning of a bare token", "BearerExample",
     "Bearer BearerExample"),
    ("token-with-inner-bearer-plus", "`Bearer+` counts at the beginning only, and a plus elsewhere stays",
     "abc+Bearer+def==", "Bearer abc+Bearer+def=="),
):
    sent(name, about, "4", client={**TOKEN, "token": token}, stated={"authorization": authorization})

sent("authorization-verbatim", "A ready Authorization value is sent untouched", "4",
     client={**AUTHORIZATION, "authorization": 'Custom  id="a, b",key=c+d/e=='},
     stated={"authorization": 'Custom  id="a, b",key=c+d/e=='})
sent("authorization-with-bearer-plus-verbatim", "The rules for tokens do not touch a ready Authorization value", "4",
     client={**AUTHORIZATION, "authorization": "bearer+013b-example"}, stated={"authorization": "bearer+013b-example"})
sent("authorization-get", "A GET with a ready Authorization value", "4", client=AUTHORIZATION, call=GET,
     stated={"authorization": "Bearer example-token"})

# ----------------------------------------------------------------------------------------------------------------------
group("ids", "Ids of the call, which go through unchanged")


def ids(name, about, carrier_user_id, package_id, body=None, section="2"):
    call = {"operation": "notifyPackageExpire", "carrierUserId": carrier_user_id, "packageId": package_id}
    sent(name, about, section, call=call, stated={} if body is None else {"body": body})


ids("ids-with-quotes", "Quotes are escaped; apostrophes are not", 'user "one"', "it's 14",
    r'''{"carrierUserId":"user \"one\"","type":2,"packageId":"it's 14"}''')
ids("ids-with-backslashes", "Backslashes are doubled, before a quote and at the end too", 'a\\b\\"c\\', "\\u0041",
    r'{"carrierUserId":"a\\b\\\"c\\","type":2,"packageId":"\\u0041"}')
ids("ids-with-blanks", "Leading, trailing and doubled blanks stay", " user  one ", "14 ",
    '{"carrierUserId":" user  one ","type":2,"packageId":"14 "}')
ids("ids-of-one-blank", "A blank is an id; only the empty text is none", " ", " ",
    '{"carrierUserId":" ","type":2,"packageId":" "}')
ids("ids-with-emoji", "Emoji are UTF-8, not escapes, those joined from several code points too",
    "\U0001F600", "\U0001F468\u200D\U0001F469\u200D\U0001F467")
ids("ids-in-chinese", "Chinese characters are UTF-8, not escapes", "\u7528\u6237\u4e00", "\u5957\u9910\U00020000",
    '{"carrierUserId":"\u7528\u6237\u4e00","type":2,"packageId":"\u5957\u9910\U00020000"}')
ids("ids-with-combining-characters", "Composed and decomposed letters stay what they are", "caf\u00e9", "cafe\u0301")
ids("ids-with-short-escapes", "The five control characters with a short escape use it", "\b\t\n", "\f\r",
    r'{"carrierUserId":"\b\t\n","type":2,"packageId":"\f\r"}')
ids("ids-with-control-characters", "The other control characters are \\u and four hex digits in lower case",
    "\x00\x01\x07\x0b", "\x0e\x1a\x1b\x1f",
    r'{"carrierUserId":"\u0000\u0001\u0007\u000b","type":2,"packageId":"\u000e\u001a\u001b\u001f"}')
ids("ids-with-delete-and-c1-controls", "U+007F and the controls above it are not escaped", "a\x7fb", "\x80\x85\x9f",
    '{"carrierUserId":"a\x7fb","type":2,"packageId":"\x80\x85\x9f"}')
ids("ids-with-line-separators", "U+2028 and U+2029 are not escaped", "a\u2028b", "a\u2029b",
    '{"carrierUserId":"a\u2028b","type":2,"packageId":"a\u2029b"}')
ids("ids-with-byte-order-mark-and-noncharacters", "U+FEFF, U+FFFD and U+FFFF are characters like others",
    "\ufeffuser", "\ufffd\uffff")
ids("ids-with-slash-and-pipe", "A slash is not escaped, nor is the pipe that a refused signature's message is joined with",
    "a/b", "c|d", '{"carrierUserId":"a/b","type":2,"packageId":"c|d"}')
ids("ids-with-markup", "What would need escaping in HTML or a URL does not in JSON", "<a&b>", "%2F+%20?#",
    '{"carrierUserId":"<a&b>","type":2,"packageId":"%2F+%20?#"}')
ids("ids-that-look-like-json", "An id cannot break out of its member", '","type":1,"packageId":"', "{}",
    r'{"carrierUserId":"\",\"type\":1,\"packageId\":\"","type":2,"packageId":"{}"}')
ids("ids-that-look-like-numbers", "Ids are text: leading zeros and digits beyond 2^53 survive", "9007199254740993", "007",
    '{"carrierUserId":"9007199254740993","type":2,"packageId":"007"}')
ids("ids-from-right-to-left", "Arabic and bidirectional marks stay in their order",
    "\u0645\u0633\u062a\u062e\u062f\u0645", "\u200f14\u200e")
ids("id-of-four-kilobytes", "No length is published, so 4096 characters go through", "a1b2" * 1024, "14")
ids("id-of-four-kilobytes-in-chinese", "4096 bytes in characters of three bytes, and one of one", "\u7528" * 1365 + "x", "14")

refused("carrier-user-id-empty", "An empty carrier user id is refused", "2", "call", call={**NOTIFY, "carrierUserId": ""})
refused("package-id-empty", "An empty package id is refused", "2", "call", call={**NOTIFY, "packageId": ""})

# ----------------------------------------------------------------------------------------------------------------------
group("type", "Modification types that are asked for by name")

sent("undocumented-type-of-the-published-example", "The example of the publisher's page sends type 1; asked for by name, so do we",
     "2, 3", call={**NOTIFY, "undocumentedType": 1},
     stated={"body": '{"carrierUserId":"189642158555241211","type":1,"packageId":"14"}'})
sent("undocumented-type-zero", "Zero is a value that was asked for, not an absent one", "3",
     call={**NOTIFY, "undocumentedType": 0},
     stated={"body": '{"carrierUserId":"189642158555241211","type":0,"packageId":"14"}'})
sent("undocumented-type-negative", "Any integer but 2 can be asked for", "3", call={**NOTIFY, "undocumentedType": -7},
     stated={"body": '{"carrierUserId":"189642158555241211","type":-7,"packageId":"14"}'})
refused("undocumented-type-two", "The documented type cannot be asked for as an undocumented one", "3", "call",
        call={**NOTIFY, "undocumentedType": 2})

# ----------------------------------------------------------------------------------------------------------------------
group("endpoint", "Endpoints")


def endpoint(name, about, text, sent_as, host, prefix="", **changes):
    """`host` and `prefix` are what is signed, `sent_as` what the URL begins with."""
    call = changes.pop("call", NOTIFY)
    method, path = ("POST", NOTIFY_PATH) if call is NOTIFY else ("GET", GET_PATH)
    payload = {
        "POST": "5c3cf4effd3e60ace1f203883c90f128168e3e4ba9d35b7c6005c38b41267df9",
        "GET": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    }[method]
    canonical = (
        f"{method}\n{prefix}{path}/\n\nhost:{host}\nx-date:20251103T070140Z\nx-user-id:1505084218764547200\n\n"
        f"host;x-date;x-user-id\n{payload}"
    )
    sent(name, about, "5", client={**APP, "endpoint": text, **changes}, call=call,
         stated={"url": sent_as + path, "canonicalRequest": canonical})


endpoint("endpoint-china", "The endpoint of CN North-Beijing4", CHINA, CHINA, "cn.myhuaweicloud-koodrive.com")
endpoint("endpoint-with-trailing-slash", "A trailing slash is dropped", INTERNATIONAL + "/", INTERNATIONAL,
         "intl.myhuaweicloud-koodrive.com")
endpoint("endpoint-in-upper-case", "Scheme and host are lower-cased", "HTTPS://INTL.MyHuaweiCloud-KooDrive.COM", INTERNATIONAL,
         "intl.myhuaweicloud-koodrive.com")
endpoint("endpoint-with-port", "A port is sent and signed", "https://koodrive.example:8443",
         "https://koodrive.example:8443", "koodrive.example:8443")
endpoint("endpoint-with-default-port", "The default port of https is dropped, from the URL and from the signed host",
         "https://koodrive.example:443", "https://koodrive.example", "koodrive.example")
endpoint("endpoint-with-default-port-and-prefix", "A default port is dropped before a prefix",
         "https://koodrive.example:443/gw/", "https://koodrive.example/gw", "koodrive.example", "/gw")
endpoint("endpoint-with-the-port-of-the-other-scheme", "Port 80 is not the default of https",
         "https://koodrive.example:80", "https://koodrive.example:80", "koodrive.example:80")
endpoint("endpoint-with-prefix", "A path prefix is sent and signed", "https://koodrive.example/gateway/v2",
         "https://koodrive.example/gateway/v2", "koodrive.example", "/gateway/v2")
endpoint("endpoint-with-prefix-and-trailing-slash", "A trailing slash after a prefix is dropped",
         "https://koodrive.example/gateway/", "https://koodrive.example/gateway", "koodrive.example", "/gateway", call=GET)
endpoint("endpoint-with-prefix-of-unreserved-characters", "A prefix keeps its case, and its unreserved characters are not encoded",
         "https://koodrive.example/Gw-1_2.0/~carrier", "https://koodrive.example/Gw-1_2.0/~carrier", "koodrive.example",
         "/Gw-1_2.0/~carrier")
endpoint("endpoint-with-port-and-prefix-get", "Port and prefix together, in a GET", "https://koodrive.example:8443/gw",
         "https://koodrive.example:8443/gw", "koodrive.example:8443", "/gw", call=GET)
endpoint("endpoint-in-punycode", "A host of another script is written in punycode", "https://xn--fsqu00a.example",
         "https://xn--fsqu00a.example", "xn--fsqu00a.example")
endpoint("endpoint-ipv4", "An IPv4 address in its canonical form is a host", "https://192.0.2.10:8443",
         "https://192.0.2.10:8443", "192.0.2.10:8443")
endpoint("endpoint-loopback-name", "Plain http is allowed to localhost", "http://localhost:8080", "http://localhost:8080",
         "localhost:8080")
endpoint("endpoint-loopback-with-default-port", "The default port of http is dropped", "http://localhost:80/",
         "http://localhost", "localhost")
endpoint("endpoint-loopback-with-the-port-of-the-other-scheme", "Port 443 is not the default of http",
         "http://localhost:443", "http://localhost:443", "localhost:443")
endpoint("endpoint-loopback-ipv4", "Plain http is allowed to 127.0.0.1", "http://127.0.0.1:8080", "http://127.0.0.1:8080",
         "127.0.0.1:8080")
endpoint("endpoint-loopback-ipv4-far-end", "All of 127.0.0.0/8 is loopback", "http://127.255.255.254",
         "http://127.255.255.254", "127.255.255.254")
endpoint("endpoint-loopback-ipv6", "Plain http is allowed to [::1]; the signed host keeps its brackets", "http://[::1]",
         "http://[::1]", "[::1]")
endpoint("endpoint-loopback-ipv6-with-port-and-prefix", "The port follows the brackets", "http://[::1]:8080/gw/",
         "http://[::1]:8080/gw", "[::1]:8080", "/gw")
endpoint("endpoint-plain-http-by-name", "Plain http elsewhere needs to be asked for by name", "http://koodrive.example:8080",
         "http://koodrive.example:8080", "koodrive.example:8080", allowPlainHttp=True)

# ----------------------------------------------------------------------------------------------------------------------
group("endpoint-refused", "Endpoints that are refused")

for name, about, text in (
    ("empty", "An empty endpoint is refused", ""),
    ("without-scheme", "A host alone is no endpoint", "intl.myhuaweicloud-koodrive.com"),
    ("with-other-scheme", "Only https and http are spoken", "ftp://koodrive.example"),
    ("without-host", "An endpoint without a host is refused", "https://"),
    ("without-host-before-a-path", "The first segment of a path is not taken for a host", "https:///koodrive.example"),
    ("without-host-before-a-port", "A port alone is no host", "https://:8443"),
    ("with-user-and-password", "Credentials do not belong into a URL", "https://user:password@koodrive.example"),
    ("with-user", "A user name does not belong into a URL either", "https://user@koodrive.example"),
    ("with-query", "A query is refused", "https://koodrive.example/?region=cn"),
    ("with-empty-query", "An empty query is refused as well", "https://koodrive.example/?"),
    ("with-fragment", "A fragment is refused", "https://koodrive.example/#top"),
    ("with-plain-http", "Plain http is refused beyond loopback", "http://koodrive.example"),
    ("with-plain-http-to-any-address", "0.0.0.0 is no loopback address", "http://0.0.0.0:8080"),
    ("with-plain-http-to-the-next-network", "128.0.0.1 is no loopback address", "http://128.0.0.1"),
    ("with-plain-http-to-a-name-like-a-loopback-address", "A name that begins like a loopback address is none",
     "http://127.0.0.1.evil.example"),
    ("with-plain-http-to-a-name-like-localhost", "A name that begins with localhost is not localhost",
     "http://localhost.evil.example"),
    ("with-plain-http-to-another-ipv6-address", "[::2] is no loopback address", "http://[::2]:8080"),
    ("with-short-ipv4-address", "127.1 is refused: parsers disagree about it", "http://127.1"),
    ("with-hexadecimal-ipv4-address", "An IPv4 address in hex is refused over https too", "https://0x7f000001"),
    ("with-empty-port", "A colon without a port is refused", "https://koodrive.example:"),
    ("with-port-beyond-the-last", "65536 is no port", "https://koodrive.example:65536"),
    ("with-port-with-sign", "A port is digits only", "https://koodrive.example:+8443"),
    ("with-port-of-letters", "A name of a port is refused", "https://koodrive.example:https"),
    ("with-dot-segment", "A dot segment in the prefix is refused", "https://koodrive.example/./gw"),
    ("with-two-dot-segment", "Two dots in the prefix are refused", "https://koodrive.example/gw/../other"),
    ("ending-in-two-dot-segment", "Two dots at the end are refused", "https://koodrive.example/gw/.."),
    ("with-encoded-dot-segment", "A percent sign is not unreserved, whatever it hides", "https://koodrive.example/%2e%2e/gw"),
    ("with-blank-in-prefix", "A blank in the prefix is refused", "https://koodrive.example/my gateway"),
    ("with-backslash", "A backslash is no slash", "https://koodrive.example\\gw"),
    ("with-chinese-host", "A host beyond ASCII is refused, to be written in punycode", "https://\u4f8b\u5b50.example"),
    ("with-chinese-prefix", "A prefix beyond ASCII is refused", "https://koodrive.example/\u7f51\u5173"),
    ("with-line-break", "A line break is not dropped from a URL, it is refused", "https://koodrive\n.example"),
):
    refused(f"endpoint-{name}", about, "5", "client", client={**APP, "endpoint": text})

# ----------------------------------------------------------------------------------------------------------------------
group("date", "X-Date: now, margin, rounding")


def dated(name, about, now, x_date, section="6", **changes):
    client = {**APP, "clockMarginSeconds": changes.pop("margin")} if "margin" in changes else APP
    sent(name, about, section, client=client, now=now, stated={"x-date": x_date}, **changes)


dated("date-rounds-down", "The date is rounded down after the margin, never up", "2025-11-03T07:01:45.999Z", "20251103T070140Z")
dated("date-rounds-down-to-the-second-before", "A millisecond before the second is the second before",
      "2025-11-03T07:01:44.999Z", "20251103T070139Z")
dated("date-with-margin-zero", "Without a margin only the fraction goes", "2025-11-03T07:01:40.999Z", "20251103T070140Z", margin=0)
dated("date-with-margin-six-hundred", "The largest margin is ten minutes", "2025-11-03T07:11:40.000Z", "20251103T070140Z", margin=600)
dated("date-margin-crosses-midnight", "The margin may reach into the day before", "2025-11-03T00:00:04.000Z", "20251102T235959Z")
dated("date-margin-crosses-the-year", "The margin may reach into the year before", "2026-01-01T00:00:04.999Z", "20251231T235959Z")
dated("date-margin-crosses-into-leap-day", "Before 1 March of a leap year is 29 February", "2024-03-01T00:00:02.000Z", "20240229T235957Z")
dated("date-margin-crosses-into-a-february-of-28-days", "2025 has no leap day", "2025-03-01T00:00:02.000Z", "20250228T235957Z")
dated("date-in-a-century-without-leap-day", "2100 is no leap year", "2100-03-01T00:00:00.000Z", "21000228T235955Z")
dated("date-at-midnight", "Midnight is 000000 of the new day", "2025-11-03T00:00:05.000Z", "20251103T000000Z")
dated("date-in-the-afternoon", "Hours count to 24", "2024-08-31T14:38:34.000Z", "20240831T143829Z", section="3, 6")
dated("date-before-1970-rounds-down", "Down is towards the past on both sides of 1970", "1970-01-01T00:00:04.500Z", "19691231T235959Z")
dated("date-in-the-last-year", "Years go up to 9999", "9999-12-31T23:59:59.999Z", "99991231T235954Z", section="3, 6")
dated("date-in-the-first-year", "Years are four digits, from 0001 on", "0001-01-01T00:00:05.000Z", "00010101T000000Z", section="3, 6")
refused("date-before-the-first-year", "The margin reaches into a year 0, which has no X-Date", "3, 6", "request",
        now="0001-01-01T00:00:03.000Z")

refused("clock-margin-over-600", "The margin is at most 600 seconds", "6", "client", client={**APP, "clockMarginSeconds": 601})
refused("clock-margin-negative", "A negative margin would date requests into the future", "6", "client",
        client={**APP, "clockMarginSeconds": -1})

# ----------------------------------------------------------------------------------------------------------------------
group("date-explicit", "Dates that the caller gives")

dated("date-explicit-now", "An explicit date may be now: no margin is taken from it", "2025-11-03T07:01:40.000Z", "20251103T070140Z",
      date="2025-11-03T07:01:40.000Z")
dated("date-explicit-with-large-margin", "A margin has no part in an explicit date", "2025-11-03T07:01:40.000Z", "20251103T070140Z",
      date="2025-11-03T07:01:40.000Z", margin=600)
dated("date-exactly-15-minutes-old", "Fifteen minutes to the millisecond are within the window", "2025-11-03T07:16:40.000Z",
      "20251103T070140Z", date="2025-11-03T07:01:40.000Z")
refused("date-a-millisecond-over-15-minutes-old", "Now is not cut to the second", "6", "request",
        now="2025-11-03T07:16:40.001Z", date="2025-11-03T07:01:40.000Z")
refused("date-a-second-over-15-minutes-old", "An older date is refused before anything is sent", "6", "request",
        now="2025-11-03T07:16:41.000Z", date="2025-11-03T07:01:40.000Z")
refused("date-a-second-ahead", "A date later than now is refused", "6", "request",
        now="2025-11-03T07:01:40.000Z", date="2025-11-03T07:01:41.000Z")
refused("date-a-second-ahead-of-a-fraction", "Now is not rounded up", "6", "request",
        now="2025-11-03T07:01:40.999Z", date="2025-11-03T07:01:41.000Z")
dated("date-explicit-is-cut-to-the-second", "The fraction of an explicit date goes", "2025-11-03T07:01:45.000Z", "20251103T070140Z",
      date="2025-11-03T07:01:40.900Z")
dated("date-explicit-ahead-by-a-fraction", "The date is cut first and held against the window then",
      "2025-11-03T07:01:40.500Z", "20251103T070140Z", date="2025-11-03T07:01:40.900Z")
refused("date-explicit-too-old-once-cut", "899.6 seconds old, but 900.5 once cut", "6", "request",
        now="2025-11-03T07:16:40.500Z", date="2025-11-03T07:01:40.900Z")

# ----------------------------------------------------------------------------------------------------------------------
group("clock", "What is learned of the service's clock")


def exchange(date, sent_at, received_at, **more):
    """An earlier exchange: its reply's headers and when it began and ended by our clock."""
    return {"headers": {"date": date, **more}, "sentAt": sent_at, "receivedAt": received_at}


# The server is 24.750 s ahead, and 12.300 s behind.
AHEAD = exchange("Mon, 03 Nov 2025 07:02:05 GMT", "2025-11-03T07:01:40.100Z", "2025-11-03T07:01:40.250Z")
BEHIND = exchange("Mon, 03 Nov 2025 07:01:40 GMT", "2025-11-03T07:01:52.000Z", "2025-11-03T07:01:52.300Z")

dated("date-with-server-ahead", "What is learned is added, to the millisecond, before rounding down", "2025-11-03T07:01:45.250Z",
      "20251103T070205Z", observed=AHEAD)
dated("date-with-server-ahead-a-millisecond-earlier", "The sum falls a millisecond short of the second", "2025-11-03T07:01:45.249Z",
      "20251103T070204Z", observed=AHEAD)
dated("date-with-server-behind", "What is learned may be negative", "2025-11-03T07:02:00.300Z", "20251103T070143Z", observed=BEHIND)
dated("date-with-server-behind-a-millisecond-earlier", "A negative offset is not rounded towards zero", "2025-11-03T07:02:00.299Z",
      "20251103T070142Z", observed=BEHIND)
dated("date-explicit-ahead-of-our-clock", "An explicit date is held against the server's clock, which is ahead",
      "2025-11-03T07:01:45.250Z", "20251103T070210Z", observed=AHEAD, date="2025-11-03T07:02:10.000Z")
refused("date-explicit-ahead-of-the-server", "An explicit date is held against the server's clock, which is behind", "6", "request",
        now="2025-11-03T07:02:00.300Z", date="2025-11-03T07:02:00.000Z", observed=BEHIND)
dated("date-learned-with-headers-in-mixed-case", "`Date` counts in any case", "2025-11-03T07:01:45.250Z", "20251103T070205Z",
      observed={**AHEAD, "headers": {"Content-Type": "application/json", "DATE": "Mon, 03 Nov 2025 07:02:05 GMT"}})
dated("date-not-learned-from-a-cache", "A reply with `Age` came out of a cache and teaches nothing", NOW, "20251103T070140Z",
      observed={**AHEAD, "headers": {"date": "Mon, 03 Nov 2025 07:02:05 GMT", "Age": "0"}})
dated("date-not-learned-without-a-date", "A reply without `Date` teaches nothing", NOW, "20251103T070140Z",
      observed={**AHEAD, "headers": {"content-type": "application/json"}})
dated("date-not-learned-from-a-malformed-date", "A `Date` that is no HTTP date teaches nothing", NOW, "20251103T070140Z",
      observed=exchange("yesterday", "2025-11-03T07:01:40.100Z", "2025-11-03T07:01:40.250Z"))
dated("date-learned-from-an-exchange-of-a-minute", "An exchange of exactly 60 seconds still counts", NOW, "20251103T070205Z",
      observed=exchange("Mon, 03 Nov 2025 07:02:05 GMT", "2025-11-03T07:00:40.000Z", "2025-11-03T07:01:40.000Z"))
dated("date-not-learned-from-a-slow-exchange", "Over 60 seconds the sample says too little", NOW, "20251103T070140Z",
      observed=exchange("Mon, 03 Nov 2025 07:02:05 GMT", "2025-11-03T07:00:39.999Z", "2025-11-03T07:01:40.000Z"))
dated("date-not-learned-from-an-exchange-before-its-start", "Our clock was set back in between", NOW, "20251103T070140Z",
      observed=exchange("Mon, 03 Nov 2025 07:02:05 GMT", "2025-11-03T07:01:40.001Z", "2025-11-03T07:01:40.000Z"))
dated("date-learned-a-day-ahead", "An offset of exactly 24 hours still counts", NOW, "20251104T070140Z",
      observed=exchange("Tue, 04 Nov 2025 07:01:40 GMT", "2025-11-03T07:01:40.000Z", "2025-11-03T07:01:40.000Z"))
dated("date-not-learned-beyond-a-day-ahead", "More than 24 hours ahead is no drift", NOW, "20251103T070140Z",
      observed=exchange("Tue, 04 Nov 2025 07:01:41 GMT", "2025-11-03T07:01:40.000Z", "2025-11-03T07:01:40.999Z"))
dated("date-not-learned-beyond-a-day-behind", "More than 24 hours behind is no drift", NOW, "20251103T070140Z",
      observed=exchange("Sun, 02 Nov 2025 07:01:40 GMT", "2025-11-03T07:01:40.000Z", "2025-11-03T07:01:40.001Z"))

# ----------------------------------------------------------------------------------------------------------------------
group("trace-id", "Trace ids")

sent("trace-id", "A trace id of 58 characters is sent, and not signed", "2, 4", trace_id=TRACE_ID,
     stated={"x-traceid": TRACE_ID, "signature": "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac"})
sent("trace-id-get-with-token", "A trace id with a token, in a GET", "2", client=TOKEN, call=GET, trace_id=TRACE_ID,
     stated={"x-traceid": TRACE_ID})
sent("trace-id-of-visible-characters", "Any visible ASCII will do, from ! to ~", "3",
     trace_id='!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~' + "Z" * 26,
     stated={"x-traceid": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ZZZZZZZZZZZZZZZZZZZZZZZZZZ"})
for name, about, trace_id in (
    ("empty", "An empty trace id is not an absent one", ""),
    ("of-57-characters", "57 characters are too few", TRACE_ID[:57]),
    ("of-59-characters", "59 characters are too many", TRACE_ID + "0"),
    ("of-58-characters-beyond-ascii", "58 characters, but more bytes", TRACE_ID[:57] + "\u00e9"),
    ("of-58-bytes-beyond-ascii", "58 bytes, but fewer characters", TRACE_ID[:56] + "\u00e9"),
    ("with-carriage-return", "CR cannot stand in a header", TRACE_ID[:57] + "\r"),
    ("with-line-feed", "LF cannot stand in a header", TRACE_ID[:28] + "\n" + TRACE_ID[29:]),
    ("with-blank", "A blank is not visible", TRACE_ID[:28] + " " + TRACE_ID[29:]),
    ("with-delete", "U+007F is not visible", TRACE_ID[:57] + "\x7f"),
):
    refused(f"trace-id-{name}", about, "3", "request", trace_id=trace_id)

# ----------------------------------------------------------------------------------------------------------------------
group("credentials-refused", "Credentials and user ids that are refused")

BREAKS = (("carriage-return", "CR", "\r"), ("line-feed", "LF", "\n"), ("character-beyond-ascii", "\u00e9", "\u00e9"))
for field, words, client, key in (
    ("token", "a token", TOKEN, "token"),
    ("authorization", "a ready Authorization value", AUTHORIZATION, "authorization"),
    ("user-id", "a user id", APP, "userId"),
    ("app-id", "an app id", APP, "appId"),
):
    refused(f"{field}-empty", f"The empty text is not {words}", "2, 4", "client", client={**client, key: ""})
    for name, sign, text in BREAKS:
        refused(f"{field}-with-{name}", f"{sign} cannot stand in {words}", "2, 4", "client",
                client={**client, key: client[key][:7] + text + client[key][7:]})

refused("user-id-with-leading-blank", "A leading blank would be signed trimmed and sent as it is", "4", "client",
        client={**APP, "userId": " 1505084218764547200"})
refused("user-id-with-trailing-blank", "A trailing blank would be signed trimmed and sent as it is", "4", "client",
        client={**APP, "userId": "1505084218764547200 "})
refused("user-id-with-trailing-blank-and-token", "The user id is checked in both modes", "4", "client",
        client={**TOKEN, "userId": "1505084218764547200 "})
refused("user-id-ending-in-line-feed", "A line feed at the end, as read from a file, is refused too", "2, 4", "client",
        client={**APP, "userId": "1505084218764547200\n"})
refused("token-ending-in-line-feed", "A token read from a file with its line feed is refused, not trimmed", "4", "client",
        client={**TOKEN, "token": "ABCDEFG-example-token\n"})
refused("app-id-with-comma", "A comma would end the app id within Authorization", "4", "client",
        client={**APP, "appId": "example,app"})
refused("app-id-with-blank", "A blank would break the layout of Authorization", "4", "client",
        client={**APP, "appId": "example app"})
refused("app-secret-empty", "An empty secret signs nothing", "4", "client", client={**APP, "appSecret": ""})
# ----------------------------------------------------------------------------------------------------------------------
group("reply", "Replies of success")

OK = '{"code":0,"msg":"Success."}'
succeeds("reply-code-integer", "The publisher's example of a reply: code is an integer", "2, 3", '{\n"code" : 0,\n"msg" : "Success."\n}')
succeeds("reply-code-text", "The publisher's table: code is a String", "2, 3", '{"code":"0","msg":"Success."}')
succeeds("reply-signed", "A signed request gets the same reply", "2", OK, client=APP)
succeeds("reply-msg-in-chinese", "The message is whatever language it is", "2", '{"code":0,"msg":"\u6210\u529f"}', msg="\u6210\u529f")
succeeds("reply-msg-with-escapes", "Escapes in the message are resolved, a pair of surrogates to one character", "2",
         r'{"code":0,"msg":"\u6210\u529f \"\n\ud83d\ude00"}', msg='\u6210\u529f "\n\U0001F600')
succeeds("reply-msg-empty", "An empty message is a message", "3", '{"code":0,"msg":""}', msg="")
succeeds("reply-msg-missing", "A missing message is none", "3", '{"code":0}', msg=None)
succeeds("reply-msg-null", "A null message is none", "3", '{"code":0,"msg":null}', msg=None)
succeeds("reply-msg-number", "A message of another type is none", "3", '{"code":0,"msg":5}', msg=None)
succeeds("reply-unknown-members", "Unknown members are ignored, a `code` within one and a `Code` beside it too", "3",
         '{"data":{"code":1,"msg":"inner"},"Code":5,"code":0,"list":[1.5e300,true,null,""],"msg":"Success."}')
succeeds("reply-unknown-member-nested-deep", "An unknown member may be nested 5000 deep", "3",
         '{"data":' + "[" * 5000 + "]" * 5000 + ',"code":0,"msg":"Success."}')
succeeds("reply-with-white-space", "White space around the object is JSON's", "2", "\r\n\t " + OK + " \n")
succeeds("reply-called-text", "The content type of a readable reply does not matter", "7", OK, headers=(("content-type", "text/plain"),))
succeeds("reply-without-headers", "A reply without headers can be read", "7", OK, headers=())
succeeds("reply-trace-id", "A trace id in the reply's headers becomes the reply's", "3", OK, trace_id=TRACE_ID,
         headers=(*JSON, ("X-TraceId", TRACE_ID)))
succeeds("reply-trace-id-in-upper-case", "The header's name counts in any case", "3", OK, trace_id=TRACE_ID,
         headers=(("X-TRACEID", TRACE_ID),))
succeeds("reply-trace-id-of-another-length", "What the service calls a trace id is not checked", "3", OK, trace_id="abc-1",
         headers=(("x-traceid", "abc-1"),))


# ----------------------------------------------------------------------------------------------------------------------
group("reply-unreadable", "A 200 whose body cannot be read")

unreadable("reply-code-fraction", "A fraction is no code, even one equal to 0", '{"code":0.0,"msg":"Success."}')
unreadable("reply-code-exponent", "An exponent is no code", '{"code":0e0,"msg":"Success."}')
unreadable("reply-code-null", "A null code is no code", '{"code":null,"msg":"Success."}')
unreadable("reply-code-missing", "Without a code nothing is known", '{"msg":"Success."}')
unreadable("reply-code-of-another-case", "Names of members are exact", '{"Code":0,"msg":"Success."}')
unreadable("reply-code-empty", "The empty text is no code", '{"code":"","msg":"Success."}')
unreadable("reply-code-true", "A boolean is no code", '{"code":true,"msg":"Success."}')
unreadable("reply-code-object", "An object is no code", '{"code":{"value":0},"msg":"Success."}')
unreadable("reply-code-array", "An array is no code", '{"code":[0],"msg":"Success."}')
unreadable("reply-code-twice", "Of two codes neither can be trusted", '{"code":0,"code":1,"msg":"Success."}')
unreadable("reply-code-twice-the-same", "Two equal codes are two codes", '{"code":0,"msg":"Success.","code":0}')
unreadable("reply-code-twice-once-escaped", "An escape in a member's name hides nothing", r'{"code":0,"c\u006fde":1,"msg":"Success."}')
unreadable("reply-code-with-leading-zero", "00 without quotes is not JSON", '{"code":00,"msg":"Success."}')
unreadable("reply-gateway-shape-at-200", "A gateway's shape does not stand for a code at 200",
           '{"error_code":"APIGW.0301","error_msg":"not found","request_id":"8d7f"}')
unreadable("reply-empty-body", "An empty body says nothing", "", headers=())
unreadable("reply-html-at-200", "A portal's page is not the service's reply, and keeps the trace id and Retry-After of its headers",
           "<!DOCTYPE html><title>Sign in</title>", trace_id=TRACE_ID, retry_after=5,
           headers=(("Content-Type", "text/html; charset=utf-8"), ("x-TraceID", TRACE_ID), ("retry-after", "5")))
unreadable("reply-top-level-array", "An array is not a reply", '[{"code":0,"msg":"Success."}]')
unreadable("reply-top-level-text", "A text is not a reply", '"0"')
unreadable("reply-top-level-null", "Null is not a reply", "null")
unreadable("reply-cut-off", "A body that ends early is not JSON", '{"code":0,"msg":"Succ')
unreadable("reply-trailing-garbage", "Something after the object spoils it", OK + "x")
unreadable("reply-two-objects", "Two objects are not a reply", OK + OK)
unreadable("reply-trailing-comma", "A comma before the end is not JSON", '{"code":0,"msg":"Success.",}')
unreadable("reply-raw-line-break", "A raw line break within a text is not JSON", '{"code":0,"msg":"Suc\ncess."}')
unreadable("reply-byte-order-mark", "A byte order mark is not JSON", b"\xef\xbb\xbf" + OK.encode())
unreadable("reply-wrong-utf-8", "Bytes that are not UTF-8 are not JSON", b'{"code":0,"msg":"\xb3\xc9\xb9\xa6"}')
unreadable("reply-wrong-utf-8-in-an-unknown-member", "Bytes that are not UTF-8 are not JSON within an unknown member either", b'{"code":0,"msg":"Success.","data":"\xff"}')
unreadable("reply-utf-8-of-a-surrogate", "A surrogate in three bytes is not UTF-8", b'{"code":0,"msg":"\xed\xa0\x80"}')
unreadable("reply-utf-16", "UTF-16 is not UTF-8", OK.encode("utf-16-le"))
# ----------------------------------------------------------------------------------------------------------------------
group("error-200", "A 200 with a code other than 0")

VERIFY = '{"code": 13000102, "msg": "Verify parameters failed."}'
INNER = '{"code": 13000201, "msg": "inner server invoke failure"}'
HTML = (("Content-Type", "text/html"),)

fails("error-200-with-code", "A 200 with another code is a refusal", "7", 200, VERIFY, "refused", "13000102", "Verify parameters failed.")
fails("error-200-with-code-as-text", "A 200 with another code that is text, the type that the table names, is a refusal", "3, 7", 200,
      '{"code":"13000101","msg":"bad request"}', "refused", "13000101", "bad request")
fails("error-200-with-code-of-two-zeros", "A code is 0 exactly or it is not success", "3", 200, '{"code":"00","msg":"Success."}',
      "refused", "00", "Success.")
fails("error-200-with-code-and-blank", "Text is kept as it is, blanks included", "3", 200, '{"code":" 0","msg":"Success."}',
      "refused", " 0", "Success.")
fails("error-200-with-code-of-30-digits", "An integer is kept digit for digit", "3", 200,
      '{"code":123456789012345678901234567890,"msg":"?"}', "refused", "123456789012345678901234567890", "?")
fails("error-200-with-negative-code", "A negative integer is a code", "3", 200, '{"code":-1}', "refused", "-1")
fails("error-200-inner-failure", "Code 13000201 leaves open what happened, at 200 too", "7", 200, INNER, "unknown", "13000201",
      "inner server invoke failure")
fails("error-200-inner-failure-as-text", "Code 13000201 leaves open what happened when it comes as text too", "3, 7", 200, '{"code":"13000201","msg":null}', "unknown", "13000201")
# ----------------------------------------------------------------------------------------------------------------------
group("error-refused", "Statuses of a refusal")

fails("error-400-with-code", "The published status of a refusal, with code and msg", "7", 400, VERIFY, "refused", "13000102",
      "Verify parameters failed.")
fails("error-400-signed", "A refusal of a signed request, with a trace id", "3, 7", 400, VERIFY, "refused", "13000102",
      "Verify parameters failed.", trace_id=TRACE_ID, headers=(("content-type", "application/json"), ("X-Traceid", TRACE_ID)), client=APP)
fails("error-400-inner-failure", "Code 13000201 leaves open what happened, whatever the status", "7", 400, INNER, "unknown",
      "13000201", "inner server invoke failure")
fails("error-400-with-code-zero", "A code of 0 is no success without the status 200", "3, 7", 400, OK, "refused", "0", "Success.")
for name, about, body in (
    ("null", "A null code is none, and the message is still read", '{"code":null,"msg":"bad request"}'),
    ("missing", "A missing code is none", '{"msg":"bad request"}'),
    ("empty", "An empty code is none", '{"code":"","msg":"bad request"}'),
    ("fraction", "A fraction is no code", '{"code":13000101.0,"msg":"bad request"}'),
    ("true", "A boolean is no code", '{"code":true,"msg":"bad request"}'),
    ("twice", "Two codes are none", '{"code":13000101,"code":13000102,"msg":"bad request"}'),
):
    fails(f"error-400-with-code-{name}", about, "3", 400, body, "refused", None, "bad request")
fails("error-400-with-msg-object", "A message of another type is none", "3", 400, '{"code":13000101,"msg":{"text":"bad request"}}',
      "refused", "13000101")
for name, about, body in (
    ("top-level-array", "A body that is no object gives neither code nor message", '[{"code":13000101,"msg":"bad request"}]'),
    ("trailing-garbage", "A body with something after the object gives neither code nor message", '{"code":13000101,"msg":"bad request"}x'),
    ("byte-order-mark", "A body with a byte order mark gives neither code nor message", b'\xef\xbb\xbf{"code":13000101,"msg":"bad request"}'),
):
    fails(f"error-400-{name}", about, "3, 7", 400, body, "refused")

fails("error-401-gateway", "A gateway's error: error_code, error_msg and request_id", "7", 401,
      '{"error_msg":"Incorrect app authentication information","error_code":"APIGW.0303","request_id":"b3c0a7d9e1f24c6f"}', "refused",
      "APIGW.0303", "Incorrect app authentication information", "b3c0a7d9e1f24c6f", headers=(*JSON, ("DATE", DATE)))
fails("error-401-signature", "A gateway that shows the canonical request it computed", "4", 401,
      '{"error_msg":"verify signature fail, canonicalRequest:POST|/koodrive/ose/v1/carrier/users/notifyPackageExpire/||'
      "host:10.0.0.7:8080|x-date:20251103T070140Z|x-user-id:1505084218764547200||host;x-date;x-user-id|"
      '5c3cf4effd3e60ace1f203883c90f128168e3e4ba9d35b7c6005c38b41267df9","error_code":"APIGW.0301","request_id":"4a1e"}',
      "refused", "APIGW.0301",
      "verify signature fail, canonicalRequest:POST|/koodrive/ose/v1/carrier/users/notifyPackageExpire/||"
      "host:10.0.0.7:8080|x-date:20251103T070140Z|x-user-id:1505084218764547200||host;x-date;x-user-id|"
      "5c3cf4effd3e60ace1f203883c90f128168e3e4ba9d35b7c6005c38b41267df9", "4a1e", client=APP)
fails("error-401-stale-date", "A gateway that shows both clocks", "4", 401,
      '{"error_msg":"signature expired, signature time:20251103T070140Z,server time:20251103T071641Z","error_code":"APIGW.0301",'
      '"request_id":"4a1f"}', "refused", "APIGW.0301",
      "signature expired, signature time:20251103T070140Z,server time:20251103T071641Z", "4a1f",
      headers=(*JSON, ("dAtE", "Mon, 03 Nov 2025 07:16:41 GMT")), client=APP)
fails("error-401-with-both-shapes", "`code` and `msg` come before the gateway's names", "7", 401,
      '{"error_code":"APIGW.0301","error_msg":"outer","code":"13000101","msg":"inner","request_id":"4a20"}', "refused", "13000101", "inner",
      "4a20")
fails("error-401-request-id-beside-code", "A request id is read beside `code` too", "7", 401,
      '{"code":"13000101","msg":"bad request","request_id":"4a21"}', "refused", "13000101", "bad request", "4a21")
fails("error-403-empty", "A refusal without a body", "7", 403, "", "refused", headers=(("content-length", "0"),))
fails("error-404-html", "A page gives neither code nor message", "7", 404, "<html><h1>404 Not Found</h1></html>", "refused", headers=HTML)
fails("error-409", "A conflict is a refusal, not to be repeated", "7", 409,
      '{"code":"13000101","msg":"conflict"}', "refused", "13000101", "conflict")
fails("error-408", "No status of the 400s but 429 can be repeated", "7", 408, "", "refused", headers=())
fails("error-301", "A redirect is not followed: it is a refusal", "7", 301, "", "refused",
      headers=(("Location", CHINA + NOTIFY_PATH),))
fails("error-307", "A redirect that would keep the method is a refusal as well", "7", 307, "", "refused", headers=(("location", CHINA + NOTIFY_PATH),))

# ----------------------------------------------------------------------------------------------------------------------
group("retry-after", "429 and 503: when to repeat")

fails("error-429-with-seconds", "Retry-After in seconds; repeating is safe, for the call was refused", "7", 429,
      '{"code":"x","msg":"slow down"}',
      "refused", "x", "slow down", retry_after=120, retryable=True, headers=(*JSON, ("Retry-After", "120")))
fails("error-429-without-retry-after", "A 429 without Retry-After can be repeated, and says nothing on when", "7", 429, "", "refused", retryable=True, headers=())
fails("error-429-with-zero-seconds", "Zero seconds is an answer, not an absent one", "7", 429, "", "refused", retry_after=0, retryable=True,
      headers=(("RETRY-AFTER", "0"),))
fails("error-429-with-date", "A date counts from the reply's own `Date`, over midnight here", "7", 429, "", "refused", retry_after=90,
      retryable=True, headers=(("Date", "Mon, 03 Nov 2025 23:59:30 GMT"), ("Retry-After", "Tue, 04 Nov 2025 00:01:00 GMT")))
fails("error-429-inner-failure", "What is unknown is not repeated, whatever the status", "7", 429, INNER, "unknown", "13000201",
      "inner server invoke failure")
fails("error-503-with-date", "Retry-After as a date, two minutes after `Date`", "7", 503, "<h1>Maintenance</h1>", "refused",
      retry_after=120, retryable=True, headers=(*HTML, ("date", DATE), ("retry-AFTER", "Mon, 03 Nov 2025 07:03:40 GMT")))
fails("error-503-with-date-passed", "A Retry-After that has passed is zero seconds, never negative", "7", 503, "", "refused", retry_after=0, retryable=True,
      headers=(("Date", DATE), ("Retry-After", "Mon, 03 Nov 2025 07:00:00 GMT")))
fails("error-503-with-date-alone", "Without a `Date` a date says nothing", "7", 503, "", "refused", retryable=True,
      headers=(("Retry-After", "Mon, 03 Nov 2025 07:03:40 GMT"),))
for name, text in (("words", "soon"), ("sign", "-5"), ("fraction", "1.5"), ("unit", "5s")):
    fails(f"error-503-with-{name}", "A malformed Retry-After is none", "7", 503, "", "refused", retryable=True,
          headers=(("Date", DATE), ("Retry-After", text)))
fails("error-503-inner-failure", "Code 13000201 makes even a 503 unknown", "7", 503, INNER, "unknown", "13000201",
      "inner server invoke failure", retry_after=10, headers=(*JSON, ("Retry-After", "10")))

# ----------------------------------------------------------------------------------------------------------------------
group("error-unknown", "Statuses that leave open what happened")

fails("error-500-inner-failure", "The published body of an error", "7", 500, INNER, "unknown", "13000201", "inner server invoke failure")
fails("error-500-with-another-code", "A 500 leaves open what happened, whatever its code", "7", 500, VERIFY, "unknown", "13000102",
      "Verify parameters failed.")
fails("error-500-html", "A page of a 500", "7", 500, "<html><h1>Internal Server Error</h1></html>", "unknown", headers=HTML)
fails("error-502-wrong-utf-8", "Bytes that are not UTF-8 give neither code nor message", "3, 7", 502,
      b'{"code":5,"msg":"\xb3\xc9"}', "unknown")
fails("error-504-html", "A gateway that gave up does not know either", "7", 504, "<h1>504 Gateway Time-out</h1>", "unknown",
      retry_after=30, headers=(*HTML, ("Retry-After", "30")))
fails("error-204", "Only 200 is success: a 204 leaves open what happened", "7", 204, "", "unknown", headers=())
fails("error-202-with-code-zero", "Only 200 is success: a 202 leaves open what happened, even with a code of 0", "3, 7", 202, OK, "unknown", "0", "Success.")
fails("error-103", "A status of the 100s leaves open what happened", "7", 103, "", "unknown", headers=())
fails("error-600", "A status that HTTP does not know leaves open what happened", "7", 600, VERIFY, "unknown", "13000102", "Verify parameters failed.")

# ----------------------------------------------------------------------------------------------------------------------
group("retention-policies", "The policies in force")


def policy(policy_id=None, name=None, description=None, priority=None, status=None):
    return {"policyId": policy_id, "policyName": name, "description": description, "priority": priority, "status": status}


def policies(name, about, body, section, policy_list, msg="Success."):
    succeeds(name, about, section, body, msg=msg, call=GET, policyList=policy_list)


policies("retention-policies", "The policies in force; the published id is above 2^53",
         '{"code":0,"msg":"Success.","policyList":[{"policyId":300000000000000000,"policyName":"30 days",'
         '"description":"Kept for 30 days.","priority":10,"status":1},{"policyId":300000000000000001,'
         '"policyName":"\u5220\u9664","description":"","priority":0,"status":0}]}', "2",
         [policy("300000000000000000", "30 days", "Kept for 30 days.", 10, 1), policy("300000000000000001", "\u5220\u9664", "", 0, 0)])
policies("retention-policy-id-as-text", "An id that comes as text stays as it is",
         '{"code":"0","msg":"Success.","policyList":[{"policyId":"0300000000000000001","policyName":"30 days",'
         '"description":"Kept for 30 days.","priority":10,"status":1}]}', "2",
         [policy("0300000000000000001", "30 days", "Kept for 30 days.", 10, 1)])
policies("retention-policy-status-as-text", "A status that comes as text is read as its number",
         '{"code":0,"msg":"Success.","policyList":[{"policyId":1,"policyName":"30 days","description":"d","priority":10,"status":"1"}]}',
         "2, 8", [policy("1", "30 days", "d", 10, 1)])
policies("retention-policy-with-missing-fields", "Missing and null fields are none, unknown ones are ignored",
         '{"code":0,"msg":"Success.","policyList":[{"policyId":7},{"policyName":null,"status":1,"color":"red"},{}]}', "2",
         [policy("7"), policy(status=1), policy()])
policies("retention-policies-empty", "No policy is in force", '{"code":0,"msg":"Success.","policyList":[]}', "2", [])
policies("retention-policies-missing", "A reply without a list is a reply without policies", '{"code":0,"msg":"Success."}', "2", [])
policies("retention-policies-without-msg", "The message is optional here too", '{"policyList":[],"code":0}', "2, 3", [], msg=None)
unreadable("retention-policies-unreadable", "Without a code the policies in force cannot be read either", '{"policyList":[]}', call=GET)
fails("retention-policies-error", "Reading the policies in force fails in the same way", "2, 7", 200,
      '{"code":13000101,"msg":"bad request","policyList":null}', "refused", "13000101", "bad request", call=GET)
fails("error-503-for-policies", "Reading the policies in force is repeatable for the same reasons", "7", 503,
      '{"error_code":"APIGW.0106","error_msg":"busy","request_id":"77"}', "refused", "APIGW.0106", "busy", "77", retryable=True, call=GET)
