//! Reads the lists that each record of another part has, such as the notes of a contact.

use std::sync::Arc;

use domain::{
    Bookmark, Entity, ListError, ListPage, ListPart, ListScope, Listed, Lists, PartStep, Record,
    RecordCondition, RecordKey, RecordPlace, RecordQuery, RunTally, Storage, StorageError,
};
use jiff::Timestamp;
use policy::listed::{Reading, gone};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::{
    comparison::{missing, take_in, tell},
    walk::{Stepped, Stop, Walk},
};

/// How many records' lists are read side by side, and written together.
const TOGETHER: usize = 10;
/// How many pages one record's list has at most.
const MOST_PAGES: u32 = 1_000;
/// How many records of a list the mirror is asked for at once.
const KNOWN: usize = 1_000;

/// Behind which record the next one is.
#[derive(Serialize, Deserialize)]
struct Place {
    at: Timestamp,
    id: String,
}

/// The list of one record.
struct Own {
    of: RecordKey,
    records: Vec<Listed>,
    failed: Vec<(String, String)>,
    calls: u32,
}

impl<S: Storage> Walk<S> {
    /// Reads the lists of the next records.
    pub(super) async fn per_record(
        &mut self,
        lists: &Arc<dyn Lists>,
        part: &ListPart,
        (place, parent): (usize, Entity),
    ) -> Result<Stepped, Stop> {
        let cursor = self.run.parts[place].cursor.clone();
        if cursor.is_none() {
            // The mirror tells which records there are.
            self.catch_up(0).await?;
        }
        let after: Option<Place> = cursor.and_then(|text| serde_json::from_str(&text).ok());
        let query = RecordQuery {
            since: self.run.parts[place].since,
            after: after.map(|place| RecordPlace { occurred_at: place.at, id: place.id }),
            ..RecordQuery::all(self.scope.tenant.clone(), parent, TOGETHER)
        };
        let found = self.grounds.store.find_records(&query).await?;
        let is_own = |row: &Record| row.account == self.scope.account;
        let parents: Vec<_> = found.records.into_iter().filter(is_own).map(|row| row.key).collect();
        let reading = self.reading(place);
        let scope = self.scope.clone();
        let read = self.hold(read_all(lists, (&scope, part), parents)).await?;
        let own = match read {
            Ok(own) => own,
            Err(error) => return self.cannot_read(error).await,
        };
        self.note_answer();
        for own in own {
            self.take_own(&reading, part, (place, own)).await?;
        }
        let told = &mut self.run.parts[place];
        told.cursor = found.next.map(|next| {
            let place = Place { at: next.occurred_at, id: next.id };
            serde_json::to_string(&place).expect("a moment and an id are JSON")
        });
        if told.cursor.is_none() {
            told.step = PartStep::Done;
        }
        self.write(None).await?;
        Ok(Stepped::On)
    }

    /// Takes in the list of one record; what the mirror has besides is gone.
    async fn take_own(
        &mut self,
        reading: &Reading,
        part: &ListPart,
        (place, own): (usize, Own),
    ) -> Result<(), Stop> {
        let store = &self.grounds.store;
        let compared = take_in(store, reading, own.records).await?;
        let mut tally = compared.tally;
        tally.calls += u64::from(own.calls);
        let mut appended = compared.appended;
        if own.failed.is_empty() && own.of.entity == Entity::Contact {
            let known = known_of(store, reading, (part.entity, &own.of)).await?;
            let keys = known.iter().map(|row| row.key.clone()).collect();
            let missing = missing(&compared.ids, keys);
            let rows = known.iter().filter(|row| missing.contains(&row.key));
            let findings = rows.map(|row| gone(reading, row)).collect();
            appended = appended.max(tell(store, findings, &mut tally).await?);
        }
        self.note_appended(appended);
        let told: &mut RunTally = &mut self.run.parts[place].tally;
        *told = told.plus(tally);
        self.note_failed(place, own.failed);
        Ok(())
    }
}

/// Reads the lists of several records side by side.
async fn read_all(
    lists: &Arc<dyn Lists>,
    (scope, part): (&ListScope, &ListPart),
    parents: Vec<RecordKey>,
) -> Result<Vec<Own>, ListError> {
    let mut reading = JoinSet::new();
    for of in parents {
        reading.spawn(read_own(Arc::clone(lists), scope.clone(), part.clone(), of));
    }
    let mut all = Vec::new();
    while let Some(own) = reading.join_next().await {
        let own = own.map_err(|error| ListError::Later(format!("a reader ended: {error}")))?;
        all.push(own?);
    }
    all.sort_by(|one, other| one.of.cmp(&other.of));
    Ok(all)
}

async fn read_own(
    lists: Arc<dyn Lists>,
    scope: ListScope,
    part: ListPart,
    of: RecordKey,
) -> Result<Own, ListError> {
    let mut own = Own { of: of.clone(), records: Vec::new(), failed: Vec::new(), calls: 0 };
    let mut bookmark = Bookmark { of: Some(of), ..Bookmark::default() };
    for _ in 0..MOST_PAGES {
        let ListPage { records, failed, next, calls, .. } =
            lists.page(&scope, &part, &bookmark).await?;
        own.records.extend(records);
        own.failed.extend(failed);
        own.calls += calls;
        if next.is_none() || next == bookmark.cursor {
            break;
        }
        bookmark.cursor = next;
    }
    Ok(own)
}

/// What the mirror has of a contact's list.
async fn known_of<S: Storage>(
    store: &S,
    reading: &Reading,
    (entity, of): (Entity, &RecordKey),
) -> Result<Vec<Record>, StorageError> {
    let condition = RecordCondition::Is("contact_id", of.id.clone());
    let query = RecordQuery {
        conditions: vec![condition],
        ..RecordQuery::all(reading.scope.tenant.clone(), entity, KNOWN)
    };
    let found = store.find_records(&query).await?;
    let is_own = |row: &Record| row.account == reading.scope.account;
    Ok(found.records.into_iter().filter(is_own).collect())
}
