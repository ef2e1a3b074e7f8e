//! Zeroize is observed, not assumed: an allocator looks into every block that is freed for a secret
//! that was planted.
#![allow(unsafe_code)] // A global allocator cannot be written without.

use std::alloc::{GlobalAlloc, Layout, System};
use std::slice;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use koodrive::signing::SigningKey;
use koodrive::{Client, Credentials, Endpoint, NotifyPackageExpire};
use sha2::block_api::compress256;

/// Held in the program's constants, never on the heap of this test itself.
const PLANTED: &str = "planted-token-7f3a";

/// HMAC's inner state for that secret, from which anyone can sign: SHA-256 after one block of
/// `key xor ipad` (RFC 2104).
static STATE: OnceLock<[u8; 32]> = OnceLock::new();

static LEAKED: AtomicUsize = AtomicUsize::new(0);

struct Watching;

fn look(block: *const u8, size: usize) {
    // SAFETY: the block is still allocated and `size` bytes long. Its bytes may be uninitialised;
    // they are only compared.
    let bytes = unsafe { slice::from_raw_parts(block, size) };
    let holds = |secret: &[u8]| bytes.windows(secret.len()).any(|window| window == secret);
    if holds(PLANTED.as_bytes()) || STATE.get().is_some_and(|state| holds(state)) {
        LEAKED.fetch_add(1, Ordering::SeqCst);
    }
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Zeroed, so that a block shows no rest of an earlier one.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        look(block, layout.size());
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watching = Watching;

fn leaked(work: impl FnOnce()) -> usize {
    LEAKED.store(0, Ordering::SeqCst);
    work();
    LEAKED.load(Ordering::SeqCst)
}

fn send_with(credentials: Credentials) {
    let call = NotifyPackageExpire::new("189642158555241211", "14").unwrap();
    let client = Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", credentials).unwrap();
    let renewed = client.with_credentials(Credentials::token("another").unwrap());
    let now = "2025-11-03T07:01:45Z".parse().unwrap();
    let request = client.request(&call, now).unwrap();
    drop(client);
    drop(renewed.request(&call, now).unwrap());
    drop(request);
}

fn inner_state() -> [u8; 32] {
    let mut block = [0x36; 64];
    for (byte, key) in block.iter_mut().zip(PLANTED.bytes()) {
        *byte ^= key;
    }
    // The initial hash value of FIPS 180-4, 5.3.3.
    let mut state = [
        0x6a09_e667,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19,
    ];
    compress256(&mut state, &[block]);
    let mut bytes = [0; 32];
    for (bytes, word) in bytes.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&u32::to_ne_bytes(word));
    }
    bytes
}

/// One test, since the counter is shared: tests of a file run side by side.
#[test]
fn no_freed_memory_holds_a_token_or_a_secret() {
    assert_eq!(
        leaked(|| drop(PLANTED.to_owned())),
        1,
        "the allocator does not see what it should"
    );
    for (what, credentials) in [
        ("a bare token", Credentials::token(PLANTED)),
        (
            "a token with its scheme",
            Credentials::token("Bearer planted-token-7f3a"),
        ),
        (
            "a token with a plus",
            Credentials::token("Bearer+planted-token-7f3a"),
        ),
        (
            "a token of the carrier's login",
            Credentials::token("AT planted-token-7f3a"),
        ),
        ("an authorization", Credentials::authorization(PLANTED)),
        ("an app secret", Credentials::app("my-app-id", PLANTED)),
    ] {
        let credentials = credentials.unwrap();
        assert_eq!(leaked(|| send_with(credentials)), 0, "{what}");
    }

    STATE.set(inner_state()).unwrap();
    let key = Box::new(SigningKey::new("my-app-id", PLANTED));
    // SAFETY: the key is alive, and every byte of it that is compared was written by its
    // constructor.
    let copy =
        unsafe { slice::from_raw_parts((&raw const *key).cast::<u8>(), size_of::<SigningKey>()) }
            .to_vec();
    assert_eq!(
        leaked(|| drop(copy)),
        1,
        "a live key holds the state where this test looks"
    );
    assert_eq!(leaked(|| drop(key)), 0, "a prepared key");
    assert_eq!(
        leaked(|| send_with(Credentials::app("my-app-id", PLANTED).unwrap())),
        0,
        "a signing client"
    );

    for refused in [" planted-token-7f3a", "planted-token-7f3a\n"] {
        assert_eq!(
            leaked(|| drop(Credentials::token(refused).unwrap_err())),
            0,
            "{refused:?}"
        );
        assert_eq!(
            leaked(|| drop(Credentials::app("id", refused).unwrap_err())),
            0,
            "{refused:?}"
        );
    }
}
