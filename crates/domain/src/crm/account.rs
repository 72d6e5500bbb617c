//! The account of a CRM: where it is, and the custom fields that its contacts have.

use super::{Answer, Behalf, Outcome};

/// What an account says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountProfile {
    /// The country it is in, as two letters in upper case; none where it does not say.
    pub country: Option<String>,
}

/// The account itself.
pub trait CrmAccount: Send + Sync {
    /// Reads the account's profile at the CRM.
    fn account_profile<'a>(&'a self, behalf: &'a Behalf) -> Answer<'a, AccountProfile>;

    /// Creates a custom field of contacts that holds a text, unless there is one with this name: whether
    /// it is new. Repeating it makes no second one.
    fn ensure_contact_field<'a>(&'a self, behalf: &'a Behalf, name: &'a str)
    -> Answer<'a, Outcome>;
}
