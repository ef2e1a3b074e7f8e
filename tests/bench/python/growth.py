"""Builds N requests in one process, reads their replies and drops both: ``python growth.py N``.

Prints the nanoseconds per request and, on Linux, the system's status of this process, with its
memory.
"""

import sys
import time
from pathlib import Path

from peers.ours import body, headers, koodrive, now, package, signing


def once(number):
    call = koodrive.NotifyPackageExpire(carrier_user_id=str(number), package_id=package)
    signing.request(call, now)
    signing.parse(call, 200, headers, body)


# The first reply imports modules.
once(0)
count = int(sys.argv[1])
started = time.process_time()
for number in range(count):
    once(number)
print((time.process_time() - started) * 1e9 / count)
if (status := Path("/proc/self/status")).exists():
    print(status.read_text())
