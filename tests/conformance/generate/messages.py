"""The texts of all errors: they are the same in every language, and people search for them.

Written by hand. `__main__.py` adds them to the errors of `cases.py`, and stops where an error has no text.
"""

IN_A_HEADER = "it is sent in a header, where only visible ASCII and blanks are allowed"
TRACE_ID = "it is sent in a header and must be 58 visible ASCII characters"
BLANK_AT_AN_END = "user id begins or ends with a blank; remove it, since HTTP does not carry it"
WINDOW = "and an X-Date must not be later and at most 15 minutes older"

PLAIN_HTTP = "endpoint is plain http, which sends the credentials in clear; use https, or allow plain http by name"
USER = "endpoint holds a user name or password; credentials have their own arguments"
QUERY = "endpoint has a query or a fragment; it is the base URL alone"
IPV4 = "endpoint has a host that ends in a number and is no IPv4 address of four decimal parts"
HOST_CHARACTER = "endpoint has a host with a character other than letters, digits, '-', '_' and '.'"
PATH_CHARACTER = "endpoint has a path with a character other than letters, digits, '-', '.', '_', '~' and '/'"
DOT_SEGMENT = "endpoint has an empty segment or a dot segment in its path"

ANSWERED = "the service answered notifyPackageExpire with HTTP "
UNREADABLE = ANSWERED + "200, but nobody can read the reply: "
CODE_TYPE = "its code is neither an integer nor a text that is not empty"
NOT_UTF_8 = "the body is not UTF-8 from byte "
BEGINS = "; the body begins: "
UNKNOWN = "; whether the service acted on it is unknown, so do not repeat it unless repeats are safe"


def checks(date="the reply has no Date"):
    """Returns the list that ends the text of a 400, 401 or 403."""
    return f"""
What to check, in this order:
1. endpoint: is intl.myhuaweicloud-koodrive.com the one your Huawei contact named?
2. clock: X-Date must not be later than the server's time and at most 15 minutes old; compare the one sent, {date}
3. authentication: does this API accept yours, token or app id?
4. token: its age, and the word before it (Bearer or AT)
5. user id: does it belong to the app id?
6. whitelist: has Huawei added you?
7. signature: explain() shows every stage and the first difference to the service's message"""


MESSAGES = {
    # ids
    "carrier-user-id-empty": "carrierUserId is empty; it must have at least one character",
    "package-id-empty": "packageId is empty; it must have at least one character",
    # type
    "undocumented-type-two":
        "type 2 is documented (enter the reservation period) and is the default; do not ask for it as "
        "undocumented",
    # endpoint-refused
    "endpoint-empty": "endpoint has no scheme; write https://host",
    "endpoint-without-scheme": "endpoint has no scheme; write https://host",
    "endpoint-with-other-scheme": "endpoint has a scheme other than https or http",
    "endpoint-without-host": "endpoint has no host",
    "endpoint-without-host-before-a-path": "endpoint has no host",
    "endpoint-without-host-before-a-port": "endpoint has no host",
    "endpoint-with-user-and-password": USER,
    "endpoint-with-user": USER,
    "endpoint-with-query": QUERY,
    "endpoint-with-empty-query": QUERY,
    "endpoint-with-fragment": QUERY,
    "endpoint-with-plain-http": PLAIN_HTTP,
    "endpoint-with-plain-http-to-any-address": PLAIN_HTTP,
    "endpoint-with-plain-http-to-the-next-network": PLAIN_HTTP,
    "endpoint-with-plain-http-to-a-name-like-a-loopback-address": PLAIN_HTTP,
    "endpoint-with-plain-http-to-a-name-like-localhost": PLAIN_HTTP,
    "endpoint-with-plain-http-to-another-ipv6-address": PLAIN_HTTP,
    "endpoint-with-short-ipv4-address": IPV4,
    "endpoint-with-hexadecimal-ipv4-address": IPV4,
    "endpoint-with-empty-port": "endpoint has an empty port; leave the colon out or write the port",
    "endpoint-with-port-beyond-the-last": "endpoint has a port outside 1 to 65535",
    "endpoint-with-port-with-sign": "endpoint has a port that is no number",
    "endpoint-with-port-of-letters": "endpoint has a port that is no number",
    "endpoint-with-dot-segment": DOT_SEGMENT,
    "endpoint-with-two-dot-segment": DOT_SEGMENT,
    "endpoint-ending-in-two-dot-segment": DOT_SEGMENT,
    "endpoint-with-encoded-dot-segment": PATH_CHARACTER,
    "endpoint-with-blank-in-prefix": PATH_CHARACTER,
    "endpoint-with-backslash": HOST_CHARACTER,
    "endpoint-with-chinese-host": "endpoint has a host that is not ASCII; write it in punycode (xn--…)",
    "endpoint-with-chinese-prefix": PATH_CHARACTER,
    "endpoint-with-line-break": HOST_CHARACTER,
    # date
    "date-before-the-first-year": "X-Date would fall in the year 0; it has four digits, so it must lie in 0001 to 9999",
    "clock-margin-over-600": "clock margin is 601 seconds; it must be a whole number from 0 to 600",
    "clock-margin-negative": "clock margin must be a whole number of seconds from 0 to 600",
    # date-explicit
    "date-a-millisecond-over-15-minutes-old":
        "date 20251103T070140Z is more than 15 minutes old; by the service's clock it is about "
        "20251103T071640Z, " + WINDOW,
    "date-a-second-over-15-minutes-old":
        "date 20251103T070140Z is more than 15 minutes old; by the service's clock it is about "
        "20251103T071641Z, " + WINDOW,
    "date-a-second-ahead":
        "date 20251103T070141Z lies in the future; by the service's clock it is about 20251103T070140Z, " + WINDOW,
    "date-a-second-ahead-of-a-fraction":
        "date 20251103T070141Z lies in the future; by the service's clock it is about 20251103T070140Z, " + WINDOW,
    "date-explicit-too-old-once-cut":
        "date 20251103T070140Z is more than 15 minutes old; by the service's clock it is about "
        "20251103T071640Z, " + WINDOW,
    # clock
    "date-explicit-ahead-of-the-server":
        "date 20251103T070200Z lies in the future; by the service's clock it is about 20251103T070148Z, " + WINDOW,
    # trace-id
    "trace-id-empty": "trace id has 0 characters; it must have exactly 58",
    "trace-id-of-57-characters": "trace id has 57 characters; it must have exactly 58",
    "trace-id-of-59-characters": "trace id has 59 characters; it must have exactly 58",
    "trace-id-of-58-characters-beyond-ascii": "trace id holds the character U+00E9; " + TRACE_ID,
    "trace-id-of-58-bytes-beyond-ascii": "trace id holds the character U+00E9; " + TRACE_ID,
    "trace-id-with-carriage-return": "trace id holds the character U+000D; " + TRACE_ID,
    "trace-id-with-line-feed": "trace id holds the character U+000A; " + TRACE_ID,
    "trace-id-with-blank": "trace id holds the character U+0020; " + TRACE_ID,
    "trace-id-with-delete": "trace id holds the character U+007F; " + TRACE_ID,
    # credentials-refused
    "token-empty": "token is empty; it must have at least one character",
    "token-with-carriage-return": "token holds the character U+000D; " + IN_A_HEADER,
    "token-with-line-feed": "token holds the character U+000A; " + IN_A_HEADER,
    "token-with-character-beyond-ascii": "token holds the character U+00E9; " + IN_A_HEADER,
    "authorization-empty": "authorization is empty; it must have at least one character",
    "authorization-with-carriage-return": "authorization holds the character U+000D; " + IN_A_HEADER,
    "authorization-with-line-feed": "authorization holds the character U+000A; " + IN_A_HEADER,
    "authorization-with-character-beyond-ascii": "authorization holds the character U+00E9; " + IN_A_HEADER,
    "user-id-empty": "user id is empty; it must have at least one character",
    "user-id-with-carriage-return": "user id holds the character U+000D; " + IN_A_HEADER,
    "user-id-with-line-feed": "user id holds the character U+000A; " + IN_A_HEADER,
    "user-id-with-character-beyond-ascii": "user id holds the character U+00E9; " + IN_A_HEADER,
    "app-id-empty": "app id is empty; it must have at least one character",
    "app-id-with-carriage-return": "app id holds the character U+000D; " + IN_A_HEADER,
    "app-id-with-line-feed": "app id holds the character U+000A; " + IN_A_HEADER,
    "app-id-with-character-beyond-ascii": "app id holds the character U+00E9; " + IN_A_HEADER,
    "user-id-with-leading-blank": BLANK_AT_AN_END,
    "user-id-with-trailing-blank": BLANK_AT_AN_END,
    "user-id-with-trailing-blank-and-token": BLANK_AT_AN_END,
    "user-id-ending-in-line-feed": "user id holds the character U+000A; " + IN_A_HEADER,
    "token-ending-in-line-feed": "token holds the character U+000A; " + IN_A_HEADER,
    "app-id-with-comma": "app id holds ','; a blank or a comma would end it inside the header Authorization",
    "app-id-with-blank": "app id holds ' '; a blank or a comma would end it inside the header Authorization",
    "app-secret-empty": "app secret is empty; it must have at least one character",
    # reply-unreadable
    "reply-code-fraction": UNREADABLE + CODE_TYPE + BEGINS + '{"code":0.0,"msg":"Success."}' + UNKNOWN,
    "reply-code-exponent": UNREADABLE + CODE_TYPE + BEGINS + '{"code":0e0,"msg":"Success."}' + UNKNOWN,
    "reply-code-null": UNREADABLE + CODE_TYPE + BEGINS + '{"code":null,"msg":"Success."}' + UNKNOWN,
    "reply-code-missing": UNREADABLE + "it has no code" + BEGINS + '{"msg":"Success."}' + UNKNOWN,
    "reply-code-of-another-case": UNREADABLE + "it has no code" + BEGINS + '{"Code":0,"msg":"Success."}' + UNKNOWN,
    "reply-code-empty": UNREADABLE + CODE_TYPE + BEGINS + '{"code":"","msg":"Success."}' + UNKNOWN,
    "reply-code-true": UNREADABLE + CODE_TYPE + BEGINS + '{"code":true,"msg":"Success."}' + UNKNOWN,
    "reply-code-object": UNREADABLE + CODE_TYPE + BEGINS + '{"code":{"value":0},"msg":"Success."}' + UNKNOWN,
    "reply-code-array": UNREADABLE + CODE_TYPE + BEGINS + '{"code":[0],"msg":"Success."}' + UNKNOWN,
    "reply-code-twice":
        UNREADABLE + "it has more than one code" + BEGINS + '{"code":0,"code":1,"msg":"Success."}' + UNKNOWN,
    "reply-code-twice-the-same":
        UNREADABLE + "it has more than one code" + BEGINS + '{"code":0,"msg":"Success.","code":0}' + UNKNOWN,
    "reply-code-twice-once-escaped":
        UNREADABLE + "it has more than one code" + BEGINS + '{"code":0,"c\\u006fde":1,"msg":"Success."}' + UNKNOWN,
    "reply-code-with-leading-zero":
        UNREADABLE + "the body is no JSON from line 1 column 10" + BEGINS + '{"code":00,"msg":"Success."}' + UNKNOWN,
    "reply-gateway-shape-at-200":
        UNREADABLE + "it has no code" + BEGINS
        + '{"error_code":"APIGW.0301","error_msg":"not found","request_id":"8d7f"}' + UNKNOWN,
    "reply-empty-body": UNREADABLE + "the body is empty" + UNKNOWN,
    "reply-html-at-200":
        UNREADABLE
        + "the body is no JSON from line 1 column 1, trace id 0123456789abcdef0123456789abcdef0123456789abcdef0123456789"
        + BEGINS + "<!DOCTYPE html><title>Sign in</title>" + UNKNOWN,
    "reply-top-level-array":
        UNREADABLE + "the body is JSON, but no object" + BEGINS + '[{"code":0,"msg":"Success."}]' + UNKNOWN,
    "reply-top-level-text": UNREADABLE + "the body is JSON, but no object" + BEGINS + '"0"' + UNKNOWN,
    "reply-top-level-null": UNREADABLE + "the body is JSON, but no object" + BEGINS + "null" + UNKNOWN,
    "reply-cut-off": UNREADABLE + "the body is no JSON from line 1 column 21" + BEGINS + '{"code":0,"msg":"Succ' + UNKNOWN,
    "reply-trailing-garbage":
        UNREADABLE + "the body is no JSON from line 1 column 28" + BEGINS + '{"code":0,"msg":"Success."}x' + UNKNOWN,
    "reply-two-objects":
        UNREADABLE + "the body is no JSON from line 1 column 28" + BEGINS
        + '{"code":0,"msg":"Success."}{"code":0,"msg":"Success."}' + UNKNOWN,
    "reply-trailing-comma":
        UNREADABLE + "the body is no JSON from line 1 column 28" + BEGINS + '{"code":0,"msg":"Success.",}' + UNKNOWN,
    "reply-raw-line-break":
        UNREADABLE + "the body is no JSON from line 1 column 20" + BEGINS + '{"code":0,"msg":"Suc cess."}' + UNKNOWN,
    "reply-byte-order-mark":
        UNREADABLE + "the body is no JSON from line 1 column 1" + BEGINS + '\ufeff{"code":0,"msg":"Success."}' + UNKNOWN,
    "reply-wrong-utf-8":
        UNREADABLE + NOT_UTF_8 + "17" + BEGINS + '{"code":0,"msg":"\ufffd\ufffd\ufffd\ufffd"}' + UNKNOWN,
    "reply-wrong-utf-8-in-an-unknown-member":
        UNREADABLE + NOT_UTF_8 + "35" + BEGINS + '{"code":0,"msg":"Success.","data":"\ufffd"}' + UNKNOWN,
    "reply-utf-8-of-a-surrogate":
        UNREADABLE + NOT_UTF_8 + "17" + BEGINS + '{"code":0,"msg":"\ufffd\ufffd\ufffd"}' + UNKNOWN,
    "reply-utf-16":
        UNREADABLE + "the body is no JSON from line 1 column 2" + BEGINS
        + '{ " c o d e " : 0 , " m s g " : " S u c c e s s . " } ' + UNKNOWN,
    # error-200
    "error-200-with-code": ANSWERED + '200, code 13000102, msg "Verify parameters failed."',
    "error-200-with-code-as-text": ANSWERED + '200, code 13000101, msg "bad request"',
    "error-200-with-code-of-two-zeros": ANSWERED + '200, code 00, msg "Success."',
    "error-200-with-code-and-blank": ANSWERED + '200, code  0, msg "Success."',
    "error-200-with-code-of-30-digits": ANSWERED + '200, code 123456789012345678901234567890, msg "?"',
    "error-200-with-negative-code": ANSWERED + "200, code -1",
    "error-200-inner-failure": ANSWERED + '200, code 13000201, msg "inner server invoke failure"' + UNKNOWN,
    "error-200-inner-failure-as-text": ANSWERED + "200, code 13000201" + UNKNOWN,
    # error-refused
    "error-400-with-code": ANSWERED + '400, code 13000102, msg "Verify parameters failed."' + checks(),
    "error-400-signed":
        ANSWERED + '400, code 13000102, msg "Verify parameters failed.", trace id '
        '0123456789abcdef0123456789abcdef0123456789abcdef0123456789' + checks(),
    "error-400-inner-failure": ANSWERED + '400, code 13000201, msg "inner server invoke failure"' + UNKNOWN + checks(),
    "error-400-with-code-zero": ANSWERED + '400, code 0, msg "Success."' + checks(),
    "error-400-with-code-null": ANSWERED + '400, no readable code, msg "bad request"' + checks(),
    "error-400-with-code-missing": ANSWERED + '400, no readable code, msg "bad request"' + checks(),
    "error-400-with-code-empty": ANSWERED + '400, no readable code, msg "bad request"' + checks(),
    "error-400-with-code-fraction": ANSWERED + '400, no readable code, msg "bad request"' + checks(),
    "error-400-with-code-true": ANSWERED + '400, no readable code, msg "bad request"' + checks(),
    "error-400-with-code-twice": ANSWERED + '400, no readable code, msg "bad request"' + checks(),
    "error-400-with-msg-object": ANSWERED + "400, code 13000101" + checks(),
    "error-400-top-level-array":
        ANSWERED + "400, no readable code" + BEGINS + '[{"code":13000101,"msg":"bad request"}]' + checks(),
    "error-400-trailing-garbage":
        ANSWERED + "400, no readable code" + BEGINS + '{"code":13000101,"msg":"bad request"}x' + checks(),
    "error-400-byte-order-mark":
        ANSWERED + "400, no readable code" + BEGINS + '\ufeff{"code":13000101,"msg":"bad request"}' + checks(),
    "error-401-gateway":
        ANSWERED + '401, code APIGW.0303, msg "Incorrect app authentication information", request id b3c0a7d9e1f24c6f'
        + checks("server's Date Mon, 03 Nov 2025 07:01:40 GMT"),
    "error-401-signature":
        ANSWERED + '401, code APIGW.0301, msg "verify signature fail, canonicalRequest:POST|'
        '/koodrive/ose/v1/carrier/users/notifyPackageExpire/||host:10.0.0.7:8080|x-date:20251103T070140Z|'
        'x-user-id:1505084218764547200||host;x-date;x-user-id|'
        '5c3cf4effd3e60ace1f203883c90f128168e3e4ba9d35b7c6005c38b41267df9", request id 4a1e' + checks(),
    "error-401-stale-date":
        ANSWERED + '401, code APIGW.0301, msg "signature expired, signature time:20251103T070140Z,server '
        'time:20251103T071641Z", request id 4a1f' + checks("server's Date Mon, 03 Nov 2025 07:16:41 GMT"),
    "error-401-with-both-shapes": ANSWERED + '401, code 13000101, msg "inner", request id 4a20' + checks(),
    "error-401-request-id-beside-code": ANSWERED + '401, code 13000101, msg "bad request", request id 4a21' + checks(),
    "error-403-empty": ANSWERED + "403, no readable code" + checks(),
    "error-404-html": ANSWERED + "404, no readable code" + BEGINS + "<html><h1>404 Not Found</h1></html>",
    "error-409": ANSWERED + '409, code 13000101, msg "conflict"',
    "error-408": ANSWERED + "408, no readable code",
    "error-301": ANSWERED + "301, no readable code",
    "error-307": ANSWERED + "307, no readable code",
    # retry-after
    "error-429-with-seconds": ANSWERED + '429, code x, msg "slow down"',
    "error-429-without-retry-after": ANSWERED + "429, no readable code",
    "error-429-with-zero-seconds": ANSWERED + "429, no readable code",
    "error-429-with-date": ANSWERED + "429, no readable code",
    "error-429-inner-failure": ANSWERED + '429, code 13000201, msg "inner server invoke failure"' + UNKNOWN,
    "error-503-with-date": ANSWERED + "503, no readable code" + BEGINS + "<h1>Maintenance</h1>",
    "error-503-with-date-passed": ANSWERED + "503, no readable code",
    "error-503-with-date-alone": ANSWERED + "503, no readable code",
    "error-503-with-words": ANSWERED + "503, no readable code",
    "error-503-with-sign": ANSWERED + "503, no readable code",
    "error-503-with-fraction": ANSWERED + "503, no readable code",
    "error-503-with-unit": ANSWERED + "503, no readable code",
    "error-503-inner-failure": ANSWERED + '503, code 13000201, msg "inner server invoke failure"' + UNKNOWN,
    # error-unknown
    "error-500-inner-failure": ANSWERED + '500, code 13000201, msg "inner server invoke failure"' + UNKNOWN,
    "error-500-with-another-code": ANSWERED + '500, code 13000102, msg "Verify parameters failed."' + UNKNOWN,
    "error-500-html":
        ANSWERED + "500, no readable code" + BEGINS + "<html><h1>Internal Server Error</h1></html>" + UNKNOWN,
    "error-502-wrong-utf-8": ANSWERED + "502, no readable code" + BEGINS + '{"code":5,"msg":"\ufffd\ufffd"}' + UNKNOWN,
    "error-504-html": ANSWERED + "504, no readable code" + BEGINS + "<h1>504 Gateway Time-out</h1>" + UNKNOWN,
    "error-204": ANSWERED + "204, no readable code" + UNKNOWN,
    "error-202-with-code-zero": ANSWERED + '202, code 0, msg "Success."' + UNKNOWN,
    "error-103": ANSWERED + "103, no readable code" + UNKNOWN,
    "error-600": ANSWERED + '600, code 13000102, msg "Verify parameters failed."' + UNKNOWN,
    # retention-policies
    "retention-policies-unreadable":
        "the service answered getCurrentRetentionPolicy with HTTP 200, but nobody can read the reply: "
        "it has no code" + BEGINS + '{"policyList":[]}' + UNKNOWN,
    "retention-policies-error":
        'the service answered getCurrentRetentionPolicy with HTTP 200, code 13000101, msg "bad request"',
    "error-503-for-policies":
        'the service answered getCurrentRetentionPolicy with HTTP 503, code APIGW.0106, msg "busy", '
        'request id 77',
}
