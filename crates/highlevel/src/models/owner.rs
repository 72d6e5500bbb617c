//! The owner of invoices and payments, which HighLevel names by an id and its kind.

use serde::{Serializer, ser::SerializeStruct};

use crate::LocationId;

/// Writes a location as `altId` and `altType`.
pub(crate) fn owner<S: Serializer>(
    location_id: &LocationId,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut members = serializer.serialize_struct("Owner", 2)?;
    members.serialize_field("altId", location_id)?;
    members.serialize_field("altType", "location")?;
    members.end()
}
