//! Only a signature that a trusted key made over these bytes is accepted.
//!
//! An input is three lines: what stands in the header of the Ed25519 signature, what stands in that
//! of the RSA signature, and the body. A line that begins with `=` is a signature and what follows
//! it: `=ours`, `=theirs` (another key), `=other` (another body); every other line stands as it is,
//! and an empty one means no header.

use std::sync::LazyLock;

use highlevel::webhook::{PublicKeys, Scheme, Signatures, verify};

use crate::Keys;

static OURS: LazyLock<(Keys, PublicKeys)> = LazyLock::new(|| {
    let keys = Keys::new(1);
    let public = keys.public();
    (keys, public)
});
static THEIRS: LazyLock<Keys> = LazyLock::new(|| Keys::new(2));

/// Verifies a body under the headers that the input describes.
///
/// # Panics
/// Where anything but one's own signature, spaces around it aside, is accepted, or where it is not.
pub fn check(input: &[u8]) {
    let mut lines = input.splitn(3, |byte| *byte == b'\n');
    let [ed25519, rsa, body] = [(); 3].map(|()| lines.next().unwrap_or_default());
    let (ours, public) = &*OURS;
    let ed25519 = header(ed25519, body, Keys::ed25519);
    let rsa = header(rsa, body, Keys::rsa);
    let signatures = Signatures { ed25519: ed25519.as_deref(), rsa: rsa.as_deref() };
    let expected = match (given(&ed25519), given(&rsa)) {
        (Some(signature), _) => (signature == ours.ed25519(body)).then_some(Scheme::Ed25519),
        (None, Some(signature)) => (signature == ours.rsa(body)).then_some(Scheme::Rsa),
        (None, None) => None,
    };
    assert_eq!(verify(public, signatures, body).ok(), expected);
    // A key is read from settings, which people write.
    if let Some(text) = ed25519 {
        let _ = PublicKeys::parse([text.as_str()]);
    }
}

/// What the line puts into the header; none where it is empty.
fn header(line: &[u8], body: &[u8], sign: fn(&Keys, &[u8]) -> String) -> Option<String> {
    let line = String::from_utf8_lossy(line);
    let signed = if let Some(rest) = line.strip_prefix("=ours") {
        sign(&OURS.0, body) + rest
    } else if let Some(rest) = line.strip_prefix("=theirs") {
        sign(&THEIRS, body) + rest
    } else if let Some(rest) = line.strip_prefix("=other") {
        sign(&OURS.0, &[body, b"."].concat()) + rest
    } else {
        line.into_owned()
    };
    Some(signed).filter(|value| !value.is_empty())
}

/// The header, unless it says that there is no signature.
fn given(header: &Option<String>) -> Option<&str> {
    let value = header.as_deref()?.trim();
    (!value.is_empty() && value != "N/A").then_some(value)
}

#[cfg(test)]
mod tests;
