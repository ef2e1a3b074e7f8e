"""Checks koodrive.wasm, which KOODRIVE_WASM names. KOODRIVE_PATHS are paths that must not appear in it."""

import os
from pathlib import Path

import pytest
import wasmtime

MODULE = Path(os.environ["KOODRIVE_WASM"])
PATHS = [path for path in os.environ["KOODRIVE_PATHS"].split(os.pathsep) if len(path) > 1]

# wasm2go and the JVM's translators accept the features of every stable Rust compiler, but not
# these.
REFUSED = [
    "wasm_simd",
    "wasm_relaxed_simd",
    "wasm_threads",
    "wasm_tail_call",
    "wasm_multi_memory",
    "wasm_memory64",
    "wasm_exceptions",
    "wasm_gc",
    "wasm_function_references",
]


@pytest.fixture
def engine():
    """An engine that refuses a module with one of these features."""
    config = wasmtime.Config()
    # wasmtime refuses to turn SIMD off before relaxed SIMD.
    for feature in sorted(REFUSED, key=lambda name: name == "wasm_simd"):
        # Python would accept the name of a setting that wasmtime lacks.
        assert isinstance(getattr(wasmtime.Config, feature), property), feature
        setattr(config, feature, False)
    return wasmtime.Engine(config)


def test_an_engine_without_these_features_refuses_one_of_them(engine):
    with pytest.raises(wasmtime.WasmtimeError, match="SIMD"):
        wasmtime.Module(engine, "(module (func (drop (v128.const i32x4 0 0 0 0))))")


def test_it_uses_only_features_of_its_translators(engine):
    assert wasmtime.Module.from_file(engine, MODULE).imports == []


def test_it_holds_no_path_of_the_build():
    content = MODULE.read_bytes()
    assert [path for path in PATHS if path.encode() + b"/" in content] == []
