//! The rows of one Notion table: each stands for one record of the CRM and carries its id.
//!
//! Notion takes no idempotency key and knows no unique columns, so a row that may exist is looked for by
//! the id that it carries before one is made. A row that a person put into the trash is neither restored
//! nor replaced: they meant it.

use std::{collections::BTreeMap, sync::Arc};

use domain::{CorrelationId, Failure, Fields, Finding, Next, Row};
use endpoint::Transport;
use jiff::{SignedDuration, Timestamp};
use notion::{
    Client, Code, DataSourceId, Error, PageId, PropertyId, Timer,
    models::{Page, Parent, PropertyValue},
    resources::{CreatePage, GetDataSource, GetPage, UpdatePage},
};
use tokio::sync::{Mutex, RwLock};

use super::{
    census::{Census, Source},
    drift::Drift,
    table::{Table, WantedColumn, Written},
};
use crate::notion::failure;

/// How long the columns are believed where a value does not fit them.
const COLUMNS_BELIEVED: SignedDuration = SignedDuration::from_mins(5);

/// What of a minute comes after its beginning.
const REST_OF_MINUTE: SignedDuration = SignedDuration::from_millis(59_999);

/// What a row shall hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct WantedRow<'a> {
    /// The record's id in the CRM.
    pub(super) key: &'a str,
    /// The row's id; none where it is to be made.
    pub(super) row: Option<&'a str>,
    /// What to write, by the names that the mapping gives columns; others stay as they are.
    pub(super) fields: &'a Fields,
    /// Where to look at the record in the CRM's application.
    pub(super) link: Option<&'a str>,
    /// What the write is called.
    pub(super) correlation: &'a CorrelationId,
    /// When it is written.
    pub(super) now: Timestamp,
}

/// A table of rows.
pub(super) struct RowTable<T, C> {
    client: Client<T, C>,
    data_source: DataSourceId,
    wanted: Vec<WantedColumn>,
    /// Read at the first row, and again when Notion refuses what they say.
    table: RwLock<Option<(Timestamp, Arc<Table>)>>,
    census: Mutex<Census>,
}

impl<T: Transport, C: Timer> RowTable<T, C> {
    /// The table in this data source. Nothing is called yet.
    #[must_use]
    pub(super) fn new(client: Client<T, C>, data_source: &str, wanted: Vec<WantedColumn>) -> Self {
        let data_source = DataSourceId::new(data_source);
        Self { client, data_source, wanted, table: RwLock::new(None), census: Mutex::default() }
    }

    /// Makes or changes a row, and gives it as it is then; one that is gone, as gone.
    ///
    /// # Errors
    /// A [`Failure`]; where it is ambiguous, a new row may exist.
    pub(super) async fn put(&self, wanted: &WantedRow<'_>) -> Result<Row, Failure> {
        let mut table = self.table(wanted.now).await?;
        if table.write(wanted.fields).lacks_option && self.is_stale(wanted.now).await {
            table = self.read_table(wanted.now).await?;
        }
        let error = match self.place(&table, wanted).await {
            Ok(row) => return Ok(row),
            Err(error) => error,
        };
        match (error.code(), wanted.row) {
            // It is gone; or the table is, or is not shared any more, which this look tells.
            (Some(Code::ObjectNotFound), Some(row)) => {
                self.read_table(wanted.now).await?;
                return Ok(gone(row, wanted));
            }
            (Some(Code::ValidationError), _) => {}
            _ => return Err(failure::of(&error)),
        }
        // Somebody may have changed the columns since they were read.
        let fresh = self.read_table(wanted.now).await?;
        match fresh == table {
            true => Err(failure::of(&error)),
            false => self.place(&fresh, wanted).await.map_err(|error| failure::of(&error)),
        }
    }

    /// Finds the row that carries a record's id: the oldest where several do, and one in the trash, as
    /// gone, only where none is outside of it.
    ///
    /// # Errors
    /// A [`Failure`] that says what to change.
    pub(super) async fn find(&self, key: &str, now: Timestamp) -> Result<Option<Row>, Failure> {
        let table = self.table(now).await?;
        let found = self.source(&self.client, &table).find(key).await;
        let Some((page, rows)) = found.map_err(|error| failure::of(&error))? else {
            return Ok(None);
        };
        if rows > 1 {
            let drift = Drift::Doubled { key: key.to_owned(), rows };
            tracing::warn!(table = %self.data_source, %drift, "one record has several rows");
        }
        Ok(Some(row_of(&table, &page, now)))
    }

    /// Puts a row into the trash. One that is there already, or is gone, stays so.
    ///
    /// # Errors
    /// A [`Failure`] that says what to change.
    pub(super) async fn remove(&self, row: &str) -> Result<(), Failure> {
        let page_id = PageId::new(row);
        let properties = BTreeMap::new();
        let update = UpdatePage { page_id: page_id.clone(), properties, in_trash: Some(true) };
        let Err(error) = self.client.call(&update).await else {
            return Ok(());
        };
        match error.code() {
            Some(Code::ObjectNotFound) => Ok(()),
            Some(Code::ValidationError) => match self.client.call(&GetPage { page_id }).await {
                Ok(page) if page.is_in_trash() => Ok(()),
                _ => Err(failure::of(&error)),
            },
            _ => Err(failure::of(&error)),
        }
    }

    /// Reads the columns anew and says how they differ from what is wanted.
    ///
    /// # Errors
    /// A [`Failure`] that says what to change.
    pub(super) async fn examine(&self, now: Timestamp) -> Result<Vec<Finding>, Failure> {
        Ok(self.read_table(now).await?.findings())
    }

    /// One attempt with these columns.
    async fn place(&self, table: &Table, wanted: &WantedRow<'_>) -> Result<Row, Error> {
        let client = self.client.correlated(wanted.correlation.as_str());
        let Written { mut properties, faces, drift, .. } = table.write(wanted.fields);
        properties.extend(table.stamp(wanted.key, wanted.link, wanted.now));
        let page = match wanted.row {
            Some(row) => change(&client, PageId::new(row), properties).await?,
            None => {
                // One at a time: two that look for one row both find none.
                let mut census = self.census.lock().await;
                match census.row(&self.source(&client, table), wanted.key).await? {
                    Some(forgotten) => change(&client, forgotten, properties).await?,
                    None => {
                        let page = create(&client, &self.data_source, properties).await?;
                        census.add(wanted.key, &page.id);
                        page
                    }
                }
            }
        };
        let mut row = row_of(table, &page, Timestamp::MAX);
        if !page.is_full() {
            // A connection that may not read is told the id alone.
            row.fields = faces;
        }
        row.record = Some(wanted.key.to_owned());
        for drift in &drift {
            // The sentence names columns, and never values of people.
            let (table, key) = (&self.data_source, wanted.key);
            tracing::warn!(%table, record.key = key, %drift, "a row does not hold everything");
        }
        Ok(row)
    }

    fn source<'a>(&'a self, client: &'a Client<T, C>, table: &'a Table) -> Source<'a, T, C> {
        Source { client, id: &self.data_source, table }
    }

    /// The columns, read once.
    ///
    /// # Errors
    /// A [`Failure`] that says what to change.
    pub(super) async fn table(&self, now: Timestamp) -> Result<Arc<Table>, Failure> {
        if let Some((_, table)) = &*self.table.read().await {
            return Ok(Arc::clone(table));
        }
        self.read_table(now).await
    }

    async fn is_stale(&self, now: Timestamp) -> bool {
        let known = self.table.read().await;
        known.as_ref().is_none_or(|(read_at, _)| now.duration_since(*read_at) >= COLUMNS_BELIEVED)
    }

    /// The columns, read anew.
    ///
    /// # Errors
    /// A [`Failure`] that says what to change.
    pub(super) async fn read_table(&self, now: Timestamp) -> Result<Arc<Table>, Failure> {
        let operation = GetDataSource { data_source_id: self.data_source.clone() };
        let mut place = self.table.write().await;
        let source = self.client.call(&operation).await.map_err(|error| failure::of(&error))?;
        if source.is_in_trash() {
            return Err(held("the table lies in Notion's trash; restore it there"));
        }
        let known = place.as_ref().map(|(_, table)| &**table);
        let table = Table::of(&source, &self.wanted, known);
        if table.key().is_none() {
            return Err(held(
                "the table has no text column for the ids of the CRM, without which a row cannot be \
                 found again; add it with `highwire notion init`",
            ));
        }
        if known != Some(&table) {
            for drift in &table.drift {
                tracing::warn!(table = %self.data_source, %drift, "a table differs from its mapping");
            }
        }
        let table = Arc::new(table);
        *place = Some((now, Arc::clone(&table)));
        Ok(table)
    }
}

fn held(reason: &str) -> Failure {
    Failure { next: Next::Hold(None), ambiguous: false, reason: reason.to_owned() }
}

/// A row as a page shows it that was read at this moment.
///
/// Notion keeps the minute of an edit. A row counts as changed when it can have been at the latest: so
/// what was read before a write of ours is older than what that write left, within one minute too.
pub(crate) fn row_of(table: &Table, page: &Page, read_at: Timestamp) -> Row {
    let end = |minute: Timestamp| minute.saturating_add(REST_OF_MINUTE).unwrap_or(minute);
    Row {
        id: page.id.to_string(),
        fields: table.read(page),
        changed_at: page.last_edited_time.map_or(read_at, |minute| end(minute).min(read_at)),
        record: table.key_of(page),
        gone: page.is_in_trash(),
    }
}

fn gone(row: &str, wanted: &WantedRow<'_>) -> Row {
    Row {
        id: PageId::new(row).to_string(),
        fields: Fields::new(),
        changed_at: wanted.now,
        record: Some(wanted.key.to_owned()),
        gone: true,
    }
}

/// Changes a row. One that lies in the trash is refused in the same way as what does not fit: it is read
/// to tell the two apart.
async fn change<T: Transport, C: Timer>(
    client: &Client<T, C>,
    page_id: PageId,
    properties: BTreeMap<PropertyId, PropertyValue>,
) -> Result<Page, Error> {
    let update = UpdatePage { page_id: page_id.clone(), properties, in_trash: None };
    let error = match client.call(&update).await {
        Ok(page) => return Ok(page),
        Err(error) => error,
    };
    if error.code() != Some(&Code::ValidationError) {
        return Err(error);
    }
    match client.call(&GetPage { page_id }).await {
        Ok(page) if page.is_in_trash() => Ok(page),
        _ => Err(error),
    }
}

async fn create<T: Transport, C: Timer>(
    client: &Client<T, C>,
    data_source: &DataSourceId,
    properties: BTreeMap<PropertyId, PropertyValue>,
) -> Result<Page, Error> {
    let parent = Parent::DataSource { data_source_id: data_source.clone(), database_id: None };
    let error = match client.call(&CreatePage { parent, properties }).await {
        Ok(page) => return Ok(page),
        Err(error) => error,
    };
    // Notion failed after it had kept the row, and says which (`facts/notion.md` 6).
    match error.committed_resource_id().map(PageId::new) {
        Some(page_id) => client.call(&GetPage { page_id }).await.map_err(|_| error),
        None => Err(error),
    }
}
