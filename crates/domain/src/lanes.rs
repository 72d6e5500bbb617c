//! Lanes: how far a stage has come with single organizations, beyond where it has come with all.

use std::collections::BTreeMap;

use crate::{OrganizationId, Sequence};

/// Whose events: an organization's, or nobody's.
pub type Lane = Option<OrganizationId>;

/// The cursors of a stage that has gone ahead for some organizations, while another one's backlog
/// keeps the cursor of all behind. Empty while the stage has caught up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lanes(pub BTreeMap<Lane, Sequence>);

impl Lanes {
    /// Whether the stage has done an event of a lane that stands beyond the cursor of all.
    #[must_use]
    pub fn cover(&self, lane: &Lane, sequence: Sequence) -> bool {
        self.0.get(lane).is_some_and(|done| sequence <= *done)
    }
}

/// A step of the lanes: what they were, so that nobody takes it twice, and what they become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LaneStep {
    /// Before.
    pub from: Lanes,
    /// After.
    pub to: Lanes,
}
