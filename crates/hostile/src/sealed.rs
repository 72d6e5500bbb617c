//! Bytes are a sealed credential in one way only, and only what was sealed opens.

use std::sync::LazyLock;

use tokio::runtime::{Builder, Runtime};
use vault::{Keyring, Label, Sealed, Source};

/// The content of a credential that a check seals.
const CONTENT: &[u8] = b"content";

const LABEL: Label<'static> =
    Label { organization: "hostile", connection: "highlevel", kind: "private_token" };

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().build().expect("a runtime without a driver"));

static KEYRING: LazyLock<Keyring> = LazyLock::new(|| {
    let key = Source::value("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").expect("32 bytes");
    Keyring::open(vec![key]).expect("a keyring with one key")
});

/// Reads the bytes as a stored credential, and lays them over a real one.
///
/// # Panics
/// Where the stored form is not the only one, or where a credential opens that nobody sealed.
pub fn check(bytes: &[u8]) {
    if let Ok(sealed) = Sealed::from_bytes(bytes) {
        assert_eq!(sealed.to_bytes(), bytes, "two stored forms of one credential");
        let opened = RUNTIME.block_on(KEYRING.open_sealed(&LABEL, &sealed));
        assert!(opened.is_err(), "a credential opens that nobody sealed");
    }
    let real = RUNTIME.block_on(KEYRING.seal(&LABEL, CONTENT)).expect("a key seals");
    let stored = real.to_bytes();
    let mut changed = stored.clone();
    changed.iter_mut().zip(bytes).for_each(|(byte, other)| *byte ^= other);
    if let Ok(sealed) = Sealed::from_bytes(&changed) {
        let opened = RUNTIME.block_on(KEYRING.open_sealed(&LABEL, &sealed));
        assert_eq!(opened.is_ok(), changed == stored, "a changed credential opens");
    }
}

#[cfg(test)]
mod tests;
