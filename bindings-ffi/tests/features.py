"""Checks that the .wasm uses only features of its translators: `features.py MODULE`.

wasmtime refuses a module with any other feature.
"""

import sys

import wasmtime

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


def engine(**features):
    config = wasmtime.Config()
    # wasmtime refuses to turn SIMD off before relaxed SIMD.
    for feature in sorted(REFUSED, key=lambda name: name == "wasm_simd"):
        # Python would accept the name of a setting that wasmtime lacks.
        assert isinstance(getattr(wasmtime.Config, feature), property), feature
        setattr(config, feature, features.get(feature, False))
    return wasmtime.Engine(config)


SIMD = "(module (func (drop (v128.const i32x4 0 0 0 0))))"
try:
    wasmtime.Module(engine(), SIMD)
    sys.exit("wasmtime does not refuse SIMD, so this says nothing")
except wasmtime.WasmtimeError:
    pass
module = wasmtime.Module.from_file(engine(), sys.argv[1])
assert not module.imports, module.imports
print("1 passed")
