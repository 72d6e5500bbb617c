//! A cache of the custom fields of locations: reads their definitions, and again after ten minutes.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use endpoint::{Timer, Transport};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex as AsyncMutex;

use crate::{
    Client, Error, LocationId,
    models::{FieldDirectory, FieldOwner},
    resources::ListCustomFields,
};

/// How long definitions count as known (`facts/highlevel.md` 9.2).
const LIFE: SignedDuration = SignedDuration::from_mins(10);

/// Definitions as they were read at a moment.
#[derive(Debug, Default)]
struct Slot {
    read: Option<(Timestamp, Arc<LocationFields>)>,
}

/// The custom fields of one location, by what they belong to.
#[derive(Debug)]
pub struct LocationFields {
    /// The fields of contacts.
    pub contact: FieldDirectory,
    /// The fields of opportunities.
    pub opportunity: FieldDirectory,
}

/// The custom fields of locations, each read at most once in ten minutes.
///
/// Callers who want the fields of a location at once share one call. Whoever creates or changes a
/// field, or misses one that somebody has just created, calls [`Self::forget`].
#[derive(Debug, Default)]
pub struct FieldCache {
    slots: Mutex<BTreeMap<LocationId, Arc<AsyncMutex<Slot>>>>,
}

impl FieldCache {
    /// A cache that knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The custom fields of a location, as they were read at most ten minutes before `now`.
    ///
    /// # Errors
    /// When the call fails. What was read before is then not given out any more.
    pub async fn fields<T: Transport, C: Timer>(
        &self,
        client: &Client<T, C>,
        location_id: &LocationId,
        now: Timestamp,
    ) -> Result<Arc<LocationFields>, Error> {
        let slot = self.slot(location_id);
        let mut slot = slot.lock().await;
        if let Some((at, fields)) = &slot.read
            && now.duration_since(*at) < LIFE
        {
            return Ok(Arc::clone(fields));
        }
        let model = Some("all".to_owned());
        let list = ListCustomFields { location_id: location_id.clone(), model };
        let definitions = client.call(&list).await?.custom_fields;
        let fields = Arc::new(LocationFields {
            contact: FieldDirectory::new(FieldOwner::Contact, definitions.clone()),
            opportunity: FieldDirectory::new(FieldOwner::Opportunity, definitions),
        });
        slot.read = Some((now, Arc::clone(&fields)));
        Ok(fields)
    }

    /// Reads the fields of a location again the next time.
    pub fn forget(&self, location_id: &LocationId) {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner).remove(location_id);
    }

    fn slot(&self, location_id: &LocationId) -> Arc<AsyncMutex<Slot>> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(slots.entry(location_id.clone()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stand_ins::{Answer, answer, client, location};

    fn listed(name: &str) -> Answer {
        let field = format!(
            r#"{{"id":"f1","name":"{name}","fieldKey":"contact.a","model":"contact","position":0}}"#
        );
        answer(200, &format!(r#"{{"customFields":[{field}],"traceId":"t"}}"#))
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[tokio::test]
    async fn definitions_are_read_again_after_ten_minutes_and_when_they_are_forgotten() {
        let (client, script) = client([listed("Old"), listed("New"), listed("Newer")]);
        let cache = FieldCache::new();
        let location_id = location();
        for (now, name, calls) in [(0, "Old", 1), (599, "Old", 1), (600, "New", 2)] {
            let fields = cache.fields(&client, &location_id, at(now)).await.unwrap();
            assert!(fields.contact.find(name).is_ok(), "at {now}");
            assert!(fields.opportunity.definitions().is_empty());
            assert_eq!(script.requests().len(), calls, "at {now}");
        }
        cache.forget(&location_id);
        let fields = cache.fields(&client, &location_id, at(601)).await.unwrap();
        assert!(fields.contact.find("Newer").is_ok());
        assert_eq!(script.wire()[0], "GET /locations/loc1/customFields?model=all");
    }

    #[tokio::test]
    async fn callers_at_once_share_a_call_and_a_failure_is_not_kept() {
        let (client, script) = client([answer(404, "{}"), listed("A")]);
        let cache = FieldCache::new();
        let location_id = location();
        assert!(cache.fields(&client, &location_id, at(0)).await.is_err());
        let (one, other) = tokio::join!(
            cache.fields(&client, &location_id, at(1)),
            cache.fields(&client, &location_id, at(1)),
        );
        assert!(Arc::ptr_eq(&one.unwrap(), &other.unwrap()));
        assert_eq!(script.requests().len(), 2);
    }
}
