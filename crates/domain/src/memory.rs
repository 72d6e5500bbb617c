//! The storage contracts in memory: the plain meaning of each, and the store of fast tests.

mod api_key;
mod audit;
mod budget;
mod change_set;
mod connection;
mod connection_profile;
mod consent_request;
mod credentials;
mod dead_letter;
mod journal;
mod lease;
mod link;
mod member;
mod mirror;
mod notification;
mod organization;
mod outbox;
mod parked;
mod quarantine;
mod repeatable_request;
mod replay;
mod retention;
mod subscription;
mod sync_run;
mod watermark;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use self::{
    api_key::ApiKeyState, budget::BudgetState, change_set::ChangeSetState,
    connection::ConnectionState, credentials::CredentialState, journal::JournalState,
    lease::LeaseState, link::LinkState, member::MemberState, mirror::MirrorState,
    organization::OrganizationState, outbox::OutboxState, parked::ParkingState,
    quarantine::QuarantineState, repeatable_request::RequestState, replay::ReplayState,
    subscription::SubscriptionStates, sync_run::SyncRunState,
};
use jiff::Timestamp;

use crate::{AuditEntry, Clock, ConsentRequest, KeyHash, Tenant};

/// Keeps everything in memory; clones share it. Nothing survives the process.
#[derive(Clone)]
pub struct Memory {
    state: Arc<Mutex<State>>,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct State {
    budgets: BudgetState,
    journal: JournalState,
    quarantine: QuarantineState,
    connections: ConnectionState,
    consents: HashMap<KeyHash, ConsentRequest>,
    mirror: MirrorState,
    outbox: OutboxState,
    parking: ParkingState,
    credentials: CredentialState,
    leases: LeaseState,
    links: LinkState,
    organizations: OrganizationState,
    members: MemberState,
    api_keys: ApiKeyState,
    audit: Vec<AuditEntry>,
    change_sets: ChangeSetState,
    replays: ReplayState,
    requests: RequestState,
    subscriptions: SubscriptionStates,
    watermarks: BTreeMap<(Tenant, String), Timestamp>,
    sync_runs: SyncRunState,
}

impl Memory {
    /// An empty store that stamps its entries by this clock.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { state: Arc::default(), clock }
    }

    /// A panic of another holder leaves no half-written state: every method writes at its end.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(all(test, feature = "contract"))]
mod tests {
    use std::sync::Arc;

    use super::Memory;

    crate::storage_contract!(|clock: Arc<dyn crate::Clock>| Memory::new(clock));
    crate::budgets_contract!(|| Memory::new(crate::contract::sample::clock()));
}
