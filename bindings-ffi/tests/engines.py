"""Loads the interface in three engines: the C library by ctypes, the .wasm by wasmtime and Node.

KOODRIVE_LIBRARY names the folder of the C library, and KOODRIVE_WASM the module.
"""

import ctypes
import os
import struct
import subprocess
import sys
from pathlib import Path

import wasmtime
from records import Core


def c_library():
    """Returns the interface of the shared library."""
    name = {"win32": "koodrive.dll", "darwin": "libkoodrive.dylib"}.get(sys.platform, "libkoodrive.so")
    library = ctypes.CDLL(os.path.join(os.environ["KOODRIVE_LIBRARY"], "lib", name))
    library.koodrive_close.restype = None
    assert library.koodrive_version() == 0x10000

    def run(function, handle, operation, record, capacity):
        if function == "close":
            return library.koodrive_close(handle), b""
        buffer = ctypes.create_string_buffer(record, capacity)
        if function == "open":
            return library.koodrive_open(buffer, capacity, len(record)), buffer.raw
        return library.koodrive_call(handle, operation, buffer, capacity, len(record)), buffer.raw

    return Core(run)


def in_wasmtime():
    """Returns the interface of the module, in wasmtime."""
    store = wasmtime.Store()
    instance = wasmtime.Instance(store, wasmtime.Module.from_file(store.engine, os.environ["KOODRIVE_WASM"]), [])
    exports = instance.exports(store)
    memory = exports["memory"]
    assert exports["koodrive_version"](store) == 0x10000

    def run(function, handle, operation, record, capacity):
        if function == "close":
            return exports["koodrive_close"](store, handle), b""
        at = exports["koodrive_buffer"](store, capacity)
        assert at != 0
        memory.write(store, record, at)
        arguments = (at, capacity, len(record))
        if function == "call":
            arguments = (handle, operation, *arguments)
        returned = exports[f"koodrive_{function}"](store, *arguments)
        return returned, bytes(memory.read(store, at, at + capacity))

    return Core(run)


def in_node():
    """Returns the interface of the module, in Node."""
    script = Path(__file__).parent / "engine.mjs"
    engine = subprocess.Popen(["node", script, os.environ["KOODRIVE_WASM"]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def run(function, handle, operation, record, capacity):
        number = ["open", "call", "close"].index(function)
        message = struct.pack("<4I", number, handle, operation, capacity) + record
        engine.stdin.write(struct.pack("<I", len(message)) + message)
        engine.stdin.flush()
        length, returned = struct.unpack("<Ii", engine.stdout.read(8))
        return returned, engine.stdout.read(length - 4)

    return Core(run)


ENGINES = {"c": c_library, "node": in_node, "wasmtime": in_wasmtime}
