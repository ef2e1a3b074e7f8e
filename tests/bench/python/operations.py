"""Times each operation of each peer, and a batch of 100,000 requests that are built and kept.

Times are CPU time of this process, so other programs do not count. ``python operations.py --check``
times nothing: it checks that peers of the same algorithm give the same results.
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

#: Peers with another algorithm.
SIGN_OTHERWISE = ("sdk_signer", "sdk_client", "sigv4")

#: By operation: the peer's module, the timed statement in that module, and the row's name if it is
#: not the peer's.
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
    # A whole call: created from its ids, signed, and its reply read.
    "call": [
        ("ours", "typed(user, package, now)"),
        ("ours", "raw(user, package, now)", "koodrive, raw call"),
    ],
}

#: Peers that do everything that koodrive does for a nightly job.
WHOLE = ("tuned", "ours", "hand")


def module(peer):
    # Only the process that times a peer imports it, because each import gives the collector more
    # objects to visit.
    return import_module(f"peers.{peer}")


def repeated(loops, peer, statement):
    """Returns the seconds of ``loops`` runs, with the collector on, as in users' programs."""
    return timeit.Timer(statement, gc.enable, time.process_time, vars(module(peer))).timeit(loops)


def kept(loops, peer):
    """Returns the seconds of ``loops`` batches, without the time to drop them."""
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
    """Returns a peer's request or reply as comparable values."""
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
