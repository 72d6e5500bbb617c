//! A source: reads what a vendor says, in the words of the hub.

use crate::{Delivery, Event, InstallationChange, RecordUpdate};

/// Speaks one vendor's events. Pure: it has no socket, no store and no clock.
pub trait Source: Send + Sync {
    /// The vendor's name, such as `highlevel`.
    fn name(&self) -> &'static str;

    /// Checks that the delivery comes from the vendor, on its raw bytes.
    ///
    /// # Errors
    /// A [`Refusal`] where it does not; nothing of such a delivery may be kept.
    fn authenticate(&self, delivery: &Delivery) -> Result<(), Refusal>;

    /// Reads an authenticated delivery. It never fails: what it cannot read is an event of kind
    /// [`crate::EventKind::UNREADABLE`], what it does not know one of
    /// [`crate::EventKind::UNKNOWN`], both with their bytes. Whose it is, it does not know.
    fn read(&self, delivery: Delivery) -> Reading;

    /// What the event says about the installation of an app.
    fn installation(&self, event: &Event) -> Option<InstallationChange>;

    /// What the event says about records that the mirror keeps.
    ///
    /// # Errors
    /// A sentence where the event's bytes do not have the shape that its kind has.
    fn updates(&self, event: &Event) -> Result<Vec<RecordUpdate>, String>;

    /// What the event says, in a few words for people.
    fn summarize(&self, event: &Event) -> Summary;

    /// In what an event differs from what its vendor documents, a sentence for each difference;
    /// nothing where it agrees, and where nothing is documented.
    ///
    /// This is news about the vendor and never a reason to treat the event otherwise. The sentences
    /// can be logged: they repeat nothing of the event's content.
    fn deviations(&self, _event: &Event) -> Vec<String> {
        Vec::new()
    }

    /// Where to look at the event's record in the vendor's application.
    fn link(&self, event: &Event) -> Option<String>;
}

/// A delivery that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The event, which has no owner yet.
    pub event: Event,
    /// The app that it was sent for, where it says.
    pub app: Option<String>,
    /// The company of its account, where it says.
    pub company: Option<String>,
}

/// What an event says, in a few words for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// The name that people know the record by, where the event has one.
    pub name: Option<String>,
    /// Pairs of label and value, most telling first.
    pub facts: Vec<(String, String)>,
}

/// Why a delivery was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No signature was sent.
    #[error("the delivery has no signature; send it signed by the vendor")]
    Unsigned,
    /// A signature is not in the form that signatures have.
    #[error("the signature is malformed; send the vendor's header unchanged")]
    Malformed,
    /// The signature does not match the body under any known key.
    #[error(
        "the signature does not match the body; pass the body on unchanged, and see that the \
         hub has the vendor's present public keys"
    )]
    Mismatch,
}

impl Refusal {
    /// The name in metrics and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::Malformed => "malformed",
            Self::Mismatch => "mismatch",
        }
    }
}
