"""The texts of errors, fixed for one case of each sort: they are the same in every language, and people search for them.

Written by hand. Texts that quote a JSON parser's own words are left out; another version of it may word them anew.
"""

IN_A_HEADER = "it is sent in a header, where only visible ASCII and blanks are allowed"
UNKNOWN = "; whether the service acted on it is unknown, so do not repeat it unless repeats are safe"
UNREADABLE = "the service answered notifyPackageExpire with HTTP 200, but nobody can read the reply: "
WHAT_TO_CHECK = """
What to check, in this order:
1. endpoint: is intl.myhuaweicloud-koodrive.com the one your Huawei contact named?
2. clock: X-Date must not be later than the server's time and at most 15 minutes old; compare the one sent, the reply has no Date
3. authentication: does this API accept yours, token or app id?
4. token: its age, and the word before it (Bearer or AT)
5. user id: does it belong to the app id?
6. whitelist: has Huawei added you?
7. signature: explain() shows every stage and the first difference to the service's message"""

MESSAGES = {
    # ids, type, margin
    "carrier-user-id-empty": "carrierUserId is empty; it must have at least one character",
    "package-id-empty": "packageId is empty; it must have at least one character",
    "undocumented-type-two":
        "type 2 is documented (enter the reservation period) and is the default; do not ask for it as undocumented",
    "clock-margin-over-600": "clock margin is 601 seconds; it must be a whole number from 0 to 600",
    "clock-margin-negative": "clock margin must be a whole number of seconds from 0 to 600",
    # credentials
    "app-id-empty": "app id is empty; it must have at least one character",
    "app-id-with-comma": "app id holds ','; a blank or a comma would end it inside the header Authorization",
    "app-secret-empty": "app secret is empty; it must have at least one character",
    "token-empty": "token is empty; it must have at least one character",
    "token-with-carriage-return": f"token holds the character U+000D; {IN_A_HEADER}",
    "authorization-with-character-beyond-ascii": f"authorization holds the character U+00E9; {IN_A_HEADER}",
    "user-id-with-leading-blank": "user id begins or ends with a blank; remove it, since HTTP does not carry it",
    # trace id
    "trace-id-of-57-characters": "trace id has 57 characters; it must have exactly 58",
    "trace-id-with-line-feed":
        "trace id holds the character U+000A; it is sent in a header and must be 58 visible ASCII characters",
    # time
    "date-a-second-ahead":
        "date 20251103T070141Z lies in the future; by the service's clock it is about 20251103T070140Z, and an X-Date "
        "must not be later and at most 15 minutes older",
    "date-a-second-over-15-minutes-old":
        "date 20251103T070140Z is more than 15 minutes old; by the service's clock it is about 20251103T071641Z, and an "
        "X-Date must not be later and at most 15 minutes older",
    "date-before-the-first-year": "X-Date would fall in the year 0; it has four digits, so it must lie in 0001 to 9999",
    # endpoint
    "endpoint-without-host": "endpoint has no host",
    "endpoint-with-user": "endpoint holds a user name or password; credentials have their own arguments",
    "endpoint-with-empty-query": "endpoint has a query or a fragment; it is the base URL alone",
    "endpoint-with-plain-http":
        "endpoint is plain http, which sends the credentials in clear; use https, or allow plain http by name",
    "endpoint-with-chinese-host": "endpoint has a host that is not ASCII; write it in punycode (xn--…)",
    # replies
    "error-400-with-code":
        "the service answered notifyPackageExpire with HTTP 400, code 13000102, msg \"Verify parameters failed.\""
        + WHAT_TO_CHECK,
    "error-401-gateway":
        "the service answered notifyPackageExpire with HTTP 401, code APIGW.0303, msg \"Incorrect app authentication "
        "information\", request id b3c0a7d9e1f24c6f"
        + WHAT_TO_CHECK.replace("the reply has no Date", "server's Date Mon, 03 Nov 2025 07:01:40 GMT"),
    "error-403-empty": "the service answered notifyPackageExpire with HTTP 403, no readable code" + WHAT_TO_CHECK,
    "error-404-html":
        "the service answered notifyPackageExpire with HTTP 404, no readable code; the body begins: "
        "<html><h1>404 Not Found</h1></html>",
    "error-500-inner-failure":
        "the service answered notifyPackageExpire with HTTP 500, code 13000201, msg \"inner server invoke failure\""
        + UNKNOWN,
    "error-503-for-policies":
        "the service answered getCurrentRetentionPolicy with HTTP 503, code APIGW.0106, msg \"busy\", request id 77",
    "reply-empty-body": UNREADABLE + "the body is empty" + UNKNOWN,
    "reply-code-missing": UNREADABLE + 'it has no code; the body begins: {"msg":"Success."}' + UNKNOWN,
    "reply-code-twice":
        UNREADABLE + 'it has more than one code; the body begins: {"code":0,"code":1,"msg":"Success."}' + UNKNOWN,
    "reply-code-null":
        UNREADABLE + "its code is neither an integer nor a text that is not empty; the body begins: "
        '{"code":null,"msg":"Success."}' + UNKNOWN,
}
