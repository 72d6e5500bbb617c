//! Fills requests with what is known, and with plain values of the right form.

use std::collections::BTreeSet;

use endpoint::catalogue::{Field, Sampler};
use serde_json::{Map, Value};

/// Fills one request.
pub(crate) struct Filler<'a> {
    known: &'a Map<String, Value>,
    /// What optional fields are needed all the same.
    wanted: &'a Map<String, Value>,
    count: u32,
    /// The names of what the request holds.
    pub(crate) met: BTreeSet<String>,
}

impl<'a> Filler<'a> {
    pub(crate) fn new(
        known: &'a Map<String, Value>,
        wanted: &'a Map<String, Value>,
        count: u32,
    ) -> Self {
        Self { known, wanted, count, met: BTreeSet::new() }
    }
}

impl Sampler for Filler<'_> {
    fn known(&mut self, name: &str) -> Option<Value> {
        self.met.insert(name.to_owned());
        self.known.get(name).cloned()
    }

    fn text(&mut self, name: &str, format: Option<&str>) -> String {
        let count = self.count;
        match (format, name) {
            (Some("date-time"), _) => "2026-03-04T15:00:00Z".to_owned(),
            // These two are days although no schema says so.
            (Some("date"), _) | (_, "dueDate" | "issueDate") => "2026-03-04".to_owned(),
            (Some("number"), _) => "1".to_owned(),
            (_, name) if name.to_lowercase().contains("email") => {
                format!("person.{count}@coverage.example")
            }
            (_, "phone" | "phoneNo") => format!("+1555020{count:04}"),
            (_, name) if name.to_lowercase().ends_with("url") => "https://example.com/".to_owned(),
            _ => format!("{name} {count}").trim_start().to_owned(),
        }
    }

    fn wants(&mut self, field: Field<'_>) -> bool {
        self.wanted.contains_key(field.name())
    }
}
