//! The catalogue of a vendor's operations: data that the raw call, the simulation, the assistants' search and the coverage report all read.
//!
//! A [`Table`] is what is stored: texts once, schemas once, rows that point at both. A
//! [`Catalogue`] is the opened table; [`Operation`], [`Edition`] and [`Schema`] are views of it
//! that cost nothing to copy. Opening checks every index, so that no view can fail later.
//!
//! An operation stands once, however many generations of the vendor's API offer it; what differs
//! between them is in its [`Edition`]s.

mod bounds;
mod effect;
mod operation;
mod pagination;
mod place;
mod problem;
mod rows;
mod sample;
mod schema;
mod search;
mod texts;
mod validate;
mod wire;

use std::fmt;

pub use self::{
    effect::{Idempotency, Kind},
    operation::{Access, Body, Edition, Generation, Operation, Parameter, Reply},
    pagination::{PageStyle, Pagination},
    place::Place,
    problem::{Fault, Problem},
    rows::{
        AccessRow, BodyRow, EditionRow, FieldRow, OperationRow, PaginationRow, ParameterRow,
        ReplyRow, Rest, SchemaIndex, SchemaRow, ShapeRow, StringRow, Table,
    },
    sample::{Sampler, sample},
    schema::{Field, Schema, Shape},
    texts::{Text, Texts},
    validate::{validate, validate_reply},
};

/// How unlike an id may be before it is no suggestion: 0 is nothing alike, 1 the same.
const ALIKE: f64 = 0.6;

/// An opened catalogue.
pub struct Catalogue {
    table: Table,
}

/// Why a catalogue could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("open the catalogue: {problem}; write it again with the generator of this version")]
pub struct OpenError {
    problem: String,
}

impl OpenError {
    fn new(problem: impl Into<String>) -> Self {
        Self { problem: problem.into() }
    }
}

impl Catalogue {
    /// Opens what [`Table::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are cut, of another format, or inconsistent in themselves.
    pub fn open(bytes: &[u8]) -> Result<Self, OpenError> {
        let table = Table::from_bytes(bytes)?;
        table.check()?;
        Ok(Self { table })
    }

    /// The operation with this id, such as `contacts.get-contact`.
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<Operation<'_>> {
        let rows = &self.table.operations;
        let at = rows.binary_search_by(|row| self.table.texts.get(row.id).cmp(id)).ok()?;
        Some(Operation::new(&self.table, &rows[at]))
    }

    /// Every operation, in order of id.
    pub fn operations(&self) -> impl ExactSizeIterator<Item = Operation<'_>> {
        self.table.operations.iter().map(|row| Operation::new(&self.table, row))
    }

    /// The operation whose id is most like `id`; none where nothing is much like it.
    ///
    /// An id without its product counts as well: `get-contact` suggests `contacts.get-contact`.
    #[must_use]
    pub fn nearest(&self, id: &str) -> Option<Operation<'_>> {
        let likeness = |operation: &Operation<'_>| {
            let whole = strsim::normalized_damerau_levenshtein(id, operation.id());
            let name = operation.id().split_once('.').map_or("", |(_, name)| name);
            whole.max(strsim::normalized_damerau_levenshtein(id, name))
        };
        self.operations()
            .map(|operation| (likeness(&operation), operation))
            .filter(|(likeness, _)| *likeness >= ALIKE)
            .max_by(|(left, _), (right, _)| left.total_cmp(right))
            .map(|(_, operation)| operation)
    }

    /// Names that the wire spells in a way nobody would guess, each with what it means.
    ///
    /// They are right as they stand: a caller who corrects the spelling breaks the call.
    pub fn wire_names(&self) -> impl Iterator<Item = (&str, &str)> {
        let texts = &self.table.texts;
        self.table.wire_names.iter().map(|(wire, meant)| (texts.get(*wire), texts.get(*meant)))
    }

    /// How many schemas all operations share.
    #[must_use]
    pub fn schema_count(&self) -> usize {
        self.table.schemas.len()
    }
}

impl fmt::Debug for Catalogue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Catalogue")
            .field("operations", &self.table.operations.len())
            .field("schemas", &self.table.schemas.len())
            .finish()
    }
}

#[cfg(test)]
mod tests;
