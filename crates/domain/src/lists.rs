//! Lists: whoever reads all records of a vendor's account, page by page.

use jiff::Timestamp;

use crate::{BoxFuture, Entity, Fields, RecordKey, Tenant};

/// Whose records are listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListScope {
    /// The connection that reads them.
    pub tenant: Tenant,
    /// The vendor's account, where the connection has several, such as a HighLevel location.
    pub account: Option<String>,
}

/// One of the lists of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPart {
    /// The name in checkpoints and reports, such as `contacts`.
    pub name: &'static str,
    /// What it lists.
    pub entity: Entity,
    /// How it is read again.
    pub upkeep: Upkeep,
}

/// How a list is read again after it was read once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Upkeep {
    /// All of it, each time: what is not in it is gone.
    Sweep,
    /// What changed since a time, and all of it now and then.
    Since,
    /// Page by page for each record of another part, such as the notes of a contact: when that record
    /// changed, and with a full run.
    PerRecord(Entity),
}

/// Where to read on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bookmark {
    /// What the page before said; none at the beginning.
    pub cursor: Option<String>,
    /// Only what changed then or later, for [`Upkeep::Since`]; none for all of it.
    pub since: Option<Timestamp>,
    /// The record whose list it is, for [`Upkeep::PerRecord`].
    pub of: Option<RecordKey>,
}

/// What a list says of one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Which record.
    pub key: RecordKey,
    /// Its values in the hub's words: null where it has none, left out where the list does not tell.
    pub fields: Fields,
    /// When the vendor changed it last, where the list says so.
    pub occurred_at: Option<Timestamp>,
}

/// One page of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListPage {
    /// The records on it.
    pub records: Vec<Listed>,
    /// The ids of those that could not be read, each with the reason and what to do.
    pub failed: Vec<(String, String)>,
    /// The cursor of the next page; none at the end.
    pub next: Option<String>,
    /// How many calls it took.
    pub calls: u32,
    /// How many records the list has, where the vendor says.
    pub total: Option<u64>,
}

/// Why a page could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The same page may be read later.
    #[error("{0}")]
    Later(String),
    /// This list can never be read as things are: a permission is missing, or the plan lacks it. The
    /// others can.
    #[error("{0}")]
    Part(String),
    /// Nothing of this account can be read as things are.
    #[error("{0}")]
    Account(String),
}

/// Reads the records of one vendor. It holds the vendor's clients, and with them the budgets.
pub trait Lists: Send + Sync {
    /// The vendor's name, such as `highlevel`.
    fn vendor(&self) -> &'static str;

    /// The lists, in the order in which they are read: definitions before what refers to them.
    fn parts(&self) -> Vec<ListPart>;

    /// The accounts that can be read, over all connections, in order; none where runs are asked for
    /// by name alone.
    ///
    /// # Errors
    /// Where the connections cannot be read now.
    fn scopes(&self) -> BoxFuture<'_, Result<Vec<ListScope>, ListError>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    /// Reads one page of a list.
    fn page<'a>(
        &'a self,
        scope: &'a ListScope,
        part: &'a ListPart,
        bookmark: &'a Bookmark,
    ) -> BoxFuture<'a, Result<ListPage, ListError>>;

    /// Reads one record by its id; none where the vendor has it no more.
    fn one<'a>(
        &'a self,
        scope: &'a ListScope,
        key: &'a RecordKey,
    ) -> BoxFuture<'a, Result<Option<Listed>, ListError>>;
}
