"""``python growth.py N``: N requests built and their replies read and dropped, in one process. Prints the nanoseconds per request."""

import sys
import time

from peers.ours import body, headers, koodrive, now, package, signing

count = int(sys.argv[1])
started = time.process_time()
for number in range(count):
    call = koodrive.NotifyPackageExpire(carrier_user_id=str(number), package_id=package)
    signing.request(call, now)
    signing.parse(call, 200, headers, body)
print((time.process_time() - started) * 1e9 / count)
