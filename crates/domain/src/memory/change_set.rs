//! Change sets in memory: a map by their ids.

use std::collections::BTreeMap;

use super::Memory;
use crate::{
    ChangeSet, ChangeSetId, ChangeSets, Kept, NewChangeSet, Realm, StorageError, Tenant, Write,
    WriteEnd, WriteIntent, WriteState,
};

#[derive(Default)]
pub(super) struct ChangeSetState {
    rows: BTreeMap<ChangeSetId, (ChangeSet, Vec<Write>)>,
    /// The sets in the order in which they were begun.
    places: BTreeMap<u64, ChangeSetId>,
}

impl ChangeSetState {
    pub(super) fn kept(&self) -> impl Iterator<Item = Kept> {
        let sets = self.places.iter().filter_map(|(place, id)| Some((place, self.rows.get(id)?)));
        sets.map(|(place, (set, writes))| {
            let size = (size_of::<ChangeSet>() + size_of_val(writes.as_slice())) as u64;
            Kept { place: *place, since: set.written_at, size, event: Kept::NO_EVENT }
        })
    }

    pub(super) fn remove(&mut self, goes: impl Fn(u64) -> bool) -> u64 {
        let before = self.rows.len();
        let going: Vec<u64> = self.places.keys().copied().filter(|place| goes(*place)).collect();
        for id in going.iter().filter_map(|place| self.places.remove(place)) {
            self.rows.remove(&id);
        }
        (before - self.rows.len()) as u64
    }

    fn within(&self, realm: &Realm, id: &ChangeSetId) -> Option<&(ChangeSet, Vec<Write>)> {
        self.rows.get(id).filter(|(set, _)| realm.holds(Some(&set.tenant)))
    }
}

impl ChangeSets for Memory {
    async fn join(&self, set: NewChangeSet) -> Result<ChangeSet, StorageError> {
        let set = ChangeSet::begin(set);
        let state = &mut self.lock().change_sets;
        if let Some((known, _)) = state.rows.get(&set.id) {
            return Ok(known.clone());
        }
        let place = state.places.last_key_value().map_or(0, |(place, _)| *place) + 1;
        state.places.insert(place, set.id.clone());
        state.rows.insert(set.id.clone(), (set.clone(), Vec::new()));
        Ok(set)
    }

    async fn intend(
        &self,
        tenant: &Tenant,
        set: &ChangeSetId,
        intent: WriteIntent,
    ) -> Result<Option<u64>, StorageError> {
        let rows = &mut self.lock().change_sets.rows;
        let Some((set, writes)) = rows.get_mut(set).filter(|(set, _)| set.tenant == *tenant) else {
            return Ok(None);
        };
        set.writes += 1;
        set.written_at = set.written_at.max(intent.at);
        let (number, state) = (set.writes, WriteState::Intended);
        writes.push(Write { number, intent, state, ended_at: None, detail: None });
        Ok(Some(number))
    }

    async fn conclude(
        &self,
        set: &ChangeSetId,
        number: u64,
        end: WriteEnd,
    ) -> Result<(), StorageError> {
        let rows = &mut self.lock().change_sets.rows;
        let writes = rows.get_mut(set).map(|(_, writes)| writes);
        let mut open = writes.into_iter().flatten().filter(|it| it.ended_at.is_none());
        if let Some(write) = open.find(|write| write.number == number) {
            *write = write.clone().ended(end);
        }
        Ok(())
    }

    async fn change_set(
        &self,
        realm: &Realm,
        id: &ChangeSetId,
    ) -> Result<Option<ChangeSet>, StorageError> {
        Ok(self.lock().change_sets.within(realm, id).map(|(set, _)| set.clone()))
    }

    async fn change_sets(
        &self,
        realm: &Realm,
        before: Option<&ChangeSetId>,
        limit: usize,
    ) -> Result<Vec<ChangeSet>, StorageError> {
        let state = &self.lock().change_sets;
        let place = |set: &ChangeSet| (set.begun_at, set.id.clone());
        let before = match before {
            None => None,
            Some(id) => match state.within(realm, id) {
                Some((set, _)) => Some(place(set)),
                None => return Ok(Vec::new()),
            },
        };
        let sets = state.rows.values().map(|(set, _)| set);
        let sets = sets.filter(|set| realm.holds(Some(&set.tenant)));
        let mut sets: Vec<_> =
            sets.filter(|set| before.as_ref().is_none_or(|last| place(set) < *last)).collect();
        sets.sort_by_key(|set| std::cmp::Reverse(place(set)));
        Ok(sets.into_iter().take(limit).cloned().collect())
    }

    async fn writes(
        &self,
        realm: &Realm,
        id: &ChangeSetId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Write>, StorageError> {
        let state = &self.lock().change_sets;
        let writes = state.within(realm, id).map(|(_, writes)| writes).into_iter().flatten();
        Ok(writes.filter(|write| write.number > after).take(limit).cloned().collect())
    }

    async fn undos(&self, realm: &Realm, id: &ChangeSetId) -> Result<Vec<ChangeSet>, StorageError> {
        let state = &self.lock().change_sets;
        let sets = state.rows.values().map(|(set, _)| set);
        let mut sets: Vec<_> = sets
            .filter(|set| realm.holds(Some(&set.tenant)) && set.undoes.as_ref() == Some(id))
            .cloned()
            .collect();
        sets.sort_by_key(|set| (set.begun_at, set.id.clone()));
        Ok(sets)
    }
}
