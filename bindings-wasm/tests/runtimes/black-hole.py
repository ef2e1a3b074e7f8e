"""Runs a program, and appends to its arguments a URL to which it cannot connect: black-hole.py PROGRAM [ARGUMENT…]

The program's network is one of its own, in which a connection is given up after three seconds instead of two minutes. That
takes Linux, and a right to make networks; where either is missing this exits with 77.
"""

import ctypes
import fcntl
import socket
import struct
import subprocess
import sys

CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS = 0x8914
IFF_UP = 1

if not sys.platform.startswith("linux") or ctypes.CDLL(None).unshare(CLONE_NEWNET) != 0:
    sys.exit(77)
listener = socket.socket()
fcntl.ioctl(listener, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP))
with open("/proc/sys/net/ipv4/tcp_syn_retries", "w") as retries:
    retries.write("1")
listener.bind(("127.0.0.1", 0))
# No program accepts connections: once the queue is full, the kernel stops answering.
listener.listen(0)
waiting = [socket.socket() for _ in range(3)]
for one in waiting:
    one.setblocking(False)
    one.connect_ex(listener.getsockname())
host, port = listener.getsockname()
sys.exit(subprocess.run([*sys.argv[1:], f"http://{host}:{port}"]).returncode)
