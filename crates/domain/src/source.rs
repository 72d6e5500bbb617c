//! A source: reads what a vendor says, in the words of the hub.

use crate::{Delivery, Event, InstallationChange, RecordUpdate, WebhookSecret};

/// Speaks one vendor's events. Pure: it has no socket, no store and no clock.
pub trait Source: Send + Sync {
    /// The vendor's name, such as `highlevel`.
    fn name(&self) -> &'static str;

    /// The vendor whose connections and accounts its events are about. Sources that read several
    /// languages of one vendor share it.
    fn vendor(&self) -> &'static str {
        self.name()
    }

    /// Checks that the delivery comes from the vendor, on its raw bytes.
    ///
    /// # Errors
    /// A [`Refusal`] where it does not; nothing of such a delivery may be kept.
    fn authenticate(&self, delivery: &Delivery) -> Result<(), Refusal>;

    /// Checks the signature of somebody who shares a secret with a connection, on the raw bytes.
    /// Without a secret, a delivery passes that has no such signature: a key or a token has to prove
    /// the rest.
    ///
    /// # Errors
    /// A [`Refusal`] where the signature is missing, malformed or wrong, or came where there is no
    /// secret to check it with.
    fn authenticate_shared(
        &self,
        _delivery: &Delivery,
        secret: Option<&WebhookSecret>,
    ) -> Result<(), Refusal> {
        match secret {
            Some(_) => Err(Refusal::Unsigned),
            None => Ok(()),
        }
    }

    /// The secret that the vendor hands over in this delivery, which then is no event. Anybody can
    /// send one: it counts when the operator has accepted it.
    fn offered_secret(&self, _delivery: &Delivery) -> Option<WebhookSecret> {
        None
    }

    /// Reads an authenticated delivery. It never fails: what it cannot read is an event of kind
    /// [`crate::EventKind::UNREADABLE`], what it does not know one of
    /// [`crate::EventKind::UNKNOWN`], both with their bytes. Whose it is, it does not know.
    fn read(&self, delivery: Delivery) -> Reading;

    /// What the event says about the installation of an app; many vendors have no such events.
    fn installation(&self, _event: &Event) -> Option<InstallationChange> {
        None
    }

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
    #[error(
        "the delivery has no signature; send it signed by the vendor, or with a key of the hub"
    )]
    Unsigned,
    /// A signature is not in the form that signatures have.
    #[error("the signature is malformed; send the vendor's header unchanged, and once")]
    Malformed,
    /// The signature does not match the body under any known key.
    #[error(
        "the signature does not match the body; pass the body on unchanged, and see that the \
         hub has the sender's present keys"
    )]
    Mismatch,
    /// No key that counts was sent.
    #[error("there is no key with it that counts; send one that is neither revoked nor expired")]
    UnknownKey,
    /// The key may not deliver.
    #[error(
        "the key may not deliver; make one with `highwire api-keys create --scope webhooks:send`, or \
         an address with `highwire connections token`"
    )]
    NotPermitted,
    /// It names an account that the key's organization does not have.
    #[error(
        "the body names an account that the key does not speak for; send it with the key of its \
         own organization"
    )]
    Foreign,
    /// Its key's organization has several connections, and the body names an account of none.
    #[error(
        "the key's organization has several connections, and nothing in the body says which one it \
         is for; connect the account with `highwire connections connect-account`, or send a key of \
         one connection, which `highwire api-keys create --connection` makes"
    )]
    Ambiguous,
    /// There is no connection that it could belong to.
    #[error(
        "there is no connection that it could be for; make one with `highwire connections add`"
    )]
    NotConnected,
    /// It has a signature, and its connection has no secret to check it with.
    #[error(
        "the connection has no webhook secret to check the signature with; store it with \
         `highwire connections secret`"
    )]
    NoSecret,
    /// Its connection has a secret that cannot be opened.
    #[error(
        "the connection's webhook secret cannot be read; look into the hub's log, then store it \
         again with `highwire connections secret`"
    )]
    SecretUnreadable,
    /// More came with this token, or for this connection, than is taken.
    #[error("more deliveries came than are taken in a minute; send again later")]
    TooMany,
}

impl Refusal {
    /// The name in metrics and logs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::Malformed => "malformed",
            Self::Mismatch => "mismatch",
            Self::UnknownKey => "unknown_key",
            Self::NotPermitted => "not_permitted",
            Self::Foreign => "foreign",
            Self::Ambiguous => "ambiguous",
            Self::NotConnected => "not_connected",
            Self::NoSecret => "no_secret",
            Self::SecretUnreadable => "secret_unreadable",
            Self::TooMany => "too_many",
        }
    }
}
