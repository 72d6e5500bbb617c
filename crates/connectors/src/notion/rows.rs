//! Notion as the counterpart of mappings: a table for each, a row for each record.

mod census;
mod drift;
#[cfg(test)]
mod fixture;
mod listing;
mod pace;
mod row_table;
mod table;
mod wanted;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::{BoxFuture, Counterpart, Failure, Finding, Mapping, RecordKey, Row, RowWrite};
use endpoint::Transport;
use jiff::Timestamp;
use notion::{Client, Timer, UserId};
use tokio::sync::OnceCell;

pub(crate) use self::table::{Column, Table};
use self::{
    pace::Pace,
    row_table::{RowTable, WantedRow},
};
pub use self::{
    table::{CREATABLE, Holds, WantedColumn},
    wanted::{ColumnSettings, KEY_COLUMN, LINK_COLUMN, SYNCED_COLUMN, wanted},
};
use crate::highlevel::link_of_record;

/// The source of rows that people edited.
pub const EVENTS: &str = "notion.rows";

/// Tables of Notion, by one connection.
pub struct NotionRows<T, C> {
    client: Client<T, C>,
    timer: C,
    /// Where links to the CRM lead: white labels have an address of their own.
    application_url: String,
    /// The tables that were written, with their columns, by the name of their mapping.
    tables: Mutex<BTreeMap<String, Arc<RowTable<T, C>>>>,
    /// The user as which the connection writes, once it is known.
    own: OnceCell<UserId>,
    pace: Mutex<Pace>,
}

impl<T: Transport, C: Timer> NotionRows<T, C> {
    /// The tables that this client reaches. Nothing is called yet.
    #[must_use]
    pub fn new(client: Client<T, C>, timer: C, application_url: &str) -> Self {
        let application_url = application_url.to_owned();
        let pace = Mutex::new(Pace::new(client.requests_per_minute()));
        let (tables, own) = (Mutex::default(), OnceCell::new());
        Self { client, timer, application_url, tables, own, pace }
    }

    /// How the table of a mapping differs from what the mapping says.
    ///
    /// # Errors
    /// A [`Failure`] that says what to change.
    pub async fn examine(
        &self,
        mapping: &Mapping,
        now: Timestamp,
    ) -> Result<Vec<Finding>, Failure> {
        self.table(mapping).examine(now).await
    }

    fn table(&self, mapping: &Mapping) -> Arc<RowTable<T, C>> {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let table = tables.entry(mapping.name.clone()).or_insert_with(|| {
            Arc::new(RowTable::new(self.client.clone(), &mapping.table, wanted(mapping)))
        });
        Arc::clone(table)
    }

    /// Takes the next turn, and gives how long it is until then. A reading takes one too and does not
    /// wait: the writes after it do.
    fn next_turn(&self) -> std::time::Duration {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner).turn(self.timer.now())
    }

    /// Waits for a turn at the pace of the limit; whether it had to.
    async fn take_turn(&self) -> bool {
        let wait = self.next_turn();
        if !wait.is_zero() {
            self.timer.sleep(wait).await;
        }
        !wait.is_zero()
    }

    async fn put_row(&self, mapping: &Mapping, write: &RowWrite) -> Result<Row, Failure> {
        let account = write.account.as_deref().or(mapping.account.as_deref());
        let place = |account| link_of_record(&self.application_url, account, &write.record);
        let link = account.and_then(place);
        let wanted = WantedRow {
            key: &write.record.id,
            row: write.row.as_deref(),
            fields: &write.fields,
            link: link.as_deref(),
            correlation: &write.correlation,
            now: write.now,
        };
        let row = self.table(mapping).put(&wanted).await?;
        // Whatever was read before this moment may be from before the write.
        Ok(Row { changed_at: row.changed_at.min(self.timer.now()), ..row })
    }
}

impl<T: Transport, C: Timer> Counterpart for NotionRows<T, C> {
    fn vendor(&self) -> &'static str {
        "notion"
    }

    fn find<'a>(
        &'a self,
        mapping: &'a Mapping,
        record: &'a RecordKey,
    ) -> BoxFuture<'a, Result<Option<Row>, Failure>> {
        let table = self.table(mapping);
        Box::pin(async move { table.find(&record.id, self.timer.now()).await })
    }

    fn put<'a>(
        &'a self,
        mapping: &'a Mapping,
        write: &'a RowWrite,
    ) -> BoxFuture<'a, Result<Row, Failure>> {
        Box::pin(self.put_row(mapping, write))
    }

    fn turn<'a>(&'a self, _: &'a Mapping) -> BoxFuture<'a, bool> {
        Box::pin(self.take_turn())
    }

    fn remove<'a>(
        &'a self,
        mapping: &'a Mapping,
        row: &'a str,
    ) -> BoxFuture<'a, Result<(), Failure>> {
        let table = self.table(mapping);
        Box::pin(async move { table.remove(row).await })
    }
}

#[cfg(test)]
mod tests;
