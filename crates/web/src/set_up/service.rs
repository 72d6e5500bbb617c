//! What the pages ask of the hub: a trait in front of everything that knows vendors.

use domain::{Actor, BoxFuture, ConnectionId, EventId, Finding, OrganizationId};
use secrecy::SecretString;

use std::collections::BTreeMap;

/// Who asks, and for which organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The organization that everything is about.
    pub organization: OrganizationId,
    /// How the audit names them.
    pub actor: Actor,
}

/// One thing that can be connected in one way, with what a person fills in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its name in addresses, such as `highlevel-token`.
    pub id: &'static str,
    /// The vendor's name for people, such as `HighLevel`.
    pub vendor: &'static str,
    /// The way, such as `with a private token`.
    pub way: &'static str,
    /// Where the person finds what is asked, in steps.
    pub steps: Vec<&'static str>,
    /// What is asked.
    pub fields: Vec<Field>,
}

/// One thing that a person fills in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in the form.
    pub name: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// What else helps.
    pub help: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// Whether it may stay empty.
    pub is_optional: bool,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A text that may be seen.
    Text,
    /// A credential: it is neither shown nor filled in again.
    Secret,
}

/// A connection as the pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionView {
    /// Its id.
    pub id: ConnectionId,
    /// What people call it.
    pub name: String,
    /// The vendor's name for people.
    pub vendor: String,
    /// What the vendor calls the account.
    pub account: Option<String>,
    /// Whether calls can be made.
    pub standing: StandingView,
}

/// Whether calls can be made over a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandingView {
    /// They can.
    Ready,
    /// Somebody has to agree anew first.
    NeedsConsent,
    /// Nothing is stored to call with: events come in, and that is all.
    EventsOnly,
}

/// What came of an offer that was taken.
#[derive(Debug)]
pub enum Outcome {
    /// A connection is there.
    Connected(Connected),
    /// The person has to agree at the vendor first, at this address, which holds a secret.
    Consent(SecretString),
}

/// A connection that was just made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// Its id.
    pub id: ConnectionId,
    /// What a look at the vendor showed.
    pub findings: Vec<Finding>,
}

/// A door that a connection's webhooks can come in by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// What people call it, such as `Workflow`.
    pub title: String,
    /// The address, where it holds no secret.
    pub address: Option<String>,
    /// What to do at the vendor, in steps.
    pub steps: Vec<String>,
    /// What can be made for it.
    pub proof: Option<Proof>,
}

/// What proves that a delivery is from who it should be from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Its name in forms, such as `workflow-token`.
    pub id: &'static str,
    /// What the button says, such as `Make an address`.
    pub action: String,
    /// What is there already.
    pub state: Option<String>,
}

/// Something that is shown once.
#[derive(Debug)]
pub struct Shown {
    /// What it is, such as `The address for the workflow`.
    pub title: String,
    /// The secret itself.
    pub secret: SecretString,
    /// What to do with it.
    pub then: String,
}

/// How a connection is tried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialPlan {
    /// Where the test event is sent, without a secret; none where nothing comes in from the vendor.
    pub address: Option<String>,
    /// What will happen, for people.
    pub explanation: String,
    /// Whether a message can be sent through the vendor as a reply.
    pub can_reply: bool,
}

/// A test event that was sent and accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The event's id.
    pub event: EventId,
}

/// How far a test event has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// When it was on stable storage, for people.
    pub journaled: Option<String>,
    /// What it made of the mirror.
    pub mirrored: Option<String>,
    /// What follows from it.
    pub decided: Option<String>,
}

/// A message that the vendor accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replied {
    /// The vendor's id of the message.
    pub message: String,
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no such thing, or it is another organization's.
    Absent,
    /// For this reason, with what to do next. No secret is in it.
    Because {
        /// Why.
        reason: String,
        /// What to do next.
        hint: String,
        /// Whether it is the hub's own fault.
        is_ours: bool,
    },
}

impl Refused {
    /// A reason that the person can do something about.
    #[must_use]
    pub fn because(reason: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Because { reason: reason.into(), hint: hint.into(), is_ours: false }
    }
}

/// Connects, shows and tries out. Everything is about [`Who::organization`]: what is another's is
/// [`Refused::Absent`].
pub trait SetUp: Send + Sync {
    /// Bytes that nobody guesses.
    fn draw(&self) -> [u8; 32];

    /// Whether people reach these pages by TLS at this host, as the header `Host` names it.
    fn is_https(&self, host: &str) -> bool;

    /// What can be connected.
    fn offers(&self) -> Vec<Offer>;

    /// The connections of the organization.
    fn connections<'a>(
        &'a self,
        who: &'a Who,
    ) -> BoxFuture<'a, Result<Vec<ConnectionView>, Refused>>;

    /// Takes an offer. The fields are those of the offer; credentials are in them.
    fn connect<'a>(
        &'a self,
        who: &'a Who,
        offer: &'a str,
        fields: BTreeMap<String, SecretString>,
    ) -> BoxFuture<'a, Result<Outcome, Refused>>;

    /// The doors of a connection.
    fn doors<'a>(
        &'a self,
        who: &'a Who,
        connection: &'a ConnectionId,
    ) -> BoxFuture<'a, Result<Vec<Door>, Refused>>;

    /// Makes a proof, which is shown once.
    fn prove<'a>(
        &'a self,
        who: &'a Who,
        connection: &'a ConnectionId,
        proof: &'a str,
    ) -> BoxFuture<'a, Result<Shown, Refused>>;

    /// How a connection can be tried out.
    fn trial<'a>(
        &'a self,
        who: &'a Who,
        connection: &'a ConnectionId,
    ) -> BoxFuture<'a, Result<TrialPlan, Refused>>;

    /// Sends a test event through the hub's own public address.
    fn send<'a>(
        &'a self,
        who: &'a Who,
        connection: &'a ConnectionId,
    ) -> BoxFuture<'a, Result<Sent, Refused>>;

    /// How far a test event has come.
    fn arrival<'a>(
        &'a self,
        who: &'a Who,
        connection: &'a ConnectionId,
        event: EventId,
    ) -> BoxFuture<'a, Result<Arrival, Refused>>;

    /// Sends a message through the vendor: the id of the contact, and the text.
    fn reply<'a>(
        &'a self,
        who: &'a Who,
        connection: &'a ConnectionId,
        message: (&'a str, &'a str),
    ) -> BoxFuture<'a, Result<Replied, Refused>>;

    /// Looks at a connection with calls that only read.
    fn examine<'a>(
        &'a self,
        who: &'a Who,
        connection: &'a ConnectionId,
    ) -> BoxFuture<'a, Result<Vec<Finding>, Refused>>;
}

/// What a key is called that was made for a link: it opens the pages once and is used up by it.
pub const TICKET: &str = "a link that opens the set-up pages once";
