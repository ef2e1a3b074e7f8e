"""Prints how often a part of the prepared key is on this thread's stack: with a client, after its end, or after a dispatcher's.

A program of its own: the stack of a test runner holds other things. ``/proc`` shows the stack, so it runs on Linux alone.
"""

import re
import struct
import sys
from pathlib import Path

import koodrive
from dispatching import FAST, blocking, calls, function

PRIMES = [n for n in range(2, 312) if all(n % divisor for divisor in range(2, n))]


def fractions(root):
    return [int(prime**root % 1 * 2**32) for prime in PRIMES]


def rotated(word, by):
    return word >> by | word << 32 - by & 0xFFFFFFFF


def state_after(block):
    """The words of SHA-256's state after one block (FIPS 180-4, 6.2.2); ``hashlib`` does not show them."""
    w = list(struct.unpack(">16I", block))
    for t in range(16, 64):
        s0 = rotated(w[t - 15], 7) ^ rotated(w[t - 15], 18) ^ w[t - 15] >> 3
        s1 = rotated(w[t - 2], 17) ^ rotated(w[t - 2], 19) ^ w[t - 2] >> 10
        w.append(w[t - 16] + s0 + w[t - 7] + s1 & 0xFFFFFFFF)
    initial = fractions(1 / 2)[:8]
    a, b, c, d, e, f, g, h = initial
    for constant, word in zip(fractions(1 / 3), w, strict=True):
        t1 = h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + (e & f ^ ~e & g) + constant + word
        t2 = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + (a & b ^ a & c ^ b & c)
        a, b, c, d, e, f, g, h = t1 + t2 & 0xFFFFFFFF, a, b, c, d + t1 & 0xFFFFFFFF, e, f, g
    return [one + other & 0xFFFFFFFF for one, other in zip(initial, (a, b, c, d, e, f, g, h), strict=True)]


def pairs(secret):
    """Two neighbouring words of HMAC's inner or outer state (RFC 2104), with which anyone can sign.

    In either order: a processor's SHA instructions turn the words round.
    """
    key = secret.encode().ljust(64, b"\0")
    states = [state_after(bytes(byte ^ pad for byte in key)) for pad in (0x36, 0x5C)]
    return [struct.pack("=2I", *pair) for words in states for pair in [*zip(words, words[1:]), *zip(words[1:], words)]]


def stack():
    ((start, end),) = re.findall(r"^(\w+)-(\w+) .*\[stack\]$", Path("/proc/self/maps").read_text(), re.MULTILINE)
    with open("/proc/self/mem", "rb", buffering=0) as memory:
        memory.seek(int(start, 16))
        return memory.read(int(end, 16) - int(start, 16))


def client_of(secret):
    return koodrive.Client(endpoint=koodrive.CHINA, user_id="1", app_id="a", app_secret=secret)


def with_a_client(secret):
    client = client_of(secret)
    client.request(*calls(1))
    return stack()


def after_a_client(secret):
    client = client_of(secret)
    client.request(*calls(1))
    del client
    return stack()


def after_a_dispatcher(secret):
    reply = 200, {}, b'{"code":0,"msg":"Success."}'
    blocking(client_of(secret), calls(1), transport=function(lambda _request: reply), **FAST)
    return stack()


if __name__ == "__main__":
    # A program looks once: what it does to look overwrites what is left.
    secret = "planted-secret-Qx7zR2Kv9wT4"
    seen = {"client": with_a_client, "no client": after_a_client, "no dispatcher": after_a_dispatcher}[sys.argv[1]](secret)
    print(sum(map(seen.count, pairs(secret))))
