//! Rows of the mirror that a stretch of events needs, read together: one question per tenant.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Mirror, Record, RecordKey, StorageError, Tenant};

/// Rows by their place.
#[derive(Default)]
pub(crate) struct Rows {
    rows: BTreeMap<Place, Record>,
}

/// Whose row it is, and which.
pub(crate) type Place = (Tenant, RecordKey);

impl Rows {
    /// Reads the rows at these places; places without a row are left out.
    pub(crate) async fn read<S: Mirror>(
        store: &S,
        places: impl IntoIterator<Item = Place>,
    ) -> Result<Self, StorageError> {
        let mut keys: BTreeMap<Tenant, BTreeSet<RecordKey>> = BTreeMap::new();
        for (tenant, key) in places {
            keys.entry(tenant).or_default().insert(key);
        }
        let mut rows = Self::default();
        for (tenant, keys) in keys {
            let keys: Vec<_> = keys.into_iter().collect();
            for row in store.records(&tenant, &keys).await? {
                rows.put(row);
            }
        }
        Ok(rows)
    }

    /// The row at this place.
    pub(crate) fn at(&self, place: &Place) -> Option<&Record> {
        self.rows.get(place)
    }

    /// Takes the row out of this place.
    pub(crate) fn take(&mut self, place: &Place) -> Option<Record> {
        self.rows.remove(place)
    }

    /// Puts a row in its place.
    pub(crate) fn put(&mut self, row: Record) {
        self.rows.insert((row.tenant.clone(), row.key.clone()), row);
    }
}
