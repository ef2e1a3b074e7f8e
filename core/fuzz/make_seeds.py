#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets in `core/fuzz/seeds`, a folder for each, from the conformance vectors.

Decides how a vector is written as an input: fields with the byte FF between them, in the order that the head of each
target's body gives (`tests/invariants/src`). The seeds of `json` are the replies' bodies and the JSON corpus.

Leaves alone what fuzzing found: those files begin with `found-` and are kept by hand.

    python3 core/fuzz/make_seeds.py            write the seeds, remove those that are gone
    python3 core/fuzz/make_seeds.py --check    write nothing; name what differs, and exit with 1 if anything does

Needs Python 3.9 or later and nothing but its standard library.
"""

import json
import pathlib
import sys
from datetime import datetime, timedelta, timezone

SEEDS = pathlib.Path(__file__).resolve().parent / "seeds"
TESTS = SEEDS.parents[2] / "tests"
TARGETS = ("clock", "endpoint", "json", "parse", "request", "sandbox")
SEPARATOR = b"\xff"
# Long inputs are slow and show nothing that short ones do not.
LONGEST = 512


def microseconds(text):
    """An instant of a vector, in microseconds after the epoch."""
    epoch = datetime(1970, 1, 1, tzinfo=timezone.utc)
    return str((datetime.fromisoformat(text.replace("Z", "+00:00")) - epoch) // timedelta(microseconds=1))


def fields(*values):
    texts = ("" if value is None else str(value) if not isinstance(value, bytes) else value for value in values)
    return SEPARATOR.join(text if isinstance(text, bytes) else text.encode("utf-8") for text in texts)


def request_seed(given):
    client, call, options = given["client"], given["call"], given["options"]
    way = "app" if "appId" in client else "token" if "token" in client else "authorization"
    return fields(
        client["endpoint"],
        client["userId"],
        way,
        client.get("appId", client.get("token", client.get("authorization"))),
        client.get("appSecret"),
        call.get("carrierUserId"),
        call.get("packageId"),
        call.get("undocumentedType"),
        microseconds(options["now"]),
        client.get("clockMarginSeconds"),
        0,
        microseconds(options["date"]) if "date" in options else None,
        options.get("traceId"),
    )


def body_of(response):
    return bytes.fromhex(response["bodyHex"]) if "bodyHex" in response else response["body"].encode("utf-8")


def parse_seed(given, response):
    headers = {name.lower(): value for name, value in response["headers"]}
    return fields(
        "list" if given["call"]["operation"] == "getCurrentRetentionPolicy" else "notify",
        response["status"],
        *(headers.get(name) for name in ("date", "age", "retry-after", "x-traceid")),
        body_of(response),
    )


def clock_seed(given, request):
    observed = given.get("observed", {})
    headers = {name.lower(): value for name, value in observed.get("headers", {}).items()}
    now = given["options"]["now"]
    return fields(
        0,
        headers.get("date"),
        headers.get("age"),
        microseconds(observed.get("sentAt", now)),
        microseconds(observed.get("receivedAt", now)),
        microseconds(now),
        given["client"].get("clockMarginSeconds"),
        None if request is None else request["headers"]["x-date"],
        given["options"].get("traceId"),
        bytes(range(29)),
    )


def sandbox_seed(given, request):
    lines = "\n".join(f"{name}: {value}" for name, value in request["headers"].items())
    return fields(microseconds(given["options"]["now"]), request["method"], request["url"], lines, request.get("body"))


def forged_seeds(seed):
    """What a request that is accepted becomes when one thing of it is changed on the way."""
    for name, old, new in (
        ("another-signature", b"Signature=08", b"Signature=09"),
        ("another-app", b"AppId=example-app-id", b"AppId=another-app-id"),
        ("another-body", b'"packageId":"14"', b'"packageId":"15"'),
        ("another-method", b"\xffPOST\xff", b"\xffPUT\xff"),
        ("another-path", b".com/koodrive", b".com/gw/koodrive"),
        ("another-host", b"https://intl", b"https://cn"),
        ("a-query", b"notifyPackageExpire\xff", b"notifyPackageExpire?a=1&b\xff"),
        ("another-date", b"x-date: 20251103T070140Z", b"x-date: 20251103T070141Z"),
        ("another-user", b"x-user-id: 15", b"x-user-id: 16"),
        ("two-dates", b"\nx-date:", b"\nx-date: 20251103T070140Z\nx-date:"),
        ("two-hosts", b"\nx-date:", b"\nhost: elsewhere.example\nx-date:"),
        ("date-not-signed", b"host;x-date;x-user-id", b"host;x-user-id"),
        ("names-not-sorted", b"host;x-date;x-user-id", b"x-date;host;x-user-id"),
        ("token-of-nobody", b"authorization: HMAC-SHA256 AppId=", b"authorization: Bearer "),
    ):
        assert seed.count(old) == 1, name
        yield f"forged-{name}", seed.replace(old, new)


def with_example_credentials(given):
    """Whether the sandbox knows the caller without being told."""
    client = given["client"]
    return client.get("appSecret") == "example-app-secret-not-real" or "token" in client


def seeds():
    """Target and name to bytes. Of vectors that make the same input the first one is taken."""
    found = {}

    def add(target, name, data):
        if data not in (other for (of, _), other in found.items() if of == target):
            found[target, name] = data

    for folder in sorted(path for path in (TESTS / "vectors").iterdir() if path.is_dir()):
        read = {path.stem: json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")}
        given, request, response = read["call"], read.get("request"), read.get("response")
        add("request", folder.name, request_seed(given))
        add("endpoint", folder.name, given["client"]["endpoint"].encode("utf-8"))
        add("clock", folder.name, clock_seed(given, request))
        if request is not None and with_example_credentials(given):
            add("sandbox", folder.name, sandbox_seed(given, request))
        if folder.name == "app-notify-minimal":
            for name, data in forged_seeds(sandbox_seed(given, request)):
                add("sandbox", name, data)
        if response is not None:
            add("parse", folder.name, parse_seed(given, response))
            add("json", folder.name, body_of(response))
    corpus = TESTS / "json"
    for path in sorted(corpus.glob("[yni]_*.json")):
        if path.stat().st_size <= LONGEST:
            add("json", path.stem, path.read_bytes())
    return {f"{target}/{name}": data for (target, name), data in found.items()}


def on_disk():
    files = (path for path in SEEDS.rglob("*") if path.is_file() and not path.name.startswith("found-"))
    return {path.relative_to(SEEDS).as_posix(): path.read_bytes() for path in files if path.name != ".gitattributes"}


def main(arguments):
    if arguments not in ([], ["--check"]):
        sys.exit(__doc__)
    wanted, present = seeds(), on_disk()
    changed = sorted(name for name in {*wanted, *present} if wanted.get(name) != present.get(name))
    if arguments and changed:
        sys.exit("core/fuzz/seeds is not what core/fuzz/make_seeds.py writes:\n  " + "\n  ".join(changed))
    for name in changed:
        path = SEEDS / name
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(wanted[name])
        else:
            path.unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
