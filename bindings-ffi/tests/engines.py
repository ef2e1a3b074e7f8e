"""Loads the interface in three engines: the C library by ctypes, the .wasm by wasmtime and Node."""

import ctypes
import struct
import subprocess
from pathlib import Path

from records import Core


def c_library(path):
    """Returns the interface of a shared library."""
    library = ctypes.CDLL(path)
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


def wasm(path):
    """Returns the interface of a module, in wasmtime."""
    import wasmtime

    store = wasmtime.Store()
    instance = wasmtime.Instance(store, wasmtime.Module.from_file(store.engine, path), [])
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


def node(path):
    """Returns the interface of a module, in Node."""
    script = Path(__file__).parent / "engine.mjs"
    engine = subprocess.Popen(["node", script, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def run(function, handle, operation, record, capacity):
        number = ["open", "call", "close"].index(function)
        message = struct.pack("<4I", number, handle, operation, capacity) + record
        engine.stdin.write(struct.pack("<I", len(message)) + message)
        engine.stdin.flush()
        length, returned = struct.unpack("<Ii", engine.stdout.read(8))
        return returned, engine.stdout.read(length - 4)

    return Core(run)
