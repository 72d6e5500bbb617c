//! The port for applications: a CRM in the hub's words, whichever vendor keeps it.
//!
//! Whoever stands before it (the routes under `/v1`, later an assistant's tools) knows people, deals
//! and appointments, and no vendor. Whoever stands behind it implements [`Crm`] for one vendor.
//! What is read comes from the mirror where that is enough, and [`Reading`] says how old it is.

mod account;
mod appointment;
mod contact;
mod disturbance;
mod error;
mod message;
mod note;
mod opportunity;
mod page;
mod patch;
mod phone;
mod standing;

use crate::{Actor, ChangeSetId, OrganizationId, Tenant};

pub use self::{
    account::{AccountProfile, CrmAccount},
    appointment::{Appointment, AppointmentFilter, Booking, CrmCalendars, Slot, SlotSpan},
    contact::{
        Address, AddressPatch, Contact, ContactDraft, ContactFilter, ContactPatch, CrmContacts,
        NotApplied, Outcome, Upserted,
    },
    disturbance::{Channel, CrmWishes, Disturbance},
    error::{CrmError, FieldProblem},
    message::{CrmMessages, MessageDraft, SentMessage},
    note::{CrmNotes, Note, NoteDraft},
    opportunity::{
        CrmOpportunities, Named, Opportunity, OpportunityDraft, OpportunityFilter,
        OpportunityPatch, OpportunityStatus, UpsertedOpportunity,
    },
    page::{Origin, Page, PageWish, Reading},
    phone::e164,
    standing::{CrmStandings, Standing, Target},
};

/// What an operation of the port gives.
pub type Answer<'a, T> = crate::BoxFuture<'a, Result<T, CrmError>>;

/// On whose behalf an operation is done. What is another tenant's is answered as what is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behalf {
    /// Whose CRM it is, and by which connection.
    pub tenant: Tenant,
    /// Which of the connection's accounts, where it has several.
    pub account: Option<String>,
    /// Who asks for it: the audit names them.
    pub actor: Actor,
    /// Which change set what it writes belongs to.
    pub cause: WriteCause,
}

/// Which change set a write belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum WriteCause {
    /// One of its own.
    #[default]
    Alone,
    /// The set with this id, which the tenant has.
    Set(ChangeSetId),
    /// The set of a cause, which its first write begins.
    Joined {
        /// What makes it this set and no other of the connection, such as `sync deals 2026-03-09`.
        cause: String,
        /// What it is for, in a few words without anybody's data.
        title: String,
    },
}

/// A CRM: everything that an application does with it.
pub trait Crm:
    CrmAccount
    + CrmContacts
    + CrmNotes
    + CrmMessages
    + CrmOpportunities
    + CrmCalendars
    + CrmStandings
    + CrmWishes
{
    /// The connections of an organization that lead to a CRM, in order of their ids.
    fn connections<'a>(&'a self, organization: &'a OrganizationId) -> Answer<'a, Vec<Tenant>>;
}
