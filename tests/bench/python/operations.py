"""Times what each operation of each peer takes, and 100,000 requests that are built and kept: the processor's time of this process,
in which other programs have no part.

``python operations.py --check`` times nothing: it sees to it that peers which do the same give the same.
"""

import gc
import sys
import time
import timeit
from importlib import import_module

import case
import pyperf

PEERS = {
    "tuned": "tuned",
    "ours": "koodrive",
    "hand": "hand",
    "sdk_signer": "huaweicloudsdkcore signer",
    "sdk_client": "huaweicloudsdkcore client",
    "sigv4": "botocore SigV4",
}

#: Those of another algorithm.
SIGN_OTHERWISE = ("sdk_signer", "sdk_client", "sigv4")

#: By operation: the peer's module, what is timed in its names, and what the row is called if not as the peer.
OPERATIONS = {
    "bearer request": [
        ("tuned", "bearer(user, package, now)"),
        ("ours", "bearer.request(call, now)"),
        ("hand", "bearer(user, package, now)"),
    ],
    "signed request": [
        ("tuned", "signed(user, package, now)"),
        ("ours", "signing.request(call, now)"),
        ("hand", "signed(user, package, now)"),
        ("sdk_signer", "signed(user, package)"),
        ("sdk_client", "signed(user, package)"),
        ("sigv4", "signed(user, package)"),
    ],
    "parse": [
        ("tuned", "parse(200, headers, body)"),
        ("ours", "signing.parse(call, 200, headers, body)"),
        ("hand", "parse(200, headers, body)"),
        ("sdk_client", "parse(200, response)"),
    ],
    # From its ids to its reply: made, signed, and its reply read.
    "call": [
        ("ours", "typed(user, package, now)"),
        ("ours", "raw(user, package, now)", "koodrive, raw call"),
    ],
}

#: Peers that do all that koodrive does, and could take its place in a nightly job.
WHOLE = ("tuned", "ours", "hand")


def module(peer):
    # Inside the process that times it: an import leaves the collector more to look through.
    return import_module(f"peers.{peer}")


def repeated(loops, peer, statement):
    """Seconds of so many runs, with the collector at work, as users have it."""
    return timeit.Timer(statement, gc.enable, time.process_time, vars(module(peer))).timeit(loops)


def kept(loops, peer):
    """Seconds of so many batches, each of which is dropped outside of the time."""
    batch, ids, spent = module(peer).batch, case.carrier_user_ids(), 0.0
    for _ in range(loops):
        started = time.process_time()
        requests = batch(ids)
        spent += time.process_time() - started
        assert len(requests) == case.BATCH
        del requests
    return spent


def measure():
    runner = pyperf.Runner()
    for operation, peers in OPERATIONS.items():
        for peer, statement, *name in peers:
            title = f"{operation}: {name[0] if name else PEERS[peer]}"
            runner.bench_time_func(title, repeated, peer, statement)
    for peer in WHOLE:
        runner.bench_time_func(f"batch of 100,000: {PEERS[peer]}", kept, peer)


def plain(result):
    """A request or a reply of any peer, as values that can be compared."""
    if hasattr(result, "code"):
        return result.code, result.msg, getattr(result, "trace_id", None)
    if isinstance(result, tuple):
        return plain(result[0]) if len(result) == 2 else result
    return result.method, result.url, dict(result.headers), result.body


def check():
    for peer in PEERS:
        signature = module(peer).signature()
        assert signature == (None if peer in SIGN_OTHERWISE else case.SIGNATURE), f"{peer}: {signature}"
    for operation, peers in OPERATIONS.items():
        compared = [of for of in peers if operation != "signed request" or of[0] not in SIGN_OTHERWISE]
        results = [plain(eval(statement, vars(module(peer)))) for peer, statement, *_ in compared]
        assert all(result == results[0] for result in results), f"{operation}: {results}"
        print(f"{operation}: {len(results)} of {len(peers)} peers give the same")


if sys.argv[1:] == ["--check"]:
    check()
else:
    measure()
