//! The row's side of a pair: how it was seen, how it spells what was written, and when it is written.

use std::{borrow::Cow, collections::BTreeSet};

use domain::{Fields, Link, LinkStanding, MappedField, Row, ValueKind};
use policy::sync::{merge::named, value::same};
use serde_json::{Value, json};

use super::{Pair, records::CrmRecord};

/// The setting that names the CRM's field which takes the id of the row.
const ROW_ID_FIELD: &str = "row_id_field";

/// What stands before a field of the CRM in [`Link::spelled`]; columns stand there as they are called.
const OF_RECORD: &str = "crm:";

/// Takes in how a row was seen, unless something newer is known.
pub(super) fn see(link: &mut Link, row: &Row) {
    link.row = Some(row.id.clone());
    if link.row_at.is_some_and(|known| row.changed_at < known) {
        return;
    }
    if row.gone {
        link.standing = LinkStanding::RowGone;
        return;
    }
    if link.standing == LinkStanding::RowGone {
        link.standing = LinkStanding::Live;
    }
    link.row_at = Some(row.changed_at);
    for (column, value) in &row.fields {
        let meant = meant(link, column, value);
        link.row_fields.insert(column.clone(), meant);
    }
}

/// What a value means that was seen under this name: what was written, where this is how it is spelled.
fn meant(link: &Link, name: &str, seen: &Value) -> Value {
    match link.spelled.get(name).and_then(Value::as_array).map(Vec::as_slice) {
        Some([written, spelled]) if spelled == seen => written.clone(),
        _ => seen.clone(),
    }
}

impl Pair<'_> {
    /// The row's values, named as the fields of the record that is to be made of it.
    pub(super) fn row_as_record(&self) -> Fields {
        let fields = self.mapping.effective_fields();
        let columns = self.link.row_fields.keys().map(String::as_str).collect();
        let fields = named(&fields, &BTreeSet::new(), &columns);
        let reaching = fields.iter().filter(|field| field.direction.reaches_crm());
        let value = |field: &Cow<'_, MappedField>| {
            Some((field.field.clone(), self.link.row_fields.get(&field.column)?.clone()))
        };
        reaching.filter_map(value).collect()
    }

    /// The record's values as they were meant.
    pub(super) fn record_fields(&self, record: &CrmRecord) -> Fields {
        let value = |(name, value): (&String, &Value)| {
            (name.clone(), meant(&self.link, &format!("{OF_RECORD}{name}"), value))
        };
        record.fields.iter().map(value).collect()
    }

    /// Whether the row knows which record it belongs to.
    pub(super) fn is_crossed(&self) -> bool {
        let reaches = self.mapping.direction.reaches_row();
        !reaches || self.row_says.is_none() || self.row_says == self.link.record
    }

    /// Whether the row has to be written.
    pub(super) fn wants_row(&self, to_row: &Fields) -> bool {
        if !self.mapping.direction.reaches_row() {
            return false;
        }
        let is_new = self.link.row.is_none();
        // A row that came without its record's id is told it once.
        let is_unknown = self.link.synced_at.is_none() && self.row_says != self.link.record;
        is_new || is_unknown || !to_row.is_empty() || !self.is_crossed()
    }

    /// The row's id for the record, where the mapping says which field takes it.
    pub(super) fn crossing(&self, record: &CrmRecord) -> Fields {
        let (Some(field), Some(row)) = (self.mapping.settings.get(ROW_ID_FIELD), &self.link.row)
        else {
            return Fields::new();
        };
        let known = record.fields.get(field).unwrap_or(&Value::Null);
        match same(ValueKind::Text, known, &json!(row)) {
            true => Fields::new(),
            false => [(field.clone(), json!(row))].into(),
        }
    }

    /// Takes in what became of a write to the row.
    pub(super) fn wrote(&mut self, written: &Fields, row: &Row) {
        self.row_says.clone_from(&self.link.record);
        self.link.row = Some(row.id.clone());
        if row.gone {
            self.link.standing = LinkStanding::RowGone;
            return;
        }
        self.link.standing = LinkStanding::Live;
        self.link.row_at = Some(row.changed_at);
        for (column, value) in &row.fields {
            if !written.contains_key(column) {
                let meant = meant(&self.link, column, value);
                self.link.row_fields.insert(column.clone(), meant);
            }
        }
        for (column, value) in written {
            self.link.row_fields.insert(column.clone(), value.clone());
            let spelled = row.fields.get(column).unwrap_or(value).clone();
            let kind = self.kind_of(column);
            spell(&mut self.link, column, (kind, value, spelled));
        }
    }

    /// Takes in how the CRM spells what was written to the record.
    pub(super) fn spell_record(&mut self, written: &Fields, record: &CrmRecord) {
        for (field, value) in written {
            let spelled = record.fields.get(field).cloned().unwrap_or(Value::Null);
            let mapped = self.mapping.fields.iter().find(|one| one.field == *field);
            let kind = mapped.map_or(ValueKind::Any, |one| one.kind);
            spell(&mut self.link, &format!("{OF_RECORD}{field}"), (kind, value, spelled));
        }
    }

    fn kind_of(&self, column: &str) -> ValueKind {
        let mapped = self.mapping.fields.iter().find(|one| one.column == column);
        mapped.map_or(ValueKind::Any, |one| one.kind)
    }
}

/// Notes the spelling of a value, where it is another than what was written.
fn spell(link: &mut Link, name: &str, (kind, written, spelled): (ValueKind, &Value, Value)) {
    match same(kind, written, &spelled) {
        true => link.spelled.remove(name),
        false => link.spelled.insert(name.to_owned(), json!([written, spelled])),
    };
}
