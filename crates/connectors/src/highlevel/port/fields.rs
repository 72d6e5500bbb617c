//! Custom fields by name: the definitions of each location, and the values of records.
//!
//! A reader gets what is known, even if HighLevel does not answer: a record's fields are then named as
//! they were named last, or by their ids. A writer needs definitions that are not old.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use domain::crm::FieldProblem;
use endpoint::{Timer, Transport};
use highlevel::{
    CustomFieldId, Error, LocationId,
    models::{CustomFieldWrite, FieldDirectory},
    resources::{FieldCache, LocationFields},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Connected;

/// How long readers do without another call after one that failed.
const REST: SignedDuration = SignedDuration::from_mins(1);

/// The definitions of all locations.
#[derive(Default)]
pub(super) struct Fields {
    cache: FieldCache,
    known: Mutex<BTreeMap<LocationId, Known>>,
}

/// What readers fall back to.
#[derive(Clone, Default)]
struct Known {
    fields: Option<Arc<LocationFields>>,
    failed_at: Option<Timestamp>,
}

impl Fields {
    /// The definitions of a location, as they were at most ten minutes ago.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(super) async fn current<T: Transport, C: Timer>(
        &self,
        at: &Connected<T, C>,
        now: Timestamp,
    ) -> Result<Arc<LocationFields>, Error> {
        let read = self.cache.fields(&at.client, &at.location, now).await;
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(at.location.clone()).or_default();
        match read {
            Ok(fields) => {
                *known = Known { fields: Some(Arc::clone(&fields)), failed_at: None };
                Ok(fields)
            }
            Err(error) => {
                known.failed_at = Some(now);
                Err(error)
            }
        }
    }

    /// The definitions as they are known; none where they never were.
    pub(super) async fn known<T: Transport, C: Timer>(
        &self,
        at: &Connected<T, C>,
        now: Timestamp,
    ) -> Option<Arc<LocationFields>> {
        let known = {
            let all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            all.get(&at.location).cloned().unwrap_or_default()
        };
        if known.failed_at.is_some_and(|failed| now.duration_since(failed) < REST) {
            return known.fields;
        }
        match self.current(at, now).await {
            Ok(fields) => Some(fields),
            Err(error) => {
                tracing::warn!(%error, "custom fields cannot be named as they are now");
                known.fields
            }
        }
    }

    /// Reads the definitions of a location again the next time: somebody asks for one that is new.
    pub(super) fn forget(&self, location: &LocationId) {
        self.cache.forget(location);
    }
}

/// The values of a record by name. Empty ones are left out.
pub(super) fn named<'a>(
    directory: Option<&FieldDirectory>,
    values: impl Iterator<Item = (CustomFieldId, &'a Value)>,
) -> BTreeMap<String, Value> {
    values
        .filter(|(_, value)| !value.is_null() && value.as_str() != Some(""))
        .map(|(id, value)| (name(directory, &id), value.clone()))
        .collect()
}

/// The name of a field, or its key where several have the name, or its id where nothing is known.
pub(super) fn name(directory: Option<&FieldDirectory>, id: &CustomFieldId) -> String {
    let definition = directory.and_then(|directory| directory.by_id(id));
    let is_one = |name: &&String| {
        directory.is_some_and(|it| it.find(name).is_ok_and(|found| found.id == *id))
    };
    let name = definition.and_then(|definition| {
        let names = [&definition.name, &definition.field_key];
        names.into_iter().flatten().find(is_one).cloned()
    });
    name.unwrap_or_else(|| id.to_string())
}

/// The writes of values by name.
///
/// # Errors
/// Everything that is wrong with the names, each with the nearest that there is.
pub(super) fn writes(
    directory: &FieldDirectory,
    values: &BTreeMap<String, Value>,
) -> Result<Vec<CustomFieldWrite>, Vec<FieldProblem>> {
    let (mut writes, mut problems) = (Vec::new(), Vec::new());
    for (asked, value) in values {
        match directory.find(asked) {
            // HighLevel clears a field by an empty text.
            Ok(found) if value.is_null() => {
                writes.push(CustomFieldWrite::by_id(found.id.clone(), ""));
            }
            Ok(found) => writes.push(CustomFieldWrite::by_id(found.id.clone(), value.clone())),
            Err(error) => problems.push(FieldProblem::new(&pointer(asked), error.to_string())),
        }
    }
    match problems.is_empty() {
        true => Ok(writes),
        false => Err(problems),
    }
}

/// The place of a custom field in a body.
pub(super) fn pointer(name: &str) -> String {
    format!("/custom_fields/{}", name.replace('~', "~0").replace('/', "~1"))
}
