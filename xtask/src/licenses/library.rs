//! Rust's standard library, which is in every artifact, built without the part that prints the stack after a panic and the
//! crates that this would need. Cargo does not list what it is made of with the rest, so the notices stand here. They were
//! read in the toolchain's COPYRIGHT-library.html (which names some of the crates only) and in the crates themselves; that
//! the artifacts show no other is checked in the tests.

use super::Work;

/// The licence terms that all of them offer, without a notice; and the standard text of the other licence that most offer.
const MIT: &str = include_str!("../../../LICENSE-MIT");
const APACHE: &str = include_str!("../../../LICENSE-APACHE");
/// As its authors wrote it: several licences, for several origins.
const COMPILER_BUILTINS: &str = include_str!("compiler-builtins.txt");
/// Of the tables behind `char`'s methods.
const UNICODE: &str = include_str!("Unicode-3.0.txt");

const RUST: &str = "https://github.com/rust-lang/rust";
const EITHER: &str = "MIT OR Apache-2.0";

enum On {
    All,
    Wasm,
    Native,
}

/// A crate inside the library: name, where it is linked, licence, repository, and the notice of its MIT licence.
type Inside = (&'static str, On, &'static str, &'static str, &'static str);

const INSIDE: [Inside; 5] = [
    (
        "cfg-if",
        On::All,
        EITHER,
        "https://github.com/rust-lang/cfg-if",
        "Copyright (c) 2014 Alex Crichton",
    ),
    // The allocator: WebAssembly has none of its own.
    (
        "dlmalloc",
        On::Wasm,
        EITHER,
        "https://github.com/alexcrichton/dlmalloc-rs",
        "Copyright (c) 2014 Alex Crichton",
    ),
    (
        "hashbrown",
        On::All,
        EITHER,
        "https://github.com/rust-lang/hashbrown",
        "Copyright (c) 2016 Amanieu d'Antras",
    ),
    (
        "libc",
        On::Native,
        EITHER,
        "https://github.com/rust-lang/libc",
        "Copyright (c) The Rust Project Developers",
    ),
    (
        "rustc-demangle",
        On::All,
        EITHER,
        "https://github.com/rust-lang/rustc-demangle",
        "Copyright (c) 2014 Alex Crichton",
    ),
];

/// The library proper. The second and third notice are those of its backtraces and of its channels.
const NOTICES: &str = "\
Copyright (c) The Rust Project Developers (see https://thanks.rust-lang.org)
Copyright (c) 2014 Alex Crichton
Copyright (c) 2019 The Crossbeam Project Developers";

/// What of the library a target links. Crates inside it have the library's version here: the toolchain does not say theirs.
pub(super) fn linked(triple: &str, rust: &str) -> Vec<Work> {
    let (_, terms) = MIT.split_once("Permission is hereby").unwrap_or_default();
    let mit = |notice: &str| format!("MIT License\n\n{notice}\n\nPermission is hereby{terms}");
    let work = |name: &str, licence: &str, repository: &str, texts| Work {
        name: name.to_owned(),
        version: format!("in Rust {rust}"),
        licence: licence.to_owned(),
        repository: repository.to_owned(),
        texts,
    };
    let mut works = vec![
        work(
            "core, alloc, std",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            RUST,
            vec![mit(NOTICES), APACHE.to_owned(), UNICODE.to_owned()],
        ),
        work(
            "compiler_builtins",
            "MIT AND Apache-2.0 WITH LLVM-exception AND (MIT OR Apache-2.0)",
            "https://github.com/rust-lang/compiler-builtins",
            vec![COMPILER_BUILTINS.to_owned()],
        ),
    ];
    for (name, on, licence, repository, notice) in &INSIDE {
        let here = match on {
            On::All => true,
            On::Wasm => triple.starts_with("wasm32-"),
            On::Native => !triple.starts_with("wasm32-"),
        };
        if here {
            works.push(work(name, licence, repository, vec![mit(notice)]));
        }
    }
    works
}
