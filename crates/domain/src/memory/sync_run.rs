//! Sync runs in memory: a list of runs, and a set of the ids that each saw.

use std::collections::{BTreeMap, BTreeSet};

use super::Memory;
use crate::{
    Entity, KEPT_RUNS, Record, RunQuery, RunState, RunStep, StorageError, SyncRun, SyncRunId,
    SyncRuns, Unseen,
};

#[derive(Default)]
pub(super) struct SyncRunState {
    /// In the order in which they were asked for.
    runs: Vec<SyncRun>,
    seen: BTreeMap<SyncRunId, BTreeSet<(Entity, String)>>,
}

impl SyncRunState {
    fn is_open(&self, id: &SyncRunId) -> bool {
        self.runs.iter().any(|run| run.id == *id && run.state.is_open())
    }

    /// Drops the oldest closed runs of the lists that the newest run is of.
    fn drop_old(&mut self, newest: &SyncRun) {
        let is_closed = |run: &SyncRun| run.scope == newest.scope && !run.state.is_open();
        let closed = self.runs.iter().filter(|run| is_closed(run)).count();
        let mut excess = closed.saturating_sub(KEPT_RUNS);
        self.runs.retain(|run| {
            let goes = excess > 0 && is_closed(run);
            excess -= usize::from(goes);
            !goes
        });
    }
}

impl SyncRuns for Memory {
    async fn add_run(&self, run: SyncRun) -> Result<SyncRun, StorageError> {
        let state = &mut self.lock().sync_runs;
        let is_same = |known: &&mut SyncRun| known.scope == run.scope && known.state.is_open();
        if let Some(open) = state.runs.iter_mut().find(is_same) {
            open.full |= run.full && open.state == RunState::Asked;
            return Ok(open.clone());
        }
        state.runs.push(run.clone());
        state.drop_old(&run);
        Ok(run)
    }

    async fn run(&self, id: &SyncRunId) -> Result<Option<SyncRun>, StorageError> {
        Ok(self.lock().sync_runs.runs.iter().find(|run| run.id == *id).cloned())
    }

    async fn runs(&self, query: RunQuery) -> Result<Vec<SyncRun>, StorageError> {
        let is_wanted = |run: &&SyncRun| {
            let RunQuery { organization, scope, .. } = &query;
            organization.as_ref().is_none_or(|own| run.scope.tenant.organization == *own)
                && scope.as_ref().is_none_or(|scope| run.scope == *scope)
        };
        let state = self.lock();
        let newest_first = state.sync_runs.runs.iter().rev();
        Ok(newest_first.filter(is_wanted).take(query.limit).cloned().collect())
    }

    async fn open_runs(&self) -> Result<Vec<SyncRun>, StorageError> {
        let state = self.lock();
        Ok(state.sync_runs.runs.iter().filter(|run| run.state.is_open()).cloned().collect())
    }

    async fn step_run(&self, step: RunStep) -> Result<bool, StorageError> {
        let RunStep { lease, run, seen } = step;
        let state = &mut *self.lock();
        if !state.leases.is_held(&lease) || !state.sync_runs.is_open(&run.id) {
            return Ok(false);
        }
        if let Some((entity, ids)) = seen {
            let known = state.sync_runs.seen.entry(run.id.clone()).or_default();
            known.extend(ids.into_iter().map(|id| (entity, id)));
        }
        for known in state.sync_runs.runs.iter_mut().filter(|known| known.id == run.id) {
            known.clone_from(&run);
        }
        Ok(true)
    }

    async fn unseen(&self, unseen: Unseen) -> Result<Vec<Record>, StorageError> {
        let state = self.lock();
        let nothing = BTreeSet::new();
        let seen = state.sync_runs.seen.get(&unseen.run).unwrap_or(&nothing);
        let is_unseen = |row: &&Record| {
            row.tenant == unseen.scope.tenant
                && row.account == unseen.scope.account
                && row.key.entity == unseen.entity
                && row.deleted_at.is_none()
                && row.last_seen_at < unseen.quiet_since
                && unseen.after.as_ref().is_none_or(|after| row.key.id > *after)
                && !seen.contains(&(unseen.entity, row.key.id.clone()))
        };
        // The rows are in order of their keys.
        Ok(state.mirror.rows.values().filter(is_unseen).take(unseen.limit).cloned().collect())
    }

    async fn forget_seen(&self, limit: usize) -> Result<usize, StorageError> {
        let state = &mut self.lock().sync_runs;
        let mut left = limit;
        let over: Vec<_> = state.seen.keys().filter(|id| !state.is_open(id)).cloned().collect();
        for id in over {
            let Some(ids) = state.seen.get_mut(&id) else { continue };
            while left > 0 && ids.pop_first().is_some() {
                left -= 1;
            }
            if ids.is_empty() {
                state.seen.remove(&id);
            }
        }
        Ok(limit - left)
    }
}
