//! One request that has passed the door, as the operations get it.

use jiff::Timestamp;
use serde_json::Value;

use super::{field::Field, ids::Uuid, refusal::Refusal, version::Version};

/// A request.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) version: Version,
    /// The ids in its path, in order.
    pub(crate) ids: Vec<Uuid>,
    /// What else its path names.
    pub(crate) name: String,
    pub(crate) query: Vec<(String, String)>,
    /// An empty object where there is none.
    pub(crate) body: Value,
    /// Who calls: the bot, or a person.
    pub(crate) by: Uuid,
    pub(crate) now: Timestamp,
}

impl Call {
    /// The body, for validation.
    pub(crate) fn body(&self) -> Field<'_> {
        Field::body(&self.body)
    }

    /// The id in the path.
    ///
    /// # Errors
    /// When the path has none.
    pub(crate) fn id(&self) -> Result<Uuid, Refusal> {
        self.ids.first().copied().ok_or_else(Refusal::url)
    }

    /// Reads whether the request trashes or restores something.
    ///
    /// # Errors
    /// When that is no boolean.
    pub(crate) fn trash(&self) -> Result<Option<bool>, Refusal> {
        let body = self.body();
        let names = self.version.trash_names().iter();
        let named = names.filter_map(|name| body.key(name).present()).next();
        named.map(|named| named.boolean()).transpose()
    }

    /// Refuses keys of the body that are not `known` and do not trash something either.
    ///
    /// # Errors
    /// When there is one.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        let mut known = known.to_vec();
        known.extend(self.version.trash_names());
        self.body().only(&known)
    }

    /// Refuses this version of the API for what its successors do otherwise.
    ///
    /// # Errors
    /// When the version is before data sources.
    pub(crate) fn needs_data_sources(&self) -> Result<(), Refusal> {
        if self.version > Version::V2022_06_28 {
            return Ok(());
        }
        Err(Refusal::validation(
            "The simulated Notion has no databases, queries and search in the shape of version \
             2022-06-28: send the header Notion-Version: 2026-03-11 (or 2025-09-03) and use data \
             sources.",
        ))
    }
}
