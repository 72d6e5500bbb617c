//! The account: all records by noun and id, and what would have gone out to customers.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    notices::Change,
    nouns::Noun,
    record::{Record, number, text},
    refusal::Refusal,
};

/// The records of one noun by id.
pub(crate) type Rows = BTreeMap<u64, Record>;

/// Where ids of records that are made later begin.
const LATER: u64 = 40_000_000;

/// Everything that an account remembers.
#[derive(Debug, Default)]
pub(crate) struct Account {
    tables: BTreeMap<Noun, Rows>,
    /// What would have gone out to customers, oldest first.
    pub(crate) outbox: Vec<Value>,
    /// Of what nobody has been told yet.
    pub(crate) changes: Vec<Change>,
    made: u64,
}

impl Account {
    /// The records of a noun.
    pub(crate) fn rows(&self, noun: Noun) -> &Rows {
        static NONE: Rows = Rows::new();
        self.tables.get(&noun).unwrap_or(&NONE)
    }

    /// A record.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn find(&self, noun: Noun, id: u64) -> Result<&Record, Refusal> {
        self.rows(noun).get(&id).ok_or_else(Refusal::not_found)
    }

    /// The same, to change it.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn find_mut(&mut self, noun: Noun, id: u64) -> Result<&mut Record, Refusal> {
        self.tables.entry(noun).or_default().get_mut(&id).ok_or_else(Refusal::not_found)
    }

    /// A record by its id or by the number that people know.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn find_numbered(&self, noun: Noun, key: u64) -> Result<&Record, Refusal> {
        let rows = self.rows(noun);
        let numbered = || rows.values().find(|row| number(row, "number") == Some(key));
        rows.get(&key).or_else(numbered).ok_or_else(Refusal::not_found)
    }

    /// Keeps a record under an id of its own.
    pub(crate) fn put(&mut self, noun: Noun, id: u64, mut record: Record) {
        record.insert("id".to_owned(), json!(id));
        self.tables.entry(noun).or_default().insert(id, record);
    }

    /// Keeps a new record, and gives its id.
    pub(crate) fn add(&mut self, noun: Noun, record: Record) -> u64 {
        self.made += 1;
        let id = LATER + self.made;
        self.put(noun, id, record);
        id
    }

    /// Forgets a record.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) fn remove(&mut self, noun: Noun, id: u64) -> Result<Record, Refusal> {
        let rows = self.tables.entry(noun).or_default();
        rows.remove(&id).ok_or_else(Refusal::not_found)
    }

    /// Notes what would have gone to a customer.
    pub(crate) fn send_out(&mut self, kind: &str, customer: Option<u64>, what: &str) {
        let customer = customer.and_then(|id| self.rows(Noun::Customer).get(&id));
        let to = customer.map(|customer| match kind {
            "sms" => text(customer, "mobile"),
            _ => text(customer, "email"),
        });
        let id = customer.and_then(|customer| customer.get("id"));
        self.outbox.push(json!({ "kind": kind, "customer_id": id, "to": to, "about": what }));
    }

    /// Notes a change of which subscribers are told.
    pub(crate) fn changed(&mut self, change: Change) {
        self.changes.push(change);
    }
}
