//! The seeds of the fuzz targets, and what fuzzing found, on stable Rust.

use std::fs;
use std::path::{Path, PathBuf};

use koodrive_invariants::seeds::seeds;
use koodrive_invariants::{TARGETS, allocated};

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/fuzz")
}

/// Replays the seeds of `target`, of which there are `number`, and `taken` of them are not refused.
fn replay(target: &str, number: usize, taken: usize) {
    let (_, check) = TARGETS
        .iter()
        .find(|(name, _)| *name == target)
        .expect("a target");
    let seeds = &seeds()[target];
    let mut found = 0;
    for (name, input) in seeds {
        println!("{target}: {name}"); // shown where it fails
        found += usize::from(check(input));
    }
    assert_eq!((seeds.len(), found), (number, taken));
}

#[test]
fn clock() {
    replay("clock", 56, 7);
}

#[test]
fn endpoint() {
    replay("endpoint", 61, 31);
}

#[test]
fn json() {
    replay("json", 317, 123);
}

#[test]
fn parse() {
    replay("parse", 167, 36);
}

#[test]
fn request() {
    replay("request", 423, 101);
}

#[test]
fn sandbox() {
    replay("sandbox", 191, 72);
}

/// `core/fuzz/found/TARGET` keeps the inputs that fuzzing found, and that failed once.
#[test]
fn found_inputs_hold() {
    let mut found = 0;
    for entry in fs::read_dir(fuzz().join("found")).unwrap() {
        let folder = entry.unwrap().path();
        let Some((_, check)) = TARGETS.iter().find(|(name, _)| folder.ends_with(name)) else {
            assert!(folder.is_file(), "{} is not a target's", folder.display());
            continue;
        };
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            println!("{}", path.display()); // shown where it fails
            check(&fs::read(&path).unwrap());
            found += 1;
        }
    }
    assert_eq!(found, 5);
}

/// Asserts that each target's source and its body's source begin with the same invariant.
#[test]
fn every_target_begins_with_its_invariant() {
    let mut targets: Vec<String> = Vec::new();
    for entry in fs::read_dir(fuzz().join("fuzz_targets")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let body = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("src")
            .join(path.file_name().unwrap());
        let first = |path: &Path| {
            fs::read_to_string(path)
                .unwrap()
                .lines()
                .next()
                .map(str::to_owned)
        };
        assert_eq!(first(&path), first(&body), "{name}");
        targets.push(name);
    }
    targets.sort();
    assert_eq!(targets, TARGETS.map(|(name, _)| name));
}

#[test]
fn what_is_allocated_is_counted() {
    let (text, most) = allocated::most(|| {
        drop(vec![0_u8; 3_000]);
        "x".repeat(1_000)
    });
    assert_eq!((text.len(), most), (1_000, 3_000));
}

#[test]
#[should_panic(expected = "1001 bytes were allocated; at most 1000 are right")]
fn too_much_is_a_failure() {
    allocated::at_most(1_000, || vec![0_u8; 1_001]);
}
