"""The table of the cases of typed calls: what is called, and what the result is.

States every reply and every error literally, because the vectors test how replies are read. `stated`
repeats parts of some requests by hand (a header, `url`, `body`, a stage of the signature) as a second
witness.
"""

import messages
import rules
from table import (
    APP,
    AUTHORIZATION,
    CARRIER_POLICIES,
    CHINA,
    DATE,
    GET,
    GET_PATH,
    HTML,
    INNER,
    INTERNATIONAL,
    JSON,
    NOTIFY,
    NOTIFY_PATH,
    NOW,
    OK,
    ORDER,
    POLICIES,
    POLICIES_PATH,
    SET_POLICY,
    TOKEN,
    TRACE_ID,
    VERIFY,
    answered,
    fails,
    group,
    refused,
    sent,
    succeeds,
    unreadable,
)

# --------------------------------------------------------------------------------------------------
group("signing", "Requests that are signed with an app secret")

sent("app-notify-minimal", "The published computed example of a signed POST", "4",
     stated={"x-date": "20251103T070140Z",
             "signature": "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac",
             "authorization": "HMAC-SHA256 AppId=example-app-id,SignedHeaders=host;x-date;x-user-id,Signature="
                              "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac",
             "content-type": "application/json",
             "body": '{"carrierUserId":"189642158555241211","type":2,"packageId":"14"}'})
sent("app-get-minimal", "A signed GET: the safe first call, which has no body and no content-type",
     "2, 4", call=GET,
     stated={"x-date": "20251103T070140Z", "body": None, "content-type": None,
             "url": INTERNATIONAL + GET_PATH,
             "canonicalRequest": f"GET\n{GET_PATH}/\n\nhost:intl.myhuaweicloud-koodrive.com\nx-date:20251103T070140Z\n"
                                 "x-user-id:1505084218764547200\n\nhost;x-date;x-user-id\n"
                                 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"})
sent("app-get-published-example",
     "The published computed example of a signed GET, a check of the formulas alone: its call is one that Huawei accepts with a token only",
     "4", call=POLICIES,
     stated={"x-date": "20251103T070140Z", "body": None, "content-type": None,
             "url": INTERNATIONAL + POLICIES_PATH,
             "signature": "c582ce0670626271ec0285f31c23f27f6ec0052ae3f9cdc96dc91a737da54837"})

sent("app-secret-as-long-as-a-hash-block", "A secret of 64 bytes is HMAC's key as it stands", "4",
     client={**APP, "appSecret": "0123456789abcdef" * 4})
sent("app-secret-longer-than-a-hash-block",
     "A secret of 65 bytes is hashed before it becomes HMAC's key", "4",
     client={**APP, "appSecret": "0123456789abcdef" * 4 + "0"})
sent("user-id-with-inner-spaces",
     "Spaces inside a user id are sent and signed as they are, two included", "4",
     client={**APP, "userId": "north  west user"}, stated={"x-user-id": "north  west user"})

# --------------------------------------------------------------------------------------------------
group("token", "Tokens, and ready Authorization values")

sent("token-notify-minimal",
     "A request with a token is not signed, and X-Date and X-User-Id are still sent", "3",
     client=TOKEN,
     stated={"authorization": "Bearer ABCDEFG-example-token", "x-date": "20251103T070140Z",
             "x-user-id": "1505084218764547200"})
sent("token-get-minimal", "A GET with a token: the safe first call", "2, 4", client=TOKEN, call=GET,
     stated={"authorization": "Bearer ABCDEFG-example-token", "body": None,
             "url": INTERNATIONAL + GET_PATH})
for name, call, path in (
    ("current-retention-policy", POLICIES, POLICIES_PATH),
    ("carrier-retention-policy", CARRIER_POLICIES,
     "/koodrive/ose/v1/carrier/policy/config/retention"),
):
    sent(f"token-get-{name}", "A call that is published with a token only", "4, 8", client=TOKEN,
         call=call,
         stated={"body": None, "url": INTERNATIONAL + path})

for name, about, token, authorization in (
    ("token-with-bearer", "A token that brings its own `Bearer ` is sent as given",
     "Bearer 6ebb-example", "Bearer 6ebb-example"),
    ("token-with-bearer-in-lower-case", "`bearer ` in any case counts, and keeps its case",
     "bearer 6ebb-example", "bearer 6ebb-example"),
    ("token-with-bearer-in-upper-case", "`BEARER ` counts as `Bearer ` does", "BEARER 6ebb-example",
     "BEARER 6ebb-example"),
    ("token-with-bearer-plus", "`Bearer+x`, a published shape, becomes `Bearer x`",
     "Bearer+013b-example", "Bearer 013b-example"),
    ("token-with-bearer-plus-in-lower-case", "`bearer+x` becomes `Bearer x`", "bearer+013b-example",
     "Bearer 013b-example"),
    ("token-with-at", "A token of the carrier's own login, `AT x`, is sent as given",
     "AT 00112233445566778899aabbccddeeff0011223344556677",
     "AT 00112233445566778899aabbccddeeff0011223344556677"),
    ("token-with-at-in-lower-case", "`AT ` counts in upper case only", "at 00112233",
     "Bearer at 00112233"),
    ("token-that-begins-with-at", "`AT` without its space is the beginning of a bare token",
     "ATOMIC-example", "Bearer ATOMIC-example"),
    ("token-that-begins-with-bearer", "`Bearer` without its space is the beginning of a bare token",
     "BearerExample",
     "Bearer BearerExample"),
    ("token-with-inner-bearer-plus",
     "`Bearer+` counts at the beginning only, and a plus elsewhere stays",
     "abc+Bearer+def==", "Bearer abc+Bearer+def=="),
):
    sent(name, about, "4", client={**TOKEN, "token": token},
         stated={"authorization": authorization})

sent("authorization-verbatim", "A ready Authorization value is sent untouched", "4",
     client={**AUTHORIZATION, "authorization": 'Custom  id="a, b",key=c+d/e=='},
     stated={"authorization": 'Custom  id="a, b",key=c+d/e=='})
sent("authorization-with-bearer-plus-verbatim",
     "The rules for tokens do not touch a ready Authorization value", "4",
     client={**AUTHORIZATION, "authorization": "bearer+013b-example"},
     stated={"authorization": "bearer+013b-example"})
sent("authorization-get", "A GET with a ready Authorization value", "4", client=AUTHORIZATION,
     call=GET,
     stated={"authorization": "Bearer example-token"})

# --------------------------------------------------------------------------------------------------
group("ids", "Ids of the call, which go through unchanged")

def ids(name, about, carrier_user_id, package_id, body=None, section="2, 3"):
    call = {"operation": "notifyPackageExpire", "carrierUserId": carrier_user_id,
            "packageId": package_id}
    sent(name, about, section, call=call, stated={} if body is None else {"body": body})


ids("ids-with-quotes", "Quotes are escaped; apostrophes are not", 'user "one"', "it's 14",
    r'''{"carrierUserId":"user \"one\"","type":2,"packageId":"it's 14"}''')
ids("ids-with-backslashes", "Backslashes are doubled, before a quote and at the end too",
    'a\\b\\"c\\', "\\u0041",
    r'{"carrierUserId":"a\\b\\\"c\\","type":2,"packageId":"\\u0041"}')
ids("ids-with-inner-spaces", "Spaces inside stay, two in a row and other scripts' spaces included",
    "user  one", "1\u00a04\u30005",
    '{"carrierUserId":"user  one","type":2,"packageId":"1\u00a04\u30005"}')
ids("ids-of-one-character", "One character is an id", "0", "a",
    '{"carrierUserId":"0","type":2,"packageId":"a"}')
ids("ids-with-emoji", "Emoji are UTF-8, not escapes, those joined from several code points too",
    "\U0001F600", "\U0001F468\u200D\U0001F469\u200D\U0001F467")
ids("ids-in-chinese", "Chinese characters are UTF-8, not escapes", "\u7528\u6237\u4e00",
    "\u5957\u9910\U00020000",
    '{"carrierUserId":"\u7528\u6237\u4e00","type":2,"packageId":"\u5957\u9910\U00020000"}')
ids("ids-with-combining-characters", "Composed and decomposed letters stay what they are",
    "caf\u00e9", "cafe\u0301")
ids("ids-with-line-separators", "U+2028 and U+2029 are not escaped", "a\u2028b", "a\u2029b",
    '{"carrierUserId":"a\u2028b","type":2,"packageId":"a\u2029b"}')
ids("ids-with-byte-order-mark-and-noncharacters",
    "Inside an id U+FEFF is a character like others, and U+FFFD and U+FFFF are so everywhere",
    "us\ufeffer", "\ufffd\uffff")
ids("ids-with-inner-zero-width-characters", "U+200B to U+200D and U+2060 go through inside an id",
    "a\u200bb\u2060c", "1\u200c\u200d4",
    '{"carrierUserId":"a\u200bb\u2060c","type":2,"packageId":"1\u200c\u200d4"}')
ids("ids-with-slash-and-pipe",
    "A slash is not escaped, and neither is the pipe, which joins the lines in a gateway's message",
    "a/b", "c|d", '{"carrierUserId":"a/b","type":2,"packageId":"c|d"}')
ids("ids-with-markup", "Characters that HTML or a URL would escape stay as they are in JSON",
    "<a&b>", "%2F+%20?#",
    '{"carrierUserId":"<a&b>","type":2,"packageId":"%2F+%20?#"}')
ids("ids-that-look-like-json", "An id cannot break out of its member", '","type":1,"packageId":"',
    "{}",
    r'{"carrierUserId":"\",\"type\":1,\"packageId\":\"","type":2,"packageId":"{}"}')
ids("ids-that-look-like-numbers", "Ids are text: leading zeros and digits beyond 2^53 survive",
    "9007199254740993", "007",
    '{"carrierUserId":"9007199254740993","type":2,"packageId":"007"}')
ids("ids-from-right-to-left",
    "Arabic and bidirectional marks stay in their order, at either end too",
    "\u0645\u0633\u062a\u062e\u062f\u0645", "\u200f14\u200e")
ids("id-of-four-kilobytes", "No length is published, so 4096 characters go through", "a1b2" * 1024,
    "14")
ids("id-of-four-kilobytes-in-chinese", "4096 bytes in characters of three bytes, and one of one",
    "\u7528" * 1365 + "x", "14")

# --------------------------------------------------------------------------------------------------
group("ids-refused", "Ids of typed calls that are refused, and where")

refused("carrier-user-id-empty", "An empty carrier user id is refused", "2", "call",
        "carrierUserId", messages.EMPTY,
        call={**NOTIFY, "carrierUserId": ""})
refused("package-id-empty", "An empty package id is refused", "2", "call", "packageId",
        messages.EMPTY,
        call={**NOTIFY, "packageId": ""})


def refused_id(name, about, field, text, problem):
    refused(name, about, "3", "call", field, problem, call={**NOTIFY, field: text})


def alternating():
    """The two ids in turn."""
    while True:
        yield from ("carrierUserId", "packageId")


FIELDS = alternating()
for code in rules.CONTROLS:
    at, sign = f"u{code:04x}", chr(code)
    about = f"The control character U+{code:04X} is refused"
    refused_id(f"id-beginning-with-{at}", f"{about} at the beginning", next(FIELDS), sign + "14",
               messages.control_character(sign, 1))
    refused_id(f"id-ending-with-{at}", f"{about} at the end", next(FIELDS), "14" + sign,
               messages.control_character(sign, 3))
    refused_id(f"id-with-inner-{at}", f"{about} inside", next(FIELDS), "1" + sign + "4",
               messages.control_character(sign, 2))
for code in rules.INVISIBLE:
    at, sign = f"u{code:04x}", chr(code)
    about = f"The invisible character U+{code:04X} is refused"
    refused_id(f"id-beginning-with-{at}", f"{about} at the beginning", next(FIELDS), sign + "14",
               messages.begins_with(sign))
    refused_id(f"id-ending-with-{at}", f"{about} at the end", next(FIELDS), "14" + sign,
               messages.ends_with(sign))
    next(FIELDS)  # two cases a character: the next one begins in the other id

refused_id("id-of-one-space", "A space alone is refused at its beginning", "carrierUserId", " ",
           messages.begins_with(" "))
refused_id("id-with-spaces-at-both-ends", "Of two ends the text names the beginning", "packageId",
           "\u300014 ", messages.begins_with("\u3000"))
refused_id("id-with-space-before-and-carriage-return-after",
           "The text names a control character before a space at an end",
           "carrierUserId", " 189642158555241211\r", messages.control_character("\r", 20))
refused_id("id-with-two-control-characters", "Of two control characters the text names the first",
           "packageId", "1\t4\r",
           messages.control_character("\t", 2))
refused_id("id-with-control-character-after-emoji",
           "A position counts code points, not bytes or UTF-16 units", "carrierUserId",
           "\U0001F600\u7528\n", messages.control_character("\n", 3))
refused("ids-both-refused", "Of two ids the text names the first of the body", "3", "call",
        "carrierUserId", messages.ends_with(" "),
        call={**NOTIFY, "carrierUserId": "189 ", "packageId": ""})

# --------------------------------------------------------------------------------------------------
group("type", "Modification types that are asked for by name")

sent("undocumented-type-of-the-published-example",
     "The example of the publisher's page sends type 1; asked for by name, so do we",
     "2, 3", call={**NOTIFY, "undocumentedType": 1},
     stated={"body": '{"carrierUserId":"189642158555241211","type":1,"packageId":"14"}'})
sent("undocumented-type-zero", "Zero differs from an absent value", "3",
     call={**NOTIFY, "undocumentedType": 0},
     stated={"body": '{"carrierUserId":"189642158555241211","type":0,"packageId":"14"}'})
sent("undocumented-type-negative", "Any integer but 2 can be asked for", "3",
     call={**NOTIFY, "undocumentedType": -7},
     stated={"body": '{"carrierUserId":"189642158555241211","type":-7,"packageId":"14"}'})
refused("undocumented-type-two", "The documented type cannot be asked for as an undocumented one",
        "3", "call", "type",
        messages.documented(2, "undocumented_type"), call={**NOTIFY, "undocumentedType": 2})

# --------------------------------------------------------------------------------------------------
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


endpoint("endpoint-china", "The endpoint of CN North-Beijing4", CHINA, CHINA,
         "cn.myhuaweicloud-koodrive.com")
endpoint("endpoint-with-trailing-slash", "A trailing slash is dropped", INTERNATIONAL + "/",
         INTERNATIONAL,
         "intl.myhuaweicloud-koodrive.com")
endpoint("endpoint-in-upper-case", "Scheme and host are lower-cased",
         "HTTPS://INTL.MyHuaweiCloud-KooDrive.COM", INTERNATIONAL,
         "intl.myhuaweicloud-koodrive.com")
endpoint("endpoint-with-port", "A port is sent and signed", "https://koodrive.example:8443",
         "https://koodrive.example:8443", "koodrive.example:8443")
endpoint("endpoint-with-default-port",
         "The default port of https is dropped, from the URL and from the signed host",
         "https://koodrive.example:443", "https://koodrive.example", "koodrive.example")
endpoint("endpoint-with-default-port-and-prefix", "A default port is dropped before a prefix",
         "https://koodrive.example:443/gw/", "https://koodrive.example/gw", "koodrive.example",
         "/gw")
endpoint("endpoint-with-the-port-of-the-other-scheme", "Port 80 is not the default of https",
         "https://koodrive.example:80", "https://koodrive.example:80", "koodrive.example:80")
endpoint("endpoint-with-prefix", "A path prefix is sent and signed",
         "https://koodrive.example/gateway/v2",
         "https://koodrive.example/gateway/v2", "koodrive.example", "/gateway/v2")
endpoint("endpoint-with-prefix-and-trailing-slash", "A trailing slash after a prefix is dropped",
         "https://koodrive.example/gateway/", "https://koodrive.example/gateway",
         "koodrive.example", "/gateway", call=GET)
endpoint("endpoint-with-prefix-of-unreserved-characters",
         "A prefix keeps its case, and its unreserved characters are not encoded",
         "https://koodrive.example/Gw-1_2.0/~carrier", "https://koodrive.example/Gw-1_2.0/~carrier",
         "koodrive.example",
         "/Gw-1_2.0/~carrier")
endpoint("endpoint-with-prefix-like-a-call",
         "A prefix that only looks like the beginning of a call's path is a prefix",
         "https://koodrive.example/koodrive/ose2/koodrive",
         "https://koodrive.example/koodrive/ose2/koodrive", "koodrive.example",
         "/koodrive/ose2/koodrive")
endpoint("endpoint-with-port-and-prefix-get", "Port and prefix together, in a GET",
         "https://koodrive.example:8443/gw",
         "https://koodrive.example:8443/gw", "koodrive.example:8443", "/gw", call=GET)
endpoint("endpoint-in-punycode", "A host of another script is written in punycode",
         "https://xn--fsqu00a.example",
         "https://xn--fsqu00a.example", "xn--fsqu00a.example")
endpoint("endpoint-ipv4", "An IPv4 address in its canonical form is a host",
         "https://192.0.2.10:8443",
         "https://192.0.2.10:8443", "192.0.2.10:8443")
endpoint("endpoint-loopback-name", "Plain http is allowed to localhost", "http://localhost:8080",
         "http://localhost:8080",
         "localhost:8080")
endpoint("endpoint-loopback-with-default-port", "The default port of http is dropped",
         "http://localhost:80/",
         "http://localhost", "localhost")
endpoint("endpoint-loopback-with-the-port-of-the-other-scheme",
         "Port 443 is not the default of http",
         "http://localhost:443", "http://localhost:443", "localhost:443")
endpoint("endpoint-loopback-ipv4", "Plain http is allowed to 127.0.0.1", "http://127.0.0.1:8080",
         "http://127.0.0.1:8080",
         "127.0.0.1:8080")
endpoint("endpoint-loopback-ipv4-far-end", "All of 127.0.0.0/8 is loopback",
         "http://127.255.255.254",
         "http://127.255.255.254", "127.255.255.254")
endpoint("endpoint-loopback-ipv6",
         "Plain http is allowed to [::1]; the signed host keeps its brackets", "http://[::1]",
         "http://[::1]", "[::1]")
endpoint("endpoint-loopback-ipv6-with-port-and-prefix", "The port follows the brackets",
         "http://[::1]:8080/gw/",
         "http://[::1]:8080/gw", "[::1]:8080", "/gw")
endpoint("endpoint-plain-http-by-name", "Plain http elsewhere needs to be asked for by name",
         "http://koodrive.example:8080",
         "http://koodrive.example:8080", "koodrive.example:8080", allowPlainHttp=True)

# --------------------------------------------------------------------------------------------------
group("endpoint-refused", "Endpoints that are refused")

for name, problem, about, text in (
    ("empty", messages.NO_SCHEME, "An empty endpoint is refused", ""),
    ("without-scheme", messages.NO_SCHEME, "An endpoint needs a scheme",
     "intl.myhuaweicloud-koodrive.com"),
    ("with-other-scheme", messages.OTHER_SCHEME, "Only https and http are supported",
     "ftp://koodrive.example"),
    ("without-host", messages.NO_HOST, "An endpoint without a host is refused", "https://"),
    ("without-host-before-a-path", messages.NO_HOST, "Three slashes leave the host empty",
     "https:///koodrive.example"),
    ("without-host-before-a-port", messages.NO_HOST, "A port without a host is refused",
     "https://:8443"),
    ("with-user-and-password", messages.USER, "A user name and a password are refused",
     "https://user:password@koodrive.example"),
    ("with-user", messages.USER, "A user name alone is refused", "https://user@koodrive.example"),
    ("with-query", messages.QUERY, "A query is refused", "https://koodrive.example/?region=cn"),
    ("with-empty-query", messages.QUERY, "An empty query is refused as well",
     "https://koodrive.example/?"),
    ("with-fragment", messages.QUERY, "A fragment is refused", "https://koodrive.example/#top"),
    ("with-plain-http", messages.PLAIN_HTTP, "Plain http is refused beyond loopback",
     "http://koodrive.example"),
    ("with-plain-http-to-any-address", messages.PLAIN_HTTP,
     "Plain http is refused to 0.0.0.0, which is outside loopback", "http://0.0.0.0:8080"),
    ("with-plain-http-to-the-next-network", messages.PLAIN_HTTP,
     "Plain http is refused to 128.0.0.1, which is outside loopback", "http://128.0.0.1"),
    ("with-plain-http-to-a-name-like-a-loopback-address", messages.PLAIN_HTTP,
     "A host name that begins like a loopback address is outside loopback",
     "http://127.0.0.1.evil.example"),
    ("with-plain-http-to-a-name-like-localhost", messages.PLAIN_HTTP,
     "A host name that begins with localhost is outside loopback",
     "http://localhost.evil.example"),
    ("with-plain-http-to-another-ipv6-address", messages.PLAIN_HTTP,
     "Plain http is refused to [::2], which is outside loopback", "http://[::2]:8080"),
    ("with-short-ipv4-address", messages.IPV4, "127.1 is refused: parsers disagree about it",
     "http://127.1"),
    ("with-hexadecimal-ipv4-address", messages.IPV4,
     "An IPv4 address in hex is refused over https too", "https://0x7f000001"),
    ("with-empty-port", messages.EMPTY_PORT, "A colon without a port is refused",
     "https://koodrive.example:"),
    ("with-port-beyond-the-last", messages.INVALID_PORT, "Ports end at 65535",
     "https://koodrive.example:65536"),
    ("with-port-with-sign", messages.INVALID_PORT, "A port is digits only",
     "https://koodrive.example:+8443"),
    ("with-port-of-letters", messages.INVALID_PORT, "A name of a port is refused",
     "https://koodrive.example:https"),
    ("with-dot-segment", messages.DOT_SEGMENT, "A dot segment in the prefix is refused",
     "https://koodrive.example/./gw"),
    ("with-two-dot-segment", messages.DOT_SEGMENT, "Two dots in the prefix are refused",
     "https://koodrive.example/gw/../other"),
    ("ending-in-two-dot-segment", messages.DOT_SEGMENT, "Two dots at the end are refused",
     "https://koodrive.example/gw/.."),
    ("with-encoded-dot-segment", messages.PATH_CHARACTER,
     "A percent sign is refused in the prefix, so escapes are refused too",
     "https://koodrive.example/%2e%2e/gw"),
    ("with-space-in-prefix", messages.PATH_CHARACTER, "A space in the prefix is refused",
     "https://koodrive.example/my gateway"),
    ("with-backslash", messages.HOST_CHARACTER, "A backslash is refused",
     "https://koodrive.example\\gw"),
    ("with-chinese-host", messages.HOST_NOT_ASCII,
     "A host beyond ASCII is refused, to be written in punycode", "https://\u4f8b\u5b50.example"),
    ("with-chinese-prefix", messages.PATH_CHARACTER, "A prefix beyond ASCII is refused",
     "https://koodrive.example/\u7f51\u5173"),
    ("with-line-break", messages.HOST_CHARACTER,
     "A line break is refused, although URL parsers drop it", "https://koodrive\n.example"),
    ("with-the-path-of-a-call", messages.PATH_OF_A_CALL, "The call's own path was pasted along",
     INTERNATIONAL + NOTIFY_PATH),
    ("with-the-path-of-a-call-behind-a-prefix", messages.PATH_OF_A_CALL,
     "A call's path behind a gateway's prefix is found too",
     "https://koodrive.example/gw/koodrive/ose/v1/space"),
    ("ending-in-the-base-of-all-calls", messages.PATH_OF_A_CALL,
     "The part that all paths share belongs to the call",
     INTERNATIONAL + "/koodrive/ose"),
    ("ending-in-the-base-of-all-calls-and-slash", messages.PATH_OF_A_CALL,
     "A slash at the end makes no difference",
     INTERNATIONAL + "/koodrive/ose/"),
):
    refused(f"endpoint-{name}", about, "5", "client", "endpoint", problem,
            client={**APP, "endpoint": text})

# --------------------------------------------------------------------------------------------------
group("date", "X-Date: now, margin, rounding")

def dated(name, about, now, x_date, section="6", **changes):
    client = {**APP, "clockMarginSeconds": changes.pop("margin")} if "margin" in changes else APP
    sent(name, about, section, client=client, now=now, stated={"x-date": x_date}, **changes)


dated("date-rounds-down", "The date is rounded down after the margin, never up",
      "2025-11-03T07:01:45.999Z", "20251103T070140Z")
dated("date-rounds-down-to-the-second-before",
      "A millisecond before the second is the second before",
      "2025-11-03T07:01:44.999Z", "20251103T070139Z")
dated("date-with-margin-zero", "Without a margin only the fraction goes",
      "2025-11-03T07:01:40.999Z", "20251103T070140Z", margin=0)
dated("date-with-margin-six-hundred", "The largest margin is ten minutes",
      "2025-11-03T07:11:40.000Z", "20251103T070140Z", margin=600)
dated("date-margin-crosses-midnight", "The margin may reach into the day before",
      "2025-11-03T00:00:04.000Z", "20251102T235959Z")
dated("date-margin-crosses-the-year", "The margin may reach into the year before",
      "2026-01-01T00:00:04.999Z", "20251231T235959Z")
dated("date-margin-crosses-into-leap-day", "Before 1 March of a leap year is 29 February",
      "2024-03-01T00:00:02.000Z", "20240229T235957Z")
dated("date-margin-crosses-into-a-february-of-28-days",
      "In 2025 the day before 1 March is 28 February", "2025-03-01T00:00:02.000Z",
      "20250228T235957Z")
dated("date-in-a-century-without-leap-day", "In 2100 the day before 1 March is 28 February",
      "2100-03-01T00:00:00.000Z", "21000228T235955Z")
dated("date-at-midnight", "Midnight is 000000 of the new day", "2025-11-03T00:00:05.000Z",
      "20251103T000000Z")
dated("date-in-the-afternoon", "Hours count to 24", "2024-08-31T14:38:34.000Z", "20240831T143829Z",
      section="3, 6")
dated("date-before-1970-rounds-down", "Down is towards the past on both sides of 1970",
      "1970-01-01T00:00:04.500Z", "19691231T235959Z")
dated("date-in-the-last-year", "Years go up to 9999", "9999-12-31T23:59:59.999Z",
      "99991231T235954Z", section="3, 6")
dated("date-in-the-first-year", "Years are four digits, from 0001 on", "0001-01-01T00:00:05.000Z",
      "00010101T000000Z", section="3, 6")
refused("date-before-the-first-year",
        "The margin would reach into year 0, which X-Date cannot express", "3, 6", "request", "now",
        messages.YEAR,
        now="0001-01-01T00:00:03.000Z")

refused("clock-margin-over-600", "The margin is at most 600 seconds", "6", "client", "clock_margin",
        messages.MARGIN,
        client={**APP, "clockMarginSeconds": 601})
refused("clock-margin-negative", "A negative margin would date requests into the future", "6",
        "client", "clock_margin", messages.MARGIN,
        client={**APP, "clockMarginSeconds": -1})

# --------------------------------------------------------------------------------------------------
group("date-explicit", "Dates that the caller gives")

dated("date-explicit-now", "An explicit date may be now: the margin does not apply to it",
      "2025-11-03T07:01:40.000Z", "20251103T070140Z",
      date="2025-11-03T07:01:40.000Z")
dated("date-explicit-with-large-margin", "The margin does not apply to an explicit date",
      "2025-11-03T07:01:40.000Z", "20251103T070140Z",
      date="2025-11-03T07:01:40.000Z", margin=600)
dated("date-exactly-15-minutes-old", "Fifteen minutes to the millisecond are within the window",
      "2025-11-03T07:16:40.000Z",
      "20251103T070140Z", date="2025-11-03T07:01:40.000Z")
refused("date-a-millisecond-over-15-minutes-old", "Now keeps its milliseconds in the comparison",
        "6", "request", "date",
        messages.date_too_old("20251103T070140Z", "20251103T071640Z"),
        now="2025-11-03T07:16:40.001Z", date="2025-11-03T07:01:40.000Z")
refused("date-a-second-over-15-minutes-old", "An older date is refused before anything is sent",
        "6", "request", "date",
        messages.date_too_old("20251103T070140Z", "20251103T071641Z"),
        now="2025-11-03T07:16:41.000Z", date="2025-11-03T07:01:40.000Z")
refused("date-a-second-ahead", "A date later than now is refused", "6", "request", "date",
        messages.date_ahead("20251103T070141Z", "20251103T070140Z"),
        now="2025-11-03T07:01:40.000Z", date="2025-11-03T07:01:41.000Z")
refused("date-a-second-ahead-of-a-fraction", "Now keeps its milliseconds, and is not rounded up",
        "6", "request", "date",
        messages.date_ahead("20251103T070141Z", "20251103T070140Z"),
        now="2025-11-03T07:01:40.999Z", date="2025-11-03T07:01:41.000Z")
dated("date-explicit-is-cut-to-the-second", "The fraction of an explicit date goes",
      "2025-11-03T07:01:45.000Z", "20251103T070140Z",
      date="2025-11-03T07:01:40.900Z")
dated("date-explicit-ahead-by-a-fraction", "The date is cut first and held against the window then",
      "2025-11-03T07:01:40.500Z", "20251103T070140Z", date="2025-11-03T07:01:40.900Z")
refused("date-explicit-too-old-once-cut", "899.6 seconds old, but 900.5 once cut", "6", "request",
        "date",
        messages.date_too_old("20251103T070140Z", "20251103T071640Z"),
        now="2025-11-03T07:16:40.500Z", date="2025-11-03T07:01:40.900Z")

# --------------------------------------------------------------------------------------------------
group("clock", "The offset learned from the service's clock")

def exchange(date, sent_at, received_at, **more):
    """An earlier exchange: its reply's headers and when it began and ended by our clock."""
    return {"headers": {"date": date, **more}, "sentAt": sent_at, "receivedAt": received_at}


# The server is 24.750 s ahead, and 12.300 s behind.
AHEAD = exchange("Mon, 03 Nov 2025 07:02:05 GMT", "2025-11-03T07:01:40.100Z",
                 "2025-11-03T07:01:40.250Z")
BEHIND = exchange("Mon, 03 Nov 2025 07:01:40 GMT", "2025-11-03T07:01:52.000Z",
                  "2025-11-03T07:01:52.300Z")

dated("date-with-server-ahead",
      "The learned offset is added, to the millisecond, before rounding down",
      "2025-11-03T07:01:45.250Z",
      "20251103T070205Z", observed=AHEAD)
dated("date-with-server-ahead-a-millisecond-earlier",
      "The sum falls a millisecond short of the second", "2025-11-03T07:01:45.249Z",
      "20251103T070204Z", observed=AHEAD)
dated("date-with-server-behind", "The learned offset may be negative", "2025-11-03T07:02:00.300Z",
      "20251103T070143Z", observed=BEHIND)
dated("date-with-server-behind-a-millisecond-earlier",
      "A negative offset is not rounded towards zero", "2025-11-03T07:02:00.299Z",
      "20251103T070142Z", observed=BEHIND)
dated("date-explicit-ahead-of-our-clock",
      "An explicit date is held against the server's clock, which is ahead",
      "2025-11-03T07:01:45.250Z", "20251103T070210Z", observed=AHEAD,
      date="2025-11-03T07:02:10.000Z")
refused("date-explicit-ahead-of-the-server",
        "An explicit date is held against the server's clock, which is behind", "6", "request",
        "date",
        messages.date_ahead("20251103T070200Z", "20251103T070148Z"),
        now="2025-11-03T07:02:00.300Z", date="2025-11-03T07:02:00.000Z", observed=BEHIND)
dated("date-learned-with-headers-in-mixed-case", "`Date` counts in any case",
      "2025-11-03T07:01:45.250Z", "20251103T070205Z",
      observed={**AHEAD, "headers": {"Content-Type": "application/json",
                                     "DATE": "Mon, 03 Nov 2025 07:02:05 GMT"}})
dated("date-learned-from-a-date-that-came-twice",
      "A `Date` that came twice with one value counts, as many clients join it",
      "2025-11-03T07:01:45.250Z", "20251103T070205Z",
      observed={**AHEAD, "headers": {
          "Date": "Mon, 03 Nov 2025 07:02:05 GMT, Mon, 03 Nov 2025 07:02:05 GMT"}})
dated("date-not-learned-from-two-dates", "Two different values of `Date` are ignored", NOW,
      "20251103T070140Z",
      observed={**AHEAD, "headers": {
          "Date": "Mon, 03 Nov 2025 07:02:05 GMT, Mon, 03 Nov 2025 07:02:06 GMT"}})
dated("date-not-learned-from-a-cache", "A reply with `Age` came out of a cache and is ignored", NOW,
      "20251103T070140Z",
      observed={**AHEAD, "headers": {"date": "Mon, 03 Nov 2025 07:02:05 GMT", "Age": "0"}})
dated("date-not-learned-without-a-date", "A reply without `Date` is ignored", NOW,
      "20251103T070140Z",
      observed={**AHEAD, "headers": {"content-type": "application/json"}})
dated("date-not-learned-from-a-malformed-date", "A malformed `Date` is ignored", NOW,
      "20251103T070140Z",
      observed=exchange("yesterday", "2025-11-03T07:01:40.100Z", "2025-11-03T07:01:40.250Z"))
dated("date-learned-from-an-exchange-of-a-minute", "An exchange of exactly 60 seconds still counts",
      NOW, "20251103T070205Z",
      observed=exchange("Mon, 03 Nov 2025 07:02:05 GMT", "2025-11-03T07:00:40.000Z",
                        "2025-11-03T07:01:40.000Z"))
dated("date-not-learned-from-a-slow-exchange", "An exchange of more than 60 seconds is ignored",
      NOW, "20251103T070140Z",
      observed=exchange("Mon, 03 Nov 2025 07:02:05 GMT", "2025-11-03T07:00:39.999Z",
                        "2025-11-03T07:01:40.000Z"))
dated("date-not-learned-from-an-exchange-before-its-start",
      "An exchange that ends before it began is ignored: our clock was set back", NOW,
      "20251103T070140Z",
      observed=exchange("Mon, 03 Nov 2025 07:02:05 GMT", "2025-11-03T07:01:40.001Z",
                        "2025-11-03T07:01:40.000Z"))
dated("date-learned-a-day-ahead", "An offset of exactly 24 hours still counts", NOW,
      "20251104T070140Z",
      observed=exchange("Tue, 04 Nov 2025 07:01:40 GMT", "2025-11-03T07:01:40.000Z",
                        "2025-11-03T07:01:40.000Z"))
dated("date-not-learned-beyond-a-day-ahead", "An offset of more than 24 hours ahead is ignored",
      NOW, "20251103T070140Z",
      observed=exchange("Tue, 04 Nov 2025 07:01:41 GMT", "2025-11-03T07:01:40.000Z",
                        "2025-11-03T07:01:40.999Z"))
dated("date-not-learned-beyond-a-day-behind", "An offset of more than 24 hours behind is ignored",
      NOW, "20251103T070140Z",
      observed=exchange("Sun, 02 Nov 2025 07:01:40 GMT", "2025-11-03T07:01:40.000Z",
                        "2025-11-03T07:01:40.001Z"))

# --------------------------------------------------------------------------------------------------
group("trace-id", "Trace ids")

sent("trace-id", "A trace id of 58 characters is sent, and not signed", "2, 4", trace_id=TRACE_ID,
     stated={"x-traceid": TRACE_ID,
             "signature": "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac"})
sent("trace-id-get-with-token", "A trace id with a token, in a GET", "2", client=TOKEN, call=GET,
     trace_id=TRACE_ID,
     stated={"x-traceid": TRACE_ID})
sent("trace-id-of-visible-characters", "Any visible ASCII will do, from ! to ~", "3",
     trace_id='!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~' + "Z" * 26,
     stated={"x-traceid": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ZZZZZZZZZZZZZZZZZZZZZZZZZZ"})
for name, problem, about, trace_id in (
    ("empty", messages.trace_id_length(0), "An empty trace id differs from an absent one", ""),
    ("of-57-characters", messages.trace_id_length(57), "57 characters are too few", TRACE_ID[:57]),
    ("of-59-characters", messages.trace_id_length(59), "59 characters are too many",
     TRACE_ID + "0"),
    ("of-58-characters-beyond-ascii", messages.trace_id_character("\u00e9", 58),
     "58 characters, but more bytes", TRACE_ID[:57] + "\u00e9"),
    ("of-58-bytes-beyond-ascii", messages.trace_id_character("\u00e9", 57),
     "58 bytes, but fewer characters", TRACE_ID[:56] + "\u00e9"),
    ("with-carriage-return", messages.trace_id_character("\r", 58), "CR cannot stand in a header",
     TRACE_ID[:57] + "\r"),
    ("with-line-feed", messages.trace_id_character("\n", 29), "LF cannot stand in a header",
     TRACE_ID[:28] + "\n" + TRACE_ID[29:]),
    ("with-space", messages.trace_id_character(" ", 29), "A space is not a visible character",
     TRACE_ID[:28] + " " + TRACE_ID[29:]),
    ("with-delete", messages.trace_id_character("\x7f", 58), "U+007F is not visible",
     TRACE_ID[:57] + "\x7f"),
):
    refused(f"trace-id-{name}", about, "3", "request", "trace_id", problem, trace_id=trace_id)

# --------------------------------------------------------------------------------------------------
group("credentials-refused", "Credentials and user ids that are refused")

BREAKS = (("carriage-return", "CR", "\r"), ("line-feed", "LF", "\n"),
          ("character-beyond-ascii", "\u00e9", "\u00e9"))
for field, words, client, key in (
    ("token", "a token", TOKEN, "token"),
    ("authorization", "a ready Authorization value", AUTHORIZATION, "authorization"),
    ("user_id", "a user id", APP, "userId"),
    ("app_id", "an app id", APP, "appId"),
):
    prefix = field.replace("_", "-")
    refused(f"{prefix}-empty", f"An empty text is refused as {words}", "2, 4", "client", field,
            messages.EMPTY, client={**client, key: ""})
    for name, sign, text in BREAKS:
        refused(f"{prefix}-with-{name}", f"{sign} cannot stand in {words}", "2, 4", "client", field,
                messages.header_character(text, 8),
                client={**client, key: client[key][:7] + text + client[key][7:]})

refused("user-id-with-leading-space", "A leading space would be signed trimmed and sent as it is",
        "4", "client", "user_id", messages.SPACE_AT_AN_END,
        client={**APP, "userId": " 1505084218764547200"})
refused("user-id-with-trailing-space", "A trailing space would be signed trimmed and sent as it is",
        "4", "client", "user_id", messages.SPACE_AT_AN_END,
        client={**APP, "userId": "1505084218764547200 "})
refused("user-id-with-trailing-space-and-token", "The user id is checked in both modes", "4",
        "client", "user_id", messages.SPACE_AT_AN_END,
        client={**TOKEN, "userId": "1505084218764547200 "})
refused("user-id-ending-in-line-feed",
        "A line feed at the end, as read from a file, is refused too", "2, 4", "client", "user_id",
        messages.header_character("\n", 20),
        client={**APP, "userId": "1505084218764547200\n"})
refused("token-ending-in-line-feed", "A token read from a file with its line feed is refused", "4",
        "client", "token", messages.header_character("\n", 22),
        client={**TOKEN, "token": "ABCDEFG-example-token\n"})
refused("app-id-with-comma", "A comma would end the app id within Authorization", "4", "client",
        "app_id", messages.app_id_character(",", 8),
        client={**APP, "appId": "example,app"})
refused("app-id-with-space", "A space would break the layout of Authorization", "4", "client",
        "app_id", messages.app_id_character(" ", 8),
        client={**APP, "appId": "example app"})
refused("app-secret-empty", "An empty secret is refused", "4", "client", "app_secret",
        messages.EMPTY,
        client={**APP, "appSecret": ""})

# --------------------------------------------------------------------------------------------------
group("reply", "Replies of success")

succeeds("reply-code-integer", "The publisher's example of a reply: code is an integer", "2, 3",
         '{\n"code" : 0,\n"msg" : "Success."\n}')
succeeds("reply-code-text", "The publisher's table: code is a String", "2, 3",
         '{"code":"0","msg":"Success."}')
succeeds("reply-signed", "A signed request gets the same reply", "2", OK, client=APP)
succeeds("reply-msg-in-chinese", "The message is kept in the service's language", "2",
         '{"code":0,"msg":"\u6210\u529f"}', msg="\u6210\u529f")
succeeds("reply-msg-with-escapes",
         "Escapes in the message are resolved, a pair of surrogates to one character", "2",
         r'{"code":0,"msg":"\u6210\u529f \"\n\ud83d\ude00"}', msg='\u6210\u529f "\n\U0001F600')
succeeds("reply-msg-empty", "An empty message is a message", "3", '{"code":0,"msg":""}', msg="")
succeeds("reply-msg-missing", "A missing message is null in the reply", "3", '{"code":0}', msg=None)
succeeds("reply-msg-null", "A null message is null in the reply", "3", '{"code":0,"msg":null}',
         msg=None)
succeeds("reply-msg-number", "A message of another type counts as absent", "3",
         '{"code":0,"msg":5}', msg=None)
succeeds("reply-msg-nested-deep",
         "A message of another type counts as absent, however deep it is nested", "3",
         '{"code":0,"msg":' + "[" * 5000 + "]" * 5000 + "}", msg=None)
succeeds("reply-unknown-members",
         "Unknown members are ignored, a `code` within one and a `Code` beside it too", "3",
         '{"data":{"code":1,"msg":"inner"},"Code":5,"code":0,"list":[1.5e300,true,null,""],"msg":"Success."}')
succeeds("reply-unknown-member-nested-deep", "An unknown member may be nested 5000 deep", "3",
         '{"data":' + "[" * 5000 + "]" * 5000 + ',"code":0,"msg":"Success."}')
succeeds("reply-with-white-space", "White space around the object is JSON's", "2",
         "\r\n\t " + OK + " \n")
succeeds("reply-called-text", "The content type of a readable reply does not matter", "7", OK,
         headers=(("content-type", "text/plain"),))
succeeds("reply-without-headers", "A reply without headers can be read", "7", OK, headers=())
succeeds("reply-trace-id", "A trace id in the reply's headers becomes the reply's", "3", OK,
         trace_id=TRACE_ID,
         headers=(*JSON, ("X-TraceId", TRACE_ID)))
succeeds("reply-trace-id-in-upper-case", "The header's name counts in any case", "3", OK,
         trace_id=TRACE_ID,
         headers=(("X-TRACEID", TRACE_ID),))
succeeds("reply-trace-id-of-another-length", "A trace id in a reply may have any length", "3", OK,
         trace_id="abc-1",
         headers=(("x-traceid", "abc-1"),))


# --------------------------------------------------------------------------------------------------
group("reply-unreadable", "A 200 whose body cannot be read")

unreadable("reply-code-fraction", "A fraction is refused as a code, even one equal to 0",
           '{"code":0.0,"msg":"Success."}',
           reason=messages.CODE_TYPE)
unreadable("reply-code-exponent", "A number with an exponent is refused as a code",
           '{"code":0e0,"msg":"Success."}',
           reason=messages.CODE_TYPE)
unreadable("reply-code-null", "A null code is refused", '{"code":null,"msg":"Success."}',
           reason=messages.CODE_TYPE)
unreadable("reply-code-missing", "A reply without a code is unreadable", '{"msg":"Success."}',
           reason=messages.CODE_MISSING)
unreadable("reply-code-of-another-case", "Names of members are exact",
           '{"Code":0,"msg":"Success."}',
           reason=messages.CODE_MISSING)
unreadable("reply-code-empty", "An empty code is refused", '{"code":"","msg":"Success."}',
           reason=messages.CODE_TYPE)
unreadable("reply-code-true", "A boolean is refused as a code", '{"code":true,"msg":"Success."}',
           reason=messages.CODE_TYPE)
unreadable("reply-code-object", "An object is refused as a code",
           '{"code":{"value":0},"msg":"Success."}',
           reason=messages.CODE_TYPE)
unreadable("reply-code-array", "An array is refused as a code", '{"code":[0],"msg":"Success."}',
           reason=messages.CODE_TYPE)
unreadable("reply-code-nested-deep", "An array is refused as a code, however deep it is nested",
           '{"code":' + "[" * 5000 + "]" * 5000 + ',"msg":"Success."}',
           reason=messages.CODE_TYPE)
unreadable("reply-code-twice", "A second code makes both unreliable",
           '{"code":0,"code":1,"msg":"Success."}',
           reason=messages.CODE_TWICE)
unreadable("reply-code-twice-the-same", "Two equal codes are two codes",
           '{"code":0,"msg":"Success.","code":0}',
           reason=messages.CODE_TWICE)
unreadable("reply-code-twice-once-escaped", "An escaped member name counts as the same name",
           r'{"code":0,"c\u006fde":1,"msg":"Success."}',
           reason=messages.CODE_TWICE)
unreadable("reply-code-with-leading-zero", "00 without quotes is not JSON",
           '{"code":00,"msg":"Success."}',
           reason=messages.invalid_json(1, 10))
unreadable("reply-gateway-shape-at-200", "A gateway's error_code does not replace the code at 200",
           '{"error_code":"APIGW.0301","error_msg":"not found","request_id":"8d7f"}',
           reason=messages.CODE_MISSING)
unreadable("reply-empty-body", "An empty body is unreadable", "", headers=(),
           reason=messages.BODY_EMPTY)
unreadable("reply-html-at-200",
           "An HTML page of a portal is unreadable, and the trace id and Retry-After of its headers are kept",
           "<!DOCTYPE html><title>Sign in</title>", trace_id=TRACE_ID, retry_after=5,
           headers=(("Content-Type", "text/html; charset=utf-8"), ("x-TraceID", TRACE_ID),
                    ("retry-after", "5")),
           reason=messages.invalid_json(1, 1))
unreadable("reply-top-level-array", "An array is not a reply", '[{"code":0,"msg":"Success."}]',
           reason=messages.NOT_AN_OBJECT)
unreadable("reply-top-level-text", "A text is not a reply", '"0"',
           reason=messages.NOT_AN_OBJECT)
unreadable("reply-top-level-null", "Null is not a reply", "null",
           reason=messages.NOT_AN_OBJECT)
unreadable("reply-cut-off", "A body that ends early is not JSON", '{"code":0,"msg":"Succ',
           reason=messages.invalid_json(1, 21))
unreadable("reply-trailing-garbage",
           "Trailing characters after the object make the reply unreadable", OK + "x",
           reason=messages.invalid_json(1, 28))
unreadable("reply-two-objects", "Two objects are not a reply", OK + OK,
           reason=messages.invalid_json(1, 28))
unreadable("reply-trailing-comma", "A comma before the end is not JSON",
           '{"code":0,"msg":"Success.",}',
           reason=messages.invalid_json(1, 28))
unreadable("reply-raw-line-break", "A raw line break within a text is not JSON",
           '{"code":0,"msg":"Suc\ncess."}',
           reason=messages.invalid_json(1, 20))
unreadable("reply-byte-order-mark", "A byte order mark is not JSON", b"\xef\xbb\xbf" + OK.encode(),
           reason=messages.invalid_json(1, 1))
unreadable("reply-wrong-utf-8", "Bytes that are not UTF-8 are not JSON",
           b'{"code":0,"msg":"\xb3\xc9\xb9\xa6"}',
           reason=messages.not_utf_8(18))
unreadable("reply-wrong-utf-8-in-an-unknown-member",
           "Bytes that are not UTF-8 are not JSON within an unknown member either",
           b'{"code":0,"msg":"Success.","data":"\xff"}',
           reason=messages.not_utf_8(36))
unreadable("reply-utf-8-of-a-surrogate", "A surrogate in three bytes is not UTF-8",
           b'{"code":0,"msg":"\xed\xa0\x80"}',
           reason=messages.not_utf_8(18))
unreadable("reply-utf-16", "UTF-16 is not UTF-8", OK.encode("utf-16-le"),
           reason=messages.invalid_json(1, 2))

# --------------------------------------------------------------------------------------------------
group("error-200", "A 200 with a code other than 0")

fails("error-200-with-code", "A 200 with another code is a refusal", "7", 200, VERIFY, "refused",
      "13000102", "Verify parameters failed.")
fails("error-200-with-code-as-text",
      "A 200 with another code that is text, the type that the table names, is a refusal", "3, 7",
      200,
      '{"code":"13000101","msg":"bad request"}', "refused", "13000101", "bad request")
fails("error-200-with-code-of-two-zeros", "Only the exact text 0 is success", "3", 200,
      '{"code":"00","msg":"Success."}',
      "refused", "00", "Success.")
fails("error-200-with-code-and-space", "Text is kept as it is, spaces included", "3", 200,
      '{"code":" 0","msg":"Success."}',
      "refused", " 0", "Success.")
fails("error-200-with-code-of-30-digits", "An integer is kept digit for digit", "3", 200,
      '{"code":123456789012345678901234567890,"msg":"?"}', "refused",
      "123456789012345678901234567890", "?")
fails("error-200-with-negative-code", "A negative integer is a code", "3", 200, '{"code":-1}',
      "refused", "-1")
fails("error-200-inner-failure", "Code 13000201 makes the outcome unknown, at 200 too", "7", 200,
      INNER, "unknown", "13000201",
      "inner server invoke failure")
fails("error-200-inner-failure-as-text",
      "Code 13000201 makes the outcome unknown when it comes as text, too", "3, 7", 200,
      '{"code":"13000201","msg":null}', "unknown", "13000201")

# --------------------------------------------------------------------------------------------------
group("error-refused", "Statuses of a refusal")

fails("error-400-with-code", "The published status of a refusal, with code and msg", "7", 400,
      VERIFY, "refused", "13000102",
      "Verify parameters failed.")
fails("error-400-signed", "A refusal of a signed request, with a trace id", "3, 7", 400, VERIFY,
      "refused", "13000102",
      "Verify parameters failed.", trace_id=TRACE_ID,
      headers=(("content-type", "application/json"), ("X-Traceid", TRACE_ID)), client=APP)
fails("error-400-inner-failure", "Code 13000201 makes the outcome unknown at every status", "7",
      400, INNER, "unknown",
      "13000201", "inner server invoke failure")
fails("error-400-with-code-zero", "A code of 0 is a success with status 200 only", "3, 7", 400, OK,
      "refused", "0", "Success.")
for name, about, body in (
    ("null", "A null code counts as absent, and the message is still read",
     '{"code":null,"msg":"bad request"}'),
    ("missing", "A missing code is null in the error", '{"msg":"bad request"}'),
    ("empty", "An empty code counts as absent", '{"code":"","msg":"bad request"}'),
    ("fraction", "A fraction counts as an absent code", '{"code":13000101.0,"msg":"bad request"}'),
    ("true", "A boolean counts as an absent code", '{"code":true,"msg":"bad request"}'),
    ("twice", "Two codes count as an absent code",
     '{"code":13000101,"code":13000102,"msg":"bad request"}'),
):
    fails(f"error-400-with-code-{name}", about, "3", 400, body, "refused", None, "bad request")
fails("error-400-with-msg-object", "A message of another type counts as absent", "3", 400,
      '{"code":13000101,"msg":{"text":"bad request"}}',
      "refused", "13000101")
for name, about, body in (
    ("top-level-array", "The code and the message of a body that is an array are not read",
     '[{"code":13000101,"msg":"bad request"}]'),
    ("trailing-garbage", "The code and the message of a body with trailing characters are not read",
     '{"code":13000101,"msg":"bad request"}x'),
    ("byte-order-mark", "The code and the message of a body with a byte order mark are not read",
     b'\xef\xbb\xbf{"code":13000101,"msg":"bad request"}'),
):
    fails(f"error-400-{name}", about, "3, 7", 400, body, "refused")

fails("error-401-gateway", "A gateway's error: error_code, error_msg and request_id", "7", 401,
      '{"error_msg":"Incorrect app authentication information","error_code":"APIGW.0303","request_id":"b3c0a7d9e1f24c6f"}', "refused",
      "APIGW.0303", "Incorrect app authentication information", "b3c0a7d9e1f24c6f",
      headers=(*JSON, ("DATE", DATE)))
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
fails("error-401-with-authorization", "A refusal of a ready Authorization value", "7", 401,
      '{"code":"13000101","msg":"bad request"}', "refused", "13000101", "bad request",
      client=AUTHORIZATION)
fails("error-401-with-prefix", "The text shows the URL as it was sent, with its prefix", "5, 7",
      401,
      '{"code":"13000101","msg":"bad request"}', "refused", "13000101", "bad request",
      client={**TOKEN, "endpoint": "https://KooDrive.example:443/gw/"})
for name, call, what in (
    ("get-list", POLICIES, "the policies in force"),
    ("config", CARRIER_POLICIES, "a carrier's policies"),
    ("batch", SET_POLICY, "setting policies"),
):
    fails(f"error-403-app-id-at-retention-{name}",
          f"An app id is the first suspect for {what}: the call is published with a token only",
          "4, 7", 403, '{"code":"13000101","msg":"forbidden"}', "refused", "13000101", "forbidden",
          call=call, client=APP)
fails("error-400-token-at-retention-get-list", "With a token the checks begin with the endpoint",
      "4, 7", 400, VERIFY, "refused", "13000102",
      "Verify parameters failed.", call=POLICIES)
fails("error-400-with-msg-of-two-lines",
      "A line break of the reply becomes a space in the text, and stays in `msg`", "7", 400,
      '{"code":"13000101","msg":"bad\\nrequest\\u0000"}', "refused", "13000101", "bad\nrequest\0")
fails("error-401-request-id-beside-code", "A request id is read beside `code` too", "7", 401,
      '{"code":"13000101","msg":"bad request","request_id":"4a21"}', "refused", "13000101",
      "bad request", "4a21")
fails("error-403-empty", "A refusal without a body", "7", 403, "", "refused",
      headers=(("content-length", "0"),))
fails("error-404-html", "An HTML page has no code and no message", "7", 404,
      "<html><h1>404 Not Found</h1></html>", "refused", headers=HTML)
fails("error-409", "A conflict is a refusal, and a retry is not safe", "7", 409,
      '{"code":"13000101","msg":"conflict"}', "refused", "13000101", "conflict")
fails("error-408", "Of the 400s only 429 can be retried", "7", 408, "", "refused", headers=())
fails("error-301", "A redirect is a refusal, and is not followed", "7", 301, "", "refused",
      headers=(("Location", CHINA + NOTIFY_PATH),))
fails("error-307", "A redirect that would keep the method is a refusal, too", "7", 307, "",
      "refused", headers=(("location", CHINA + NOTIFY_PATH),))

# --------------------------------------------------------------------------------------------------
group("retry-after", "429 and 503: when to retry")

fails("error-429-with-seconds",
      "Retry-After in seconds; a retry is safe, since the call was refused", "7", 429,
      '{"code":"x","msg":"slow down"}',
      "refused", "x", "slow down", retry_after=120, retryable=True,
      headers=(*JSON, ("Retry-After", "120")))
fails("error-429-without-retry-after", "A 429 without Retry-After can be retried at any time", "7",
      429, "", "refused", retryable=True, headers=())
fails("error-429-with-zero-seconds", "Zero seconds differ from an absent Retry-After", "7", 429, "",
      "refused", retry_after=0, retryable=True,
      headers=(("RETRY-AFTER", "0"),))
fails("error-429-with-date", "A date counts from the reply's own `Date`, over midnight here", "7",
      429, "", "refused", retry_after=90,
      retryable=True, headers=(("Date", "Mon, 03 Nov 2025 23:59:30 GMT"),
                               ("Retry-After", "Tue, 04 Nov 2025 00:01:00 GMT")))
fails("error-429-inner-failure", "An unknown outcome is not retried, even with status 429", "7",
      429, INNER, "unknown", "13000201",
      "inner server invoke failure")
fails("error-503-with-date", "Retry-After as a date, two minutes after `Date`", "7", 503,
      "<h1>Maintenance</h1>", "refused",
      retry_after=120, retryable=True, headers=(*HTML, ("date", DATE),
                                                ("retry-AFTER", "Mon, 03 Nov 2025 07:03:40 GMT")))
fails("error-503-with-seconds-twice", "A Retry-After that came twice with one value counts", "7",
      503, "", "refused", retry_after=5, retryable=True, headers=(("Retry-After", "5, 5"),))
fails("error-503-with-two-values", "Two different values of Retry-After are ignored", "7",
      503, "", "refused", retryable=True, headers=(("Retry-After", "5, 6"),))
fails("error-503-with-date-passed", "A Retry-After that has passed is zero seconds, never negative",
      "7", 503, "", "refused", retry_after=0, retryable=True,
      headers=(("Date", DATE), ("Retry-After", "Mon, 03 Nov 2025 07:00:00 GMT")))
fails("error-503-with-date-alone", "A date in Retry-After is ignored without a `Date`", "7", 503,
      "", "refused", retryable=True,
      headers=(("Retry-After", "Mon, 03 Nov 2025 07:03:40 GMT"),))
for name, text in (("words", "soon"), ("sign", "-5"), ("fraction", "1.5"), ("unit", "5s")):
    fails(f"error-503-with-{name}", "A malformed Retry-After is ignored", "7", 503, "", "refused",
          retryable=True,
          headers=(("Date", DATE), ("Retry-After", text)))
fails("error-503-inner-failure", "Code 13000201 makes even a 503 unknown", "7", 503, INNER,
      "unknown", "13000201",
      "inner server invoke failure", retry_after=10, headers=(*JSON, ("Retry-After", "10")))

# --------------------------------------------------------------------------------------------------
group("error-unknown", "Statuses of an unknown outcome")

fails("error-500-inner-failure", "The published body of an error", "7", 500, INNER, "unknown",
      "13000201", "inner server invoke failure")
fails("error-500-with-another-code", "A 500 has an unknown outcome with every code", "7", 500,
      VERIFY, "unknown", "13000102",
      "Verify parameters failed.")
fails("error-500-html", "A page of a 500", "7", 500, "<html><h1>Internal Server Error</h1></html>",
      "unknown", headers=HTML)
fails("error-502-wrong-utf-8", "The code and the message of a body that is not UTF-8 are not read",
      "3, 7", 502,
      b'{"code":5,"msg":"\xb3\xc9"}', "unknown")
fails("error-504-html", "A gateway's time-out has an unknown outcome", "7", 504,
      "<h1>504 Gateway Time-out</h1>", "unknown",
      retry_after=30, headers=(*HTML, ("Retry-After", "30")))
fails("error-204", "Only 200 is success: the outcome of a 204 is unknown", "7", 204, "", "unknown",
      headers=())
fails("error-202-with-code-zero",
      "Only 200 is success: the outcome of a 202 is unknown, even with a code of 0", "3, 7", 202,
      OK, "unknown", "0", "Success.")
fails("error-103", "A status of the 100s has an unknown outcome", "7", 103, "", "unknown",
      headers=())
fails("error-600", "A status outside HTTP's range has an unknown outcome", "7", 600, VERIFY,
      "unknown", "13000102", "Verify parameters failed.")


# --------------------------------------------------------------------------------------------------
group("error-body", "The body of an error")

fails("error-body-of-16384-bytes",
      "An error keeps the first 16,384 bytes of a body, which are all of this one", "7", 404,
      "x" * 16_381 + "\u7528", "refused", headers=HTML)
fails("error-body-cut-at-16384-bytes", "A longer body is cut", "7", 404, "x" * 16_385, "refused",
      headers=HTML)
fails("error-body-cut-before-a-character",
      "A character that reaches over the 16,384th byte goes as a whole", "7", 500,
      "x" * 16_382 + "\u7528\u6237", "unknown", headers=HTML)
fails("error-body-that-is-not-utf-8",
      "Bytes that are not UTF-8 become U+FFFD, one for each malformed part", "7", 404,
      b"caf\xe9 \xe4\xb8 \xff\xfe \xf0\x9f\x98\x80", "refused", headers=HTML)
fails("error-body-with-white-space", "White space around the body stays", "7", 400,
      '\r\n {"code":13000101} \n', "refused", "13000101")

# --------------------------------------------------------------------------------------------------
group("space-usage", "The overview of the space: the safe first call")

def usage(name, about, body, sections="2", allocation=None, capacity=None, used=None, quota=None,
          msg="Success.", **changes):
    data = {"totalAllocation": allocation, "totalCapacity": capacity, "totalUsed": used,
            "quota": quota}
    answered(name, about, sections, body, {"data": data, "body": body}, msg=msg, call=GET,
             **changes)


usage("space-usage", "Integers and text are read digit for digit",
      '{"code":0,"msg":"Success.","data":{"totalAllocation":1048576,"totalCapacity":2097152,"totalUsed":524288,"quota":"5"}}',
      allocation="1048576", capacity="2097152", used="524288", quota="5")
usage("space-usage-beyond-2-to-53", "Integers beyond 2^53 and beyond 64 bits lose no digit",
      '{"code":0,"msg":"Success.","data":{"totalAllocation":9007199254740993,"totalCapacity":18446744073709551617,'
      '"totalUsed":0,"quota":9007199254740993}}',
      allocation="9007199254740993", capacity="18446744073709551617", used="0",
      quota="9007199254740993")
usage("space-usage-as-text", "Text stays as it is",
      '{"code":"0","msg":"Success.","data":{"totalAllocation":"007","totalCapacity":"",'
      '"totalUsed":"9007199254740993","quota":"5.5"}}', allocation="007", capacity="",
      used="9007199254740993", quota="5.5")
usage("space-usage-with-missing-fields",
      "Missing and null fields are null in the reply, unknown ones are ignored",
      '{"code":0,"msg":"Success.","data":{"totalUsed":1,"quota":null,"unit":"KB"}}', used="1")
usage("space-usage-without-data", "Without `data` all four values are null",
      '{"code":0,"msg":"Success."}')
usage("space-usage-with-null-data", "With `data` null all four values are null",
      '{"data":null,"code":0}', "2, 3", msg=None)
usage("space-usage-body-as-it-came", "The body is the text as it came, white space included",
      ' {\n"code" : 0,\n"msg" : "\\u6210\u529f", "data" : {}\n}\n', msg="\u6210\u529f")
usage("space-usage-signed", "A signed request gets the same reply, with its trace id",
      '{"code":0,"msg":"Success.","data":{}}', "2, 3",
      client=APP, trace_id=TRACE_ID, headers=(*JSON, ("X-TraceId", TRACE_ID)))

unreadable("space-usage-without-code",
           "A reply without a code is unreadable; a GET can still be retried",
           '{"data":{"totalUsed":1}}',
           messages.CODE_MISSING, call=GET, retryable=True)
fails("error-200-for-space-usage", "Another code is a refusal, and a refused GET is not retried",
      "7", 200, VERIFY, "refused",
      "13000102", "Verify parameters failed.", call=GET)
fails("error-200-inner-failure-for-space-usage",
      "A GET of unknown outcome can be retried, since it changes nothing", "7", 200, INNER,
      "unknown", "13000201", "inner server invoke failure", call=GET, retryable=True)
fails("error-400-inner-failure-for-space-usage", "The checks follow the sentence on the outcome",
      "7", 400, INNER,
      "unknown", "13000201", "inner server invoke failure", call=GET, client=APP, retryable=True)
fails("error-500-for-space-usage", "A GET can be retried after a 500", "7", 500, VERIFY, "unknown",
      "13000102", "Verify parameters failed.",
      call=GET, retryable=True)
fails("error-202-for-space-usage", "Another 2xx to a typed GET is an error that can be retried",
      "7", 202,
      '{"code":0,"msg":"Success.","data":{}}', "unknown", "0", "Success.", call=GET, retryable=True)
fails("error-401-for-space-usage",
      "A refusal of the safe first call ends with the checks, as that of any call", "7", 401,
      '{"code":"13000101","msg":"bad request"}', "refused", "13000101", "bad request", call=GET,
      headers=(*JSON, ("Date", DATE)))

# --------------------------------------------------------------------------------------------------
group("retention-policies", "The policies in force, and those of a carrier")

def policy(policy_id=None, name=None, description=None, priority=None, status=None):
    return {"policyId": policy_id, "policyName": name, "description": description,
            "priority": priority, "status": status}


def policies(name, about, body, section, policy_list, call=POLICIES, **changes):
    answered(name, about, section, body, {"policyList": policy_list, "body": body}, call=call,
             **changes)


policies("retention-policies", "The policies in force; the published id is above 2^53",
         '{"code":0,"msg":"Success.","policyList":[{"policyId":300000000000000000,"policyName":"30 days",'
         '"description":"Kept for 30 days.","priority":10,"status":1},{"policyId":300000000000000001,'
         '"policyName":"\u5220\u9664","description":"","priority":0,"status":0}]}', "8",
         [policy("300000000000000000", "30 days", "Kept for 30 days.", 10, 1),
          policy("300000000000000001", "\u5220\u9664", "", 0, 0)])
policies("retention-policy-id-as-text", "An id that comes as text stays as it is",
         '{"code":"0","msg":"Success.","policyList":[{"policyId":"0300000000000000001","policyName":"30 days",'
         '"description":"Kept for 30 days.","priority":10,"status":1}]}', "8",
         [policy("0300000000000000001", "30 days", "Kept for 30 days.", 10, 1)])
policies("retention-policy-status-as-text", "A status that comes as text is read as its number",
         '{"code":0,"msg":"Success.","policyList":[{"policyId":1,"policyName":"30 days","description":"d","priority":10,"status":"1"}]}',
         "8", [policy("1", "30 days", "d", 10, 1)])
policies("retention-policy-with-missing-fields",
         "Missing and null fields are null in the reply, unknown ones are ignored",
         '{"code":0,"msg":"Success.","policyList":[{"policyId":7},{"policyName":null,"status":1,"color":"red"},{}]}', "8",
         [policy("7"), policy(status=1), policy()])
policies("retention-policy-with-a-field-nested-deep",
         "An unknown field of a policy may be nested 5000 deep",
         '{"code":0,"msg":"Success.","policyList":[{"policyId":7,"more":' + "[" * 5000 + "]" * 5000
         + "}]}", "8", [policy("7")])
policies("retention-policies-empty", "No policy is in force",
         '{"code":0,"msg":"Success.","policyList":[]}', "8", [])
policies("retention-policies-missing",
         "A reply with a code and without a list is a reply without policies",
         '{"code":0,"msg":"Success."}', "8", [])
policies("retention-policies-without-msg", "The message is optional here too",
         '{"policyList":[],"code":0}', "3, 8", [], msg=None)
policies("retention-policies-without-code",
         "A list without a code is a success, since the publisher's table has no code",
         '{"policyList":[]}',
         "7, 8", [], code=None, msg=None)
policies("retention-policies-with-msg-and-without-code", "A message is read without a code too",
         '{"msg":"Success.","policyList":[{"policyId":300000000000000000}]}', "7, 8",
         [policy("300000000000000000")], code=None)
policies("retention-policies-of-the-carrier", "The carrier's policies have no status",
         '{"policyList":[{"policyId":300000000000000001,"policyName":"30 days","description":"Kept for 30 days.","priority":10}]}', "7, 8",
         [policy("300000000000000001", "30 days", "Kept for 30 days.", 10)], call=CARRIER_POLICIES,
         code=None, msg=None)
policies("retention-policies-of-the-carrier-with-code",
         "A code is read where the service sends one",
         '{"code":"0","msg":"Success.","policyList":[]}', "7, 8", [], call=CARRIER_POLICIES)

unreadable("retention-policies-with-null-code", "A null code differs from an absent one",
           '{"code":null,"policyList":[]}', messages.CODE_TYPE,
           "3, 7", call=POLICIES, retryable=True)
unreadable("retention-policies-without-code-and-list",
           "A reply with neither a code nor a list is unreadable", '{"msg":"Success."}',
           messages.CODE_MISSING, "7", call=CARRIER_POLICIES, retryable=True)
fails("retention-policies-error", "Another code is an error beside a list too", "7, 8", 200,
      '{"code":13000101,"msg":"bad request","policyList":[]}', "refused", "13000101", "bad request",
      call=POLICIES)
fails("error-202-for-policies", "A list without a code is a success with status 200 only", "7", 202,
      '{"policyList":[]}', "unknown",
      call=CARRIER_POLICIES, retryable=True)
fails("error-503-for-policies", "A 503 can be retried", "7", 503,
      '{"error_code":"APIGW.0106","error_msg":"busy","request_id":"77"}', "refused", "APIGW.0106",
      "busy", "77", retryable=True, call=POLICIES)

# --------------------------------------------------------------------------------------------------
group("set-retention-policy", "Setting the status of retention policies")

SET_PATH = "/koodrive/ose/v1/carrier/retention/policy/batch"


def set_policies(*entries):
    """The call with these pairs of policy id and status."""
    return {"operation": "setRetentionPolicy",
            "policyList": [{"policyId": one, "status": status} for one, status in entries]}


sent("set-retention-policy", "A policy id and a status, both text", "8", client=TOKEN,
     call=SET_POLICY,
     stated={"url": INTERNATIONAL + SET_PATH,
             "body": '{"policyList":[{"policyId":"300000000000000000","status":"1"}]}',
             "content-type": "application/json"})
sent("set-retention-policy-signed",
     "An app id signs this call as any other, although Huawei accepts a token only", "4, 8",
     call=SET_POLICY,
     stated={"body": '{"policyList":[{"policyId":"300000000000000000","status":"1"}]}'})
sent("set-retention-policy-of-two", "The list keeps its order, and equal entries stay", "8",
     client=TOKEN, call=set_policies(("b", "0"), ("a", "1"), ("b", "0")),
     stated={"body": '{"policyList":[{"policyId":"b","status":"0"},{"policyId":"a","status":"1"},{"policyId":"b","status":"0"}]}'})
sent("set-retention-policy-of-50", "Fifty policies are the most", "8", client=TOKEN,
     call=set_policies(*((str(number), "1") for number in range(50))))
sent("set-retention-policy-with-escapes", "A policy id and a status are escaped as JSON needs it",
     "3, 8", client=TOKEN,
     call=set_policies(('3 "0"', "a\\b")),
     stated={"body": r'{"policyList":[{"policyId":"3 \"0\"","status":"a\\b"}]}'})
for name, about, call, field, problem in (
    ("of-none", "An empty list is refused", set_policies(), "policyList",
     messages.entries(0, "1 to 50")),
    ("of-51", "51 policies are too many",
     set_policies(*((str(number), "1") for number in range(51))), "policyList",
     messages.entries(51, "1 to 50")),
    ("with-empty-id", "An empty policy id is refused", set_policies(("", "1")),
     "policyList[0].policyId", messages.EMPTY),
    ("with-empty-status", "An empty status is refused, and the place names its entry",
     set_policies(("a", "1"), ("b", "")),
     "policyList[1].status", messages.EMPTY),
    ("with-carriage-return", "A policy id is an id: control characters are refused",
     set_policies(("a", "1"), ("b", "1"), ("c", "1"), ("d\r", "1")),
     "policyList[3].policyId", messages.control_character("\r", 2)),
    ("with-space-before-the-id", "A policy id is an id: spaces at an end are refused",
     set_policies((" a", "1")),
     "policyList[0].policyId", messages.begins_with(" ")),
):
    refused(f"set-retention-policy-{name}", about, "3, 8", "call", field, problem, client=TOKEN,
            call=call)
succeeds("set-retention-policy-reply", "The reply is code and message", "8", OK, call=SET_POLICY)
unreadable("set-retention-policy-without-code", "Only the two lists of policies may lack a code",
           '{"policyList":[]}', messages.CODE_MISSING,
           "7", call=SET_POLICY)
fails("set-retention-policy-unknown", "A POST of unknown outcome is not retried", "7", 500, INNER,
      "unknown", "13000201", "inner server invoke failure", call=SET_POLICY)

# --------------------------------------------------------------------------------------------------
group("reverse-order", "Reverse notifications of a carrier")

ORDER_PATH = "/koodrive/ose/v1/carrier/operation/reverseOrder"
SUBSCRIBE = {"changeType": 1, "packageId": "14"}


def order(*operations, batch="B-20251103-1"):
    return {"operation": "reverseOrder", "batchSN": batch, "operationList": list(operations)}


def one(serial="S-1", **members):
    return {"operationSN": serial, **members}


sent("reverse-order-minimal", "Absent members are left out", "8", call=ORDER,
     stated={"url": INTERNATIONAL + ORDER_PATH,
             "body": '{"batchSN":"B-20251103-1","operationList":[{"operationSN":"S-1"}]}'})
sent("reverse-order", "Members stand in the publisher's order, and changeType is an integer", "8",
     call=order(one(carrierUserId="189642158555241211", packageChangeList=[SUBSCRIBE])),
     stated={"body": '{"batchSN":"B-20251103-1","operationList":[{"operationSN":"S-1","carrierUserId":"189642158555241211",'
                     '"packageChangeList":[{"changeType":1,"packageId":"14"}]}]}'})
sent("reverse-order-with-empty-change-list",
     "An empty packageChangeList is left out as an absent one is", "8",
     call=order(one(packageChangeList=[])),
     stated={"body": '{"batchSN":"B-20251103-1","operationList":[{"operationSN":"S-1"}]}'})
sent("reverse-order-without-user", "A package change without a user keeps its place", "8",
     client=TOKEN, call=order(one(packageChangeList=[SUBSCRIBE])),
     stated={"body": '{"batchSN":"B-20251103-1","operationList":[{"operationSN":"S-1","packageChangeList":[{"changeType":1,"packageId":"14"}]}]}'})
for name, number in (("two", 2), ("zero", 0), ("negative", -7)):
    sent(f"reverse-order-with-undocumented-change-type-{name}",
         "A change type other than 1 is asked for by name", "8",
         call=order(one(packageChangeList=[{"undocumentedChangeType": number, "packageId": "14"}])),
         stated={"body": '{"batchSN":"B-20251103-1","operationList":[{"operationSN":"S-1","packageChangeList":[{"changeType":'
                         f'{number},"packageId":"14"}}]}}]}}'})
sent("reverse-order-of-two", "Operations keep their order, and equal ones stay", "8",
     call=order(one("S-2"), one("S-1"), one("S-2")),
     stated={"body": '{"batchSN":"B-20251103-1","operationList":[{"operationSN":"S-2"},{"operationSN":"S-1"},{"operationSN":"S-2"}]}'})
sent("reverse-order-of-50", "Fifty operations are the most", "8",
     call=order(*(one(f"S-{number}") for number in range(50))))
sent("reverse-order-with-batch-of-64-characters",
     "64 characters are code points; bytes and UTF-16 units do not count", "8",
     client=TOKEN, call=order(one(), batch="\U0001F600" * 64))
sent("reverse-order-with-long-operation-number", "No length is published for operationSN", "8",
     client=TOKEN, call=order(one("s" * 200)))
for name, about, call, field, problem in (
    ("batch-empty", "An empty batchSN is refused", order(one(), batch=""), "batchSN",
     messages.EMPTY),
    ("batch-of-65-characters", "65 characters are too many", order(one(), batch="b" * 65),
     "batchSN", messages.too_long(65, 64)),
    ("batch-of-65-emoji", "65 code points are too many, and the text counts them as such",
     order(one(), batch="\U0001F600" * 65), "batchSN",
     messages.too_long(65, 64)),
    ("batch-ending-in-space", "A batchSN is an id: spaces at an end are refused",
     order(one(), batch="B-1 "), "batchSN", messages.ends_with(" ")),
    ("batch-with-tab", "A batchSN is an id: control characters are refused",
     order(one(), batch="B\t1"), "batchSN",
     messages.control_character("\t", 2)),
    ("of-none", "An empty list is refused", order(), "operationList",
     messages.entries(0, "1 to 50")),
    ("of-51", "51 operations are too many", order(*(one(f"S-{number}") for number in range(51))),
     "operationList", messages.entries(51, "1 to 50")),
    ("operation-empty", "An empty operationSN is refused", order(one("")),
     "operationList[0].operationSN", messages.EMPTY),
    ("operation-with-carriage-return", "The place counts operations from 0",
     order(one(), one("S-2\r")), "operationList[1].operationSN",
     messages.control_character("\r", 4)),
    ("user-empty", "An empty user id differs from an absent one", order(one(carrierUserId="")),
     "operationList[0].carrierUserId", messages.EMPTY),
    ("user-beginning-with-byte-order-mark", "A user id of an operation is an id as any other",
     order(one(carrierUserId="\ufeff189")),
     "operationList[0].carrierUserId", messages.begins_with("\ufeff")),
    ("two-changes", "An operation changes at most one package",
     order(one(packageChangeList=[SUBSCRIBE, SUBSCRIBE])),
     "operationList[0].packageChangeList", messages.entries(2, "at most 1")),
    ("package-empty", "An empty package id is refused",
     order(one(packageChangeList=[{"changeType": 1, "packageId": ""}])),
     "operationList[0].packageChangeList[0].packageId", messages.EMPTY),
    ("package-ending-in-carriage-return", "A package id of an operation is an id as any other",
     order(one(), one("S-2"), one("S-3", packageChangeList=[{"changeType": 1,
                                                             "packageId": "14\r"}])),
     "operationList[2].packageChangeList[0].packageId", messages.control_character("\r", 3)),
    ("documented-change-type-by-name",
     "The documented change type cannot be asked for as an undocumented one",
     order(one(packageChangeList=[{"undocumentedChangeType": 1, "packageId": "14"}])),
     "operationList[0].packageChangeList[0].changeType",
     messages.documented(1, "undocumented_change_type")),
):
    refused(f"reverse-order-{name}", about, "3, 8", "call", field, problem, call=call)
for name, about, body, msg in (
    ("reply", "The reply beyond code and message is not published, so it comes with its body", OK,
     "Success."),
    ("reply-with-data", "Members that the publisher does not show are reached through the body",
     '{"code":"0","data":{"batchSN":"B-20251103-1","failed":[]}}', None),
):
    answered(f"reverse-order-{name}", about, "8", body, {"status": 200, "body": body}, msg=msg,
             call=ORDER)
unreadable("reverse-order-without-code", "A reply without a code is unreadable", '{"data":{}}',
           messages.CODE_MISSING, "7", call=ORDER)
fails("reverse-order-201", "Only 200 is success of a typed call", "7", 201, OK, "unknown", "0",
      "Success.", call=ORDER)
