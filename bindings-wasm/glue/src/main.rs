//! Runs wasm-bindgen's generator over a compiled module, or writes the names that JavaScript takes
//! from the core.
//!
//! `npm run build` starts it. It is a package of its own, so that no other build compiles the
//! generator.

use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};
use koodrive::{Endpoint, header};
use serde_json::json;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["bind", module, name, folder] => bind(Path::new(module), name, Path::new(folder)),
        ["names", file] => Ok(fs::write(file, names())?),
        _ => bail!("usage: koodrive-wasm-glue bind MODULE NAME FOLDER | names FILE"),
    }
}

/// Writes `NAME.js`, `NAME.d.ts` and `NAME_bg.wasm` to `folder`.
fn bind(module: &Path, name: &str, folder: &Path) -> Result<()> {
    Bindgen::new()
        .input_path(module)
        .out_name(name)
        .web(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
}

/// Returns TypeScript with the core's names that JavaScript needs before the core is loaded.
fn names() -> String {
    let names = [
        ("INTERNATIONAL", json!(Endpoint::INTERNATIONAL.to_string())),
        ("CHINA", json!(Endpoint::CHINA.to_string())),
        ("AUTHORIZATION", json!(header::AUTHORIZATION.as_str())),
        ("X_DATE", json!(header::X_DATE.as_str())),
        ("X_TRACEID", json!(header::X_TRACEID.as_str())),
        ("READ_FROM_REPLIES", json!(header::READ_FROM_REPLIES)),
    ];
    let lines = names.map(|(name, value)| format!("export const {name} = {value} as const;\n"));
    let about = "// Names that only the core spells. Written by bindings-wasm/glue.\n";
    [about, &lines.concat()].concat()
}
