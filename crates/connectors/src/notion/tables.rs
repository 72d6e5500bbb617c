//! Makes the tables that the hub writes, or takes those that are there, with the columns that it needs.
//!
//! A table that carries the name is taken before one is made, so that a run that was cut off, and one
//! that is repeated, leave a single table. Nothing is taken away from a table that people have.

use domain::{Failure, Finding, Next};
use endpoint::Transport;
use notion::{
    Client, Cursor, DataSourceId, DatabaseId, Error, PageId, Timer,
    models::{DataSource, PropertySchema, SelectOption},
    resources::{
        ColumnChange, CreateDatabase, GetDataSource, GetDatabase, ListBlockChildren,
        UpdateDataSource,
    },
};

use super::{
    failure,
    rows::{Holds, Table, WantedColumn},
};

/// Options in one request (`facts/notion.md` 5).
const MOST_OPTIONS: usize = 100;

/// A table that the hub needs.
#[derive(Clone, Debug)]
pub struct WantedTable<'a> {
    /// The page below which it is, or is made.
    pub parent: &'a str,
    /// What it is called.
    pub title: &'a str,
    /// Its data source, where it is known.
    pub data_source: Option<&'a str>,
    /// Its columns.
    pub columns: &'a [WantedColumn],
}

/// A table that is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadyTable {
    /// Its data source.
    pub data_source: String,
    /// Whether it was made now.
    pub made: bool,
    /// The wanted columns that are there, with their names and ids.
    pub columns: Vec<ReadyColumn>,
    /// The names of the columns that were added to a table that was there.
    pub added: Vec<String>,
    /// What differs from what is wanted.
    pub findings: Vec<Finding>,
}

/// A column that is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadyColumn {
    /// What it holds.
    pub holds: Holds,
    /// What people call it.
    pub name: String,
    /// Its id, which stays when people rename it.
    pub id: String,
}

/// Takes a table or makes it. Doing it again finds everything done.
///
/// # Errors
/// A [`Failure`] whose reason says what to change.
pub async fn prepare<T: Transport, C: Timer>(
    client: &Client<T, C>,
    wanted: &WantedTable<'_>,
) -> Result<ReadyTable, Failure> {
    let known = match wanted.data_source {
        Some(data_source) => Some(DataSourceId::new(data_source)),
        None => find(client, wanted).await?,
    };
    let made = known.is_none();
    let id = match known {
        Some(known) => known,
        None => make(client, wanted).await?,
    };
    let mut source = read(client, &id).await?;
    let additions = missing(&source, wanted.columns);
    let added: Vec<String> = additions.iter().map(|(name, _)| name.clone()).collect();
    let changes: Vec<(String, ColumnChange)> =
        additions.into_iter().chain(more_options(&source, wanted.columns)).collect();
    if !changes.is_empty() {
        let update = UpdateDataSource { data_source_id: id.clone(), properties: changes };
        client.call(&update).await.map_err(|error| failure::of(&error))?;
        source = read(client, &id).await?;
    }
    let table = Table::of(&source, wanted.columns, None);
    let column = |column: &super::rows::Column| ReadyColumn {
        holds: column.holds.clone(),
        name: column.name.clone(),
        id: column.id.to_string(),
    };
    Ok(ReadyTable {
        data_source: id.to_string(),
        made,
        columns: table.columns.iter().map(column).collect(),
        added,
        findings: table.findings(),
    })
}

/// The table of this name below the page; none where there is none, or it lies in the trash.
async fn find<T: Transport, C: Timer>(
    client: &Client<T, C>,
    wanted: &WantedTable<'_>,
) -> Result<Option<DataSourceId>, Failure> {
    let mut cursor: Option<Cursor> = None;
    loop {
        let mut list = ListBlockChildren::of_page(&PageId::new(wanted.parent));
        list.start_cursor = cursor;
        let part = client.call(&list).await.map_err(|error| failure::of(&error))?;
        let named = part.results.iter().find_map(|block| {
            let (database, title) = block.child_database()?;
            (title == wanted.title && !block.is_in_trash()).then_some(database)
        });
        match (named, part.next_cursor) {
            (Some(database), _) => return first_table(client, database).await.map(Some),
            (None, Some(next)) => cursor = Some(next),
            (None, None) => return Ok(None),
        }
    }
}

async fn first_table<T: Transport, C: Timer>(
    client: &Client<T, C>,
    database_id: DatabaseId,
) -> Result<DataSourceId, Failure> {
    let database = client.call(&GetDatabase { database_id }).await;
    let database = database.map_err(|error| failure::of(&error))?;
    database.data_source().cloned().ok_or_else(unreadable)
}

async fn make<T: Transport, C: Timer>(
    client: &Client<T, C>,
    wanted: &WantedTable<'_>,
) -> Result<DataSourceId, Failure> {
    let schema = |column: &WantedColumn| (column.name.clone(), column.schema());
    let mut operation = CreateDatabase {
        parent: PageId::new(wanted.parent),
        title: wanted.title.to_owned(),
        properties: wanted.columns.iter().map(schema).collect(),
    };
    let database = match client.call(&operation).await {
        Err(error) if refuses_status(&error, &operation) => {
            for (_, schema) in &mut operation.properties {
                if let PropertySchema::Status(options) = schema {
                    *schema = PropertySchema::Select(std::mem::take(options));
                }
            }
            client.call(&operation).await
        }
        other => other,
    };
    match database {
        Ok(database) => database.data_source().cloned().ok_or_else(unreadable),
        // Notion failed after it had kept the database, and says which (`facts/notion.md` 6).
        Err(error) => match error.committed_resource_id() {
            Some(database) => first_table(client, DatabaseId::new(database)).await,
            None => Err(failure::of(&error)),
        },
    }
}

/// Whether a status may be the reason of the refusal: Notion's descriptions disagree on whether its
/// options can be given (`facts/notion.md` 2.1).
fn refuses_status(error: &Error, operation: &CreateDatabase) -> bool {
    let has_status = |(_, schema): &(String, PropertySchema)| schema.kind() == "status";
    error.status() == Some(400) && operation.properties.iter().any(has_status)
}

fn unreadable() -> Failure {
    Failure {
        next: Next::GiveUp,
        ambiguous: true,
        reason: "the database is there, but its data source may not be read; give the connection \
                 the right to read content"
            .to_owned(),
    }
}

async fn read<T: Transport, C: Timer>(
    client: &Client<T, C>,
    id: &DataSourceId,
) -> Result<DataSource, Failure> {
    let operation = GetDataSource { data_source_id: id.clone() };
    client.call(&operation).await.map_err(|error| failure::of(&error))
}

/// The columns that the table lacks, as they are made. A title it has, whatever it is called.
fn missing(source: &DataSource, wanted: &[WantedColumn]) -> Vec<(String, ColumnChange)> {
    let table = Table::of(source, wanted, None);
    let lacks = |column: &&WantedColumn| table.column(&column.holds).is_none();
    let change = |column: &WantedColumn| (column.name.clone(), ColumnChange::Set(column.schema()));
    wanted.iter().filter(lacks).map(change).collect()
}

/// The wanted options that a `select` or `multi_select` of the table lacks, behind those that it has:
/// what is sent replaces what is there.
fn more_options(source: &DataSource, wanted: &[WantedColumn]) -> Vec<(String, ColumnChange)> {
    let table = Table::of(source, wanted, None);
    let change = |want: &WantedColumn| {
        let column = table.column(&want.holds)?;
        let names = column.options.iter().chain(&want.options);
        let mut options: Vec<SelectOption> = Vec::new();
        for option in names.filter_map(|name| SelectOption::new(name)) {
            if !options.iter().any(|known| known.name() == option.name()) {
                options.push(option);
            }
        }
        if options.len() == column.options.len() || options.len() > MOST_OPTIONS {
            return None;
        }
        let schema = match column.kind.as_str() {
            "select" => PropertySchema::Select(options),
            "multi_select" => PropertySchema::MultiSelect(options),
            _ => return None,
        };
        Some((column.id.to_string(), ColumnChange::Set(schema)))
    };
    wanted.iter().filter_map(change).collect()
}

#[cfg(test)]
mod tests;
