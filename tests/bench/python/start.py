"""``python start.py NAME STATEMENT…``: what imports take and hold above a bare interpreter, each in a process of its own.

Of such a process the processor's time counts, until it has ended: what else the machine does has no part in it. The
bytecode is there already, as pip leaves it.
"""

import os
import subprocess
import sys

from measure import row

#: Of each; the bare ones in between. ``cargo xtask bench`` starts this several times.
REPEATS = 5


def milliseconds(statement):
    child = os.posix_spawn(sys.executable, [sys.executable, "-c", statement], os.environ)
    _, status, usage = os.wait4(child, 0)
    assert status == 0, statement
    return (usage.ru_utime + usage.ru_stime) * 1e3


def held(statement):
    """Bytes, as the process itself sees them when it is done; what wait4 says includes this one before it became another."""
    code = f"{statement}\nfor line in open('/proc/self/status'):\n    if line.startswith('VmHWM:'): print(line.split()[1])"
    return int(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout) * 1024


named = list(zip(sys.argv[1::2], sys.argv[2::2]))
for _, statement in named:
    milliseconds(statement)
for _ in range(REPEATS):
    bare = milliseconds("pass")
    for name, statement in named:
        row("start", "Python, import", name, "ms", [milliseconds(statement) - bare])
if os.path.exists("/proc/self/status"):
    bare = held("pass")
    for name, statement in named:
        row("memory", "Python, import", name, "bytes", [held(statement) - bare])
