//! Reads the rows of Notion's data sources: those that were edited, page by page, or a single one.
//!
//! Notion keeps the minute of an edit and no more, gives at most 10,000 rows of a query, and may give
//! short parts (`facts/notion.md` 4). So rows are asked for in the order in which they were made, which
//! no edit changes, and a query that is cut is asked again from the last minute that was seen: rows may
//! come twice, and none is left out. Rows in the trash are another query's.

use std::sync::Arc;

use domain::{
    Bookmark, BoxFuture, Event, Failure, ListError, Mapping, Next, Row, RowHint, RowPage,
    RowReader, Verb,
};
use endpoint::{Retry, Transport};
use jiff::Timestamp;
use notion::{
    Code, Cursor, DataSourceId, Error, PageId, Timer, UserId,
    models::{Page, Parent, Property},
    resources::{Filter, GetMe, GetPage, GetPageProperty, QueryDataSource, Sort, Stamp},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    NotionRows,
    row_table::row_of,
    table::{Holds, Table},
};
use crate::notion::{Notion, value};

impl<T: Transport, C: Timer> RowReader for NotionRows<T, C> {
    fn changed<'a>(
        &'a self,
        mapping: &'a Mapping,
        bookmark: &'a Bookmark,
    ) -> BoxFuture<'a, Result<RowPage, ListError>> {
        Box::pin(self.read_changed(mapping, bookmark))
    }

    fn row<'a>(
        &'a self,
        mapping: &'a Mapping,
        id: &'a str,
    ) -> BoxFuture<'a, Result<Option<Row>, ListError>> {
        Box::pin(self.read_row(mapping, id))
    }

    fn hint(&self, event: &Event) -> Option<RowHint> {
        if event.source != Notion::NAME || event.kind.verb != Verb::Hinted {
            return None;
        }
        let told: Told = serde_json::from_slice(&event.body).ok()?;
        if told.entity.kind != "page" || self.is_own(&told) {
            return None;
        }
        // Where a page that was moved is now says nothing about where it was.
        let moved = told.kind == "page.moved";
        let table = told.data.parent.data_source_id.filter(|_| !moved);
        let table = table.map(|id| DataSourceId::new(&id).to_string());
        Some(RowHint { table, row: PageId::new(&told.entity.id).to_string() })
    }
}

impl<T: Transport, C: Timer> NotionRows<T, C> {
    async fn read_changed(
        &self,
        mapping: &Mapping,
        bookmark: &Bookmark,
    ) -> Result<RowPage, ListError> {
        self.learn_own_name().await?;
        let place = Place::read(bookmark.cursor.as_deref())?;
        let table = self.columns(mapping, bookmark.cursor.is_none()).await?;
        self.next_turn();
        let began_at = self.timer.now();
        let part = self.client.call(&query(mapping, bookmark.since, &place)).await;
        let part = part.map_err(|error| refused(&error))?;
        if part.results.iter().any(|page| !page.is_full()) {
            return Err(ListError::Part(
                "Notion tells the ids of rows and nothing of them; give the connection the right to \
                 read content"
                    .to_owned(),
            ));
        }
        let last = part.results.iter().filter_map(|page| page.created_time).max();
        let last = last.max(place.last);
        let next = place.after(part.next_cursor.as_ref(), part.is_cut(), last)?;
        let next = next.or_else(|| {
            // Rows that were never seen are of no interest once they are in the trash.
            (!place.in_trash && bookmark.since.is_some())
                .then(|| Place { in_trash: true, ..Place::default() })
        });
        let mut rows = Vec::new();
        for page in &part.results {
            rows.push(self.whole_row(&table, (page, began_at)).await?);
        }
        Ok(RowPage { rows, next: next.map(|place| place.text()) })
    }

    async fn read_row(&self, mapping: &Mapping, id: &str) -> Result<Option<Row>, ListError> {
        let table = self.columns(mapping, false).await?;
        self.next_turn();
        let began_at = self.timer.now();
        let page = match self.client.call(&GetPage { page_id: PageId::new(id) }).await {
            Ok(page) => page,
            Err(error) if error.code() == Some(&Code::ObjectNotFound) => return Ok(None),
            Err(error) => return Err(refused(&error)),
        };
        let stands_in = match &page.parent {
            Some(Parent::DataSource { data_source_id, .. }) => Some(data_source_id),
            _ => None,
        };
        match stands_in == Some(&DataSourceId::new(&mapping.table)) {
            true => self.whole_row(&table, (&page, began_at)).await.map(Some),
            false => Ok(None),
        }
    }

    /// The columns of the mapping's table, as they are known or as they are now.
    async fn columns(&self, mapping: &Mapping, anew: bool) -> Result<Arc<Table>, ListError> {
        let (table, now) = (self.table(mapping), self.timer.now());
        let read = match anew {
            true => table.read_table(now).await,
            false => table.table(now).await,
        };
        read.map_err(|Failure { next, reason, .. }| match next {
            Next::Hold(None) | Next::GiveUp => ListError::Part(reason),
            Next::Hold(Some(_)) | Next::Retry => ListError::Later(reason),
        })
    }

    /// A row, whole also where a page shows the beginning of a value.
    async fn whole_row(
        &self,
        table: &Table,
        (page, began_at): (&Page, Timestamp),
    ) -> Result<Row, ListError> {
        let mut row = row_of(table, page, began_at);
        for column in &table.columns {
            let property = page.property(&column.id).filter(|property| value::is_cut(property));
            if let (Holds::Column(name), Some(property)) = (&column.holds, property) {
                row.fields.insert(name.clone(), self.whole_value(page, property).await?);
            }
        }
        Ok(row)
    }

    async fn whole_value(&self, page: &Page, property: &Property) -> Result<Value, ListError> {
        let mut items = Vec::new();
        let mut next = Some(GetPageProperty::new(page.id.clone(), &property.id));
        while let Some(operation) = next {
            self.next_turn();
            let part = self.client.call(&operation).await.map_err(|error| refused(&error))?;
            items.extend(part.property.value.as_array().cloned().unwrap_or_default());
            next = part.next_cursor.map(|cursor| operation.starting_at(cursor));
        }
        Ok(value::read(&Property { value: items.into(), ..property.clone() }))
    }

    async fn learn_own_name(&self) -> Result<(), ListError> {
        let read = async || self.client.call(&GetMe).await.map(|user| user.id);
        self.own.get_or_try_init(read).await.map_err(|error| refused(&error))?;
        Ok(())
    }

    /// Whether nobody but the hub did what is told. Notion gathers what people do in the same moment into
    /// one event with all of their names.
    fn is_own(&self, told: &Told) -> bool {
        let Some(own) = self.own.get() else { return false };
        !told.authors.is_empty()
            && told.authors.iter().all(|author| UserId::new(&author.id) == *own)
    }
}

/// What of a webhook leads to a row (`facts/notion.md` 7).
#[derive(Deserialize)]
struct Told {
    #[serde(rename = "type")]
    kind: String,
    entity: Named,
    #[serde(default)]
    authors: Vec<Author>,
    #[serde(default)]
    data: Data,
}

#[derive(Deserialize)]
struct Named {
    id: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Author {
    id: String,
}

#[derive(Default, Deserialize)]
struct Data {
    #[serde(default)]
    parent: Ancestor,
}

#[derive(Default, Deserialize)]
struct Ancestor {
    data_source_id: Option<String>,
}

/// Where the reading of a table is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Place {
    /// Whether it reads the rows in the trash.
    #[serde(default)]
    in_trash: bool,
    /// Only rows that were made in this minute or later: a query before was cut there.
    #[serde(default)]
    made_since: Option<Timestamp>,
    /// Notion's cursor within the query.
    #[serde(default)]
    cursor: Option<String>,
    /// When the last row was made that was seen.
    #[serde(default)]
    last: Option<Timestamp>,
}

impl Place {
    fn read(cursor: Option<&str>) -> Result<Self, ListError> {
        let Some(cursor) = cursor else { return Ok(Self::default()) };
        serde_json::from_str(cursor).map_err(|_| {
            ListError::Later(
                "the place in the table cannot be read; read it from its beginning".into(),
            )
        })
    }

    fn text(&self) -> String {
        serde_json::to_string(self).expect("a place has text keys only")
    }

    /// The place after a part that ended so; none at the end of these rows.
    fn after(
        &self,
        cursor: Option<&Cursor>,
        is_cut: bool,
        last: Option<Timestamp>,
    ) -> Result<Option<Self>, ListError> {
        if let Some(cursor) = cursor {
            let cursor = Some(cursor.as_str().to_owned());
            return Ok(Some(Self { cursor, last, ..self.clone() }));
        }
        if !is_cut {
            return Ok(None);
        }
        if last.is_none() || last == self.made_since {
            return Err(ListError::Part(
                "more rows were made within one minute than Notion gives of a query (10,000); move \
                 some of them to another data source"
                    .to_owned(),
            ));
        }
        Ok(Some(Self { made_since: last, cursor: None, last, ..self.clone() }))
    }
}

fn query(mapping: &Mapping, since: Option<Timestamp>, place: &Place) -> QueryDataSource {
    let edited = since.map(|since| Filter::edited_since(minute(since)));
    let made = place.made_since.map(Filter::created_since);
    let filter = match (edited, made) {
        (Some(edited), Some(made)) => Some(Filter::all(vec![edited, made])),
        (edited, made) => edited.or(made),
    };
    QueryDataSource {
        filter,
        sorts: vec![Sort::ascending(Stamp::CreatedTime)],
        start_cursor: place.cursor.as_deref().map(Cursor::new),
        page_size: Some(100),
        in_trash: place.in_trash.then_some(true),
        ..QueryDataSource::new(DataSourceId::new(&mapping.table))
    }
}

/// The minute of a moment: an edit in the middle of it is kept as one at its beginning.
fn minute(moment: Timestamp) -> Timestamp {
    let second = moment.as_second().div_euclid(60) * 60;
    Timestamp::from_second(second).unwrap_or(moment)
}

/// What a failed call means for the reading.
fn refused(error: &Error) -> ListError {
    let reason = error.to_string();
    match (error.status(), error.retry()) {
        (Some(401), _) => ListError::Account(reason),
        _ if error.is_blocked() => ListError::Account(reason),
        (Some(400 | 403 | 404), _) => ListError::Part(reason),
        (_, Retry::Never) => ListError::Part(reason),
        (_, Retry::After(_) | Retry::Backoff) => ListError::Later(reason),
    }
}

#[cfg(test)]
mod tests;
