//! Runs wasm-bindgen's generator over a compiled module, or writes the names that JavaScript takes from the core.
//!
//! `npm run build` starts it. It is a package of its own, so that nothing else has to compile the generator.

use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Result, bail};
use koodrive::{Endpoint, header};
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
        ["names", file] => Ok(fs::write(file, names().to_string())?),
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
        .generate(folder)?;
    // Node reads the glue as an ES module because the nearest package.json says so.
    fs::write(folder.join("package.json"), "{ \"type\": \"module\" }\n")?;
    Ok(())
}

/// Returns what JavaScript needs to know before it loads the core, in the order of js/names.js.
fn names() -> serde_json::Value {
    let sent = [header::AUTHORIZATION, header::X_DATE, header::X_TRACEID];
    let mut names = vec![
        Endpoint::INTERNATIONAL.to_string(),
        Endpoint::CHINA.to_string(),
    ];
    names.extend(sent.iter().map(ToString::to_string));
    names.extend(header::READ_FROM_REPLIES.map(str::to_owned));
    names.into()
}
