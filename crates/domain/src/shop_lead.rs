//! A lead for a shop: somebody whom the CRM knows, and who may become the shop's customer.

use std::time::Duration;

use crate::{BoxFuture, Tenant};

/// A lead as the shop is to have it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShopLead {
    /// Where it came from, in words that people read and by which it is found again.
    pub mark: String,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// The company.
    pub company: Option<String>,
    /// The e-mail address, in lower case.
    pub email: Option<String>,
    /// The phone number.
    pub phone: Option<String>,
    /// Street and number.
    pub street: Option<String>,
    /// The city.
    pub city: Option<String>,
    /// The state or region.
    pub region: Option<String>,
    /// The postal code.
    pub postal_code: Option<String>,
}

/// Why a lead could not be handed over. No message holds a value of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShopLeadError {
    /// Nothing was done; it may be tried later.
    #[error("{reason}")]
    Later {
        /// What happened and what to do.
        reason: String,
        /// How long to wait, where that is known.
        wait: Option<Duration>,
    },
    /// It may have been done: look before doing it again.
    #[error("the shop did not say whether it has the lead; it is looked for before it is repeated")]
    InDoubt,
    /// It can never be done as things are.
    #[error("{0}")]
    Refused(String),
}

/// Hands leads over to shops.
pub trait ShopLeads: Send + Sync {
    /// The lead that is there already, by its id: one with the same mark, or of the same person.
    fn find<'a>(
        &'a self,
        shop: &'a Tenant,
        lead: &'a ShopLead,
    ) -> BoxFuture<'a, Result<Option<String>, ShopLeadError>>;

    /// Makes a lead and gives its id. Doing it twice makes two.
    fn create<'a>(
        &'a self,
        shop: &'a Tenant,
        lead: &'a ShopLead,
    ) -> BoxFuture<'a, Result<String, ShopLeadError>>;
}
