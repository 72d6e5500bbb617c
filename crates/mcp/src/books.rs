//! The books: the audit, change sets with their undo, and the stories of events.

use std::sync::Arc;

use domain::{
    BoxFuture, Budget, BudgetKey, Budgets, ChangeSet, ChangeSetId, Clock, EventId, KeptReply,
    KnownRequest, Memory, NewAudit, NewChangeSet, NewRequest, Realm, RequestKey, Storage,
    StorageError, Tenant, UndoReport, WriteEnd, WriteIntent, crm::Crm,
};
use engine::{
    Sources, tell,
    undo::{Order, Refused, Undo},
};
use jiff::Timestamp;
use serde_json::Value;

use crate::{ToolError, caps::Full};

/// Changes what a caller has spent, or says why it may not.
pub type Spending = Box<dyn FnOnce(&mut Budget) -> Result<(), Full> + Send>;

/// The hub's books, as tools use them.
pub trait Books: Send + Sync {
    /// Notes entries in the audit, in order.
    fn note(&self, entries: Vec<NewAudit>) -> BoxFuture<'_, Result<(), StorageError>>;

    /// The change set of a cause, begun where there is none.
    fn join(&self, set: NewChangeSet) -> BoxFuture<'_, Result<ChangeSet, StorageError>>;

    /// Notes that a write is about to be made; gives its number in the set.
    fn intend<'a>(
        &'a self,
        tenant: &'a Tenant,
        set: &'a ChangeSetId,
        intent: WriteIntent,
    ) -> BoxFuture<'a, Result<Option<u64>, StorageError>>;

    /// Notes how a write ended.
    fn conclude<'a>(
        &'a self,
        set: &'a ChangeSetId,
        number: u64,
        end: WriteEnd,
    ) -> BoxFuture<'a, Result<(), StorageError>>;

    /// Takes a change set back, or previews that.
    fn undo<'a>(
        &'a self,
        set: &'a ChangeSetId,
        order: Order<'a>,
    ) -> BoxFuture<'a, Result<UndoReport, ToolError>>;

    /// The newest change sets of a realm, at most this many.
    fn change_sets<'a>(
        &'a self,
        realm: &'a Realm,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<ChangeSet>, StorageError>>;

    /// The story of an event of the realm, as JSON; none where there is none.
    fn story<'a>(
        &'a self,
        realm: &'a Realm,
        event: EventId,
    ) -> BoxFuture<'a, Result<Option<Value>, StorageError>>;

    /// Notes that what is done once begins, where its key is not known: then none is told.
    fn begin(
        &self,
        request: NewRequest,
    ) -> BoxFuture<'_, Result<Option<KnownRequest>, StorageError>>;

    /// Keeps what came of what is done once.
    fn end<'a>(
        &'a self,
        key: &'a RequestKey,
        reply: KeptReply,
    ) -> BoxFuture<'a, Result<(), StorageError>>;

    /// Frees the key of that of which nothing came.
    fn forget<'a>(&'a self, key: &'a RequestKey) -> BoxFuture<'a, Result<(), StorageError>>;

    /// Changes what somebody has spent of a limit.
    fn spend(
        &self,
        key: BudgetKey,
        now: Timestamp,
        spending: Spending,
    ) -> BoxFuture<'_, Result<Result<(), Full>, StorageError>>;
}

/// The books in a store.
pub struct StoreBooks<S, B = Memory> {
    store: S,
    sources: Sources,
    undo: Undo<S>,
    budgets: B,
}

impl<S: Storage + Clone> StoreBooks<S> {
    /// The books in this store; undo works through this port, and `sources` read events. What
    /// callers have spent is counted for as long as the books are there.
    #[must_use]
    pub fn new(store: S, sources: Sources, crm: Arc<dyn Crm>, clock: Arc<dyn Clock>) -> Self {
        let undo = Undo::new(store.clone(), crm, Arc::clone(&clock));
        Self { store, sources, undo, budgets: Memory::new(clock) }
    }

    /// The same, that counts in budgets which outlast it and which processes share.
    #[must_use]
    pub fn counting<B: Budgets>(self, budgets: B) -> StoreBooks<S, B> {
        let Self { store, sources, undo, .. } = self;
        StoreBooks { store, sources, undo, budgets }
    }
}

impl<S: Storage, B: Budgets> Books for StoreBooks<S, B> {
    fn note(&self, entries: Vec<NewAudit>) -> BoxFuture<'_, Result<(), StorageError>> {
        Box::pin(self.store.note_audit(entries))
    }

    fn join(&self, set: NewChangeSet) -> BoxFuture<'_, Result<ChangeSet, StorageError>> {
        Box::pin(self.store.join(set))
    }

    fn intend<'a>(
        &'a self,
        tenant: &'a Tenant,
        set: &'a ChangeSetId,
        intent: WriteIntent,
    ) -> BoxFuture<'a, Result<Option<u64>, StorageError>> {
        Box::pin(self.store.intend(tenant, set, intent))
    }

    fn conclude<'a>(
        &'a self,
        set: &'a ChangeSetId,
        number: u64,
        end: WriteEnd,
    ) -> BoxFuture<'a, Result<(), StorageError>> {
        Box::pin(self.store.conclude(set, number, end))
    }

    fn undo<'a>(
        &'a self,
        set: &'a ChangeSetId,
        order: Order<'a>,
    ) -> BoxFuture<'a, Result<UndoReport, ToolError>> {
        Box::pin(async move {
            self.undo.run(set, order).await.map_err(|refused| match refused {
                Refused::NoSet => ToolError::new(
                    "not_found",
                    "there is no such change set",
                    "give the `change_set` of a result, or list them with undo and no id",
                ),
                Refused::Storage(error) => error.into(),
            })
        })
    }

    fn change_sets<'a>(
        &'a self,
        realm: &'a Realm,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<ChangeSet>, StorageError>> {
        Box::pin(self.store.change_sets(realm, None, limit))
    }

    fn story<'a>(
        &'a self,
        realm: &'a Realm,
        event: EventId,
    ) -> BoxFuture<'a, Result<Option<Value>, StorageError>> {
        Box::pin(async move {
            let entry = self.store.entry(event).await?;
            let is_seen = entry.is_some_and(|entry| realm.holds(entry.event.tenant.as_ref()));
            if !is_seen {
                return Ok(None);
            }
            let story = tell(&self.store, &self.sources, event).await?;
            Ok(story.map(|story| serde_json::to_value(story).unwrap_or_default()))
        })
    }

    fn begin(
        &self,
        request: NewRequest,
    ) -> BoxFuture<'_, Result<Option<KnownRequest>, StorageError>> {
        Box::pin(self.store.begin_request(request))
    }

    fn end<'a>(
        &'a self,
        key: &'a RequestKey,
        reply: KeptReply,
    ) -> BoxFuture<'a, Result<(), StorageError>> {
        Box::pin(self.store.end_request(key, reply))
    }

    fn forget<'a>(&'a self, key: &'a RequestKey) -> BoxFuture<'a, Result<(), StorageError>> {
        Box::pin(self.store.forget_request(key))
    }

    fn spend(
        &self,
        key: BudgetKey,
        now: Timestamp,
        spending: Spending,
    ) -> BoxFuture<'_, Result<Result<(), Full>, StorageError>> {
        Box::pin(self.budgets.change(key, now, spending))
    }
}
