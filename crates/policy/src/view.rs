//! The view: what a rule may know about an event's surroundings.

use domain::{Change, Record, Summary};

use crate::{pair::Sibling, rules::Outlets};

/// What is known when an event is decided on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// The record that the event is about, as the mirror has it now.
    pub record: Option<Record>,
    /// The contact whom the record belongs to, as the mirror has it now.
    pub contact: Option<Record>,
    /// What the event changed in the mirror.
    pub changes: Vec<Change>,
    /// The event that left the record as this one found it, where the two may be a pair.
    pub sibling: Option<Sibling>,
    /// What the event says.
    pub summary: Summary,
    /// Where to look at the record in the vendor's application.
    pub link: Option<String>,
    /// Where the hub can act at all.
    pub outlets: Outlets,
}
