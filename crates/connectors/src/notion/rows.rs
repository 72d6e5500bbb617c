//! Rows of a Notion table: each stands for one record of the CRM and carries its id.
//!
//! Notion takes no idempotency key and knows no unique columns, so a row that may exist is looked for by
//! its key before one is made. A row that a person put into the trash is restored where the hub still has
//! to write it: it keeps its address, its comments and what people wrote on it, and what links to it
//! stays whole; a new one would lose all of that. Whether a record whose row was trashed is to be written
//! at all is the decision of whoever asks.

mod drift;
mod table;

use std::{collections::BTreeMap, sync::Arc};

use domain::{Failure, Fields, Finding, Next};
use endpoint::Transport;
use jiff::{SignedDuration, Timestamp};
use notion::{
    Client, Code, DataSourceId, Error, PageId, PropertyId, Timer,
    models::{Page, Parent, PropertyValue},
    resources::{CreatePage, Filter, GetDataSource, GetPage, QueryDataSource, UpdatePage},
};
use tokio::sync::RwLock;

pub use self::table::{CREATABLE, Holds, WantedColumn};
use self::{
    drift::Drift,
    table::{Table, Written},
};
use super::failure;

/// How long the columns are believed where a value does not fit them.
const COLUMNS_BELIEVED: SignedDuration = SignedDuration::from_mins(5);

/// How many rows of one key are looked at: more than one is a mistake already.
const ROWS_LOOKED_AT: u8 = 10;

/// What a row shall hold.
#[derive(Clone, Debug)]
pub struct WantedRow<'a> {
    /// The record's id in the CRM.
    pub key: &'a str,
    /// The row's id in Notion, where it is known.
    pub row: Option<&'a str>,
    /// Whether a row may exist although none is known: it is looked for first.
    pub look_first: bool,
    /// The fields to write, in the hub's words; others stay as they are.
    pub fields: &'a Fields,
    /// Where to look at the record in the CRM's application.
    pub link: Option<&'a str>,
    /// When it is written.
    pub now: Timestamp,
}

/// A row as it stands in Notion.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredRow {
    /// Its id.
    pub id: String,
    /// The record's id that it carries.
    pub key: Option<String>,
    /// What it holds in the mapped fields, as they read there.
    pub fields: Fields,
    /// When it was edited last, to the minute.
    pub edited_at: Option<Timestamp>,
    /// Whether somebody put it into the trash.
    pub in_trash: bool,
}

/// What became of a write.
#[derive(Clone, Debug, PartialEq)]
pub struct PutRow {
    /// The row after it.
    pub row: StoredRow,
    /// How it came about.
    pub way: PutWay,
    /// What could not be written whole, and what else somebody should look at.
    pub findings: Vec<Finding>,
}

/// How a row came to hold what it shall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutWay {
    /// It was made.
    Created,
    /// It was there, and was changed.
    Updated,
    /// It lay in the trash, and was restored.
    Restored,
}

/// A table of rows.
pub struct RowTable<T, C> {
    client: Client<T, C>,
    data_source: DataSourceId,
    wanted: Vec<WantedColumn>,
    /// Read at the first row, and again when Notion refuses what they say.
    table: RwLock<Option<(Timestamp, Arc<Table>)>>,
}

impl<T: Transport, C: Timer> RowTable<T, C> {
    /// The table in this data source. Nothing is called yet.
    #[must_use]
    pub fn new(client: Client<T, C>, data_source: &str, wanted: Vec<WantedColumn>) -> Self {
        let data_source = DataSourceId::new(data_source);
        Self { client, data_source, wanted, table: RwLock::new(None) }
    }

    /// Writes a row: the one that is named, else the one that carries the key, else a new one.
    ///
    /// Doing it twice leaves one row, as long as the second time names it or looks first.
    ///
    /// # Errors
    /// A [`Failure`]; where it is ambiguous, a new row may exist.
    pub async fn put(&self, wanted: &WantedRow<'_>) -> Result<PutRow, Failure> {
        let mut table = self.table(wanted.now).await?;
        let mut written = table.write(wanted.fields);
        if written.lacks_option && self.is_stale(wanted.now).await {
            table = self.read_table(wanted.now).await?;
            written = table.write(wanted.fields);
        }
        let error = match self.place(&table, wanted, &written).await {
            Ok(put) => return Ok(put),
            Err(error) => error,
        };
        if error.code() != Some(&Code::ValidationError) {
            return Err(failure::of(&error));
        }
        // Somebody may have changed the columns since they were read.
        let fresh = self.read_table(wanted.now).await?;
        if fresh == table {
            return Err(failure::of(&error));
        }
        let written = fresh.write(wanted.fields);
        self.place(&fresh, wanted, &written).await.map_err(|error| failure::of(&error))
    }

    /// Reads a row; none where Notion has it no more, or does not show it to the connection.
    ///
    /// # Errors
    /// A [`Failure`] that says what to change.
    pub async fn read(&self, row: &str, now: Timestamp) -> Result<Option<StoredRow>, Failure> {
        let table = self.table(now).await?;
        match self.client.call(&GetPage { page_id: PageId::new(row) }).await {
            Ok(page) => Ok(Some(stored(&table, &page))),
            Err(error) if error.code() == Some(&Code::ObjectNotFound) => Ok(None),
            Err(error) => Err(failure::of(&error)),
        }
    }

    /// Finds the row that carries a key: the oldest where several do, and one in the trash only where
    /// none is outside of it.
    ///
    /// # Errors
    /// A [`Failure`] that says what to change.
    pub async fn find(&self, key: &str, now: Timestamp) -> Result<Option<StoredRow>, Failure> {
        let table = self.table(now).await?;
        let found = self.look_up(&table, key).await.map_err(|error| failure::of(&error))?;
        Ok(found.map(|(page, _)| stored(&table, &page)))
    }

    /// Puts a row into the trash. One that is there already, or is gone, stays so.
    ///
    /// # Errors
    /// A [`Failure`] that says what to change.
    pub async fn remove(&self, row: &str) -> Result<(), Failure> {
        let page_id = PageId::new(row);
        let update = UpdatePage {
            page_id: page_id.clone(),
            properties: BTreeMap::new(),
            in_trash: Some(true),
        };
        let error = match self.client.call(&update).await {
            Ok(_) => return Ok(()),
            Err(error) => error,
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
    pub async fn examine(&self, now: Timestamp) -> Result<Vec<Finding>, Failure> {
        let table = self.read_table(now).await?;
        Ok(table.drift.iter().map(Drift::finding).collect())
    }

    /// One attempt with these columns.
    async fn place(
        &self,
        table: &Table,
        wanted: &WantedRow<'_>,
        written: &Written,
    ) -> Result<PutRow, Error> {
        let mut properties = written.properties.clone();
        properties.extend(table.stamp(wanted.key, wanted.link, wanted.now));
        let mut findings = written.findings.clone();
        let known = match wanted.row {
            Some(row) => self.change(&PageId::new(row), &properties).await?,
            None => None,
        };
        let (page, way) = match known {
            Some(changed) => changed,
            // A row that is named and gone may have a successor that carries the key.
            None if wanted.look_first || wanted.row.is_some() => {
                match self.look_up(table, wanted.key).await? {
                    Some((page, rows)) => {
                        if rows > 1 {
                            let key = wanted.key.to_owned();
                            findings.push(Drift::Doubled { key, rows }.finding());
                        }
                        match self.change(&page.id, &properties).await? {
                            Some(changed) => changed,
                            None => (self.create(properties).await?, PutWay::Created),
                        }
                    }
                    None => (self.create(properties).await?, PutWay::Created),
                }
            }
            None => (self.create(properties).await?, PutWay::Created),
        };
        let mut row = stored(table, &page);
        if !page.is_full() {
            // A connection that may not read is told the id alone.
            row.fields = written.faces.clone();
        }
        row.key = Some(wanted.key.to_owned());
        Ok(PutRow { row, way, findings })
    }

    /// Changes a row, out of the trash if it lies there; none where there is no such row.
    async fn change(
        &self,
        row: &PageId,
        properties: &BTreeMap<PropertyId, PropertyValue>,
    ) -> Result<Option<(Page, PutWay)>, Error> {
        let update =
            UpdatePage { page_id: row.clone(), properties: properties.clone(), in_trash: None };
        let error = match self.client.call(&update).await {
            Ok(page) if page.is_in_trash() => return self.restore(update).await,
            Ok(page) => return Ok(Some((page, PutWay::Updated))),
            Err(error) => error,
        };
        match error.code() {
            Some(Code::ObjectNotFound) => Ok(None),
            // What lies in the trash is refused in the same way as what does not fit.
            Some(Code::ValidationError) => {
                match self.client.call(&GetPage { page_id: row.clone() }).await {
                    Ok(page) if page.is_in_trash() => self.restore(update).await,
                    _ => Err(error),
                }
            }
            _ => Err(error),
        }
    }

    async fn restore(&self, update: UpdatePage) -> Result<Option<(Page, PutWay)>, Error> {
        let page = self.client.call(&UpdatePage { in_trash: Some(false), ..update }).await?;
        Ok(Some((page, PutWay::Restored)))
    }

    async fn create(&self, properties: BTreeMap<PropertyId, PropertyValue>) -> Result<Page, Error> {
        let parent =
            Parent::DataSource { data_source_id: self.data_source.clone(), database_id: None };
        match self.client.call(&CreatePage { parent, properties }).await {
            Ok(page) => Ok(page),
            // Notion failed after it had kept the row, and says which (`facts/notion.md` 6).
            Err(error) => match error.committed_resource_id() {
                Some(row) => {
                    let page_id = PageId::new(row);
                    // Whether it can be read or not: it is there.
                    self.client.call(&GetPage { page_id }).await.map_err(|_| error)
                }
                None => Err(error),
            },
        }
    }

    /// The row that carries the key, and how many do.
    async fn look_up(&self, table: &Table, key: &str) -> Result<Option<(Page, usize)>, Error> {
        let Some(column) = table.key() else {
            return Ok(None);
        };
        for in_trash in [None, Some(true)] {
            let query = QueryDataSource {
                filter: Some(Filter::text_equals(column.clone(), key)),
                page_size: Some(ROWS_LOOKED_AT),
                in_trash,
                ..QueryDataSource::new(self.data_source.clone())
            };
            let mut rows = self.client.call(&query).await?.results;
            // Whether Notion tells upper from lower case is not documented (`facts/notion.md` 4.1).
            rows.retain(|row| table.key_of(row).as_deref() == Some(key));
            let count = rows.len();
            let age = |row: &Page| (row.created_time, row.id.clone());
            if let Some(oldest) = rows.into_iter().min_by_key(age) {
                return Ok(Some((oldest, count)));
            }
        }
        Ok(None)
    }

    async fn table(&self, now: Timestamp) -> Result<Arc<Table>, Failure> {
        if let Some((_, table)) = &*self.table.read().await {
            return Ok(Arc::clone(table));
        }
        self.read_table(now).await
    }

    async fn is_stale(&self, now: Timestamp) -> bool {
        let known = self.table.read().await;
        known.as_ref().is_none_or(|(read_at, _)| now.duration_since(*read_at) >= COLUMNS_BELIEVED)
    }

    async fn read_table(&self, now: Timestamp) -> Result<Arc<Table>, Failure> {
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

fn stored(table: &Table, page: &Page) -> StoredRow {
    StoredRow {
        id: page.id.to_string(),
        key: table.key_of(page),
        fields: table.read(page),
        edited_at: page.last_edited_time,
        in_trash: page.is_in_trash(),
    }
}

#[cfg(test)]
mod tests;
