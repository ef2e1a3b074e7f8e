"""``python operations.py PEER``: what each operation of a peer takes, once its signature has been compared."""

import sys
from importlib import import_module

import case
from measure import nanoseconds, row, versions

peer = import_module(f"peers.{sys.argv[1]}")
signature = peer.signature()
versions(peer.VERSIONS)
for operation, statement in peer.STATEMENTS.items():
    same = signature == case.SIGNATURE if signature and operation == "signed request" else None
    row("python", operation, peer.NAME, "ns", nanoseconds(statement, vars(peer)), same)
