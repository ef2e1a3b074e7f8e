//! The sandbox behind a TCP port.

fn main() {}
