//! A link: one record of the CRM and one row of a counterpart that are kept equal.

use std::future::Future;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{FieldConflict, Fields, OrganizationId, StorageError};

/// A pair of a record and a row, and what is known of both.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Its number in the store; none until it was stored.
    pub id: Option<u64>,
    /// Whose it is.
    pub organization: OrganizationId,
    /// The name of its mapping.
    pub mapping: String,
    /// The id of the CRM's record; none until there is one.
    pub record: Option<String>,
    /// The counterpart's id of the row; none until there is one.
    pub row: Option<String>,
    /// The values on which both agreed last, by field.
    pub agreed: Fields,
    /// The row's values as they were seen last, by column.
    pub row_fields: Fields,
    /// When the row was changed last, by the counterpart's clock.
    pub row_at: Option<Timestamp>,
    /// How the counterpart spells what was written to it, by column, where it spells it otherwise:
    /// `[written, spelled]`. A row that says the second means the first.
    pub spelled: Fields,
    /// How it stands.
    pub standing: LinkStanding,
    /// When both were last made equal.
    pub synced_at: Option<Timestamp>,
    /// How often it was stored, from 1; 0 until then.
    pub revision: u64,
}

/// How a link stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum LinkStanding {
    /// Both are kept equal.
    Live,
    /// A row is about to be made: whoever finds this looks for it first.
    Making,
    /// The record is none any more that the mapping is about. Its row stays as it is.
    Left,
    /// The record was deleted in the CRM.
    RecordGone,
    /// The row was removed by somebody. The record stays, and no other row is made.
    RowGone,
    /// It cannot be as things are, and why: a person has to do something.
    Refused {
        /// What is wrong and what to do.
        reason: String,
    },
}

/// A field that both sides changed, or that one side could not keep.
#[derive(Clone, Debug, PartialEq)]
pub struct SyncConflict {
    /// Its number, in the order in which conflicts were noted.
    pub id: u64,
    /// Whose it is.
    pub organization: OrganizationId,
    /// The name of the mapping.
    pub mapping: String,
    /// The id of the CRM's record.
    pub record: Option<String>,
    /// The counterpart's id of the row.
    pub row: Option<String>,
    /// What differed, and what was kept.
    pub field: FieldConflict,
    /// When it was settled.
    pub at: Timestamp,
}

/// By what a link is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkEnd<'a> {
    /// The id of the CRM's record.
    Record(&'a str),
    /// The counterpart's id of the row.
    Row(&'a str),
}

/// Keeps links and conflicts.
pub trait Links {
    /// The link at this end.
    fn link(
        &self,
        organization: &OrganizationId,
        mapping: &str,
        end: LinkEnd<'_>,
    ) -> impl Future<Output = Result<Option<Link>, StorageError>> + Send;

    /// Stores a link whose [`Link::revision`] is the one in the store, and notes conflicts with it.
    /// Gives it as it is stored; none where somebody else stored it meanwhile, or where another link
    /// of the mapping has its record or its row already: nothing is stored then.
    fn put_link(
        &self,
        link: Link,
        conflicts: Vec<(FieldConflict, Timestamp)>,
    ) -> impl Future<Output = Result<Option<Link>, StorageError>> + Send;

    /// The links of a mapping in order of their numbers, behind one, at most `limit`.
    fn links(
        &self,
        organization: &OrganizationId,
        mapping: &str,
        after: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Link>, StorageError>> + Send;

    /// The conflicts of an organization, the newest first, below a number, at most `limit`; of one
    /// mapping where it is named.
    fn conflicts(
        &self,
        organization: &OrganizationId,
        mapping: Option<&str>,
        before: Option<u64>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<SyncConflict>, StorageError>> + Send;
}

impl Link {
    /// A link that is not stored yet, with nothing known.
    #[must_use]
    pub fn new(organization: OrganizationId, mapping: &str) -> Self {
        Self {
            id: None,
            organization,
            mapping: mapping.to_owned(),
            record: None,
            row: None,
            agreed: Fields::new(),
            row_fields: Fields::new(),
            row_at: None,
            spelled: Fields::new(),
            standing: LinkStanding::Live,
            synced_at: None,
            revision: 0,
        }
    }
}
