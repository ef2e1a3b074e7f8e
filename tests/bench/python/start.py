"""Times a fresh process until a package is imported, and in Node until a first request is signed.

``nothing`` is the time of the bare interpreter, which the report subtracts. ``KOODRIVE_BENCH_NODE``
is the folder of ``start.mjs`` with its peers installed.
"""

import os
import sys
from pathlib import Path

import pyperf

IMPORTS = {
    "nothing": "pass",
    "koodrive": "import koodrive",
    "hand": "import collections, datetime, hashlib, hmac, json",
    "huaweicloudsdkcore client": "import huaweicloudsdkcore.client",
    "botocore SigV4": "import botocore.auth, botocore.awsrequest, botocore.credentials",
}
PEERS = ["nothing", "koodrive", "node:crypto", "@huaweicloud/huaweicloud-sdk-core"]

runner = pyperf.Runner()
for peer, statement in IMPORTS.items():
    runner.bench_command(f"Python, import: {peer}", [sys.executable, "-c", statement])
program = str(Path(os.environ["KOODRIVE_BENCH_NODE"], "start.mjs"))
for until in ("import", "import to first signed request"):
    for peer in PEERS:
        runner.bench_command(f"Node, {until}: {peer}", ["node", program, peer, until])
