"""Writes random cases, one JSON object a line: `generate.py SEED FIRST COUNT`.

Each case depends only on the seed and its own number, so that a single case can be generated again.

The format is that of `given` in `tests/conformance`. Instants are milliseconds since 1970, a body is hex, and text that
UTF-8 cannot encode is `{"utf16": [units]}`. A client or a call has at most one fault, since languages may report
different ones first.

Needs Python 3.10 or later and nothing but its standard library.
"""

import json
import sys
from random import Random
from unicodedata import category
from urllib.parse import quote

from replies import headers, http_date, response

VISIBLE = "".join(map(chr, range(0x21, 0x7F)))
UNRESERVED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
#: 0001-01-01, 10000-01-01, and a day in 2025.
YEAR_1, YEAR_10000, TODAY = -62_135_596_800_000, 253_402_300_800_000, 1_762_153_305_000
SAFE = 2**53 - 1
#: Python's instants are floating-point seconds, exact to the microsecond until 2255; later ones go
#: where only seconds count.
EXACT = 9_000_000_000_000

#: Where characters of text come from; each is as likely as the others.
BLOCKS = [
    (0x20, 0x7E),
    (0x30, 0x39),
    (0x00, 0x1F),  # JSON escapes these
    (0x7F, 0xA0),  # and not these
    (0xA1, 0x17F),
    (0x300, 0x36F),  # combining
    (0x5D0, 0x6FF),  # right to left
    (0x2000, 0x206F),  # blanks without width, line separators, marks of direction
    (0x4E00, 0x9FFF),
    (0xD7F0, 0xD7FF),  # below the surrogates
    (0xE000, 0xF8FF),  # above them, private
    (0xFDD0, 0xFDEF),  # no characters
    (0xFE00, 0xFFFF),  # variation selectors, byte order marks, U+FFFE
    (0x1F300, 0x1FAFF),
    (0x20000, 0x2FFFF),
    (0xE0000, 0xE01EF),  # tags
    (0x10FF00, 0x10FFFF),
]
#: White space, and characters without a width, which no id has at its ends.
BLANKS = " \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff\u2060" + "".join(map(chr, range(0x2000, 0x200E)))
HARD = "\"\\/\b\f\n\r\t\0\x7f\x85\u2028\u2029\ufeff\ufffd\uffff\U0010ffff<>&'"


def character(random):
    if random.random() < 0.2:
        return random.choice(HARD)
    return chr(random.randint(*random.choice(BLOCKS)))


def text(random):
    """Returns text that is not empty, with characters of every kind or of one."""
    length = random.choices([random.randint(1, 24), random.randint(25, 300), random.choice([4096, 20_000])], [90, 9.5, 0.5])[0]
    if random.random() < 0.3:
        return "".join(random.choices("0123456789", k=length))
    return "".join(character(random) for _ in range(length))


def identifier(random):
    """An id: without control characters, and not blank at either end."""
    words = "".join(it for it in text(random) if category(it) != "Cc").strip(BLANKS)
    return words or "1"


def with_surrogate(random):
    units = [*memoryview(text(random).encode("utf-16-le")).cast("H")]
    alone = random.choice([[0xD800], [0xDFFF], [0xDC00, 0xD800], [random.randint(0xD800, 0xDFFF), 0x41]])
    at = random.randint(0, len(units))
    # A place within a surrogate pair is skipped, since a split pair is another text.
    if at < len(units) and 0xDC00 <= units[at] <= 0xDFFF:
        at -= 1
    return {"utf16": [*units[:at], 0x2E, *alone, 0x2E, *units[at:]]}


def value(random, alphabet=VISIBLE):
    """Returns text that a header can carry."""
    length = random.choices([random.randint(1, 40), 500], [99, 1])[0]
    words = "".join(random.choices(alphabet, k=length))
    if alphabet is VISIBLE and length > 2 and random.random() < 0.3:
        at = random.randint(1, length - 1)
        words = words[:at] + " " * random.randint(1, 3) + words[at:]
    return words


def spoilt(random, good):
    """Returns a variant of ``good`` that a header cannot carry, or that the client refuses."""
    at = random.randint(0, len(good))
    return random.choice(
        [
            lambda: "",
            lambda: " " + good,
            lambda: good + random.choice(" \n\r\t\0\x0b\u00a0\u3000"),
            lambda: good[:at] + random.choice(["\r\n", "\n", "\r", "\0", "\t", "\x7f", "é", "中", "😀", "\u2028"]) + good[at:],
            lambda: f"{good}\r\nx-injected: 1",
            lambda: with_surrogate(random),
        ]
    )()


# --- the client
# --------------------------------------------------------------------------------------------------


def host(random):
    label = lambda: "".join(random.choices("abcXYZ019-_", k=random.choice([1, 3, 8, 61])))
    return random.choice(
        [
            lambda: "intl.myhuaweicloud-koodrive.com",
            # A host whose last part is a number is an IPv4 address, or refused.
            lambda: ".".join(label() for _ in range(random.randint(1, 3))) + random.choice(["-z", ".example", ".COM"]),
            lambda: ".".join(str(random.randint(0, 255)) for _ in range(4)),
            lambda: "[" + ":".join(f"{random.choice([0, 1, random.randint(0, 0xFFFF)]):x}" for _ in range(8)) + "]",
            lambda: random.choice(["[::1]", "[2001:DB8::1]", "[::]", "[1::2:3]", "[fe80::A:b]", "[0:0::0:1]"]),
            lambda: random.choice(["localhost", "LOCALHOST", "127.0.0.1", "127.255.0.3"]),
            lambda: random.choice(["xn--fiqs8s.example", "a_b.example", "1.2.3.4.example", "0x7f.example", "9example"]),
        ]
    )()


def endpoint(random):
    """Return an endpoint, and whether plain http is to be allowed (None: not given)."""
    scheme = random.choice(["https", "https", "https", "HTTPS", "Https", "http", "HTTP"])
    port = random.choice(["", "", f":{random.randint(1, 65535)}", ":443", ":80", ":0443", ":65535"])
    # The fixed letter keeps the segment from being dots alone.
    segment = lambda: "/a" + "".join(random.choices(UNRESERVED, k=random.randint(0, 12)))
    prefix = "".join(segment() for _ in range(random.choice([0, 0, 1, 2])))
    if scheme.lower() == "https":
        plain, name = random.choice([None, False, True]), host(random)
    elif random.random() < 0.5:
        plain, name = (
            random.choice([None, False]),
            random.choice(["localhost", "LocalHost", "127.0.0.1", "127.9.0.255", "[::1]", "[0:0::1]"]),
        )
    else:
        plain, name = True, host(random)
    return f"{scheme}://{name}{port}{prefix}{random.choice(['', '', '/'])}", plain


PIECES = [
    "@",
    "?",
    "?a=b",
    "#",
    "\\",
    " ",
    "%2f",
    "%00",
    "..",
    "/../",
    "/./",
    "//",
    "\t",
    "\n",
    "\r\n",
    "\0",
    ":",
    ":0",
    ":65536",
    ":99999",
]
PIECES += [
    "é",
    "中",
    "。",
    "[",
    "]",
    "%",
    "user:password@",
    "x",
    ".",
    "0",
    "127.1",
    "0x7f.1",
    "1.2.3.256",
    "[::ffff:1.2.3.4]",
    "[1:2]",
    "ftp",
]


def odd_endpoint(random, url):
    at = random.randint(0, len(url))
    # No host checks Punycode, and some URL parsers refuse half of it; such a host has no address
    # anyway.
    url = url.replace("xn--fiqs8s", "punycode")
    return random.choice(
        [
            lambda: url[:at] + random.choice(PIECES) + url[at:],
            lambda: url[:at] + random.choice(PIECES) + url[at + 1 :],
            lambda: url[:at] + url[at + 1 :],
            lambda: url[:at],
            lambda: url[at:],
            lambda: "https://" + random.choice(PIECES),
            lambda: "http://" + host(random),
            lambda: text(random),
            lambda: with_surrogate(random),
        ]
    )()


def token(random):
    bare = value(random)
    return random.choice(
        [
            bare,
            bare,
            f"Bearer {bare}",
            f"bEARER {bare}",
            f"Bearer+{bare}",
            f"BEARER+{bare}",
            f"AT {bare}",
            f"at {bare}",
            f"Bearer{bare}",
        ]
    )


def credentials(random, flaw):
    """Members of a client; `flaw` is what is to be wrong with them."""
    app = {"appId": value(random, VISIBLE.replace(",", "")), "appSecret": f"s{text(random)}s"}
    given = random.choice([app, app, {"token": token(random)}, {"authorization": value(random)}])
    if not flaw:
        return given
    if random.random() < 0.3:
        return random.choice(
            [
                {},
                {"appId": "a"},
                {"appSecret": "s"},
                {**app, "token": "t"},
                {"token": "t", "authorization": "a"},
                {**app, "authorization": "a"},
            ]
        )
    name = random.choice([*given])
    bad = spoilt(random, given[name])
    if name == "token":
        bad = random.choice([bad, "Bearer", "bearer", "Bearer+", "Bearer ", "Bearer+ x", "Bearer+x ", "Bearer+\n"])
    if name == "appId":
        bad = random.choice([bad, "a,b", "a b", ",", "a,SignedHeaders=x"])
    if name == "appSecret":
        bad = random.choice(["", " s", "s\n", "\u3000s", "s\u2028", "\x85s", "\ufeff s ", with_surrogate(random)])
    return {**given, name: bad}


def client(random, flaw):
    url, plain = endpoint(random)
    given = {"endpoint": url, "userId": value(random), **credentials(random, flaw == "credentials")}
    if plain is not None:
        given["allowPlainHttp"] = plain
    if random.random() < 0.5:
        given["clockMarginSeconds"] = random.choice([0, 1, 5, 60, 599, 600, random.randint(0, 600)])
    if flaw == "endpoint":
        given["endpoint"] = odd_endpoint(random, url)
    if flaw == "userId":
        given["userId"] = spoilt(random, given["userId"])
    if flaw == "margin":
        given["clockMarginSeconds"] = random.choice([601, 2**32 - 1, 2**32, -1, random.randint(601, 10**6)])
    return given


# --- the call, and when it is made
# ------------------------------------------------------------------------------------


def raw_call(random, flaw):
    method = random.choice(["GET", "GET", "POST", "PUT", "PATCH", "DELETE"])
    given = {
        "operation": "rawCall",
        "method": method,
        "path": "".join(f"/{segment(random)}" for _ in range(random.randint(1, 5))),
    }
    if random.random() < 0.6:
        names = [text(random)[:20], "q", "Q", "pageSize"]
        values = [lambda: text(random)[:60], lambda: "", lambda: random.randint(-SAFE, SAFE)]
        given["query"] = [[random.choice(names), random.choice(values)()] for _ in range(random.choice([1, 2, 5, 50]))]
    if random.random() < 0.3:
        given["headers"] = [["language", random.choice(["en-US", "zh-CN"])]]
    if method != "GET" and random.random() < 0.6:
        given["json"] = json.dumps(
            {"text": text(random), "number": random.randint(-(10**30), 10**30)}, ensure_ascii=random.random() < 0.5
        )
    if flaw == "raw":
        at = random.randint(0, len(given["path"]))
        given.update(
            random.choice(
                [
                    {"method": random.choice(["HEAD", "get", "", "CONNECT"])},
                    {
                        "path": given["path"][:at]
                        + random.choice(["?", "#", "%", "%2", "%zz", "//", "/./", "/../", "\\", "\n"])
                        + given["path"][at:]
                    },
                    {"path": random.choice(["", "x", "https://elsewhere.example/"])},
                    {"query": [["a", random.choice([None, 1.5, True, 2**53])]]},
                    {"headers": [[random.choice(["host", "X-Date", "authorization", "content-length", "a b", ""]), "x"]]},
                    {"headers": [["language", spoilt(random, "en")]]}
                    if random.random() < 0.5
                    else {"headers": [["a", "1"], ["A", "2"]]},
                    {"method": "GET", "json": "{}"},
                    {"method": "PUT", "json": random.choice(["{", "", "{} {}", "nul", '{"a":01}'])},
                ]
            )
        )
    return given


def segment(random):
    """Returns a segment of a path: of unreserved characters or of any, escaped or not."""
    words = "".join(it for it in text(random)[:30] if category(it) != "Cc" and it not in "/?#%\\") or "x"
    return "a" + random.choice(["".join(random.choices(UNRESERVED, k=8)), words, quote(text(random)[:30], safe="")])


def call(random, flaw):
    if flaw == "raw" or (flaw is None and random.random() < 0.3):
        return raw_call(random, flaw)
    if flaw is None and random.random() < 0.3:
        names = ["getSpaceUsageByOverview", "getCurrentRetentionPolicy", "getCarrierRetentionPolicy"]
        return {"operation": random.choice(names)}
    given = {"operation": "notifyPackageExpire", "carrierUserId": identifier(random), "packageId": identifier(random)}
    if random.random() < 0.3:
        given["undocumentedType"] = random.choice([0, 1, 3, -1, -2, 10, SAFE, -SAFE, random.randint(-SAFE, SAFE)])
    if random.random() < 0.1:
        given["type"] = 2
    if flaw == "ids":
        controlled = f"1{chr(random.choice([0, 9, 10, 13, 0x7F, 0x85]))}2"
        blank = random.choice(BLANKS)
        given[random.choice(["carrierUserId", "packageId"])] = random.choice(
            ["", with_surrogate(random), controlled, f"1{blank}", f"{blank}1", blank]
        )
    if flaw == "type":
        given.pop("undocumentedType", None)
        given["type"] = random.choice([1, 0, 3, -2, random.randint(-SAFE, SAFE)])
    if flaw == "undocumentedType":
        given["undocumentedType"] = 2
    return given


def instant(random):
    return random.choices(
        [
            TODAY + random.randint(-20 * 365 * DAY, 20 * 365 * DAY),
            random.randint(YEAR_1, YEAR_10000 - 1),
            random.choice([YEAR_1, YEAR_10000, 0, 951_782_400_000]) + random.randint(-20 * SECOND, 20 * SECOND),
            random.randint(YEAR_1 - 10_000 * 365 * DAY, YEAR_10000 + 10_000 * 365 * DAY),
        ],
        [80, 8, 8, 4],
    )[0]


def options(random, offset):
    """`offset` is about what the client has learned of the clock."""
    now = instant(random)
    given = {"now": now}
    if abs(now) < EXACT and random.random() < 0.35:
        edge = random.choice([0, 15 * MINUTE]) + random.randint(-2 * SECOND, 2 * SECOND)
        age = random.choice([random.randint(0, 15 * MINUTE), random.randint(0, 15 * MINUTE), edge, random.randint(-DAY, DAY)])
        given["date"] = now + offset - age
    if random.random() < 0.6:
        given["traceId"] = "".join(random.choices(VISIBLE, k=58))
        if random.random() < 0.15:
            short = given["traceId"][: random.choice([0, 1, 57])]
            given["traceId"] = random.choice([short, given["traceId"] + "x", spoilt(random, given["traceId"][1:])])
    return given


def observed(random):
    received = TODAY + random.randint(-20 * 365 * DAY, 20 * 365 * DAY)
    ahead = random.choice(
        [0, random.randint(-HOUR, HOUR), random.randint(-2 * DAY, 2 * DAY), DAY + random.randint(-SECOND, SECOND)]
    )
    took = random.choice([0, 80, MINUTE, MINUTE + 1, -1, random.randint(-SECOND, 2 * MINUTE)])
    given = [["Date", http_date(random, received + ahead)]] if random.random() < 0.9 else []
    return {"headers": given + headers(random), "sentAt": received - took, "receivedAt": received}, ahead


# --- what the service said of a signature
# -----------------------------------------------------------------------------


def message(random, given, called):
    method, path = "POST", "/koodrive/ose/v1/carrier/users/notifyPackageExpire/"
    if called["operation"] == "getCurrentRetentionPolicy":
        method, path = "GET", "/koodrive/ose/v1/carrier/retention/policy/getList/"
    elif called["operation"] == "rawCall":
        method, path = called["method"], called["path"]
    lines = [method, path, "", "host:intl.myhuaweicloud-koodrive.com", "x-date:20251103T070140Z", f"x-user-id:{given['userId']}"]
    lines += ["", "host;x-date;x-user-id", "".join(random.choices("0123456789abcdef", k=64))]
    for _ in range(random.choice([0, 1, 3])):
        at = random.randrange(len(lines))
        lines[at] = random.choice(["", lines[at] + character(random), lines[at].upper(), "|", text(random)[:40]])
    return random.choice(
        [
            "verify signature fail, canonicalRequest:" + "|".join(lines),
            "canonicalRequest:" + "|".join(lines[: random.randrange(len(lines))]),
            "signature time:20251103T070140Z,server time:20251103T072140Z",
            "signature time:" + text(random)[:30],
            text(random),
        ]
    )


FLAWS = ["endpoint", "endpoint", "credentials", "userId", "margin", "ids", "ids", "type", "undocumentedType", "raw", "raw", "raw"]


def case(seed, number):
    random = Random(f"{seed}:{number}")
    flaw = random.choice(FLAWS) if random.random() < 0.2 else None
    given = client(random, flaw)
    made = {"number": number, "client": given, "call": call(random, flaw)}
    offset = 0
    if random.random() < 0.3:
        made["observed"], offset = observed(random)
    made["options"] = options(random, offset)
    if random.random() < 0.3:
        made["message"] = message(random, given, made["call"])
    made["response"] = response(random, character)
    return made


if __name__ == "__main__":
    seed, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for number in range(first, first + count):
        print(json.dumps(case(seed, number), separators=(",", ":")))
