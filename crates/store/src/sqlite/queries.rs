//! Queries in SQL, each on a connection of its own that reads and does nothing else.
//!
//! A connection takes less than a millisecond to open, and what a query leaves behind in one (views,
//! settings, memory) cannot meet the next.

mod guard;
mod search;
mod views;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use domain::{
    BoxFuture, Queries, Query, QueryAnswer, QueryCut, QueryError, QueryLimits, Realm, Record,
    RecordTest, StorageError, View, WordSearch,
};
use rusqlite::{
    Connection, ErrorCode, ToSql,
    types::{ToSqlOutput, Value as SqlValue, ValueRef},
};
use serde_json::Value;
use tokio::sync::Semaphore;

use self::views::{HIDDEN, Shelves};
use super::{JOURNAL_FILE, STATE_FILE, Sqlite, connection, connection::Mode, row};

/// How many queries run at once, so that they leave room on the disk and the processor for what
/// comes in.
const AT_ONCE: usize = 4;

/// The turns of the queries of one process.
pub(super) fn turns() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(AT_ONCE))
}

/// What becomes of a query on its connection.
enum Trouble {
    Refused(String),
    Failed(rusqlite::Error),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error)
    }
}

/// Stops a query when nobody waits for it any more.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Queries for Sqlite {
    fn views(&self) -> Vec<View> {
        views::described()
    }

    fn query(&self, query: Query) -> BoxFuture<'_, Result<QueryAnswer, QueryError>> {
        Box::pin(self.in_bounds(query.limits, move |folder, stop| {
            let connection = open(folder, &query, stop)?;
            answer(&connection, &query)
        }))
    }

    fn holds(&self, test: RecordTest) -> BoxFuture<'_, Result<bool, QueryError>> {
        Box::pin(async move {
            let Some(view) = views::of_entity(test.key.entity) else {
                let entity = test.key.entity;
                let reason = format!(
                    "records of kind {entity} have no view to test; leave out the condition"
                );
                return Err(QueryError::Refused(reason));
            };
            // The end of the line keeps a comment in the condition from hiding what follows.
            let sql = format!("SELECT 1 FROM {view} WHERE id = ?1 AND ({}\n)", test.condition);
            let query = Query {
                realm: Realm::Connection(test.tenant),
                sql,
                parameters: vec![test.key.id.into()],
                limits: QueryLimits { rows: 1, ..QueryLimits::default() },
            };
            Ok(!self.query(query).await?.rows.is_empty())
        })
    }

    fn search(&self, search: WordSearch) -> BoxFuture<'_, Result<Vec<Record>, QueryError>> {
        Box::pin(self.in_bounds(QueryLimits::default(), move |folder, stop| {
            let mut connection = open_alone(folder)?;
            guard::stoppable(&mut connection, Arc::clone(stop))?;
            search::find(&connection, &search)
        }))
    }
}

impl Sqlite {
    /// Does something on a thread where waiting is allowed, within the time, and stops it there.
    async fn in_bounds<T: Send + 'static>(
        &self,
        limits: QueryLimits,
        work: impl FnOnce(&Path, &Arc<AtomicBool>) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, QueryError> {
        let (turns, folder) = (Arc::clone(&self.shared.queries), self.shared.folder.clone());
        let stop = Arc::<AtomicBool>::default();
        let _stop = StopOnDrop(Arc::clone(&stop));
        let attempted = "answer a query";
        let done = async {
            let turn = turns.acquire_owned().await;
            let turn = turn.map_err(|closed| StorageError::unavailable(attempted, closed))?;
            let job = tokio::task::spawn_blocking(move || {
                let done = work(&folder, &stop);
                drop(turn);
                done
            });
            job.await.map_err(|broken| StorageError::unavailable(attempted, broken))
        };
        let too_long = |_| QueryError::TooLong(limits.time);
        match tokio::time::timeout(limits.time, done).await.map_err(too_long)?? {
            Ok(found) => Ok(found),
            Err(Trouble::Refused(reason)) => Err(QueryError::Refused(reason)),
            Err(Trouble::Failed(error)) => Err(told(error)),
        }
    }
}

/// A connection that sees the views of a query's realm.
fn open(folder: &Path, query: &Query, stop: &Arc<AtomicBool>) -> Result<Connection, Trouble> {
    let mut connection = open_alone(folder)?;
    let journal = folder.join(JOURNAL_FILE);
    connection.execute("ATTACH DATABASE ?1 AS journal", [journal.to_string_lossy()])?;
    let shelves = Shelves::of(&connection, &query.realm)?;
    views::make(&connection, &query.realm, &shelves, &query.sql)?;
    guard::close(&mut connection, Arc::clone(stop))?;
    Ok(connection)
}

fn open_alone(folder: &Path) -> Result<Connection, Trouble> {
    let broken = |error: super::OpenError| {
        Trouble::Failed(rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
    };
    connection::open(&folder.join(STATE_FILE), Mode::Read).map_err(broken)
}

fn answer(connection: &Connection, query: &Query) -> Result<QueryAnswer, Trouble> {
    let refuse = |reason: &str| Err(Trouble::Refused(reason.to_owned()));
    if query.sql.contains([HIDDEN, '\0']) {
        return refuse("the query has a control character in it; write it without");
    }
    let mut statement = connection.prepare(&query.sql)?;
    if !statement.readonly() || statement.column_count() == 0 || statement.is_explain() != 0 {
        return refuse("only one statement that selects can be asked; begin it with `select`");
    }
    let wanted = statement.parameter_count();
    if wanted != query.parameters.len() {
        let given = query.parameters.len();
        let reason =
            format!("the query has {wanted} parameters and {given} values; give one for each");
        return refuse(&reason);
    }
    let columns: Vec<String> = statement.column_names().map(ToOwned::to_owned).collect();
    let parameters = query.parameters.iter().map(Parameter);
    let mut rows = statement.query(rusqlite::params_from_iter(parameters))?;
    let mut answer = QueryAnswer { columns, ..QueryAnswer::default() };
    let mut bytes = 0;
    while let Some(row) = rows.next()? {
        if answer.rows.len() == query.limits.rows {
            answer.cut = Some(QueryCut::Rows);
            break;
        }
        let mut values = Vec::with_capacity(answer.columns.len());
        for column in 0..answer.columns.len() {
            let value = row.get_ref(column)?;
            bytes += size(value);
            if bytes > query.limits.bytes {
                answer.cut = Some(QueryCut::Bytes);
                return Ok(answer);
            }
            values.push(json(value));
        }
        answer.rows.push(values);
    }
    Ok(answer)
}

/// A parameter as SQLite takes it.
struct Parameter<'a>(&'a Value);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self.0 {
            Value::Null => SqlValue::Null,
            Value::Bool(truth) => SqlValue::Integer((*truth).into()),
            Value::Number(number) => match number.as_i64() {
                Some(whole) => SqlValue::Integer(whole),
                None => SqlValue::Real(number.as_f64().unwrap_or(f64::NAN)),
            },
            Value::String(text) => return Ok(ToSqlOutput::Borrowed(text.as_str().into())),
            list => SqlValue::Text(list.to_string()),
        };
        Ok(ToSqlOutput::Owned(value))
    }
}

fn size(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => 8,
        ValueRef::Text(text) => 8 + text.len(),
        ValueRef::Blob(bytes) => 8 + 2 * bytes.len(),
    }
}

fn json(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(whole) => whole.into(),
        // What is no number in JSON is none.
        ValueRef::Real(real) => real.into(),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
        ValueRef::Blob(bytes) => {
            bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into()
        }
    }
}

/// What SQLite said, in words for who wrote the query. What a hidden name would tell is left out.
fn told(error: rusqlite::Error) -> QueryError {
    let views =
        "read the views that `highwire query --schema` lists, with functions that only compute";
    let said = |message: &str| message.replace(HIDDEN, "");
    match &error {
        rusqlite::Error::MultipleStatement => {
            QueryError::Refused("there are several statements; ask one at a time".to_owned())
        }
        rusqlite::Error::SqliteFailure(failure, message) => {
            let message = said(message.as_deref().unwrap_or("it makes no sense"));
            match failure.code {
                ErrorCode::AuthorizationForStatementDenied => {
                    let more = "it asks for more than reading the views";
                    QueryError::Refused(format!("{more} ({message}); {views}"))
                }
                ErrorCode::TooBig => {
                    QueryError::Refused(format!("{message}; ask for less at once"))
                }
                ErrorCode::Unknown | ErrorCode::TypeMismatch | ErrorCode::ApiMisuse => {
                    QueryError::Refused(format!("{message}; correct the query"))
                }
                _ => StorageError::unavailable("answer a query", error).into(),
            }
        }
        rusqlite::Error::SqlInputError { msg, .. } => {
            let hint = match msg.contains("no such table") {
                true => views,
                false => "correct the query; `highwire query --schema` tells the columns",
            };
            QueryError::Refused(format!("{}; {hint}", said(msg)))
        }
        _ => StorageError::unavailable("answer a query", error).into(),
    }
}

#[cfg(test)]
mod tests;
