"""Times a fresh process until a package is imported, and in Node until a first request is signed.

``nothing`` is the time of the bare interpreter, which the report subtracts. ``KOODRIVE_BENCH_NODE``
is the folder of ``start.mjs`` with its peers installed. ``start.py --memory`` times nothing, and
prints each process's own peak memory above that of ``nothing``, on Linux.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pyperf

STATUS = Path("/proc/self/status")
IMPORTS = {
    "nothing": "pass",
    "koodrive": "import koodrive",
    "hand": "import collections, datetime, hashlib, hmac, json",
    "huaweicloudsdkcore client": "import huaweicloudsdkcore.client",
    "botocore SigV4": "import botocore.auth, botocore.awsrequest, botocore.credentials",
}
PEERS = ["nothing", "koodrive", "node:crypto", "@huaweicloud/huaweicloud-sdk-core"]
PROGRAM = str(Path(os.environ["KOODRIVE_BENCH_NODE"], "start.mjs"))


def commands(status):
    """Yields operation, peer and command. With ``status`` a process prints its own status at its end."""
    last = f"; print(open({str(STATUS)!r}).read())" if status else ""
    for peer, statement in IMPORTS.items():
        yield "Python, import", peer, [sys.executable, "-c", statement + last]
    for until in ("import", "import to first signed request"):
        for peer in PEERS:
            yield f"Node, {until}", peer, ["node", PROGRAM, peer, until, *([str(STATUS)] if status else [])]


def print_memory():
    """A parent sees the peak of a child that is not below its own, so each process tells its own."""
    peaks = {}
    for operation, peer, command in commands(status=True):
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        peaks[operation, peer] = int(re.search(r"VmHWM:\s+(\d+) kB", printed)[1]) * 1024
        if peer != "nothing":
            value = peaks[operation, peer] - peaks[operation, "nothing"]
            print(json.dumps({"operation": operation, "peer": peer, "unit": "bytes", "value": value}))


if "--memory" in sys.argv:
    if STATUS.exists():
        print_memory()
else:
    runner = pyperf.Runner()
    for operation, peer, command in commands(status=False):
        runner.bench_command(f"{operation}: {peer}", command)
