//! The nouns of the hub and, beside each stored noun, its storage contract.
//!
//! In the order in which an event meets them: a [`Delivery`] is read by a [`Source`] into an
//! [`Event`], the [`Connections`] say whose it is, the [`Journal`] keeps it, or the [`Quarantine`] until that is known, the [`Mirror`] shows what the CRM looks like after it, the
//! [`Outbox`] holds the [`Action`]s that follow from it, and a [`Destination`] carries them out,
//! within what the [`Budgets`] have left. [`Credentials`] keeps what the calls outside need, sealed.
//!
//! Must not know: a vendor's models, SQL, HTTP, the clock.

mod account;
mod activity;
mod budget;
mod clock;
mod connection;
#[cfg(feature = "contract")]
pub mod contract;
mod credentials;
mod delivery;
mod destination;
mod entity;
mod event;
mod ids;
mod installation;
mod journal;
mod memory;
mod mirror;
mod outbox;
mod quarantine;
mod record;
mod source;
mod storage;

pub use self::{
    account::{Account, AccountKey},
    activity::ActivityEntry,
    budget::{Budget, BudgetKey, Budgets},
    clock::Clock,
    connection::{Connection, Connections, Listing, Revision},
    credentials::{Credential, CredentialKey, CredentialSummary, Credentials, SealedContent},
    delivery::Delivery,
    destination::{BoxFuture, Destination, Failure, Next, Receipt},
    entity::Entity,
    event::{Event, EventKind, Origin, Verb},
    ids::{ActionId, ConnectionId, CorrelationId, EventId, IdError, OrganizationId, Tenant},
    installation::{Installation, InstallationChange, InstallationKey, InstallationStep},
    journal::{Appended, Entry, Journal, Sequence},
    memory::Memory,
    mirror::{Mirror, Projection},
    outbox::{
        Action, ActionState, Attempt, Claimed, Decisions, Intent, Outbox, Settlement, Tracked,
    },
    quarantine::{Held, HeldGroup, HeldSummary, QUARANTINE_DAYS, Quarantine, Reason},
    record::{Applied, Change, FieldChange, Fields, Record, RecordKey, RecordUpdate},
    source::{Reading, Refusal, Source, Summary},
    storage::{Storage, StorageError},
};
