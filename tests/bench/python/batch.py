"""``python batch.py PEER``: a night's requests, signed and held: how long it takes, and how much memory."""

import sys
import time
from importlib import import_module

import case
from measure import memory, row

peer = import_module(f"peers.{sys.argv[1]}")
signature, ids = peer.signature(), case.carrier_user_ids()
# Once, in a fresh process: memory that was freed is not given back.
before, started = memory("VmRSS"), time.process_time()
requests = peer.batch(ids)
took, peak = time.process_time() - started, memory("VmHWM")
assert len(requests) == case.BATCH
row("python", "batch of 100,000", peer.NAME, "ms", [took * 1e3], signature == case.SIGNATURE if signature else None)
if peak is not None:
    row("memory", "Python, batch of 100,000", peer.NAME, "bytes", [peak - before])
