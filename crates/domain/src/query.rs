//! A query in SQL over what the hub keeps of the CRM, and the bounds within which it is answered.
//!
//! Whoever asks sees views with the names of the CRM, and of them the rows of one realm. How a store
//! keeps its rows is its own affair, and nothing of it can be reached.

use std::time::Duration;

use serde_json::Value;

use crate::{BoxFuture, Entity, Realm, Record, RecordKey, StorageError, Tenant};

/// A question in SQL.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// Whose rows it sees.
    pub realm: Realm,
    /// One statement that selects. `?1`, `?2` stand for the parameters.
    pub sql: String,
    /// Texts, numbers, truth values and nulls; lists and objects stand for their JSON.
    pub parameters: Vec<Value>,
    /// How much it may take.
    pub limits: QueryLimits,
}

/// How much an answer may take. Beyond rows and bytes it is cut, beyond the time there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryLimits {
    /// How many rows at most.
    pub rows: usize,
    /// How many bytes of values at most, all rows together.
    pub bytes: usize,
    /// How long it may take, with the wait for its turn.
    pub time: Duration,
}

impl Default for QueryLimits {
    fn default() -> Self {
        Self { rows: 1_000, bytes: 8 * 1024 * 1024, time: Duration::from_secs(5) }
    }
}

/// What a query found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QueryAnswer {
    /// The names of the columns, in order.
    pub columns: Vec<String>,
    /// A value for each column: text, number or null. Bytes are text in hexadecimal.
    pub rows: Vec<Vec<Value>>,
    /// Why there are more rows than these; none where these are all.
    pub cut: Option<QueryCut>,
}

/// The limit at which an answer was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryCut {
    /// [`QueryLimits::rows`].
    Rows,
    /// [`QueryLimits::bytes`].
    Bytes,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The statement is not one that selects from the views, or makes no sense.
    #[error("{0}")]
    Refused(String),
    /// It was not done in time.
    #[error("the query was not done within {0:?}; narrow it down, or give it more time")]
    TooLong(Duration),
    /// The store cannot answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A table as those who ask see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Its name, such as `contacts`.
    pub name: &'static str,
    /// What its rows are, in a sentence.
    pub about: &'static str,
    /// Its columns, in order.
    pub columns: Vec<ViewColumn>,
}

/// A column of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ViewColumn {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub about: &'static str,
}

/// Whether something holds of one record.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordTest {
    /// Whose record it is.
    pub tenant: Tenant,
    /// Which record.
    pub key: RecordKey,
    /// An expression in SQL over the columns of the view of its entity.
    pub condition: String,
}

/// A search for words in the texts of contacts, notes and messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordSearch {
    /// Whose records.
    pub realm: Realm,
    /// Words that all have to be there, in any order and whatever their case and accents. What stands
    /// in double quotes stands together, and a word with `*` at its end begins so.
    pub words: String,
    /// Records of what; of contacts, notes and messages, in this order, where nothing is named.
    pub entities: Vec<Entity>,
    /// How many of each at most.
    pub limit: usize,
}

impl WordSearch {
    /// The kinds of record that are found by their words.
    pub const ENTITIES: [Entity; 3] = [Entity::Contact, Entity::Note, Entity::Message];
}

/// Answers queries from a store that speaks SQL.
pub trait Queries: Send + Sync {
    /// The views, in order of name.
    fn views(&self) -> Vec<View>;

    /// Answers a query.
    ///
    /// # Errors
    /// See [`QueryError`].
    fn query(&self, query: Query) -> BoxFuture<'_, Result<QueryAnswer, QueryError>>;

    /// Whether a condition holds of a record. Of one that is not there, or that the vendor deleted,
    /// nothing holds.
    ///
    /// # Errors
    /// Where the condition is none, or its entity has no view.
    fn holds(&self, test: RecordTest) -> BoxFuture<'_, Result<bool, QueryError>>;

    /// The records with these words, in order of the search's entities. Contacts that are called so
    /// come first, then those that came in last; of the others the last to come in come first.
    ///
    /// # Errors
    /// Where there is no word to look for, or an entity whose texts are not indexed.
    fn search(&self, search: WordSearch) -> BoxFuture<'_, Result<Vec<Record>, QueryError>>;
}
