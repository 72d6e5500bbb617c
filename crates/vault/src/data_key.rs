//! A data key: made for one credential, used for one content, never stored in clear.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey},
    constant_time, rand,
};
use secrecy::zeroize::Zeroizing;

use crate::{
    Cleartext, KeyError, Label, Problem,
    sealed::{Content, TAG_BYTES},
};

/// The bytes of every key here.
pub(crate) const KEY_BYTES: usize = 32;

/// What the content's associated data begins with.
const PURPOSE: &[u8] = b"highwire credential 1";

/// A key for AES-256-GCM; wiped when dropped.
pub(crate) struct DataKey(Zeroizing<[u8; KEY_BYTES]>);

impl DataKey {
    /// A new one.
    pub(crate) fn generate() -> Result<Self, KeyError> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        rand::fill(&mut *key).map_err(|_| KeyError::Random)?;
        Ok(Self(key))
    }

    /// The key with these bytes; none where they are too few or too many.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        if bytes.len() != KEY_BYTES {
            return None;
        }
        key.copy_from_slice(bytes);
        Some(Self(key))
    }

    /// The bytes, for the master key that wraps them.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &*self.0
    }

    /// Whether both are the same key, in constant time.
    pub(crate) fn is(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(self.as_bytes(), other.as_bytes()).is_ok()
    }

    /// Encrypts the content for this label.
    pub(crate) fn seal(&self, label: &Label<'_>, content: &[u8]) -> Result<Content, Problem> {
        let length = content.len() + TAG_BYTES;
        if u32::try_from(length).is_err() {
            return Err(Problem::Large);
        }
        // Room for the tag from the start: a buffer that grows leaves a copy in clear behind.
        let mut buffer = Zeroizing::new(Vec::with_capacity(length));
        buffer.extend_from_slice(content);
        let key = cipher(self.as_bytes())?;
        let aad = Aad::from(label.associated_data(&[PURPOSE]));
        let nonce =
            key.seal_in_place_append_tag(aad, &mut *buffer).map_err(|_| KeyError::Random)?;
        Ok(Content { nonce: *nonce.as_ref(), ciphertext: std::mem::take(&mut *buffer) })
    }

    /// Decrypts the content that was sealed for this label.
    pub(crate) fn open(&self, label: &Label<'_>, content: &Content) -> Result<Cleartext, Problem> {
        let mut buffer = Zeroizing::new(content.ciphertext.clone());
        let key = cipher(self.as_bytes())?;
        let aad = Aad::from(label.associated_data(&[PURPOSE]));
        let nonce = Nonce::from(&content.nonce);
        let opened =
            key.open_in_place(nonce, aad, &mut buffer[..]).map_err(|_| Problem::Altered)?;
        Ok(Cleartext::new(opened.to_vec()))
    }
}

/// The cipher of data keys and of master keys that are held here.
pub(crate) fn cipher(key: &[u8]) -> Result<RandomizedNonceKey, KeyError> {
    RandomizedNonceKey::new(&AES_256_GCM, key).map_err(|_| KeyError::Value)
}
