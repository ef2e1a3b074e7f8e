"""The table of the cases of raw calls. `cases.py` says how to read it."""

import messages
import rules
from table import (
    APP,
    CHINA,
    DATE,
    INNER,
    INTERNATIONAL,
    JSON,
    NOTIFY_PATH,
    OK,
    POLICIES_PATH,
    TOKEN,
    TRACE_ID,
    USER_PATH,
    VERIFY,
    answered,
    fails,
    group,
    raw,
    refused,
    sent,
    unreadable,
)

# --------------------------------------------------------------------------------------------------
group("raw-path", "Raw calls: methods and paths")

EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def canonical_get(path, query="", host="intl.myhuaweicloud-koodrive.com", prefix=""):
    """The canonical request of a signed GET, written by hand; `path` ends in a slash."""
    return (
        f"GET\n{prefix}{path}\n{query}\nhost:{host}\nx-date:20251103T070140Z\nx-user-id:1505084218764547200\n\n"
        f"host;x-date;x-user-id\n{EMPTY_HASH}"
    )


def raw_path(name, about, path, sent_as, sections="4, 8", client=APP):
    """A signed GET; `sent_as` is the path in the URL."""
    canonical = canonical_get(sent_as if sent_as.endswith("/") else sent_as + "/")
    sent(f"raw-path-{name}", about, sections, client=client, call=raw("GET", path),
         stated={"url": INTERNATIONAL + sent_as, "canonicalRequest": canonical, "body": None,
                 "content-type": None})


raw_path("of-a-user", "A call without a type of its own: a user by KooDrive's id", USER_PATH,
         USER_PATH)
raw_path("of-unreserved-characters", "Unreserved characters stand as they are", "/AZaz09-_.~",
         "/AZaz09-_.~")
raw_path("of-reserved-characters",
         "All other visible ASCII is escaped in upper case, except the slash and the refused characters",
         "/!\"$&'()*+,:;<=>@[\\]^`{|}",
         "/%21%22%24%26%27%28%29%2A%2B%2C%3A%3B%3C%3D%3E%40%5B%5C%5D%5E%60%7B%7C%7D")
raw_path("in-chinese", "Characters beyond ASCII are escaped as the bytes of UTF-8",
         "/\u7528\u6237/caf\u00e9/\U0001F600",
         "/%E7%94%A8%E6%88%B7/caf%C3%A9/%F0%9F%98%80")
raw_path("with-space", "A space becomes %20", "/a b", "/a%20b")
raw_path("with-escaped-space",
         "An escape is not escaped again: this is the same path as with a space", "/a%20b",
         "/a%20b")
raw_path("with-plus", "A plus is escaped, so that no server takes it for a space", "/a+b", "/a%2Bb")
raw_path("with-escaped-slash", "An escaped slash stays within its segment", "/a%2Fb/c", "/a%2Fb/c")
raw_path("with-escapes-in-lower-case", "Escapes that stay are written in upper case",
         "/a%2fb/%e7%94%a8", "/a%2Fb/%E7%94%A8")
raw_path("with-escapes-of-unreserved-characters", "Escapes of unreserved characters are resolved",
         "/%7e%41%2D%2e%5fz", "/~A-._z")
raw_path("with-escaped-percent-sign", "An escaped percent sign stays, and is not resolved twice",
         "/100%25/%2541", "/100%25/%2541")
raw_path("with-escaped-question-mark-and-hash",
         "Escaped, a question mark and a hash are part of the path", "/a%3fb%23c", "/a%3Fb%23c")
raw_path("with-mixed-escapes", "Escaped and plain characters of one segment meet",
         "/%E7%94%A8\u6237 %2B+", "/%E7%94%A8%E6%88%B7%20%2B%2B")
raw_path("with-control-characters", "Control characters are escaped, like any other character",
         "/a\tb\nc\x00/\x7f\x85", "/a%09b%0Ac%00/%7F%C2%85")
raw_path("with-composed-and-decomposed-letters", "Letters are not normalised", "/\u00e9/e\u0301",
         "/%C3%A9/e%CC%81")
raw_path("with-dots-within-segments",
         "Three dots, and dots beside other characters, are ordinary segments",
         "/.../.a/b./a..b/..%2F",
         "/.../.a/b./a..b/..%2F")
raw_path("with-trailing-slash",
         "A trailing slash is sent, and the canonical form gets no second one", "/a/b/", "/a/b/")
raw_path("of-a-slash", "The root is a path", "/", "/")
sent("raw-path-behind-a-prefix",
     "The endpoint's prefix stands before the path, in the URL and in the signature", "4, 5",
     client={**APP, "endpoint": "https://koodrive.example:8443/gw"}, call=raw("GET", "/\u7528/b c"),
     stated={"url": "https://koodrive.example:8443/gw/%E7%94%A8/b%20c",
             "canonicalRequest": canonical_get("/%E7%94%A8/b%20c/", host="koodrive.example:8443",
                                               prefix="/gw")})
sent("raw-path-of-a-slash-behind-a-prefix", "The root behind a prefix is the prefix with its slash",
     "4, 5",
     client={**APP, "endpoint": "https://koodrive.example/gw"}, call=raw("GET", "/"),
     stated={"url": "https://koodrive.example/gw/",
             "canonicalRequest": canonical_get("/", host="koodrive.example", prefix="/gw")})
sent("raw-path-with-token", "With a token the path is the same, and nothing is signed", "4, 8",
     client=TOKEN, call=raw("GET", "/a b/\u7528"),
     stated={"url": INTERNATIONAL + "/a%20b/%E7%94%A8",
             "authorization": "Bearer ABCDEFG-example-token"})
sent("raw-path-of-a-typed-call",
     "A raw call to a typed operation's path is signed as that operation is", "4",
     call=raw("GET", POLICIES_PATH),
     stated={"signature": "c582ce0670626271ec0285f31c23f27f6ec0052ae3f9cdc96dc91a737da54837"})
sent("raw-path-with-trace-id", "Trace id and date are options of any call", "2, 8", client=TOKEN,
     call=raw("GET", USER_PATH),
     trace_id=TRACE_ID, now="2025-11-03T07:01:40.000Z", date="2025-11-03T07:01:40.000Z",
     stated={"x-traceid": TRACE_ID, "x-date": "20251103T070140Z"})

# --------------------------------------------------------------------------------------------------
group("raw-query", "Raw calls: queries")

def raw_query(name, about, pairs, query, client=APP):
    """A GET of `/q`; `query` is what stands behind the question mark and in the canonical request."""
    stated = {"url": f"{INTERNATIONAL}/q?{query}"}
    if client is APP:
        stated["canonicalRequest"] = canonical_get("/q/", query)
    sent(f"raw-query-{name}", about, "4", client=client,
         call=raw("GET", "/q", query=[list(pair) for pair in pairs]), stated=stated)


sent("raw-query-of-a-reconciliation",
     "The URL carries the parameters in the order in which they are signed", "4, 8",
     call=raw("GET", "/koodrive/ose/v1/reconciliation/diff/getList",
              query=[["pageSize", "100"], ["pageCursor", "a/b+c=="], ["batchNo", "20251103"]]),
     stated={"url": INTERNATIONAL + "/koodrive/ose/v1/reconciliation/diff/getList"
                    "?batchNo=20251103&pageCursor=a%2Fb%2Bc%3D%3D&pageSize=100",
             "canonicalRequest": canonical_get("/koodrive/ose/v1/reconciliation/diff/getList/",
                                               "batchNo=20251103&pageCursor=a%2Fb%2Bc%3D%3D&pageSize=100")})
sent("raw-query-empty", "Without parameters the URL has no question mark", "4",
     call=raw("GET", "/q", query=[]),
     stated={"url": INTERNATIONAL + "/q", "canonicalRequest": canonical_get("/q/")})
raw_query("of-unreserved-characters", "Unreserved characters stand as they are",
          [("AZaz09-_.~", "~._-90zaZA")], "AZaz09-_.~=~._-90zaZA")
raw_query("of-reserved-characters", "All other visible ASCII is escaped in upper case",
          [("q", "!\"#$%&'()*+,/:;<=>?@[\\]^`{|}")],
          "q=%21%22%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E%60%7B%7C%7D")
raw_query("with-space-and-plus", "A space is %20, never a plus, and a plus is %2B",
          [("a b", "c d"), ("a+b", "c+d")], "a%20b=c%20d&a%2Bb=c%2Bd")
raw_query("with-equals-and-ampersand", "Separators in names and values are escaped",
          [("a&b=c", "d=e&f")], "a%26b%3Dc=d%3De%26f")
raw_query("with-escape", "Names and values are plain text: an escape in them is escaped again",
          [("a%20", "%20%7e")], "a%2520=%2520%257e")
raw_query("in-chinese", "Characters beyond ASCII are escaped as the bytes of UTF-8",
          [("\u540d", "\u7528\u6237\U0001F600")],
          "%E5%90%8D=%E7%94%A8%E6%88%B7%F0%9F%98%80")
raw_query("with-control-characters", "Control characters are escaped, like any other character",
          [("q", "a\r\n\tb\x00\x7f")], "q=a%0D%0A%09b%00%7F")
raw_query("with-empty-value", "An empty value keeps its equals sign", [("b", ""), ("a", "")],
          "a=&b=")
raw_query("with-repeated-name", "Equal names are ordered by their values",
          [("a", "2"), ("b", "0"), ("a", "10"), ("a", "")], "a=&a=10&a=2&b=0")
raw_query("with-equal-pairs", "Equal pairs stay", [("a", "1"), ("a", "1"), ("a", "1")],
          "a=1&a=1&a=1")
raw_query("with-names-in-two-cases", "Upper case comes before lower case, and both are names",
          [("b", "1"), ("a", "2"), ("B", "3"), ("A", "4")],
          "A=4&B=3&a=2&b=1")
raw_query("with-digits", "Digits are ordered as characters: 10 comes before 9",
          [("9", "a"), ("10", "b"), ("p", "9"), ("p", "10")],
          "10=b&9=a&p=10&p=9")
raw_query("with-prefix-as-name",
          "A name comes before the longer names that begin with it, though `-` is below `=`",
          [("a-b", "1"), ("a", "2"), ("a0", "3")], "a=2&a-b=1&a0=3")
raw_query("ordered-before-encoding",
          "Names are ordered as they are, not as they are encoded: `1` is below `:`, and `%3A` below `1`",
          [("a:", "1"), ("a1", "2"), ("a~", "3"), ("a|", "4")], "a1=2&a%3A=1&a%7C=4&a~=3")
raw_query("ordered-around-the-percent-sign",
          "Names with characters below, at and above the percent sign",
          [("a-", "1"), ("a&", "2"), ("a%", "3"), ("a$", "4"), ("a!", "5")],
          "a%21=5&a%24=4&a%25=3&a%26=2&a-=1")
raw_query("values-ordered-before-encoding", "Values of one name are ordered as they are, too",
          [("a", "{"), ("a", "~"), ("a", "z"), ("a", "\u00e9")],
          "a=z&a=%7B&a=~&a=%C3%A9")
raw_query("with-letters-beyond-ascii",
          "Letters beyond ASCII come after `z`, although `%` is below it",
          [("\u00e9", "1"), ("z", "2"), ("Z", "3")],
          "Z=3&z=2&%C3%A9=1")
raw_query("with-emoji-beside-full-width-tilde",
          "The order is that of code points: U+FF5E is below U+1F600, whose first UTF-16 unit is below U+FF5E",
          [("\U0001F600", "1"), ("\uff5e", "2"), ("\ue000", "3")],
          "%EE%80%80=3&%EF%BD%9E=2&%F0%9F%98%80=1")
raw_query("with-emoji-in-values", "Values are ordered by code point as well",
          [("a", "\U0001F600"), ("a", "\uff5e")], "a=%EF%BD%9E&a=%F0%9F%98%80")
raw_query("with-50-parameters", "Fifty parameters, given from the last to the first",
          [(f"p{number:02}", str(number)) for number in range(49, -1, -1)],
          "&".join(f"p{number:02}={number}" for number in range(50)))
raw_query("with-token", "With a token the URL has the same query", [("b", "\u7528 1"), ("a", "%")],
          "a=%25&b=%E7%94%A8%201", client=TOKEN)
sent("raw-query-behind-a-trailing-slash",
     "Path and query are apart: the slash is sent, and the canonical form gets no second one", "4",
     call=raw("GET", "/a/", query=[["b", "c/"]]),
     stated={"url": INTERNATIONAL + "/a/?b=c%2F",
             "canonicalRequest": canonical_get("/a/", "b=c%2F")})
sent("raw-query-with-body", "A query and a body together", "4",
     call=raw("POST", "/q", query=[["b", "2"], ["a", "1"]], json="{}"),
     stated={"url": INTERNATIONAL + "/q?a=1&b=2", "body": "{}",
             "canonicalRequest": "POST\n/q/\na=1&b=2\nhost:intl.myhuaweicloud-koodrive.com\nx-date:20251103T070140Z\n"
                                 "x-user-id:1505084218764547200\n\nhost;x-date;x-user-id\n"
                                 "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"})

# --------------------------------------------------------------------------------------------------
group("raw-headers", "Raw calls: headers, which are not signed")

SIGNED_USER = canonical_get(USER_PATH + "/")
sent("raw-headers-language", "A header of the call is sent, and is not part of the signature",
     "4, 8", call=raw("GET", USER_PATH, headers=[["language", "en-US"]]),
     stated={"language": "en-US", "canonicalRequest": SIGNED_USER})
sent("raw-headers-in-mixed-case", "Names are lower-cased, values are not", "8",
     call=raw("GET", USER_PATH, headers=[["x-hw-agentName", "Carrier-A"],
                                         ["X-Backup-Lock-Id", "L 1"]]),
     stated={"x-hw-agentname": "Carrier-A", "x-backup-lock-id": "L 1",
             "canonicalRequest": SIGNED_USER})
sent("raw-headers-of-token-characters", "All characters of HTTP's tokens can stand in a name", "8",
     client=TOKEN,
     call=raw("GET", USER_PATH, headers=[["!#$%&'*+-.^_`|~09aZ", "1"]]),
     stated={"!#$%&'*+-.^_`|~09az": "1"})
sent("raw-headers-of-visible-characters", "A value is visible ASCII, with spaces inside", "8",
     client=TOKEN,
     call=raw("GET", USER_PATH, headers=[["x-note",
                                          "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~  a Z 0 9"]]),
     stated={"x-note": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~  a Z 0 9"})
sent("raw-headers-like-reserved-ones", "Names that only resemble reserved ones are sent", "8",
     client=TOKEN,
     call=raw("GET", USER_PATH, headers=[["x-proxy-a", "1"], ["secure", "2"], ["proxy", "3"],
                                         ["x-dates", "4"], ["accept", "*/*"]]),
     stated={"x-proxy-a": "1", "secure": "2", "proxy": "3", "x-dates": "4", "accept": "*/*"})
sent("raw-headers-with-body-and-trace-id", "The call's headers stand beside those of the client",
     "2, 8", client=TOKEN, trace_id=TRACE_ID,
     call=raw("PUT", USER_PATH, headers=[["language", "en-US"]], json='{"status":7}'),
     stated={"language": "en-US", "x-traceid": TRACE_ID, "content-type": "application/json",
             "x-date": "20251103T070140Z"})
sent("raw-headers-empty", "An empty list of headers is the same as an absent one", "8",
     client=TOKEN, call=raw("GET", USER_PATH, headers=[]))

# --------------------------------------------------------------------------------------------------
group("raw-body", "Raw calls: bodies")

for method in ("POST", "PUT", "PATCH", "DELETE"):
    sent(f"raw-body-{method.lower()}", f"A {method} with a body", "4, 8",
         call=raw(method, USER_PATH, json='{"status":7}'),
         stated={"body": '{"status":7}', "content-type": "application/json",
                 "bodySha256": "1eaca4b978c7d712c3f7bb4a26bda7a7e4d8d8de7ba20386d1ff856f9562c323"})
    sent(f"raw-body-{method.lower()}-without",
         f"A {method} without a body has no content-type, and signs the hash of the empty text",
         "4, 8",
         call=raw(method, USER_PATH), stated={"body": None, "content-type": None,
                                              "bodySha256": EMPTY_HASH})
for name, about, text in (
    ("with-white-space", "JSON text is sent byte for byte, white space included",
     ' {\r\n\t"status" : 7\n} '),
    ("with-escapes", "Escapes stay as they are, of non-ASCII characters, slashes and NUL too",
     r'{"name":"\u7528\/\u0000\uD83D\uDE00"}'),
    ("in-chinese", "Characters beyond ASCII stay UTF-8",
     '{"\u540d":"\u7528\u6237\U0001F600\u2028"}'),
    ("with-large-numbers", "Numbers keep their digits and their form",
     '{"id":300000000000000000123456789,"rate":1.50E+02}'),
    ("with-member-twice", "A member twice is JSON, so it is sent", '{"a":1,"a":2}'),
    ("of-an-array", "Any JSON value is a body", '[{"id":"1"},{"id":"2"}]'),
    ("of-text", "A text is JSON", '"status"'),
    ("of-null", "Null is JSON, and is sent as a body", "null"),
    ("of-a-number", "A number is JSON", "7"),
):
    sent(f"raw-body-{name}", about, "4, 8", call=raw("POST", "/v", json=text),
         stated={"body": text, "content-type": "application/json"})
sent("raw-body-with-token", "With a token the body is the same, and nothing is signed", "4, 8",
     client=TOKEN, call=raw("PUT", USER_PATH, json='{"status":0}'),
     stated={"body": '{"status":0}'})
sent("raw-body-of-a-typed-call",
     "A raw call with a typed operation's path and body is signed as that operation is", "4",
     call=raw("POST", NOTIFY_PATH,
              json='{"carrierUserId":"189642158555241211","type":2,"packageId":"14"}'),
     stated={"signature": "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac"})

# --------------------------------------------------------------------------------------------------
group("raw-refused", "Raw calls that are refused")

for name, method in (("head", "HEAD"), ("options", "OPTIONS"), ("get-in-lower-case", "get"),
                     ("post-in-mixed-case", "Post"), ("empty", ""), ("with-space", "GET ")):
    refused(f"raw-method-{name}", "Methods are GET, POST, PUT, PATCH and DELETE, in upper case",
            "8", "call", "method", messages.METHOD,
            call=raw(method, USER_PATH))

for name, about, path, problem in (
    ("empty", "An empty path is refused", "", messages.PATH_START),
    ("without-slash", "A path begins with a slash", "koodrive/ose/v1/users", messages.PATH_START),
    ("beginning-with-space", "A space before the slash is refused", " /users", messages.PATH_START),
    ("of-a-url", "A URL is refused as a path", INTERNATIONAL + "/users", messages.PATH_START),
    ("with-question-mark", "A query has its own member", "/users?id=1",
     messages.path_question_mark(7)),
    ("with-empty-query", "A question mark alone is refused as well", "/users?",
     messages.path_question_mark(7)),
    ("with-hash", "A fragment is refused", "/users#1", messages.path_fragment(7)),
    ("with-hash-behind-emoji", "A position counts code points", "/\U0001F600#",
     messages.path_fragment(3)),
    ("with-percent-sign-at-the-end", "A percent sign alone is a broken escape", "/100%",
     messages.path_escape(5)),
    ("with-escape-of-one-digit", "An escape has two digits", "/a/%2", messages.path_escape(4)),
    ("with-escape-of-one-digit-before-slash", "A slash is not a digit", "/%2/a",
     messages.path_escape(2)),
    ("with-escape-of-letters", "The digits are hexadecimal", "/%zz", messages.path_escape(2)),
    ("with-escape-of-sign", "A sign is not a digit", "/%+1", messages.path_escape(2)),
    ("with-escape-of-full-width-digits", "Digits are ASCII", "/%\uff12\uff10",
     messages.path_escape(2)),
    ("with-escape-of-another-charset", "Latin-1's escape of a letter is not UTF-8", "/a/caf%E9",
     messages.path_not_utf_8(2)),
    ("with-escape-cut-within-a-character", "A character's escape ends early", "/%E7%94/a",
     messages.path_not_utf_8(1)),
    ("with-escape-completed-by-a-slash", "An escaped character ends within its segment",
     "/%E7%94%2Fa", messages.path_not_utf_8(1)),
    ("with-escape-of-a-surrogate", "A surrogate in three bytes is not UTF-8", "/%ED%A0%80",
     messages.path_not_utf_8(1)),
    ("with-overlong-escape", "A slash in two bytes is not UTF-8", "/%C0%AF",
     messages.path_not_utf_8(1)),
    ("with-escaped-byte-ff", "The byte FF never occurs in UTF-8", "/a/b/%ff",
     messages.path_not_utf_8(3)),
    ("with-empty-segment", "Proxies merge double slashes, so they are refused", "/a//b",
     messages.path_empty_segment(2)),
    ("beginning-with-two-slashes", "Two slashes at the beginning would name another host",
     "//koodrive.example/a", messages.path_empty_segment(1)),
    ("of-two-slashes", "Two slashes are an empty segment and a trailing slash", "//",
     messages.path_empty_segment(1)),
    ("ending-in-two-slashes", "A trailing slash is one slash", "/a//",
     messages.path_empty_segment(2)),
    ("with-dot-segment", "A dot segment is refused, since clients remove it", "/a/./b",
     messages.path_dot_segment(2)),
    ("with-two-dot-segment", "Two dots are refused", "/a/../b", messages.path_dot_segment(2)),
    ("of-a-dot", "A dot segment at the beginning is refused", "/.", messages.path_dot_segment(1)),
    ("ending-in-two-dots", "Two dots at the end are refused", "/a/b/..",
     messages.path_dot_segment(3)),
    ("with-escaped-dot-segment", "Clients remove %2e as they remove a dot", "/%2e/a",
     messages.path_dot_segment(1)),
    ("with-escaped-two-dot-segment", "Escaped dots are refused in upper and in lower case",
     "/a/%2E%2e/b", messages.path_dot_segment(2)),
    ("with-half-escaped-two-dot-segment", "One escaped dot beside a plain one is refused",
     "/a/.%2e", messages.path_dot_segment(2)),
    ("with-dot-segment-before-trailing-slash", "A dot segment before a trailing slash is refused",
     "/a/../", messages.path_dot_segment(2)),
):
    refused(f"raw-path-{name}", about, "8", "call", "path", problem, call=raw("GET", path))

refused("raw-path-with-broken-escape-before-question-mark",
        "The text names the first fault of the path", "8", "call", "path",
        messages.path_escape(3), call=raw("GET", "/a%?#"))
refused("raw-path-with-dot-segment-and-hash",
        "Question mark, hash and escapes are checked before segments", "8", "call", "path",
        messages.path_fragment(6), call=raw("GET", "/../a#"))

refused("raw-url-of-65535-bytes", "A URL has at most 65,534 bytes", "8", "request", "path",
        messages.url_length(65_535), client=TOKEN,
        call=raw("GET", {"repeat": "/a", "times": 32_748}))
refused("raw-url-of-70000-bytes-and-more", "The endpoint counts too", "8", "request", "path",
        messages.url_length(70_039), client=TOKEN,
        call=raw("GET", {"repeat": "/a", "times": 35_000}))
refused("raw-url-too-long-once-escaped", "Bytes count as they are sent, with their escapes", "8",
        "request", "path", messages.url_length(70_039),
        client=TOKEN, call=raw("GET", {"repeat": "/\u7528", "times": 7_000}))
refused("raw-url-too-long-with-query", "The query counts too", "8", "request", "path",
        messages.url_length(65_535), client=TOKEN,
        call=raw("GET", {"repeat": "/a", "times": 32_745}, query=[["a", "bcd"]]))

refused("raw-query-with-empty-name", "A parameter has a name", "4, 8", "call", "query",
        messages.NAME_EMPTY,
        call=raw("GET", USER_PATH, query=[["a", "1"], ["", "2"]]))
refused("raw-query-with-empty-name-and-value", "An empty pair is refused", "4, 8", "call", "query",
        messages.NAME_EMPTY,
        call=raw("GET", USER_PATH, query=[["", ""]]))

# The reserved names in lower case, upper case and mixed case in turn.
SPELLINGS = (str.lower, str.upper, str.title)
for index, header in enumerate([*sorted(rules.RESERVED_HEADERS), "proxy-authorization",
                                "proxy-connection", "proxy-", "sec-fetch-mode", "sec-"]):
    about = "The client or its transport sets this header, or cannot send it"
    name = header.rstrip("-") + ("-alone" if header.endswith("-") else "")
    refused(f"raw-header-{name}", about, "8", "call", "headers", messages.header_reserved(header),
            call=raw("GET", USER_PATH, headers=[[SPELLINGS[index % 3](header), "1"]]))

for name, about, header, problem in (
    ("with-empty-name", "A header has a name", "", messages.NAME_EMPTY),
    ("with-space-in-name", "A space cannot stand in a name", "x note",
     messages.header_name_character(" ", 2)),
    ("with-colon-in-name", "A colon cannot stand in a name", "x-note:",
     messages.header_name_character(":", 7)),
    ("with-line-feed-in-name", "A line feed cannot stand in a name", "x-note\n",
     messages.header_name_character("\n", 7)),
    ("with-slash-in-name", "A slash is not one of HTTP's token characters", "x/note",
     messages.header_name_character("/", 2)),
    ("with-letter-beyond-ascii-in-name", "Names are ASCII", "x-not\u00e9",
     messages.header_name_character("\u00e9", 6)),
    ("with-kelvin-sign-in-name", "A letter that lower-cases to ASCII is beyond ASCII all the same",
     "x-\u212aey",
     messages.header_name_character("\u212a", 3)),
):
    refused(f"raw-header-{name}", about, "8", "call", "headers", problem,
            call=raw("GET", USER_PATH, headers=[[header, "1"]]))

for name, about, value, problem in (
    ("with-empty-value", "An empty value is refused", "", messages.EMPTY),
    ("with-line-feed", "A line feed would begin another header", "a\nb",
     messages.header_character("\n", 2)),
    ("ending-in-carriage-return", "A carriage return at the end, as read from a file, is refused",
     "ab\r",
     messages.header_character("\r", 3)),
    ("with-nul", "NUL cannot stand in a header", "\x00", messages.header_character("\x00", 1)),
    ("with-tab", "A tab is a control character", "a\tb", messages.header_character("\t", 2)),
    ("with-delete", "U+007F is not visible", "a\x7f", messages.header_character("\x7f", 2)),
    ("with-letter-beyond-ascii", "Values are ASCII", "caf\u00e9",
     messages.header_character("\u00e9", 4)),
    ("beginning-with-space", "A space at the beginning would not arrive", " en-US",
     messages.SPACE_AT_AN_END),
    ("ending-in-space", "A space at the end would not arrive", "en-US ", messages.SPACE_AT_AN_END),
    ("of-a-space", "A space alone would not arrive", " ", messages.SPACE_AT_AN_END),
):
    refused(f"raw-header-{name}", about, "8", "call", "headers",
            messages.header_value("language", problem),
            call=raw("GET", USER_PATH, headers=[["Language", value]]))

refused("raw-header-twice", "A header is given once", "8", "call", "headers",
        messages.header_twice("language"),
        call=raw("GET", USER_PATH, headers=[["language", "en-US"], ["language", "en-US"]]))
refused("raw-header-twice-in-two-cases", "Names that differ in case only are one header", "8",
        "call", "headers", messages.header_twice("x-note"),
        call=raw("GET", USER_PATH, headers=[["X-Note", "1"], ["language", "en-US"],
                                            ["x-note", "2"]]))

for name, about, text, problem in (
    ("empty", "An empty text is refused: it is not JSON, and it differs from an absent body", "",
     messages.JSON_EMPTY),
    ("with-trailing-comma", "A comma before the end is not JSON", '{"a":1,}',
     messages.json_invalid(1, 8)),
    ("cut-off", "Text that ends early is not JSON", '{"a":1', messages.json_invalid(1, 6)),
    ("of-two-values", "Two values are not JSON", "{}{}", messages.json_invalid(1, 3)),
    ("with-apostrophes", "JSON has quotes, not apostrophes", "{'a':1}",
     messages.json_invalid(1, 2)),
    ("of-nan", "NaN is not JSON", "NaN", messages.json_invalid(1, 1)),
    ("with-infinity", "Infinity is not JSON", '{"a":Infinity}', messages.json_invalid(1, 6)),
    ("with-byte-order-mark", "A byte order mark is not JSON", "\ufeff{}",
     messages.json_invalid(1, 1)),
    ("in-the-third-line", "Lines and columns count from 1", '{\n"a":1,\n"b":x}',
     messages.json_invalid(3, 5)),
    ("of-words", "Words are not JSON", "status=7", messages.json_invalid(1, 1)),
):
    refused(f"raw-json-{name}", about, "8", "call", "json", problem,
            call=raw("POST", USER_PATH, json=text))
refused("raw-json-with-get", "A GET has no body", "8", "call", "json", messages.GET_WITH_BODY,
        call=raw("GET", USER_PATH, json="{}"))

# --------------------------------------------------------------------------------------------------
group("raw-reply", "Raw calls: replies and errors")

GET_USER = raw("GET", USER_PATH)
PUT_USER = raw("PUT", USER_PATH, json='{"status":7}')


def raw_reply(name, about, body, status=200, msg="Success.", sections="7", **changes):
    answered(f"raw-reply-{name}", about, sections, body, {"status": status, "body": body},
             status=status, msg=msg,
             **{"call": PUT_USER, **changes})


raw_reply("with-code-zero", "A code of 0 is success", OK)
raw_reply("with-code-zero-as-text", "A code of 0 may be text", '{"code":"0","msg":"Success."}')
raw_reply("to-a-get", "The body keeps its digits and its white space, for ids above 2^53",
          '{\n"code" : 0, "data": {"userId": 9007199254740993}\n}\n',
          msg=None, call=GET_USER)
raw_reply("signed", "A signed request gets the same reply, with its trace id", OK, client=APP,
          trace_id=TRACE_ID,
          headers=(*JSON, ("X-TraceId", TRACE_ID)))
raw_reply("without-code", "A reply without a code is a success", '{"msg":"Success.","data":[]}',
          code=None)
raw_reply("of-an-empty-object", "An object without members is a success", "{}", code=None, msg=None)
raw_reply("empty", "An empty body is a success", "", code=None, msg=None, headers=())
raw_reply("201", "Any 2xx is success with a code of 0", OK, status=201)
raw_reply("202-without-code", "Any 2xx is success without a code", '{"jobId":"1"}', status=202,
          code=None, msg=None)
raw_reply("204", "A 204 has no body, and is a success", "", status=204, code=None, msg=None,
          headers=())
raw_reply("299", "The last 2xx is one too", OK, status=299)
raw_reply("200-with-msg-of-another-type",
          "A message of another type counts as absent, and stays in the body",
          '{"code":0,"msg":{"text":"ok"}}', msg=None)

fails("raw-error-200-with-code", "A 200 with another code is a refusal", "7", 200, VERIFY,
      "refused", "13000102", "Verify parameters failed.",
      call=PUT_USER)
fails("raw-error-201-with-code", "Another 2xx with another code has an unknown outcome", "7", 201,
      VERIFY, "unknown", "13000102",
      "Verify parameters failed.", call=PUT_USER)
fails("raw-error-201-with-code-to-a-get", "A GET of unknown outcome can be retried", "7", 201,
      VERIFY, "unknown", "13000102",
      "Verify parameters failed.", call=GET_USER, retryable=True)
fails("raw-error-200-with-code-of-two-zeros", "Only the exact text 0 is success", "3, 7", 200,
      '{"code":"00"}', "refused", "00", call=PUT_USER)
fails("raw-error-200-inner-failure", "Code 13000201 makes the outcome unknown", "7", 200, INNER,
      "unknown", "13000201", "inner server invoke failure",
      call=PUT_USER)
for name, about, body, reason in (
    ("html", "An HTML page of a portal is unreadable", "<!DOCTYPE html><title>Sign in</title>",
     messages.invalid_json(1, 1)),
    ("array", "An array is not a reply", '[{"userId":"1"}]', messages.NOT_AN_OBJECT),
    ("text", "A text is not a reply", '"0"', messages.NOT_AN_OBJECT),
    ("null", "Null is not a reply", "null", messages.NOT_AN_OBJECT),
    ("space", "A body of white space is unreadable, unlike an empty one", " ",
     messages.invalid_json(1, 1)),
    ("cut-off", "A body that ends early is not JSON", '{"code":0,"msg":"Succ',
     messages.invalid_json(1, 21)),
    ("wrong-utf-8", "Bytes that are not UTF-8 are not JSON, and U+FFFD stands for them in `body`",
     b'{"code":0,"msg":"\xb3\xc9"}', messages.not_utf_8(18)),
    ("byte-order-mark", "A byte order mark is not JSON", b"\xef\xbb\xbf{}",
     messages.invalid_json(1, 1)),
    ("code-null", "A null code differs from an absent one", '{"code":null}', messages.CODE_TYPE),
    ("code-fraction", "A fraction is refused as a code", '{"code":0.0}', messages.CODE_TYPE),
    ("code-exponent", "A number with an exponent is refused as a code", '{"code":0e0}',
     messages.CODE_TYPE),
    ("code-empty", "An empty code differs from an absent one", '{"code":""}', messages.CODE_TYPE),
    ("code-true", "A boolean is refused as a code", '{"code":true}', messages.CODE_TYPE),
    ("code-twice", "A second code makes both unreliable", '{"code":0,"code":0}',
     messages.CODE_TWICE),
):
    unreadable(f"raw-unreadable-{name}", about, body, reason, call=PUT_USER)
unreadable("raw-unreadable-to-a-get", "A GET with an unreadable reply can be retried",
           '{"code":null}', messages.CODE_TYPE, call=GET_USER, retryable=True)
fails("raw-unreadable-202",
      "Another 2xx that cannot be read is unreadable too, as any 2xx can be a success", "7", 202,
      "accepted", "unknown",
      kind="unreadable_reply", reason=messages.invalid_json(1, 1), call=PUT_USER)
fails("raw-error-400",
      "The text names method and path, without the query, and shows the URL without it", "7", 400,
      VERIFY, "refused",
      "13000102", "Verify parameters failed.",
      call=raw("GET", "/koodrive/\u7528 1", query=[["token", "secret"]]), client=APP)
fails("raw-error-401-behind-a-prefix",
      "The endpoint's prefix is part of the URL and not of the call's name", "5, 7", 401,
      '{"code":"13000101"}', "refused", "13000101",
      call=raw("DELETE", "/a/"), client={**TOKEN, "endpoint": "https://koodrive.example/gw"},
      headers=(*JSON, ("Date", DATE)))
fails("raw-error-403-app-id-at-a-token-only-call",
      "A raw call is known by method and path to be published with a token only", "4, 7", 403,
      "", "refused", call=raw("GET", POLICIES_PATH), client=APP, headers=())
fails("raw-error-403-app-id-at-the-path-by-another-method",
      "Another method at that path is another call", "4, 7", 403,
      "", "refused", call=raw("DELETE", POLICIES_PATH), client=APP, headers=())
fails("raw-error-404", "An unknown user or path is a refusal", "7", 404, "", "refused",
      call=GET_USER, headers=())
fails("raw-error-302", "A redirect is a refusal, and is not followed, of a raw call too", "7", 302,
      "", "refused", call=GET_USER,
      headers=(("Location", CHINA + USER_PATH),))
fails("raw-error-429", "A 429 can be retried", "7", 429, "", "refused", call=PUT_USER,
      retryable=True, retry_after=3, headers=(("Retry-After", "3"),))
fails("raw-error-500", "A PUT is not retried after a 500", "7", 500, INNER, "unknown", "13000201",
      "inner server invoke failure", call=PUT_USER)
fails("raw-error-500-to-a-get", "A GET can be retried after a 500", "7", 500, INNER, "unknown",
      "13000201", "inner server invoke failure",
      call=GET_USER, retryable=True)
fails("raw-error-503-inner-failure-to-a-get",
      "A GET of unknown outcome can be retried, at 503 with code 13000201 too", "7", 503, INNER,
      "unknown", "13000201",
      "inner server invoke failure", call=GET_USER, retryable=True)
