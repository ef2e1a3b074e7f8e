//! Measures work that no client can leave out: hashing, allocations for owned texts, and system
//! calls.

use std::hint::black_box;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use cpu_time::CpuTime;
use criterion::{Criterion, criterion_group, criterion_main};
use sha2::{Digest as _, Sha256};

/// Blocks of 64 bytes that the signature of the case's request hashes with a prepared key and a
/// prepared beginning: 2 for the body, 3 for the canonical request, 2 and 1 for the HMAC.
const BLOCKS: usize = 8;
/// Bytes that the padding of a hash adds at least.
const PADDING: usize = 9;

/// Bytes of the case's signed request on the wire.
const REQUEST: usize = 441;
/// Sizes of the allocations that `tests/allocations.rs` finds for a signed request: three texts and
/// the two tables of its `HeaderMap`.
const ALLOCATIONS: [usize; 5] = [16, 32, 64, 143, 624];
/// Bytes of a reply with four headers on the wire.
const REPLY: usize = 159;

/// Hashes with the processor's own instructions, unless built with `sha2_backend = "soft"`.
fn hash(criterion: &mut Criterion<CpuTime>) {
    let name = if cfg!(sha2_backend = "soft") {
        "8 blocks, portable code"
    } else {
        "8 blocks, the processor's instructions"
    };
    let text = [b'a'; BLOCKS * 64 - PADDING];
    criterion
        .benchmark_group("SHA-256 of a signed request")
        .bench_function(name, |bencher| {
            bencher.iter(|| Sha256::digest(black_box(text)));
        });
}

fn allocations(criterion: &mut Criterion<CpuTime>) {
    criterion
        .benchmark_group("allocations of a signed request")
        .bench_function("5 made and freed", |bencher| {
            bencher.iter(|| ALLOCATIONS.map(|size| Vec::<u8>::with_capacity(black_box(size))));
        });
}

/// A client needs one write and one read for each request. The other end of the connection needs
/// as many, so an iteration measures two requests.
fn system_calls(criterion: &mut Criterion<CpuTime>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut server, _) = listener.accept().unwrap();
    let (request, reply) = ([b'a'; REQUEST], [b'b'; REPLY]);
    let mut received = [0; REQUEST];
    criterion
        .benchmark_group("system calls of two requests")
        .bench_function("write and read on loopback TCP", |bencher| {
            bencher.iter(|| {
                client.write_all(&request).unwrap();
                server.read_exact(&mut received).unwrap();
                server.write_all(&reply).unwrap();
                client.read_exact(&mut received[..REPLY]).unwrap();
            });
        });
}

criterion_group! {
    name = limits;
    config = cpu_time::criterion();
    targets = hash, allocations, system_calls
}
criterion_main!(limits);
