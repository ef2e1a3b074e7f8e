#!/usr/bin/env bash
# run.sh MINUTES [TARGET…]: the fuzz targets one after the other, each for so many minutes, from the
# seeds and from what was found before. Needs a nightly compiler and cargo-fuzz.
set -euo pipefail
cd "$(dirname "$0")/../.."
minutes=$1
shift
target=${CARGO_TARGET_DIR:-$PWD/target}
# The conformance vectors as inputs, a folder for each target.
rm -rf "$target/fuzz-seeds"
cargo run --quiet --package koodrive-invariants --example seeds "$target/fuzz-seeds"
[ $# -gt 0 ] || set -- $(cd core/fuzz/fuzz_targets && ls | sed 's/\.rs$//')
for name; do
    echo "=== $name: $minutes minutes"
    mkdir -p "core/fuzz/corpus/$name"
    folders=("core/fuzz/corpus/$name" "$target/fuzz-seeds/$name")
    [ ! -d "core/fuzz/found/$name" ] || folders+=("core/fuzz/found/$name")
    # New inputs go into the first folder; the others stay as they are.
    cargo +nightly fuzz run --fuzz-dir core/fuzz --target-dir "$target/fuzz" "$name" "${folders[@]}" \
        -- -print_final_stats=1 -max_total_time=$((minutes * 60))
done
