#!/usr/bin/env bash
# Builds the npm package twice, in two folders with two cargo homes, and compares the bytes. Equal
# bytes need the same versions of rustc and of Node, whose zlib npm packs with, and the permissions
# that a umask of 022 gives.
set -euo pipefail
cd "$(dirname "$0")/.."
umask 022
elsewhere=$(mktemp -d)
trap 'rm -rf "$elsewhere"' EXIT
git clone --quiet . "$elsewhere/another/workspace"
# The same crates under another path.
home=${CARGO_HOME:-$HOME/.cargo}
mkdir "$elsewhere/cargo-home"
for name in registry config.toml; do
    [ ! -e "$home/$name" ] || ln -s "$home/$name" "$elsewhere/cargo-home/$name"
done
one=$(cargo xtask package npm | tail -1)
other=$(cd "$elsewhere/another/workspace" && env -u CARGO_TARGET_DIR CARGO_HOME="$elsewhere/cargo-home" cargo xtask package npm | tail -1)
sha256sum "$one" "$other"
cmp "$one" "$other"
