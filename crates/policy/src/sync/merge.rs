//! When a record or its row changed, then both get what the other one changed, field by field.
//!
//! A three-way merge: each side is compared with the values on which both agreed last
//! (`facts/engine.md` 5.10). What only one side changed goes to the other one; what both changed is
//! settled as the field says, and what is lost then is noted. Where both sides have a value already,
//! nothing is written: so the echo of our own write ends here, and repeating a merge changes nothing.

use std::{borrow::Cow, collections::BTreeSet};

use domain::{Because, Direction, FieldConflict, Fields, MappedField, Side, ValueKind, Wins};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::value::{changed, clean, same};

/// What is merged. A field that is not there has no value, as one that is null.
#[derive(Clone, Debug)]
pub struct MergeInput<'a> {
    /// The fields of the mapping. Nothing else is looked at. Those that end in `*` stand for every
    /// name that any of the three below has.
    pub fields: &'a [MappedField],
    /// The values on which both agreed last, by field; empty where they never did.
    pub agreed: &'a Fields,
    /// The values of the CRM's record, by field.
    pub crm: &'a Fields,
    /// The values of the row, by column.
    pub row: &'a Fields,
    /// When the record was changed last, by the CRM's clock.
    pub crm_at: Timestamp,
    /// When the row was changed last, by the counterpart's clock.
    pub row_at: Timestamp,
    /// By how much the two clocks may differ.
    pub skew: SignedDuration,
}

/// What follows: the writes that make both sides equal, and what they agree on after them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Merged {
    /// The values on which both agree once everything is written, by field. Null is left out. Of a
    /// field that flows one way only, it is what its source said last.
    pub agreed: Fields,
    /// What to write to the CRM, by field; null clears.
    pub to_crm: Fields,
    /// What to write to the row, by column; null clears.
    pub to_row: Fields,
    /// What one side changed and cannot keep, in the order of the mapping's fields.
    pub conflicts: Vec<FieldConflict>,
}

/// Makes two sides equal.
#[must_use]
pub fn merge(input: &MergeInput<'_>) -> Merged {
    let mut merged = Merged::default();
    let crm = input.agreed.keys().chain(input.crm.keys()).map(String::as_str).collect();
    let row = input.row.keys().map(String::as_str).collect();
    for field in &named(input.fields, &crm, &row) {
        let sides = Sides::of(field, input);
        let Settled { value, agreed, conflict } = settle(field, &sides, || later(input));
        if field.direction.reaches_crm() && !same(field.kind, &value, &sides.crm) {
            merged.to_crm.insert(field.field.clone(), value.clone());
        }
        if field.direction.reaches_row() && !same(field.kind, &value, &sides.row) {
            merged.to_row.insert(field.column.clone(), value);
        }
        if !agreed.is_null() {
            merged.agreed.insert(field.field.clone(), agreed);
        }
        merged.conflicts.extend(conflict.map(|(kept, because)| FieldConflict {
            field: field.field.clone(),
            column: field.column.clone(),
            agreed: sides.agreed,
            crm: sides.crm,
            row: sides.row,
            kept,
            because,
        }));
    }
    merged
}

/// The fields by their names: in place of one that ends in `*`, one for each name that it stands for
/// among these names of the CRM and of the row, in order of name.
#[must_use]
pub fn named<'a>(
    fields: &'a [MappedField],
    crm: &BTreeSet<&str>,
    row: &BTreeSet<&str>,
) -> Vec<Cow<'a, MappedField>> {
    let explicit = || fields.iter().filter(|field| !field.field.ends_with('*'));
    let mut taken: BTreeSet<String> = explicit().map(|one| one.field.clone()).collect();
    let mut columns: BTreeSet<String> = explicit().map(|one| one.column.clone()).collect();
    let mut all = Vec::new();
    for field in fields {
        if !field.field.ends_with('*') {
            all.push(Cow::Borrowed(field));
            continue;
        }
        let in_crm = crm.iter().filter_map(|name| name.strip_prefix(stem(&field.field)));
        let in_row = row.iter().filter_map(|name| name.strip_prefix(stem(&field.column)));
        for rest in in_crm.chain(in_row).collect::<BTreeSet<_>>() {
            let (named, column) = (filled(&field.field, rest), filled(&field.column, rest));
            if !taken.contains(&named) && !columns.contains(&column) {
                taken.insert(named.clone());
                columns.insert(column.clone());
                all.push(Cow::Owned(MappedField { field: named, column, ..field.clone() }));
            }
        }
    }
    all
}

fn stem(pattern: &str) -> &str {
    pattern.strip_suffix('*').unwrap_or(pattern)
}

fn filled(pattern: &str, rest: &str) -> String {
    format!("{}{rest}", stem(pattern))
}

/// The three values of a field.
struct Sides {
    agreed: Value,
    crm: Value,
    row: Value,
}

impl Sides {
    fn of(field: &MappedField, input: &MergeInput<'_>) -> Self {
        let value = |fields: &Fields, name: &str| {
            clean(field.kind, fields.get(name).unwrap_or(&Value::Null))
        };
        Self {
            agreed: value(input.agreed, &field.field),
            crm: value(input.crm, &field.field),
            row: value(input.row, &field.column),
        }
    }
}

/// What becomes of a field.
struct Settled {
    /// The value of whichever side takes one.
    value: Value,
    /// What the next merge compares with.
    agreed: Value,
    /// Whose value is kept, and why, where the other side loses one.
    conflict: Option<(Side, Because)>,
}

impl Settled {
    fn on(value: &Value) -> Self {
        Self { value: value.clone(), agreed: value.clone(), conflict: None }
    }

    fn against(value: &Value, kept: Side, because: Because) -> Self {
        Self { conflict: Some((kept, because)), ..Self::on(value) }
    }
}

fn settle(field: &MappedField, sides: &Sides, later: impl FnOnce() -> (Side, Because)) -> Settled {
    let Sides { agreed, crm, row } = sides;
    if same(field.kind, crm, row) {
        return Settled::on(crm);
    }
    let crm_changed = !same(field.kind, agreed, crm);
    let row_changed = !same(field.kind, agreed, row);
    let is_list = match field.kind {
        ValueKind::List => true,
        ValueKind::Any => crm.is_array() || row.is_array(),
        _ => false,
    };
    let is_union = field.wins == Wins::Union && is_list;
    let configured = |value, side| Settled::against(value, side, Because::Configured);
    match (field.direction, crm_changed, row_changed) {
        (Direction::Both, _, _) if is_union => Settled::on(&changed(crm, agreed, row)),
        (Direction::ToCrm, _, _) if is_union => {
            Settled { agreed: row.clone(), ..Settled::on(&changed(crm, agreed, row)) }
        }
        (Direction::FromCrm, _, _) if is_union => {
            Settled { agreed: crm.clone(), ..Settled::on(&changed(row, agreed, crm)) }
        }
        (Direction::FromCrm, _, false) => Settled::on(crm),
        // A copy is put right again.
        (Direction::FromCrm, _, true) => configured(crm, Side::Crm),
        (Direction::ToCrm, true, false) if field.wins == Wins::Row => configured(row, Side::Row),
        // People win: what they changed in the CRM stays until its source has something new.
        (Direction::ToCrm, true, false) => Settled { agreed: agreed.clone(), ..Settled::on(crm) },
        (Direction::Both, true, false) => Settled::on(crm),
        (Direction::Both | Direction::ToCrm, false, _) => Settled::on(row),
        (Direction::Both | Direction::ToCrm, true, true) => {
            let (kept, because) = match field.wins {
                Wins::Crm => (Side::Crm, Because::Configured),
                Wins::Row => (Side::Row, Because::Configured),
                Wins::LastWrite | Wins::Union => later(),
            };
            let value = match kept {
                Side::Crm => crm,
                Side::Row => row,
            };
            let settled = Settled::against(value, kept, because);
            match field.direction {
                // What the source said is answered, also where it lost.
                Direction::ToCrm => Settled { agreed: row.clone(), ..settled },
                Direction::Both | Direction::FromCrm => settled,
            }
        }
    }
}

/// Who wrote later, as far as the clocks can tell.
fn later(input: &MergeInput<'_>) -> (Side, Because) {
    let ahead = input.crm_at.duration_since(input.row_at);
    match ahead.abs() <= input.skew.abs() {
        true => (Side::Crm, Because::WithinSkew),
        false if ahead.is_positive() => (Side::Crm, Because::Later),
        false => (Side::Row, Because::Later),
    }
}

#[cfg(test)]
mod tests;
