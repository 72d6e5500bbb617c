//! A query of the mirror: which rows to list, in the order in which they last changed.

use jiff::Timestamp;
use serde_json::Value;

use crate::{Entity, Fields, Record, Tenant};

/// Which rows of a tenant to list. Rows that the vendor deleted are left out.
///
/// The order is that of [`RecordPlace`], so a row that changes moves to the end: whoever goes on
/// from the last place has seen every change.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordQuery {
    /// Whose rows.
    pub tenant: Tenant,
    /// Rows of what.
    pub entity: Entity,
    /// What holds of them: all of it.
    pub conditions: Vec<RecordCondition>,
    /// Only rows whose newest event happened then or later.
    pub since: Option<Timestamp>,
    /// Only rows behind this place.
    pub after: Option<RecordPlace>,
    /// How many rows at most.
    pub limit: usize,
}

/// Something that holds of a row's fields. Fields that are no text, or that a row lacks, equal nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordCondition {
    /// The field is this text.
    Is(&'static str, String),
    /// The field is this text, whatever the case of ASCII letters.
    IsLike(&'static str, String),
    /// One of the fields begins with this text, whatever the case of letters.
    Begins(&'static [&'static str], String),
    /// The field is a list with this text in it, whatever the case of letters.
    Has(&'static str, String),
}

/// Where a row stands among the rows of a tenant and entity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordPlace {
    /// When its newest event happened.
    pub occurred_at: Timestamp,
    /// Its id.
    pub id: String,
}

/// A page of rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecordPage {
    /// The rows, in order.
    pub records: Vec<Record>,
    /// Where to go on; none at the end. A page can be short of its limit, or empty, and still not be
    /// the last: a store looks at a bounded number of rows for each.
    pub next: Option<RecordPlace>,
}

impl RecordQuery {
    /// All rows of a tenant and entity.
    #[must_use]
    pub fn all(tenant: Tenant, entity: Entity, limit: usize) -> Self {
        Self { tenant, entity, conditions: Vec::new(), since: None, after: None, limit }
    }

    /// Whether all conditions hold.
    #[must_use]
    pub fn holds(&self, fields: &Fields) -> bool {
        self.conditions.iter().all(|condition| condition.holds(fields))
    }
}

impl RecordCondition {
    /// Whether it holds.
    #[must_use]
    pub fn holds(&self, fields: &Fields) -> bool {
        let text = |name: &str| fields.get(name).and_then(Value::as_str);
        match self {
            Self::Is(name, wanted) => text(name) == Some(wanted),
            Self::IsLike(name, wanted) => {
                text(name).is_some_and(|found| found.eq_ignore_ascii_case(wanted))
            }
            Self::Begins(names, wanted) => {
                let wanted = wanted.to_lowercase();
                let begins = |found: &str| found.to_lowercase().starts_with(&wanted);
                names.iter().filter_map(|name| text(name)).any(begins)
            }
            Self::Has(name, wanted) => {
                let wanted = wanted.to_lowercase();
                let items = fields.get(*name).and_then(Value::as_array).into_iter().flatten();
                items.filter_map(Value::as_str).any(|found| found.to_lowercase() == wanted)
            }
        }
    }
}

impl RecordPlace {
    /// The place of a row.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        Self { occurred_at: record.occurred_at, id: record.key.id.clone() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn conditions_look_at_texts_and_lists() {
        let fields: Fields =
            serde_json::from_value(json!({"a": "Émile", "b": ["VIP", 3], "c": 7})).unwrap();
        let begins = |text: &str| RecordCondition::Begins(&["c", "a"], text.to_owned());
        for (condition, expected) in [
            (RecordCondition::Is("a", "Émile".to_owned()), true),
            (RecordCondition::Is("a", "émile".to_owned()), false),
            (RecordCondition::Is("c", "7".to_owned()), false),
            (RecordCondition::IsLike("a", "ÉMILE".to_owned()), true),
            (RecordCondition::IsLike("a", "émile".to_owned()), false),
            (begins("ém"), true),
            (begins("mi"), false),
            (RecordCondition::Has("b", "vip".to_owned()), true),
            (RecordCondition::Has("b", "vi".to_owned()), false),
            (RecordCondition::Has("a", "Émile".to_owned()), false),
        ] {
            assert_eq!(condition.holds(&fields), expected, "{condition:?}");
        }
    }
}
