"""The .wasm uses only features that its translators take: `features.py MODULE`. wasmtime refuses everything else."""

import sys

import wasmtime

# wasm2go and the JVM's translators take the features of every stable Rust compiler; none of them takes these.
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
    # Relaxed SIMD has to go before SIMD.
    for feature in sorted(REFUSED, key=lambda name: name == "wasm_simd"):
        # Python would take a name that wasmtime does not have.
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
