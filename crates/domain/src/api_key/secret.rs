//! The secret of an API key: `hwk_`, the key's id, and 256 random bits.
//!
//! A store keeps its SHA-256 and no slow hash: a slow hash protects what people choose and others
//! can guess, and nobody guesses 256 random bits. For the same reason the hash is looked up in an
//! index, without comparing in constant time: whoever measures the look-up learns about the hash of
//! a text of their own, and cannot make a text for a hash.

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};

use crate::ApiKeyId;

/// How every secret begins, so that a scanner of leaked secrets can recognize one.
const MARK: &str = "hwk_";

/// How many characters of an id follow: eight bytes in hexadecimal.
const ID: usize = 16;

/// How many characters of randomness follow after another dash: 32 bytes in base64.
const TAIL: usize = 43;

/// The secret of a key. It prints nothing of itself and is wiped when dropped.
#[derive(Clone)]
pub struct ApiKeySecret(SecretString);

impl ApiKeySecret {
    /// How many random bytes a key is made of: eight for its id, 32 for what nobody may guess.
    pub const RANDOM: usize = 40;

    /// Makes a key's id and secret of random bytes, which the caller draws and throws away.
    #[must_use]
    pub fn from_random(random: &[u8; Self::RANDOM]) -> (ApiKeyId, Self) {
        let (id, tail) = random.split_first_chunk::<8>().expect("there are more than eight");
        let id = ApiKeyId::from_random(*id);
        let text = format!("{}_{}", Self::prefix_of(&id), URL_SAFE_NO_PAD.encode(tail));
        (id, Self(SecretString::from(text)))
    }

    /// Reads what somebody presents; none where it has not the shape of a secret, so that nothing
    /// else is hashed or looked up.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (id, tail) = text.trim().strip_prefix(MARK)?.split_once('_')?;
        let is_hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let fits = id.len() == ID
            && id.bytes().all(is_hexadecimal)
            && tail.len() == TAIL
            && tail.bytes().all(is_base64);
        fits.then(|| Self(SecretString::from(text.trim())))
    }

    /// The secret in clear, for the one time that it is shown.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What a store keeps of it.
    #[must_use]
    pub fn hash(&self) -> KeyHash {
        KeyHash::of(self.expose())
    }

    /// How the secret of the key with this id begins.
    pub(super) fn prefix_of(id: &ApiKeyId) -> String {
        let id = id.as_str();
        format!("{MARK}{}", id.strip_prefix("key_").unwrap_or(id))
    }
}

impl fmt::Debug for ApiKeySecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}

/// The SHA-256 of a secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// The hash of a text that somebody presents.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let digest = digest(&SHA256, text.as_bytes());
        Self(digest.as_ref().try_into().expect("SHA-256 has 32 bytes"))
    }

    /// The hash with these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes that stores keep.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Nobody can act on a hash, and nobody needs to read one.
impl fmt::Debug for KeyHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[hash]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_back_and_begins_with_its_id() {
        let (id, secret) = ApiKeySecret::from_random(&[0xab; ApiKeySecret::RANDOM]);
        assert_eq!(id.as_str(), "key_abababababababab");
        assert!(secret.expose().starts_with("hwk_abababababababab_"), "{}", secret.expose());
        let read = ApiKeySecret::parse(&format!("{}\n", secret.expose())).unwrap();
        assert_eq!(read.hash(), secret.hash());
        let (_, other) = ApiKeySecret::from_random(&[0xac; ApiKeySecret::RANDOM]);
        assert_ne!(other.hash(), secret.hash());
        assert_eq!(format!("{secret:?} {:?}", secret.hash()), "[secret] [hash]");
    }

    #[test]
    fn every_bit_of_the_randomness_counts() {
        let zero = ApiKeySecret::from_random(&[0; ApiKeySecret::RANDOM]).1.hash();
        for bit in 0..ApiKeySecret::RANDOM * 8 {
            let mut random = [0; ApiKeySecret::RANDOM];
            random[bit / 8] = 1 << (bit % 8);
            assert_ne!(ApiKeySecret::from_random(&random).1.hash(), zero, "bit {bit}");
        }
    }

    #[test]
    fn what_has_another_shape_is_no_secret() {
        let tail = "A".repeat(TAIL);
        let good = format!("hwk_0123456789abcdef_{tail}");
        assert!(ApiKeySecret::parse(&good).is_some());
        for bad in [
            String::new(),
            "hwk_".to_owned(),
            format!("hwk_0123456789abcde_{tail}"),
            format!("hwk_0123456789ABCDEF_{tail}"),
            format!("pit_0123456789abcdef_{tail}"),
            format!("{good}A"),
            format!("{}%", &good[..good.len() - 1]),
            format!("{}é", &good[..good.len() - 2]),
            "x".repeat(1_000_000),
        ] {
            assert!(ApiKeySecret::parse(&bad).is_none(), "{bad}");
        }
    }
}
