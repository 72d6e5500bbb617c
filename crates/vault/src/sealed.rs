//! The stored form of a credential: which master key, the wrapped data key, the ciphertext.
//!
//! | bytes | what |
//! |---|---|
//! | 1 | the format: 1 |
//! | 16 | the id of the master key |
//! | 2 | the length W of the wrapped data key, highest byte first, at most 4096 |
//! | W | the wrapped data key; from a master key held here: nonce (12), ciphertext (32), tag (16) |
//! | 12 | the nonce of the content |
//! | 4 | the length C of the content's ciphertext with its tag, highest byte first, at least 16 |
//! | C | AES-256-GCM of the content under the data key, then the tag (16) |
//!
//! Nothing may follow and nothing may be missing.

use std::fmt;

use crate::KeyId;

/// The only format there is.
const FORMAT: u8 = 1;

/// What a key command may make of a data key, in bytes: cloud services need a few hundred.
pub(crate) const WRAPPED_LIMIT: usize = 4096;

pub(crate) const NONCE_BYTES: usize = 12;
pub(crate) const TAG_BYTES: usize = 16;

/// A credential that only a keyring with its master key can read, and only under its label.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    pub(crate) key: KeyId,
    pub(crate) wrapped: Vec<u8>,
    pub(crate) content: Content,
}

/// The content under its data key: a re-wrap leaves it as it is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) nonce: [u8; NONCE_BYTES],
    pub(crate) ciphertext: Vec<u8>,
}

/// Bytes that are no sealed credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// A newer program wrote them, or something else did.
    #[error("its format is {found} and this program reads {FORMAT}")]
    Unsupported {
        /// The format that the first byte names.
        found: u8,
    },
    /// Bytes are missing, or a length is out of bounds.
    #[error("it is cut off or its lengths are wrong")]
    Short,
    /// Bytes follow its end.
    #[error("something follows its end")]
    Long,
}

impl Sealed {
    /// The master key that wraps its data key.
    #[must_use]
    pub fn key(&self) -> KeyId {
        self.key
    }

    /// The stored form.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![FORMAT];
        bytes.extend(self.key.as_bytes());
        bytes.extend((self.wrapped.len() as u16).to_be_bytes());
        bytes.extend(&self.wrapped);
        bytes.extend(self.content.nonce);
        bytes.extend((self.content.ciphertext.len() as u32).to_be_bytes());
        bytes.extend(&self.content.ciphertext);
        bytes
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// Where the bytes are of another format, too few or too many. Bytes of the right shape that
    /// somebody changed are found when they are opened.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut rest = Rest(bytes);
        let [format] = rest.array()?;
        if format != FORMAT {
            return Err(FormatError::Unsupported { found: format });
        }
        let key = KeyId::from_bytes(rest.array()?);
        let length = usize::from(u16::from_be_bytes(rest.array()?));
        if length == 0 || length > WRAPPED_LIMIT {
            return Err(FormatError::Short);
        }
        let wrapped = rest.take(length)?.to_vec();
        let nonce = rest.array()?;
        let length = u32::from_be_bytes(rest.array()?) as usize;
        if length < TAG_BYTES {
            return Err(FormatError::Short);
        }
        let ciphertext = rest.take(length)?.to_vec();
        match rest.0 {
            [] => Ok(Self { key, wrapped, content: Content { nonce, ciphertext } }),
            _ => Err(FormatError::Long),
        }
    }
}

/// Ciphertext tells a reader of a log nothing, so it is not printed.
impl fmt::Debug for Sealed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "[sealed under {}]", self.key)
    }
}

/// What is not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], FormatError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(FormatError::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        self.take(N)?.try_into().map_err(|_| FormatError::Short)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sealed() -> impl Strategy<Value = Sealed> {
        let wrapped = prop::collection::vec(any::<u8>(), 1..100);
        let ciphertext = prop::collection::vec(any::<u8>(), TAG_BYTES..100);
        (any::<[u8; 16]>(), wrapped, any::<[u8; NONCE_BYTES]>(), ciphertext).prop_map(
            |(key, wrapped, nonce, ciphertext)| Sealed {
                key: KeyId::from_bytes(key),
                wrapped,
                content: Content { nonce, ciphertext },
            },
        )
    }

    proptest! {
        #[test]
        fn the_stored_form_keeps_everything_and_takes_no_other_length(
            sealed in sealed(),
            extra in prop::collection::vec(any::<u8>(), 1..40),
        ) {
            let bytes = sealed.to_bytes();
            prop_assert_eq!(Sealed::from_bytes(&bytes), Ok(sealed));
            for length in 0..bytes.len() {
                prop_assert_eq!(Sealed::from_bytes(&bytes[..length]), Err(FormatError::Short));
            }
            let long = [bytes, extra].concat();
            prop_assert_eq!(Sealed::from_bytes(&long), Err(FormatError::Long));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(sealed) = Sealed::from_bytes(&bytes) {
                prop_assert_eq!(sealed.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn another_format_is_named() {
        assert_eq!(Sealed::from_bytes(&[2; 99]), Err(FormatError::Unsupported { found: 2 }));
    }
}
