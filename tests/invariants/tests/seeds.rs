//! The seeds of the fuzz targets, and what fuzzing found, on stable Rust.

use std::fs;
use std::path::{Path, PathBuf};

use koodrive_invariants::{TARGETS, allocated};

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../core/fuzz")
}

fn replay(target: &str) {
    let (_, check) = TARGETS
        .iter()
        .find(|(name, _)| *name == target)
        .expect("a target");
    let mut seeds = 0;
    for entry in fs::read_dir(fuzz().join("seeds").join(target)).unwrap() {
        let path = entry.unwrap().path();
        println!("{}", path.display()); // shown where it fails
        check(&fs::read(&path).unwrap());
        seeds += 1;
    }
    assert!(seeds >= 20, "only {seeds} seeds are there");
}

#[test]
fn clock() {
    replay("clock");
}

#[test]
fn endpoint() {
    replay("endpoint");
}

#[test]
fn json() {
    replay("json");
}

#[test]
fn parse() {
    replay("parse");
}

#[test]
fn request() {
    replay("request");
}

#[test]
fn sandbox() {
    replay("sandbox");
}

/// A target and its body say the same, and there is none without the other.
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
