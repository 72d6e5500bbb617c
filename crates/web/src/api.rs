//! An operation of the API: what a route says about itself, beside its handler.
//!
//! The types in a handler's signature are what the document at `/openapi.json` declares and what a
//! request is read with, so the two cannot disagree. [`crate::routes`] mounts an operation in one
//! line; with it come its row of the access table, the guard, the limit per key, strict reading, its
//! validators and its place in the document.

mod desk;
mod document;
mod errands;
mod etag;
mod fields;
pub(crate) mod formats;
mod once;
mod reply;

use axum::routing::MethodFilter;
use domain::ChangeSetId;

pub(crate) use self::{
    desk::{Common, Desk},
    document::{Clash, Document},
    errands::Errands,
    fields::Fields,
    reply::{Answer, Reply, Versioned, json},
};
use crate::{guard::Caller, problem::Kind};

/// How large a body may be where its operation does not say: 64 KiB.
const LARGEST_BODY: usize = 64 * 1024;

/// What a route says about itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operation {
    /// Its name, as `nouns.verb`: `events.list`.
    pub(crate) id: &'static str,
    /// Its method.
    pub(crate) method: Method,
    /// Its path as in the access table, with `{name}` for what varies.
    pub(crate) path: &'static str,
    /// The chapter of the document that it stands in.
    pub(crate) tag: Tag,
    /// What it does, in a line without a period.
    pub(crate) summary: &'static str,
    /// What else a caller has to know, in sentences.
    pub(crate) description: &'static str,
    /// What can go wrong beyond what follows from the rest, and when: 404 for a path with a parameter
    /// and whatever the handler answers itself.
    pub(crate) errors: &'static [(Kind, &'static str)],
    /// Whether its answers have an `ETag`, and conditions on it count. For reads of one thing.
    pub(crate) has_etag: bool,
    /// Whether an `Idempotency-Key` counts: the same request under the same key gets the same answer,
    /// and is done once. Not for answers with a secret in them, since an answer is kept for a day.
    pub(crate) takes_idempotency_key: bool,
    /// Whether it takes an `If-Match`, which the handler compares. For changes of one thing.
    pub(crate) takes_if_match: bool,
    /// Whether a `Highwire-Change-Set` counts: the set that its writes belong to.
    pub(crate) takes_change_set: bool,
    /// Whether it answers a page: its query has `after` and `limit`, its answer `next`.
    pub(crate) is_paged: bool,
    /// How large its body may be, in bytes.
    pub(crate) largest_body: usize,
}

/// A method of an operation. GET stands for HEAD too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// Reads.
    Get,
    /// Makes or does something.
    Post,
    /// Puts something in its place.
    Put,
    /// Changes something.
    Patch,
    /// Removes something.
    Delete,
}

/// A chapter of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tag {
    /// When people meet.
    Calendars,
    /// What was changed outside.
    Changes,
    /// Who calls.
    Caller,
    /// People, and what is sent to them.
    Contacts,
    /// What came in.
    Events,
    /// Possible sales.
    Opportunities,
    /// What is mirrored.
    Records,
    /// The tenants.
    Organizations,
    /// Their people.
    Members,
    /// Their keys.
    ApiKeys,
    /// The links to vendors.
    Connections,
    /// Who did what.
    Audit,
    /// Rows that are kept equal with the CRM's records.
    Mappings,
    /// Webhooks of applications.
    Subscriptions,
    /// The hub itself.
    Installation,
}

/// One request of an operation, read and checked. `P`, `Q` and `B` are the fields of its path, its
/// query and its body; [`Nothing`] where it has none.
pub(crate) struct Call<X, P = Nothing, Q = Nothing, B = Nothing> {
    /// What the operation was mounted with.
    pub(crate) state: X,
    /// Who calls.
    pub(crate) caller: Caller,
    /// The parameters in the path.
    pub(crate) path: P,
    /// The query.
    pub(crate) query: Q,
    /// The body.
    pub(crate) body: B,
    /// The version that the caller has seen, where the operation takes one.
    pub(crate) if_match: Option<String>,
    /// The change set that the request belongs to, where the operation takes one.
    pub(crate) change_set: Option<ChangeSetId>,
}

/// No fields.
#[derive(Debug, Default, serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

impl Operation {
    /// What operations have in common; each says the rest.
    pub(crate) const COMMON: Self = Self {
        id: "",
        method: Method::Get,
        path: "",
        tag: Tag::Caller,
        summary: "",
        description: "",
        errors: &[],
        has_etag: false,
        takes_idempotency_key: false,
        takes_if_match: false,
        takes_change_set: false,
        is_paged: false,
        largest_body: LARGEST_BODY,
    };
}

impl Method {
    /// The name in requests and in the access table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    pub(crate) fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Put => MethodFilter::PUT,
            Self::Patch => MethodFilter::PATCH,
            Self::Delete => MethodFilter::DELETE,
        }
    }
}

impl Tag {
    /// Every chapter, in the order of the document.
    pub(crate) const ALL: &[Self] = &[
        Self::Caller,
        Self::Contacts,
        Self::Opportunities,
        Self::Calendars,
        Self::Records,
        Self::Changes,
        Self::Events,
        Self::ApiKeys,
        Self::Connections,
        Self::Audit,
        Self::Installation,
        Self::Mappings,
        Self::Members,
        Self::Organizations,
        Self::Subscriptions,
    ];

    /// Its heading, and what stands below it.
    pub(crate) fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::Calendars => {
                ("Calendars", "Appointments and free slots, as the CRM has them now.")
            }
            Self::Changes => {
                ("Changes", "What was changed outside, with what was there before, and its undo.")
            }
            Self::Caller => ("Caller", "Who the caller is to the hub."),
            Self::Contacts => {
                ("Contacts", "The people that the CRM knows, their tags, notes and messages.")
            }
            Self::Opportunities => ("Opportunities", "Possible sales, in the stages of pipelines."),
            Self::Events => {
                ("Events", "What came in from vendors, as it was kept, and what was given up.")
            }
            Self::Mappings => (
                "Mappings",
                "Rows of the user's own application that are kept equal with the CRM's records.",
            ),
            Self::Records => {
                ("Records", "Everything that is mirrored: in SQL, by words, and what it was.")
            }
            Self::Organizations => ("Organizations", "The tenants of the installation."),
            Self::Members => ("Members", "The people of an organization, with their roles."),
            Self::ApiKeys => ("API keys", "The keys of programs and assistants."),
            Self::Installation => ("Installation", "What the owner of the installation does."),
            Self::Connections => {
                ("Connections", "The links of an organization to vendors, with their accounts.")
            }
            Self::Audit => ("Audit", "Who did what with keys, tokens and what belongs to whom."),
            Self::Subscriptions => (
                "Subscriptions",
                "Webhooks of applications, signed as Standard Webhooks says, and what they were told.",
            ),
        }
    }
}
