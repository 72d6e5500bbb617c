//! Whose credential it is: authenticated with it, so that it opens in its own place only.

use crate::{CredentialError, FormatError, Problem};

/// The place of a credential. Two labels are the same only where all three parts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label<'a> {
    /// The id of the organization that owns it.
    pub organization: &'a str,
    /// The id of the connection that it is for.
    pub connection: &'a str,
    /// What it is, such as `private_token`.
    pub kind: &'a str,
}

impl Label<'_> {
    /// The error for a stored form that is no sealed credential.
    #[must_use]
    pub fn unreadable(&self, error: FormatError) -> CredentialError {
        CredentialError::new(self, "read", Problem::Format(error))
    }

    /// The associated data for one purpose: each part after its length as eight bytes, the highest
    /// first, so that no two labels or purposes meet in the same bytes.
    pub(crate) fn associated_data(&self, purpose: &[&[u8]]) -> Vec<u8> {
        let place = [self.organization, self.connection, self.kind].map(str::as_bytes);
        let mut data = Vec::new();
        for part in purpose.iter().chain(&place) {
            data.extend((part.len() as u64).to_be_bytes());
            data.extend(*part);
        }
        data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_labels_meet_in_the_same_bytes() {
        let label = |organization, connection, kind| Label { organization, connection, kind };
        let labels = [
            label("ab", "c", "d"),
            label("a", "bc", "d"),
            label("a", "b", "cd"),
            label("abcd", "", ""),
            label("", "", "abcd"),
        ];
        for (at, one) in labels.iter().enumerate() {
            for other in &labels[at + 1..] {
                assert_ne!(one.associated_data(&[b"x"]), other.associated_data(&[b"x"]));
            }
            assert_ne!(one.associated_data(&[b"x"]), one.associated_data(&[b"y"]));
        }
    }
}
