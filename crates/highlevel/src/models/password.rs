//! A password of a user to create: it prints as a secret, and only its request shows it.

use endpoint::Secret;
use serde::{Serialize, Serializer};

/// A password.
#[derive(Clone, Debug)]
pub struct Password(Secret);

impl Password {
    /// Wraps a password. White space around it is dropped.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(Secret::new(text))
    }
}

impl PartialEq for Password {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose() == other.0.expose()
    }
}

impl Serialize for Password {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}
