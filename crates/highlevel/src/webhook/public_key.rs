//! The public keys with which webhooks are verified: the two that HighLevel publishes, or a list.
//!
//! A rotation is announced to people and not to programs, so the keys are a list: the old and the
//! new one stand in it together until the old one is gone (`facts/highlevel.md` 7.3).

use std::fmt;

use aws_lc_rs::signature::{
    ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, VerificationAlgorithm,
};
use base64::{Engine, engine::general_purpose::STANDARD};

/// HighLevel's Ed25519 key, as base64 of its SPKI form (`facts/highlevel.md` 7.3).
pub const PUBLISHED_ED25519_KEY: &str =
    "MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg=";

/// HighLevel's legacy RSA-4096 key, as base64 of its SPKI form (`facts/highlevel.md` 7.3).
pub const PUBLISHED_RSA_KEY: &str = concat!(
    "MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEAokvo/r9tVgcfZ5DysOSCFrm602qYV0MaAiNnX9O8KxMb",
    "iyRKWeL9JpCpVpt4XHIcBOK4u3cLSqJGOLaPuXw6dO0t6Q/ZVdAV5Phz+ZtzPL16iCGeK9po6D6JHBpbi989mmzM",
    "ryUnQJezlYJ3DVfBcsedpinheNnyYeFXolrJvcsjDtfAeRx5ByHQmTnSdFUzuAnC9/GepgLT9SM4nCpvuxmZMxrJ",
    "t5Rw+VUaQ9B8JSvbMPpez4peKaJPZHBbU3OdeCVx5klVXXZQGNHOs8gF3kvoV5rTnXV0IknLBXlcKKAQLZcY/Q9r",
    "G6Ifi9c+5vqlvHPCUJFT5XUGG5RKgOKUJ062fRtN+rLYZUV+BjafxQauvC8wSWeYja63VSUruvmNj8xkx2zE/Juc",
    "+yjLjTXpIocmaiFeAO6fUtNjDeFVkhf5LNb59vECyrHD2SQIrhgXpO4Q3dVNA5rw576PwTzNh/AMfHKIjE4xQA1S",
    "ZuYJmNnmVZLIZBlQAF9Ntd03rfadZ+yDiOXCCs9FkHibELhCHULgCsnuDJHcrGNd5/Ddm5hxGQ0ASitgHeMZ0kcI",
    "OwKDOzOU53lDza6/Y09T7sYJPQe7z0cvj7aE4B+Ax1ZoZGPzpJlZtGXCsu9aTEGEnKzmsFqwcSsnw3JB31IGKAyk",
    "T1hhTiaCeIY/OwwwNUY2yvcCAwEAAQ==",
);

/// The SPKI algorithm identifiers in DER (RFC 8410 section 3, RFC 3279 section 2.3.1).
const ED25519_IDENTIFIER: &[u8] = &[0x06, 0x03, 0x2b, 0x65, 0x70];
const RSA_IDENTIFIER: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// The keys that a webhook may be signed with, parsed once.
#[derive(Clone)]
pub struct PublicKeys {
    pub(super) ed25519: Vec<ParsedPublicKey>,
    pub(super) rsa: Vec<ParsedPublicKey>,
}

impl PublicKeys {
    /// The two keys that HighLevel publishes.
    ///
    /// # Panics
    /// Never: a test parses both.
    #[must_use]
    pub fn published() -> Self {
        Self::parse([PUBLISHED_ED25519_KEY, PUBLISHED_RSA_KEY]).expect("the published keys parse")
    }

    /// Reads keys, each a PEM block (`-----BEGIN PUBLIC KEY-----`) or the base64 of its SPKI form.
    ///
    /// # Errors
    /// Where a text is neither, or is a key of another algorithm than Ed25519 and RSA, or where
    /// there is no key at all.
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, PublicKeyError> {
        let mut keys = Self { ed25519: Vec::new(), rsa: Vec::new() };
        for (index, text) in texts.into_iter().enumerate() {
            keys.add(text).ok_or(PublicKeyError::Unreadable { position: index + 1 })?;
        }
        if keys.ed25519.is_empty() && keys.rsa.is_empty() {
            return Err(PublicKeyError::None);
        }
        Ok(keys)
    }

    fn add(&mut self, text: &str) -> Option<()> {
        let base64: String = text
            .lines()
            .filter(|line| !line.starts_with("-----"))
            .flat_map(str::chars)
            .filter(|character| !character.is_whitespace())
            .collect();
        let spki = STANDARD.decode(base64).ok()?;
        let has =
            |identifier: &[u8]| spki.windows(identifier.len()).take(24).any(|w| w == identifier);
        let parse = |algorithm: &'static dyn VerificationAlgorithm| algorithm_key(algorithm, &spki);
        if has(ED25519_IDENTIFIER) {
            self.ed25519.push(parse(&ED25519)?);
        } else if has(RSA_IDENTIFIER) {
            self.rsa.push(parse(&RSA_PKCS1_2048_8192_SHA256)?);
        } else {
            return None;
        }
        Some(())
    }
}

fn algorithm_key(
    algorithm: &'static dyn VerificationAlgorithm,
    spki: &[u8],
) -> Option<ParsedPublicKey> {
    ParsedPublicKey::new(algorithm, spki).ok()
}

impl fmt::Debug for PublicKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ed25519, rsa) = (self.ed25519.len(), self.rsa.len());
        write!(formatter, "PublicKeys {{ ed25519: {ed25519}, rsa: {rsa} }}")
    }
}

/// Why a list of keys cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicKeyError {
    /// One of the texts is not a key.
    #[error(
        "webhook public key {position} is not an Ed25519 or RSA public key; give it as a PEM \
         block or as the base64 of its SPKI form"
    )]
    Unreadable {
        /// Its place in the list, from 1.
        position: usize,
    },
    /// There is no key.
    #[error("the list of webhook public keys is empty; leave it out to use the published keys")]
    None,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_keys_are_one_of_each_kind() {
        let keys = PublicKeys::published();
        assert_eq!((keys.ed25519.len(), keys.rsa.len()), (1, 1));
    }

    #[test]
    fn a_pem_block_is_the_same_key() {
        let pem = format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n{}\n-----END PUBLIC KEY-----\n",
            &PUBLISHED_ED25519_KEY[..30],
            &PUBLISHED_ED25519_KEY[30..]
        );
        assert_eq!(PublicKeys::parse([pem.as_str()]).unwrap().ed25519.len(), 1);
    }

    #[test]
    fn what_is_no_key_is_named_by_its_place() {
        let half = &PUBLISHED_RSA_KEY[..200];
        for text in ["", "not base64!", "AAAA", half, "-----BEGIN PUBLIC KEY-----"] {
            let refused = PublicKeys::parse([PUBLISHED_ED25519_KEY, text]).unwrap_err();
            assert_eq!(refused, PublicKeyError::Unreadable { position: 2 }, "{text:?}");
        }
        assert_eq!(PublicKeys::parse([]).unwrap_err(), PublicKeyError::None);
    }
}
