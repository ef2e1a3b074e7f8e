//! The project's own commands: `cargo xtask demo | test | package`.

fn main() {}
