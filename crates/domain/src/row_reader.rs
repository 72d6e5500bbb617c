//! A reader of rows: what people changed in the tables of mappings, at vendors that push no values.
//!
//! People edit rows where at best a hint comes that something changed. So rows are read, compared with
//! what is known of them, and come in through the journal where they say something new.

use crate::{Bookmark, BoxFuture, Event, ListError, Mapping, Row};

/// One page of the rows of a mapping's table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowPage {
    /// The rows. One that was on an earlier page may come again.
    pub rows: Vec<Row>,
    /// The cursor of the next page; none at the end. A page without rows may have a next one.
    pub next: Option<String>,
}

/// What a counterpart's event asks to be read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowHint {
    /// The counterpart's name of the table that the row is in, where the event says.
    pub table: Option<String>,
    /// The counterpart's id of the row.
    pub row: String,
}

/// Reads the rows of one connection to a counterpart. It holds the vendor's client, and with it the
/// budget.
pub trait RowReader: Send + Sync {
    /// Reads one page of the rows that were edited at [`Bookmark::since`] or later, those that were
    /// thrown away among them; without it all that are there.
    ///
    /// # Errors
    /// See [`ListError`]; its sentence says what to do.
    fn changed<'a>(
        &'a self,
        mapping: &'a Mapping,
        bookmark: &'a Bookmark,
    ) -> BoxFuture<'a, Result<RowPage, ListError>>;

    /// Reads one row; none where there is no such row in the table.
    ///
    /// # Errors
    /// As of [`Self::changed`].
    fn row<'a>(
        &'a self,
        mapping: &'a Mapping,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<Row>, ListError>>;

    /// What an event of this connection asks to be read again; none where it is about something else, or
    /// tells of nothing but the hub's own writes.
    fn hint(&self, event: &Event) -> Option<RowHint>;
}
