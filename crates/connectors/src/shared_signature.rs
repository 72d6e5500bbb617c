//! The signature of two who share a secret: HMAC-SHA256 over the raw body, in hexadecimal.

use aws_lc_rs::hmac::{self, HMAC_SHA256};

/// What some senders write before the digits.
const PREFIX: &str = "sha256=";

/// How many digits a signature has.
const DIGITS: usize = 64;

/// Reads the signature of a header's value; none where it has another form.
pub(crate) fn parse(value: &str) -> Option<[u8; 32]> {
    let value = value.trim();
    let digits = value.strip_prefix(PREFIX).unwrap_or(value).as_bytes();
    if digits.len() != DIGITS {
        return None;
    }
    let mut signature = [0; 32];
    for (byte, pair) in signature.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |at: usize| char::from(pair[at]).to_digit(16);
        *byte = u8::try_from(digit(0)? * 16 + digit(1)?).ok()?;
    }
    Some(signature)
}

/// Whether the signature is over this body under this secret, compared in constant time.
pub(crate) fn holds(secret: &[u8], body: &[u8], signature: &[u8; 32]) -> bool {
    let key = hmac::Key::new(HMAC_SHA256, secret);
    hmac::verify(&key, body, signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From RFC 4231, test case 2.
    const KNOWN: &str = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    const BODY: &[u8] = b"what do ya want for nothing?";

    #[test]
    fn a_known_signature_is_good_and_no_other() {
        for text in [KNOWN.to_owned(), KNOWN.to_uppercase(), format!(" sha256={KNOWN} ")] {
            let signature = parse(&text).unwrap();
            assert!(holds(b"Jefe", BODY, &signature));
            assert!(!holds(b"jefe", BODY, &signature));
            assert!(!holds(b"Jefe", b"what do ya want for nothing!", &signature));
            for bit in 0..256 {
                let mut other = signature;
                other[bit / 8] ^= 1 << (bit % 8);
                assert!(!holds(b"Jefe", BODY, &other), "bit {bit}");
            }
        }
    }

    #[test]
    fn other_forms_are_no_signature() {
        let ed25519 = "A".repeat(86) + "==";
        for text in
            ["", "N/A", &KNOWN[1..], &format!("{KNOWN}0"), &KNOWN.replace('5', "g"), &ed25519, "é"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&"é".repeat(32)), None, "64 bytes that are no digits");
    }
}
