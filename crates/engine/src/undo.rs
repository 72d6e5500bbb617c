//! Takes a change set back: reads each record at the CRM, and puts back what nobody has changed since.
//!
//! What is to be done is decided anew for each record from how it stands, so an undo that was cut off
//! goes on when it is asked for again, and one that is through does nothing. Its writes are a change
//! set of their own, which can be undone too.

use std::{collections::BTreeSet, sync::Arc};

use domain::{
    Actor, ChangeSet, ChangeSetId, Clock, Difference, Entity, NewChangeSet, Realm, RecordKey,
    Storage, StorageError, UndoCounts, UndoItem, UndoOutcome, UndoReport, Write,
    crm::{Behalf, Crm, CrmError, Target, WriteCause},
};
use policy::undo::{Obstacle, Step, Trace, traces};
use tokio::{sync::OnceCell, task::JoinSet};

/// How many records are looked at together. The budget of calls is kept by the CRM's client; more
/// than this would only wait there.
const TOGETHER: usize = 8;

/// How many writes of a set are read at once.
const PAGE: usize = 1000;

/// Undoes change sets. Clones share it.
#[derive(Clone)]
pub struct Undo<S> {
    store: S,
    crm: Arc<dyn Crm>,
    clock: Arc<dyn Clock>,
}

/// Who asks for an undo, and how.
pub struct Order<'a> {
    /// How far they see.
    pub realm: &'a Realm,
    /// How the audit names them.
    pub actor: Actor,
    /// Whether nothing is to be written.
    pub is_preview: bool,
    /// Is told how many records are through, of how many.
    pub progress: &'a (dyn Fn(usize, usize) + Send + Sync),
}

/// Why an undo did not begin.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is no such set, or none that the caller can see.
    #[error("there is no such change set")]
    NoSet,
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// What the records of one undo share.
struct Run<S> {
    undo: Undo<S>,
    set: ChangeSet,
    actor: Actor,
    is_preview: bool,
    /// The set of its own writes, once it has one.
    own: OnceCell<ChangeSetId>,
}

/// What a record came to, and whether the others come to the same.
struct Came {
    item: UndoItem,
    stopped: Option<String>,
}

impl<S: Storage> Undo<S> {
    /// Undoes what this store keeps, by this CRM.
    #[must_use]
    pub fn new(store: S, crm: Arc<dyn Crm>, clock: Arc<dyn Clock>) -> Self {
        Self { store, crm, clock }
    }

    /// Takes a change set back, or tells what that would do. What cannot be taken back is told in the
    /// report.
    ///
    /// # Errors
    /// Where the caller sees no such set, or the store cannot be read.
    pub async fn run(&self, id: &ChangeSetId, order: Order<'_>) -> Result<UndoReport, Refused> {
        let set = self.store.change_set(order.realm, id).await?.ok_or(Refused::NoSet)?;
        let traces = traces(&self.writes(order.realm, id).await?);
        let run = Arc::new(Run {
            undo: self.clone(),
            set,
            actor: order.actor,
            is_preview: order.is_preview,
            own: OnceCell::new(),
        });
        let (items, stopped) = Arc::clone(&run).all(traces, order.progress).await;
        Ok(UndoReport {
            change_set: run.set.id.clone(),
            undo: run.own.get().cloned(),
            is_preview: run.is_preview,
            counts: UndoCounts::of(&items),
            stopped,
            items,
        })
    }

    async fn writes(&self, realm: &Realm, id: &ChangeSetId) -> Result<Vec<Write>, StorageError> {
        let mut all: Vec<Write> = Vec::new();
        loop {
            let after = all.last().map_or(0, |write| write.number);
            let page = self.store.writes(realm, id, after, PAGE).await?;
            if page.is_empty() {
                return Ok(all);
            }
            all.extend(page);
        }
    }
}

impl<S: Storage> Run<S> {
    /// Contacts that the set made come last: what it hung on them has to be gone before.
    async fn all(
        self: Arc<Self>,
        traces: Vec<Trace>,
        progress: &(dyn Fn(usize, usize) + Send + Sync),
    ) -> (Vec<UndoItem>, Option<String>) {
        let total = traces.len();
        let is_last = |trace: &Trace| trace.made().is_some_and(|it| it.entity == Entity::Contact);
        let (last, first): (Vec<Trace>, Vec<Trace>) = traces.into_iter().partition(is_last);
        let made: Vec<Option<RecordKey>> = first.iter().map(|it| it.made().cloned()).collect();
        let told = |done: usize| progress(done, total);
        let (mut items, stopped) = Arc::clone(&self).wave(first, &Arc::default(), &told).await;
        let is_off = |item: &UndoItem| {
            use UndoOutcome::{Deleted, Restored, Unchanged};
            matches!(item.outcome, Deleted | Restored | Unchanged)
        };
        let off = made.into_iter().zip(&items).filter(|(_, item)| is_off(item));
        let off: Arc<BTreeSet<RecordKey>> = Arc::new(off.filter_map(|(key, _)| key).collect());
        if stopped.is_some() {
            items.extend(last.iter().map(pending));
            return (items, stopped);
        }
        let before = items.len();
        let told = |done: usize| progress(before + done, total);
        let (more, stopped) = self.wave(last, &off, &told).await;
        items.extend(more);
        (items, stopped)
    }

    /// Looks at some records together, and gives what they came to in their order.
    async fn wave(
        self: Arc<Self>,
        traces: Vec<Trace>,
        off: &Arc<BTreeSet<RecordKey>>,
        progress: &(dyn Fn(usize) + Send + Sync),
    ) -> (Vec<UndoItem>, Option<String>) {
        let mut items: Vec<UndoItem> = traces.iter().map(pending).collect();
        let (mut stopped, mut done) = (None, 0);
        let mut waiting = traces.into_iter().enumerate();
        let mut busy = JoinSet::new();
        loop {
            while busy.len() < TOGETHER && stopped.is_none() {
                let Some((index, trace)) = waiting.next() else { break };
                let (run, off) = (Arc::clone(&self), Arc::clone(off));
                busy.spawn(async move { (index, run.one(&trace, &off).await) });
            }
            let Some(ended) = busy.join_next().await else { return (items, stopped) };
            match ended {
                Ok((index, came)) => {
                    items[index] = came.item;
                    stopped = stopped.or(came.stopped);
                }
                Err(error) => {
                    tracing::error!(%error, "an undo failed at a record");
                    stopped = Some("the hub failed at a record; its log says more".to_owned());
                }
            }
            done += 1;
            progress(done);
        }
    }

    async fn one(&self, trace: &Trace, off: &BTreeSet<RecordKey>) -> Came {
        let item = pending(trace);
        match self.attempt(trace, off).await {
            Ok(step) => Came { item: told(item, step, trace.closes_channels), stopped: None },
            Err(error) => {
                let said = format!("{error}; {}", error.hint());
                let stops = matches!(
                    error,
                    CrmError::UsedUp { .. }
                        | CrmError::NeedsConsent { .. }
                        | CrmError::NotConnected { .. }
                        | CrmError::Storage(_)
                );
                let item = UndoItem {
                    outcome: if stops { item.outcome } else { UndoOutcome::Failed },
                    reason: (!stops).then(|| said.clone()),
                    ..item
                };
                Came { item, stopped: stops.then_some(said) }
            }
        }
    }

    /// Decides about a record by how it stands, and does it.
    async fn attempt(&self, trace: &Trace, off: &BTreeSet<RecordKey>) -> Result<Step, CrmError> {
        let (step, target) = match (Step::at_once(trace), &trace.target) {
            (Some(step), _) => return Ok(step),
            (None, Some(target)) => {
                let behalf = self.behalf(trace, None);
                let is_made = trace.made().is_some();
                let crm = &self.undo.crm;
                let standing = crm.standing(&behalf, target, is_made).await?;
                let step = Step::of(trace, standing.as_ref(), off);
                if let (Step::Delete, Some(standing), false) = (&step, &standing, self.is_preview) {
                    let behalf = self.behalf(trace, Some(self.own_set().await?));
                    crm.remove(&behalf, target, standing).await?;
                }
                (step, target)
            }
            (None, None) => return Ok(Step::Nothing),
        };
        if let (Step::Restore(difference), false) = (&step, self.is_preview) {
            self.put_back(trace, target, difference).await?;
        }
        Ok(step)
    }

    async fn put_back(
        &self,
        trace: &Trace,
        target: &Target,
        difference: &Difference,
    ) -> Result<(), CrmError> {
        let behalf = self.behalf(trace, Some(self.own_set().await?));
        self.undo.crm.restore(&behalf, target, difference).await
    }

    fn behalf(&self, trace: &Trace, change_set: Option<ChangeSetId>) -> Behalf {
        Behalf {
            tenant: self.set.tenant.clone(),
            account: trace.account.clone(),
            actor: self.actor.clone(),
            cause: change_set.map_or(WriteCause::Alone, WriteCause::Set),
        }
    }

    /// The set of this undo's writes. One that was cut off goes on in the same; one that was itself
    /// undone since is over, and the next undo is another.
    async fn own_set(&self) -> Result<ChangeSetId, StorageError> {
        let begin = async {
            let Undo { store, clock, .. } = &self.undo;
            let mut undone = 0;
            for undo in store.undos(&Realm::Installation, &self.set.id).await? {
                let again = store.undos(&Realm::Installation, &undo.id).await?;
                undone += usize::from(!again.is_empty());
            }
            let set = NewChangeSet {
                tenant: self.set.tenant.clone(),
                cause: format!("undo {} {undone}", self.set.id),
                actor: self.actor.clone(),
                title: format!("undo of {}", self.set.title),
                undoes: Some(self.set.id.clone()),
                at: clock.now(),
            };
            Ok(store.join(set).await?.id)
        };
        self.own.get_or_try_init(|| begin).await.cloned()
    }
}

/// What is said of a record before it is looked at.
fn pending(trace: &Trace) -> UndoItem {
    UndoItem {
        record: trace.target.as_ref().map(|target| target.key.to_string()),
        act: trace.act.clone(),
        outcome: UndoOutcome::Pending,
        difference: Difference::default(),
        conflicts: Vec::new(),
        reason: None,
    }
}

/// What is said of a record after a step. Channels that were closed for it stay closed.
fn told(item: UndoItem, step: Step, keeps_wish: bool) -> UndoItem {
    let kept = keeps_wish.then(|| Obstacle::Wish.reason().to_owned());
    match step {
        Step::Nothing => UndoItem { outcome: UndoOutcome::Unchanged, ..item },
        Step::Restore(difference) => {
            UndoItem { outcome: UndoOutcome::Restored, difference, reason: kept, ..item }
        }
        Step::Delete => UndoItem { outcome: UndoOutcome::Deleted, ..item },
        Step::Refuse(conflicts) => {
            let reason = "somebody changed it since; decide by hand which value is right";
            let reason = Some(reason.to_owned());
            UndoItem { outcome: UndoOutcome::Refused, conflicts, reason, ..item }
        }
        Step::Impossible(obstacle) => UndoItem {
            outcome: UndoOutcome::Impossible,
            reason: Some(obstacle.reason().to_owned()),
            ..item
        },
    }
}
