//! What became otherwise about a page, and by whom: what webhooks tell.

use std::collections::BTreeSet;

use super::{
    ids::{Uuid, percent_encoded},
    page::{Page, Parent},
};

/// A change of one page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) what: What,
    pub(crate) page: Uuid,
    pub(crate) parent: Parent,
    pub(crate) by: Uuid,
}

/// What happened to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Created,
    Deleted,
    /// The properties with another value, by id as it is shown.
    Updated(BTreeSet<String>),
    Undeleted,
}

impl What {
    /// The type of its event.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Created => "page.created",
            Self::Deleted => "page.deleted",
            Self::Updated(_) => "page.properties_updated",
            Self::Undeleted => "page.undeleted",
        }
    }
}

impl Change {
    /// A page that was not there.
    pub(crate) fn created(page: &Page) -> Self {
        Self { what: What::Created, page: page.id, parent: page.parent, by: page.author }
    }

    /// What became otherwise between two states of a page; none where nothing did that an event is
    /// about.
    pub(crate) fn between(before: &Page, after: &Page) -> Option<Self> {
        let what = match (before.in_trash, after.in_trash) {
            (false, true) => What::Deleted,
            (true, false) => What::Undeleted,
            _ => What::Updated(differing(before, after)),
        };
        let is_told = what != What::Updated(BTreeSet::new());
        is_told.then_some(Self { what, page: after.id, parent: after.parent, by: after.editor })
    }
}

fn differing(before: &Page, after: &Page) -> BTreeSet<String> {
    let ids = before.values.keys().chain(after.values.keys());
    let differs = |id: &&String| before.values.get(*id) != after.values.get(*id);
    ids.filter(differs).map(|id| percent_encoded(id)).collect()
}
