//! The history of a record: what it is, what changed it, and what it was at a moment.

use domain::{Change, Entry, Fields, Origin, Record, RecordKey, Storage, StorageError, Tenant};
use jiff::Timestamp;
use serde::Serialize;

/// A record and what changed it.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// The record as it is now.
    pub record: Record,
    /// What changed it, the newest first.
    pub steps: Vec<HistoryStep>,
}

/// One change of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryStep {
    /// What changed.
    pub change: Change,
    /// The event that told it; none where it is no longer kept.
    pub entry: Option<Entry>,
    /// When it happened, where that is known.
    pub at: Option<Timestamp>,
}

/// What a record was at a moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "state", content = "fields")]
pub enum AsOf {
    /// It had these values.
    There(Fields),
    /// It was not there: not made yet, or deleted.
    Absent,
    /// What changed it since is no longer kept.
    Unknown,
}

/// Reads the history of a record, with no more than so many changes; none where there is no such
/// record.
///
/// # Errors
/// Where the store cannot be read.
pub async fn history<S: Storage>(
    store: &S,
    (tenant, key): (&Tenant, &RecordKey),
    limit: usize,
) -> Result<Option<History>, StorageError> {
    let Some(record) = store.records(tenant, std::slice::from_ref(key)).await?.pop() else {
        return Ok(None);
    };
    let mut steps = Vec::new();
    for change in store.history(tenant, key, limit).await? {
        let entry = store.entry(change.event).await?;
        let told = entry.as_ref().map(|entry| entry.event.occurred_at);
        // The first is as old as the row, also where its event went.
        let first = (change.version == 1).then_some(record.first_seen_at);
        steps.push(HistoryStep { at: told.or(first), change, entry });
    }
    Ok(Some(History { record, steps }))
}

impl History {
    /// What the record was at a moment: what it is now, with every later change taken back.
    #[must_use]
    pub fn as_of(&self, moment: Timestamp) -> AsOf {
        let mut fields = self.record.fields.clone();
        let mut is_there = self.record.deleted_at.is_none();
        let mut found = Some(self.record.event);
        for step in &self.steps {
            if step.at.is_some_and(|at| at <= moment) {
                return if is_there { AsOf::There(fields) } else { AsOf::Absent };
            }
            for (name, change) in &step.change.fields {
                match change.before.is_null() {
                    true => fields.remove(name),
                    false => fields.insert(name.clone(), change.before.clone()),
                };
            }
            is_there = match step.change.applied {
                domain::Applied::Created => false,
                domain::Applied::Deleted => true,
                _ => is_there,
            };
            found = step.change.found;
        }
        match found {
            None => AsOf::Absent,
            Some(_) => AsOf::Unknown,
        }
    }
}

impl HistoryStep {
    /// Who told it, for people.
    #[must_use]
    pub fn teller(&self) -> String {
        let Some(entry) = &self.entry else {
            return "an event that is no longer kept".to_owned();
        };
        let source = entry.event.source.trim_end_matches(domain::SNAPSHOT_SUFFIX);
        match entry.event.origin {
            Origin::Webhook => format!("{source}, by webhook"),
            Origin::Keyed => format!("{source}, by a key of the organization"),
            Origin::Backfill => format!("the first load from {source}"),
            Origin::Reconcile => format!("the comparison with {source}"),
            Origin::Row => format!("a row of {source}"),
            Origin::Written => format!("the hub itself, which wrote to {source}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        Applied, Entity, FieldChange, Journal, LaneStep, Memory, Mirror, Projection, Sequence,
        contract::sample::{at, clock, event, event_id, record, tenant},
    };
    use serde_json::{Value, json};

    use super::*;

    fn step(number: u128, version: u64, applied: Applied, name: (Value, Value)) -> Change {
        let (before, after) = name;
        Change {
            event: event_id(number),
            tenant: tenant("alpha"),
            key: RecordKey::new(Entity::Contact, "a"),
            applied,
            version,
            fields: [("name".to_owned(), FieldChange { before, after })].into(),
            found: (number > 1).then(|| event_id(number - 1)),
        }
    }

    /// A record that was made at 10, renamed at 20, deleted at 30 and made again at 40.
    async fn told() -> History {
        let store = Memory::new(clock());
        for number in 1..=4 {
            let mut told = event(number);
            told.occurred_at = at(10 * number as i64);
            store.append(told).await.unwrap();
        }
        let owner = tenant("alpha");
        let now = Record { version: 4, ..record(&owner, "a", 4) };
        let projection = Projection {
            to: Sequence(4),
            lanes: LaneStep::default(),
            records: vec![now],
            changes: vec![
                step(1, 1, Applied::Created, (json!(null), json!("Ada"))),
                step(2, 2, Applied::Updated, (json!("Ada"), json!("Eve"))),
                step(3, 3, Applied::Deleted, (json!("Eve"), json!("Eve"))),
                step(4, 4, Applied::Created, (json!("Eve"), json!("Person 4"))),
            ],
            ..Projection::default()
        };
        store.project(projection).await.unwrap();
        let key = RecordKey::new(Entity::Contact, "a");
        history(&store, (&owner, &key), 9).await.unwrap().unwrap()
    }

    fn named(name: &str) -> AsOf {
        AsOf::There([("name".to_owned(), json!(name))].into())
    }

    #[tokio::test]
    async fn what_it_was_follows_from_what_it_is() {
        let told = told().await;
        assert_eq!(told.steps.len(), 4);
        assert_eq!(told.steps[0].teller(), "highlevel, by webhook");
        let states =
            [(5, AsOf::Absent), (10, named("Ada")), (25, named("Eve")), (30, AsOf::Absent)];
        for (second, state) in states {
            assert_eq!(told.as_of(at(second)), state, "at {second}");
        }
        assert_eq!(told.as_of(at(99)), named("Person 4"));
    }

    #[tokio::test]
    async fn what_is_no_longer_kept_is_not_made_up() {
        let mut told = told().await;
        told.steps.truncate(2);
        assert_eq!(told.as_of(at(35)), AsOf::Absent);
        assert_eq!(told.as_of(at(25)), AsOf::Unknown);
        told.steps[1].entry = None;
        assert_eq!(told.steps[1].teller(), "an event that is no longer kept");
    }
}
