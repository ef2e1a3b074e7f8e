//! Generates the C header, the tables of ABI.md, and the constants of Go and Java:
//! `cargo run --package koodrive-ffi --example generate`.

#[path = "../generate/mod.rs"]
mod generate;

use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    write(&folder.join("assets/koodrive.h"), &generate::header())?;
    write(
        &folder.join("../bindings-go/internal/abi/layout.go"),
        &generate::go::constants(),
    )?;
    write(
        &folder.join("../bindings-java/src/main/java/koodrive/Layout.java"),
        &generate::java::constants(),
    )?;
    let document = folder.join("ABI.md");
    write(&document, &generate::document(&read(&document)?))
}

fn read(path: &Path) -> std::io::Result<String> {
    std::fs::read_to_string(path)
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::write(path, text)
}
