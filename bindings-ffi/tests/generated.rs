//! The generated files in the repository are up to date.

#[path = "../generate/mod.rs"]
mod generate;

const AGAIN: &str = "run: cargo run --package koodrive-ffi --example generate";

#[test]
fn the_header_is_that_of_the_layouts() {
    let committed = include_str!("../assets/koodrive.h");
    assert!(committed == generate::header(), "{AGAIN}");
}

#[test]
fn the_constants_of_go_are_those_of_the_layouts() {
    let committed = include_str!("../../bindings-go/internal/abi/layout.go");
    assert!(committed == generate::go::constants(), "{AGAIN}");
}

#[test]
fn the_constants_of_java_are_those_of_the_layouts() {
    let committed = include_str!("../../bindings-java/src/main/java/koodrive/Layout.java");
    assert!(committed == generate::java::constants(), "{AGAIN}");
}

#[test]
fn the_tables_and_the_example_of_the_specification_are_those_of_the_layouts() {
    let committed = include_str!("../ABI.md");
    assert!(committed == generate::document(committed), "{AGAIN}");
}

#[test]
fn the_specification_says_what_a_dead_client_says() {
    let committed = include_str!("../ABI.md");
    for text in [koodrive_ffi::DEAD_BEFORE, koodrive_ffi::DEAD_AFTER] {
        assert!(committed.contains(text), "{text}");
    }
}
