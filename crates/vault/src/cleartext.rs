//! A credential in clear: it prints nothing of itself and is wiped when dropped.

use std::fmt;

use secrecy::{ExposeSecret, SecretSlice};

/// The content of a credential, for the one call that needs it.
pub struct Cleartext(SecretSlice<u8>);

impl Cleartext {
    /// Takes over these bytes; they are wiped with it.
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(SecretSlice::from(bytes))
    }

    /// The content.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Cleartext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[secret]")
    }
}
