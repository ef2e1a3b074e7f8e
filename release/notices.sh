#!/usr/bin/env bash
# Writes anew what each package says about the crates that are compiled into it:
# THIRD-PARTY-LICENSES, by cargo-about, and koodrive.cdx.json, a bill of materials in the CycloneDX
# format, by cargo-cyclonedx. Both are committed. The suite `supply-chain` fails when Cargo.lock has
# moved on: then run this. The first run compiles the two tools, which takes some minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
tools=${CARGO_TARGET_DIR:-$root/target}/release-tools
cargo install --quiet --locked --root "$tools" cargo-about@0.9.3 --features cli
cargo install --quiet --locked --root "$tools" cargo-cyclonedx@0.5.9
export PATH=$tools/bin:$PATH

# cargo-cyclonedx writes a file into the folder of every crate, so it works in a copy.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard | tar --create --null --files-from=- --ignore-failed-read | tar --extract --directory "$copy"

# notices FOLDER TARGET…: for what is compiled from the crate in this folder, for these targets.
notices() {
    local folder=$1
    shift
    cargo about generate --locked --fail --config release/about.toml --manifest-path "$folder/Cargo.toml" \
        "${@/#/--target=}" --output-file "$folder/THIRD-PARTY-LICENSES" release/about.hbs
    # The same sources give the same bytes: no time, and no folder of this machine.
    SOURCE_DATE_EPOCH=0 cargo cyclonedx --quiet --manifest-path "$copy/$folder/Cargo.toml" --format json --spec-version 1.5 \
        --no-build-deps --target "$1" --override-filename koodrive.cdx
    sed "s|path+file://$copy|path+file:///koodrive|" "$copy/$folder/koodrive.cdx.json" > "$folder/koodrive.cdx.json"
}

notices bindings-wasm wasm32-unknown-unknown
notices bindings-python {x86_64,aarch64}-unknown-linux-{gnu,musl} {x86_64,aarch64}-apple-darwin {x86_64,aarch64}-pc-windows-msvc
notices bindings-ffi x86_64-unknown-linux-gnu wasm32-unknown-unknown
