"""Random replies for `generate.py`: status, headers, and a body that is a reply, JSON, nearly JSON, or none of it."""

import datetime

EPOCH = datetime.datetime(1970, 1, 1)
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def http_date(random, milliseconds):
    """In one of the three forms of RFC 9110, 5.6.7, or nearly."""
    try:
        at = EPOCH + datetime.timedelta(milliseconds=milliseconds)
    except OverflowError:
        at = datetime.datetime.max
    day, month, clock = DAYS[at.weekday()], MONTHS[at.month - 1], f"{at.hour:02}:{at.minute:02}:{at.second:02}"
    usual = f"{day}, {at.day:02} {month} {at.year:04} {clock} GMT"
    form = random.choices(
        [
            usual,
            f"{day}day, {at.day:02}-{month}-{at.year % 100:02} {clock} GMT",
            f"{day} {month} {at.day:2} {clock} {at.year:04}",
        ],
        [8, 1, 1],
    )[0]
    if random.random() < 0.1:
        place = random.randrange(len(form))
        form = form[:place] + random.choice(["", "0", "9", " ", ":", "x", "-"]) + form[place + random.randint(0, 1) :]
    return form


NAMES = [
    "date",
    "Date",
    "AGE",
    "Age",
    "retry-after",
    "Retry-After",
    "X-TraceId",
    "x-traceid",
    "Content-Type",
    "x-other",
    "x-trace-id",
    "dat",
]


def headers(random):
    """Pairs, some of a name that another has."""
    pairs = []
    for _ in range(random.choice([0, 0, 1, 2, 6])):
        name = random.choice(NAMES)
        value = random.choice(
            [
                lambda: str(random.choice([0, 1, 59, 120, 3600, random.randint(0, 10**15), 2**64 - 1, 2**64, 10**30])),
                lambda: http_date(random, 1_762_153_305_000 + random.randint(-(10**8), 10**8)),
                lambda: "".join(chr(random.randint(0x20, 0x7E)) for _ in range(random.choice([0, 1, 58, 58, 200]))),
                lambda: random.choice(["", " ", "\t", " 7 ", "-1", "1.5", "+5", "0x10", "١٢", "é", "\x80\xff", "成功"]),
            ]
        )()
        pairs.append([name, value])
    return pairs


def number(random):
    return random.choices(
        [
            lambda: str(random.randint(-20, 20)),
            lambda: str(random.choice([0, 0, 2**53, -(2**53), 2**53 - 1, 2**53 + 1, 2**63, 2**64, 300000000000000000])),
            lambda: random.choice(["-0", "0.0", "0e0", "1e400", "1E+2", "0.1", "-1e-5", "13000201", "13000102"]),
            lambda: "".join(random.choices("123456789", k=random.choice([20, 40, 400]))),
            lambda: random.choice(["01", "+1", ".5", "1.", "1e", "-", "0x1", "NaN", "Infinity", "1_0"]),
        ],
        [70, 12, 10, 7, 1],
    )[0]()


def string(random, character):
    pieces = []
    for _ in range(random.choice([0, 1, 3, 12, random.randint(0, 60)])):
        one = character(random)
        pieces.append(
            random.choices(
                [
                    one if one >= " " and one not in '"\\' else f"\\u{ord(one):04x}",
                    "".join(f"\\u{unit:04X}" for unit in memoryview(one.encode("utf-16-le")).cast("H")),
                    random.choice(['\\"', "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t"]),
                    random.choice(["\\ud800", "\\udc00", "\\uDBFF\\u0041", "\\x41", "\\u12", "\\", "\n", "\t"]),
                ],
                [60, 25, 14.8, 0.2],
            )[0]
        )
    return '"' + "".join(pieces) + '"'


MEMBERS = [
    "code",
    "code",
    "code",
    "msg",
    "msg",
    "error_code",
    "error_msg",
    "request_id",
    "policyList",
    "other",
    "Code",
    "c\\u006fde",
    "",
]
POLICY = ["policyId", "policyName", "description", "priority", "status", "policyId", "other"]


def blank(random):
    return random.choices(["", " ", "\r\n\t ", "\ufeff", "\u00a0", "\x0c"], [90, 7, 2.7, 0.1, 0.1, 0.1])[0]


def json_text(random, character, depth=0):
    """Valid JSON, but for a number or an escape now and then."""
    kind = random.choices(["atom", "number", "string", "array", "object"], [2, 3, 4, 1, 2 if depth else 8])[0]
    if depth > 3:
        kind = "atom"
    inner = lambda: json_text(random, character, depth + 1)
    if kind == "atom":
        return random.choice(["null", "true", "false", '""', "0", '"0"', "{}", "[]"])
    if kind == "number":
        return number(random)
    if kind == "string":
        return string(random, character)
    items = random.choice([0, 1, 2, 5])
    if kind == "array":
        return "[" + ",".join(blank(random) + inner() for _ in range(items)) + blank(random) + "]"
    members = (f'{blank(random)}"{random.choice(MEMBERS)}"{blank(random)}:{blank(random)}{inner()}' for _ in range(items))
    return "{" + ",".join(members) + blank(random) + "}"


def policies(random, character):
    def one():
        if random.random() < 0.1:
            return json_text(random, character, 2)
        members = (
            f'"{name}":{random.choice([number, number, string_or_null])(random)}' for name in POLICY if random.random() < 0.7
        )
        return "{" + ",".join(members) + "}"

    string_or_null = lambda random: random.choice([string(random, character), "null", '"1"'])
    if random.random() < 0.1:
        return json_text(random, character, 2)
    return "[" + ",".join(one() for _ in range(random.choice([0, 1, 2, 4]))) + "]"


def reply(random, character):
    """Returns a reply that the service might send."""
    code = random.choices(
        ["0", '"0"', "13000201", '"13000102"', number(random), string(random, character), "null"], [50, 30, 4, 4, 5, 5, 2]
    )[0]
    msg = random.choice(['"Success."', '"成功"', "null", string(random, character), number(random)])
    members = [f'"code":{code}', f'"msg":{msg}']
    if random.random() < 0.1:
        members = ['"error_code":"APIGW.0301"', f'"error_msg":{msg}', f'"request_id":{string(random, character)}']
    if random.random() < 0.4:
        members.append(f'"policyList":{policies(random, character)}')
    if random.random() < 0.2:
        members.append(f'"{random.choice(MEMBERS)}":{json_text(random, character, 1)}')
    if random.random() < 0.05:
        members.pop(0)
    random.shuffle(members)
    return "{" + ",".join(members) + "}"


def body(random, character):
    deep = random.choice([100, 127, 128, 129, 5000])
    octets = random.choices(
        [
            reply(random, character).encode(),
            json_text(random, character).encode(),
            random.randbytes(random.choice([0, 1, 20, 300])),
            b'{"code":0,"deep":' + b"[" * deep + b"]" * deep + b"}",
            reply(random, character).encode(random.choice(["utf-16", "utf-16-le", "utf-8-sig", "utf-32"])),
            b"<html><body>" + reply(random, character).encode() + b"</body></html>",
        ],
        [60, 20, 6, 2, 4, 8],
    )[0]
    if octets and random.random() < 0.15:
        octets = bytearray(octets)
        for _ in range(random.choice([1, 1, 3])):
            at = random.randrange(len(octets))
            octets[at : at + random.randint(0, 2)] = random.choice(
                [b"", random.randbytes(1), b'"', b"{", b"}", b",", b"\x00", b"\xff", b"\xed\xa0\x80"]
            )
            if not octets:
                break
    return bytes(octets)


def response(random, character):
    status = random.choices(
        [200, random.choice([201, 204, 301, 302, 400, 401, 403, 404, 409, 429, 500, 502, 503, 504]), random.randint(100, 999)],
        [70, 24, 6],
    )[0]
    return {"status": status, "headers": headers(random), "bodyHex": body(random, character).hex()}
