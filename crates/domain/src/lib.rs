//! The nouns of the hub and, beside each stored noun, its storage contract.
//!
//! In the order in which an event meets them: a [`Delivery`] is read by a [`Source`] into an
//! [`Event`], the [`Journal`] keeps it, the [`Mirror`] shows what the CRM looks like after it, the
//! [`Outbox`] holds the [`Action`]s that follow from it, and a [`Destination`] carries them out,
//! within what the [`Budgets`] have left. [`Credentials`] keeps what the calls outside need, sealed.
//!
//! Must not know: a vendor's models, SQL, HTTP, the clock.

mod activity;
mod budget;
mod clock;
#[cfg(feature = "contract")]
pub mod contract;
mod credentials;
mod delivery;
mod destination;
mod entity;
mod event;
mod ids;
mod journal;
mod memory;
mod mirror;
mod outbox;
mod record;
mod source;
mod storage;

pub use self::{
    activity::ActivityEntry,
    budget::{Budget, BudgetKey, Budgets},
    clock::Clock,
    credentials::{Credential, CredentialKey, CredentialSummary, Credentials, SealedContent},
    delivery::Delivery,
    destination::{BoxFuture, Destination, Failure, Next, Receipt},
    entity::Entity,
    event::{Event, EventKind, Origin, Verb},
    ids::{ActionId, ConnectionId, EventId, IdError, OrganizationId, Tenant},
    journal::{Appended, Entry, Journal, Sequence},
    memory::Memory,
    mirror::{Mirror, Projection},
    outbox::{
        Action, ActionState, Attempt, Claimed, Decisions, Intent, Outbox, Settlement, Tracked,
    },
    record::{Applied, Change, FieldChange, Fields, Record, RecordKey, RecordUpdate},
    source::{Refusal, Source, Summary},
    storage::{Storage, StorageError},
};
