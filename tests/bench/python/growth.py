"""``python growth.py COUNT``: so many requests built and their replies read and dropped, in one process."""

import sys
import time

import case
from measure import memory, row
from peers import ours

count = int(sys.argv[1])
signing, package, now = ours.signing, case.PACKAGE_ID, ours.now
headers, body = case.REPLY_HEADERS, case.REPLY

started = time.process_time()
for number in range(count):
    call = ours.koodrive.NotifyPackageExpire(carrier_user_id=str(number), package_id=package)
    signing.request(call, now)
    signing.parse(call, 200, headers, body)
took = time.process_time() - started

row("growth", "Python, time", f"{count:,}", "ns", [took * 1e9 / count])
if (peak := memory("VmHWM")) is not None:
    row("growth", "Python, memory", f"{count:,}", "bytes", [peak])
