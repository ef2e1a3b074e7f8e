"""Times statements, and prints rows as ``cargo xtask bench`` reads them: see xtask/src/bench/row.rs."""

import gc
import json
import time
import timeit

#: Repeats in one process; ``cargo xtask bench`` starts several.
REPEATS = 5

#: One repeat takes at least so many seconds: an interrupt is then lost in it.
REPEAT = 0.05


def row(table, operation, peer, unit, samples, same_signature=None):
    line = {"table": table, "operation": operation, "peer": peer, "unit": unit, "samples": [round(it, 2) for it in samples]}
    if same_signature is not None:
        line["same_signature"] = same_signature
    print(json.dumps(line, ensure_ascii=False), flush=True)


def versions(of):
    print(json.dumps({"versions": of}), flush=True)


def nanoseconds(statement, names):
    """Per run of the statement in a loop that holds nothing else, with the collector at work, as users have it.

    The processor's time, in which nothing that else runs on its core has a part.
    """
    timer = timeit.Timer(statement, setup=gc.enable, timer=time.process_time, globals=names)
    runs = 1
    # Doubling warms up as well: as long again as what is measured.
    while timer.timeit(runs) < REPEAT:
        runs *= 2
    return [timer.timeit(runs) * 1e9 / runs for _ in range(REPEATS)]


def memory(name):
    """A line of /proc/self/status in bytes, "VmHWM" (the most so far) or "VmRSS" (now); None elsewhere than on Linux."""
    try:
        with open("/proc/self/status") as status:
            (line,) = (line for line in status if line.startswith(f"{name}:"))
    except OSError:
        return None
    return int(line.split()[1]) * 1024
