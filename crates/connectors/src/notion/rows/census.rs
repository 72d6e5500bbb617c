//! The census of a table: which rows carry which record's id, where nobody remembers it.
//!
//! A hub that lost its links, or was restored from a backup that is older than the last rows, would make
//! second rows of all of them. So a row is looked for before one is made: one by one at first, and once
//! many are made, in a census of the whole table, which costs a call for 100 rows instead of two for each.

use std::collections::BTreeMap;

use endpoint::Transport;
use notion::{
    Client, DataSourceId, Error, PageId, Timer,
    models::Page,
    resources::{Filter, QueryDataSource},
};

use super::table::Table;

/// How many rows are looked for one by one.
const ONE_BY_ONE: u32 = 20;

/// How many rows of one record are looked at: more than one is a mistake already.
const ROWS_LOOKED_AT: u8 = 10;

/// What is known of a table's rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Census {
    /// So many were looked for.
    Asked(u32),
    /// All of them, by the record's id.
    Taken(BTreeMap<String, PageId>),
    /// The table has more rows than Notion lists (`facts/notion.md` 5).
    TooMany,
}

impl Default for Census {
    fn default() -> Self {
        Self::Asked(0)
    }
}

impl Census {
    /// The row of a record, if there is one.
    pub(super) async fn row<T: Transport, C: Timer>(
        &mut self,
        source: &Source<'_, T, C>,
        key: &str,
    ) -> Result<Option<PageId>, Error> {
        if *self == Self::Asked(ONE_BY_ONE) {
            *self = source.census().await?;
        }
        match self {
            Self::Taken(rows) => return Ok(rows.get(key).cloned()),
            Self::Asked(count) => *count += 1,
            Self::TooMany => {}
        }
        Ok(source.find(key).await?.map(|(page, _)| page.id))
    }

    /// Takes in a row that was made.
    pub(super) fn add(&mut self, key: &str, row: &PageId) {
        if let Self::Taken(rows) = self {
            rows.insert(key.to_owned(), row.clone());
        }
    }
}

/// A table to look into.
pub(super) struct Source<'a, T, C> {
    pub(super) client: &'a Client<T, C>,
    pub(super) id: &'a DataSourceId,
    pub(super) table: &'a Table,
}

impl<T: Transport, C: Timer> Source<'_, T, C> {
    /// The row that carries a record's id, and how many do: the oldest, and one in the trash only where
    /// none is outside of it.
    pub(super) async fn find(&self, key: &str) -> Result<Option<(Page, usize)>, Error> {
        let Some(column) = self.table.key() else {
            return Ok(None);
        };
        for in_trash in [None, Some(true)] {
            let query = QueryDataSource {
                filter: Some(Filter::text_equals(column.clone(), key)),
                page_size: Some(ROWS_LOOKED_AT),
                in_trash,
                ..QueryDataSource::new(self.id.clone())
            };
            let mut rows = self.client.call(&query).await?.results;
            // Whether Notion tells upper from lower case is not documented (`facts/notion.md` 4.1).
            rows.retain(|row| self.table.key_of(row).as_deref() == Some(key));
            let count = rows.len();
            let age = |row: &Page| (row.created_time, row.id.clone());
            if let Some(oldest) = rows.into_iter().min_by_key(age) {
                return Ok(Some((oldest, count)));
            }
        }
        Ok(None)
    }

    async fn census(&self) -> Result<Census, Error> {
        let mut rows: BTreeMap<String, Page> = BTreeMap::new();
        for in_trash in [None, Some(true)] {
            let mut query = QueryDataSource { in_trash, ..QueryDataSource::new(self.id.clone()) };
            loop {
                let part = self.client.call(&query).await?;
                if part.is_cut() {
                    return Ok(Census::TooMany);
                }
                for page in part.results {
                    let Some(key) = self.table.key_of(&page) else { continue };
                    let counts = rows.get(&key).is_none_or(|known| is_older(&page, known));
                    if counts {
                        rows.insert(key, page);
                    }
                }
                match part.next_cursor {
                    Some(next) => query.start_cursor = Some(next),
                    None => break,
                }
            }
        }
        Ok(Census::Taken(rows.into_iter().map(|(key, page)| (key, page.id)).collect()))
    }
}

/// Whether a row counts more than another with the same id.
fn is_older(page: &Page, other: &Page) -> bool {
    let age = |page: &Page| (page.is_in_trash(), page.created_time, page.id.clone());
    age(page) < age(other)
}
