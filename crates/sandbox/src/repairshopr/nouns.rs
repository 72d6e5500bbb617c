//! The kinds of records that an account has: one file each with its operations.

pub(crate) mod appointments;
pub(crate) mod assets;
pub(crate) mod comments;
pub(crate) mod contacts;
pub(crate) mod contracts;
pub(crate) mod customers;
pub(crate) mod estimates;
pub(crate) mod invoices;
pub(crate) mod leads;
pub(crate) mod line_items;
pub(crate) mod payments;
pub(crate) mod products;
pub(crate) mod rmm_alerts;
pub(crate) mod schedules;
pub(crate) mod search;
pub(crate) mod settings;
pub(crate) mod tickets;

use super::{
    notices::Change,
    record::{Record, number},
};

/// A kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Noun {
    Appointment,
    Asset,
    Comment,
    Contact,
    Contract,
    Customer,
    Estimate,
    Invoice,
    Lead,
    LineItem,
    Payment,
    Product,
    RmmAlert,
    Schedule,
    Ticket,
}

/// The kinds of which notifications tell, with the path that people see and a word for it.
const TOLD: [(Noun, &str, &str); 7] = [
    (Noun::Appointment, "appointments", "Appointment"),
    (Noun::Contract, "contracts", "Contract"),
    (Noun::Customer, "customers", "Customer"),
    (Noun::Estimate, "estimates", "Estimate"),
    (Noun::Invoice, "invoices", "Invoice"),
    (Noun::Lead, "leads", "Lead"),
    (Noun::Ticket, "tickets", "Ticket"),
];

impl Noun {
    /// The kind whose records are under this path.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        TOLD.iter().find(|(_, known, _)| *known == path).map(|(noun, ..)| *noun)
    }

    /// A notification that something happened to a record of this kind.
    ///
    /// # Panics
    /// Where no notification tells of this kind.
    pub(crate) fn change(self, record: &Record, what: &str) -> Change {
        let told = TOLD.iter().find(|(noun, ..)| *noun == self);
        let (_, path, word) = told.expect("only kinds that are told of are told of");
        let id = number(record, "id").unwrap_or_default();
        let name = number(record, "number").unwrap_or(id);
        Change {
            text: format!("{word} {name} {what}"),
            path: format!("/{path}/{id}"),
            attributes: record.clone(),
        }
    }
}
