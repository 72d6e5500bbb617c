//! `/customers`, `/tickets` and their siblings: one page of a list, with the filters that each has.

use std::marker::PhantomData;

use endpoint::{Endpoint, Method};
use jiff::{Timestamp, civil::Date};

use crate::{
    CustomerId,
    models::{Appointment, Asset, Contact, Customer, Invoice, Listed, Page, Schedule, Ticket},
};

/// Reads one page of a list; [`crate::Paging`] says which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T> {
    page: u32,
    filters: Vec<(&'static str, String)>,
    record: PhantomData<fn() -> T>,
}

impl<T> List<T> {
    /// The page of this number; the first is 1.
    #[must_use]
    pub fn page(number: u32) -> Self {
        Self { page: number, filters: Vec::new(), record: PhantomData }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.filters.push((name, value.into()));
        self
    }
}

impl List<Customer> {
    /// With those that were put away.
    #[must_use]
    pub fn including_disabled(self) -> Self {
        self.with("include_disabled", "true")
    }

    /// The one that was changed last stands last, on the last page. RepairShopr ignores
    /// `since_updated_at` for customers (`facts/repairshopr.md` 3.1), so changes are found by
    /// reading the last pages: [`crate::Paging::tail`].
    #[must_use]
    pub fn sorted_by_change(self) -> Self {
        self.with("sort", "updated_at ASC")
    }

    /// Only what has this text in a name, an address or a number.
    #[must_use]
    pub fn matching(self, text: &str) -> Self {
        self.with("query", text)
    }

    /// Only the one with this e-mail address.
    #[must_use]
    pub fn with_email(self, address: &str) -> Self {
        self.with("email", address)
    }
}

impl List<Contact> {
    /// Only those of one customer.
    #[must_use]
    pub fn of_customer(self, customer: CustomerId) -> Self {
        self.with("customer_id", customer.to_string())
    }
}

impl List<Ticket> {
    /// Only those that changed at that moment or later. Ask for ten minutes more than needed.
    #[must_use]
    pub fn changed_since(self, moment: Timestamp) -> Self {
        self.with("since_updated_at", milliseconds(moment))
    }

    /// Only those of one customer.
    #[must_use]
    pub fn of_customer(self, customer: CustomerId) -> Self {
        self.with("customer_id", customer.to_string())
    }
}

impl List<Invoice> {
    /// Only those that changed at that moment or later. Ask for ten minutes more than needed.
    #[must_use]
    pub fn changed_since(self, moment: Timestamp) -> Self {
        self.with("since_updated_at", milliseconds(moment))
    }
}

impl List<Schedule> {
    /// Only those of one customer.
    #[must_use]
    pub fn of_customer(self, customer: CustomerId) -> Self {
        self.with("customer_id", customer.to_string())
    }
}

impl List<Asset> {
    /// Only those of one customer.
    #[must_use]
    pub fn of_customer(self, customer: CustomerId) -> Self {
        self.with("customer_id", customer.to_string())
    }
}

impl List<Appointment> {
    /// Only those from the first day to the last.
    #[must_use]
    pub fn between(self, first: Date, last: Date) -> Self {
        self.with("date_from", first.to_string()).with("date_to", last.to_string())
    }
}

impl<T: Listed> Endpoint for List<T> {
    const NAME: &'static str = T::OPERATION;
    const METHOD: Method = Method::Get;
    const PATH: &'static str = T::PATH;
    type Response = Page<T>;

    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = self.filters.clone();
        query.push(("page", self.page.to_string()));
        query
    }
}

/// ISO 8601 in UTC with milliseconds, the form that integrations are seen to send.
fn milliseconds(moment: Timestamp) -> String {
    format!("{moment:.3}")
}
