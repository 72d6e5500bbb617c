//! A list: one part of a result, and where the next begins.

use serde::Deserialize;

use crate::Cursor;

/// One part of a result (`facts/notion.md` 4).
///
/// A part may hold fewer objects than were asked for although more follow: only
/// [`Self::next_cursor`] says whether they do.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct List<T> {
    /// The objects.
    pub results: Vec<T>,
    /// Whether another part follows.
    #[serde(default)]
    pub has_more: bool,
    /// Where it begins.
    pub next_cursor: Option<Cursor>,
    /// Whether the whole result was reached; queries only.
    pub request_status: Option<RequestStatus>,
}

impl<T> List<T> {
    /// Whether Notion stopped before the end: a query gives at most 10,000 rows, then says that
    /// there are no more (`facts/notion.md` 4.2). Narrow the filter to see the rest.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        let status = self.request_status.as_ref();
        status.is_some_and(|status| status.kind == "incomplete")
    }
}

/// Whether a query reached its end.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RequestStatus {
    /// `complete` or `incomplete`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Why not, such as `query_result_limit_reached`.
    pub incomplete_reason: Option<String>,
}
