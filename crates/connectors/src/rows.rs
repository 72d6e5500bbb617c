//! Reads events of rows: what a counterpart's row was like when the hub saw it ([`domain::Row`]).

use domain::{Delivery, Event, Reading, RecordUpdate, Refusal, Row, Source, Summary};
use serde_json::Value;

use crate::snapshot::unread;

/// The columns that name a row, as far as a counterpart has one of them.
const NAMES: [&str; 4] = ["name", "Name", "first_name", "title"];

/// The rows of one vendor. Nobody can send one: there is no door to it.
pub struct RowEvents {
    name: &'static str,
    vendor: &'static str,
}

impl RowEvents {
    /// Those of a vendor; `name` is the vendor's with [`domain::ROWS_SUFFIX`] behind it.
    #[must_use]
    pub fn new(name: &'static str, vendor: &'static str) -> Self {
        Self { name, vendor }
    }
}

impl Source for RowEvents {
    fn name(&self) -> &'static str {
        self.name
    }

    fn vendor(&self) -> &'static str {
        self.vendor
    }

    fn authenticate(&self, _: &Delivery) -> Result<(), Refusal> {
        Err(Refusal::UnknownKey)
    }

    fn read(&self, delivery: Delivery) -> Reading {
        unread(self.name, delivery)
    }

    /// A row is no record: what it says is in its link.
    fn updates(&self, _: &Event) -> Result<Vec<RecordUpdate>, String> {
        Ok(Vec::new())
    }

    fn summarize(&self, event: &Event) -> Summary {
        let Some((mapping, row)) = Row::of(event) else { return Summary::default() };
        let name = NAMES.iter().find_map(|name| row.fields.get(*name).and_then(Value::as_str));
        Summary { name: name.map(str::to_owned), facts: vec![("Mapping".to_owned(), mapping)] }
    }

    fn link(&self, _: &Event) -> Option<String> {
        None
    }
}
