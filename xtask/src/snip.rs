//! Cuts out of a module what is linked in for nothing. A linker cannot tell: what is never called stands in the function table or
//! behind a comparison that is never false, and what is never read is written all the same.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Result, ensure};
use walrus::{FunctionBuilder, FunctionId, FunctionKind, LocalId, Module};

/// JavaScript's way into a Rust closure. js-sys declares methods that take one; nothing here makes one, or the golden list of
/// imports would show it.
pub(crate) const CLOSURES: &str = "wasm_bindgen::convert::closures::_::invoke";

/// Line and column of an error in JSON. The core says where by the bytes that it has read, and drops what serde_json says: so
/// this function may do nothing.
pub(crate) const JSON_POSITIONS: &str = "<serde_json::read::SliceRead>::position_of_index";

/// Replaces the functions whose names begin so by a trap, or those without a result that are `never_read` by nothing at all,
/// and writes the module back. What only they called goes with them.
pub(crate) fn snip(module: &Path, never_called: &[&str], never_read: &[&str]) -> Result<()> {
    let names: Vec<&str> = [never_called, never_read].concat();
    let mut wasm = Module::from_file(module)?;
    let functions: Vec<(FunctionId, String)> = wasm
        .funcs
        .iter_local()
        .filter_map(|(id, _)| Some((id, without_hashes(wasm.funcs.get(id).name.as_deref()?))))
        .collect();
    let mut found = BTreeSet::new();
    for (id, name) in functions {
        let Some(wanted) = names.iter().find(|wanted| name.starts_with(**wanted)) else {
            continue;
        };
        found.insert(*wanted);
        let signature = wasm.types.get(wasm.funcs.get(id).ty()).clone();
        let (parameters, results) = (signature.params(), signature.results());
        let mut instead = FunctionBuilder::new(&mut wasm.types, parameters, results);
        if never_called.contains(wanted) {
            instead.func_body().unreachable();
        } else {
            ensure!(results.is_empty(), "{name} has a result, which is read");
        }
        let arguments: Vec<LocalId> = parameters
            .iter()
            .map(|kind| wasm.locals.add(*kind))
            .collect();
        wasm.funcs.get_mut(id).kind = FunctionKind::Local(instead.local_func(arguments));
    }
    for name in names {
        ensure!(
            found.contains(name),
            "{} has no function {name} any more: take it off the list",
            module.display()
        );
    }
    walrus::passes::gc::run(&mut wasm);
    wasm.emit_wasm_file(module)
}

/// `serde_json[9aadab8478524750]::error` as `serde_json::error`: the hash is of the compiler's version.
fn without_hashes(name: &str) -> String {
    let mut parts = name.split('[');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(']') {
            Some((hash, rest))
                if hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()) =>
            {
                plain += rest;
            }
            _ => {
                plain.push('[');
                plain += part;
            }
        }
    }
    plain
}
