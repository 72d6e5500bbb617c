//! A master key: wraps data keys, here or in a key service that never shows it.

use std::fmt;

use aws_lc_rs::{
    aead::{Aad, Nonce, RandomizedNonceKey},
    digest,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::zeroize::Zeroizing;

use crate::{
    KeyCommand, KeyError, Label, Problem,
    data_key::{DataKey, KEY_BYTES, cipher},
    sealed::{NONCE_BYTES, TAG_BYTES},
};

/// What the associated data of a wrapped data key begins with.
const PURPOSE: &[u8] = b"highwire data key 1";

/// What is hashed before a key, and before the words of a command: no other digest is an id.
const HELD: &[u8] = b"highwire master key 1";
const COMMAND: &[u8] = b"highwire key command 1";

/// A master key's identity: the first half of a digest, which tells nothing about the key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 16]);

impl KeyId {
    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    fn of(parts: &[&[u8]]) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut id = [0; 16];
        id.copy_from_slice(&context.finish().as_ref()[..16]);
        Self(id)
    }
}

/// `mk_` and 32 hexadecimal digits.
impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "mk_{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// One master key. aws-lc wipes a key that it holds when it is dropped.
pub(crate) struct MasterKey {
    id: KeyId,
    place: Place,
}

enum Place {
    Held(RandomizedNonceKey),
    Command(KeyCommand),
}

impl MasterKey {
    /// The key in this text: 32 bytes in base64. None where it is something else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        // Room for any guess of the decoder, so that no grown buffer leaves a copy behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() + 3));
        STANDARD.decode_vec(text.trim(), &mut bytes).ok()?;
        if bytes.len() != KEY_BYTES {
            return None;
        }
        let id = KeyId::of(&[HELD, &bytes]);
        Some(Self { id, place: Place::Held(cipher(&bytes).ok()?) })
    }

    /// The key behind a command. The command's words are its identity.
    pub(crate) fn behind(command: KeyCommand) -> Self {
        let words = command.words().map(str::as_bytes);
        let parts: Vec<&[u8]> = std::iter::once(COMMAND).chain(words).collect();
        Self { id: KeyId::of(&parts), place: Place::Command(command) }
    }

    pub(crate) fn id(&self) -> KeyId {
        self.id
    }

    /// Encrypts a data key for this label.
    pub(crate) async fn wrap(&self, label: &Label<'_>, key: &DataKey) -> Result<Vec<u8>, KeyError> {
        let data = self.associated_data(label);
        match &self.place {
            Place::Held(cipher) => {
                let length = KEY_BYTES + TAG_BYTES;
                let mut buffer = Zeroizing::new(Vec::with_capacity(length));
                buffer.extend_from_slice(key.as_bytes());
                let nonce = cipher
                    .seal_in_place_append_tag(Aad::from(data), &mut *buffer)
                    .map_err(|_| KeyError::Random)?;
                Ok([&nonce.as_ref()[..], &buffer].concat())
            }
            Place::Command(command) => command.wrap(key, &data).await,
        }
    }

    /// Decrypts a data key that was wrapped for this label.
    pub(crate) async fn unwrap(
        &self,
        label: &Label<'_>,
        wrapped: &[u8],
    ) -> Result<DataKey, Problem> {
        let data = self.associated_data(label);
        match &self.place {
            Place::Held(cipher) => {
                let (nonce, sealed) =
                    wrapped.split_first_chunk::<NONCE_BYTES>().ok_or(Problem::Altered)?;
                let mut buffer = Zeroizing::new(sealed.to_vec());
                let key = cipher
                    .open_in_place(Nonce::from(nonce), Aad::from(data), &mut buffer[..])
                    .map_err(|_| Problem::Altered)?;
                DataKey::from_bytes(key).ok_or(Problem::Altered)
            }
            Place::Command(command) => Ok(command.unwrap(wrapped, &data).await?),
        }
    }

    fn associated_data(&self, label: &Label<'_>) -> Vec<u8> {
        label.associated_data(&[PURPOSE, self.id.as_bytes()])
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.id, formatter)
    }
}
