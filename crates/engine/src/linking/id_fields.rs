//! The CRM's fields that take the ids of rows: made where they are missing, once for each mapping.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use domain::{Entity, Failure, Fields, Links, Mapping, Next};
use policy::sync::face::CUSTOM;

use super::{
    Linking, Pair,
    failure::of_crm,
    records::{CrmRecord, CrmSide},
};

/// The fields that were looked for, by the names of their mappings, and whether they can be written.
#[derive(Default)]
pub(super) struct IdFields {
    known: Mutex<BTreeMap<String, bool>>,
}

impl IdFields {
    /// Whether a mapping's field is there, or could be made. One that cannot be keeps its ids to itself:
    /// everything else is kept equal without it.
    async fn is_ready(
        &self,
        crm: &CrmSide<'_>,
        mapping: &Mapping,
        field: &str,
    ) -> Result<bool, Failure> {
        let Some(name) = field.strip_prefix(CUSTOM).filter(|_| mapping.entity == Entity::Contact)
        else {
            return Ok(true);
        };
        if let Some(is_ready) = self.known(mapping) {
            return Ok(is_ready);
        }
        let made = crm.ensure_field(name).await;
        let is_ready = match made.map_err(|error| of_crm(&error)) {
            Ok(()) => true,
            Err(failure) if failure.next == Next::Retry || is_passing(&failure) => {
                return Err(failure);
            }
            Err(failure) => {
                let (mapping, reason) = (&mapping.name, failure.reason);
                tracing::warn!(mapping, reason, "the field for the rows' ids cannot be made");
                false
            }
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(mapping.name.clone(), is_ready);
        Ok(is_ready)
    }

    fn known(&self, mapping: &Mapping) -> Option<bool> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&mapping.name).copied()
    }
}

impl<S: Links + Send + Sync> Linking<S> {
    /// The row's id for the record, where there is a field that takes it.
    pub(super) async fn crossing(
        &self,
        pair: &Pair<'_>,
        record: &CrmRecord,
    ) -> Result<Fields, Failure> {
        let wanted = pair.crossing(record);
        let Some(field) = wanted.keys().next() else { return Ok(wanted) };
        let crm = self.crm_side(pair.mapping);
        Ok(match self.id_fields.is_ready(&crm, pair.mapping, field).await? {
            true => wanted,
            false => Fields::new(),
        })
    }
}

/// Whether a hold ends by itself.
fn is_passing(failure: &Failure) -> bool {
    matches!(failure.next, Next::Hold(Some(_)))
}
