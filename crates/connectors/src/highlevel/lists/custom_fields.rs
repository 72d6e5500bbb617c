//! `GET /locations/{locationId}/customFields`: the definitions of custom fields, all at once.

use domain::{Entity, ListPart, Upkeep};

use super::{
    noun::{Noun, Single, Turned, call},
    row,
};

pub(super) const CUSTOM_FIELDS: Noun = Noun {
    part: ListPart { name: "custom_fields", entity: Entity::CustomField, upkeep: Upkeep::Sweep },
    ask: |ask| {
        call("locations.get-custom-fields").with("locationId", ask.location).with("model", "all")
    },
    turn: |_, reply| Turned::whole(reply, "customFields"),
    fields: |field| {
        row::all([
            row::told(
                field,
                &[
                    ("dataType", "data_type"),
                    ("fieldKey", "field_key"),
                    ("model", "model"),
                    ("name", "name"),
                    ("picklistOptions", "options"),
                ],
            ),
            row::mentioned(field, &[("position", "position")]),
            row::moments(field, &[("dateAdded", "created_at")]),
        ])
    },
    changed: &["dateUpdated"],
    single: Single::InList,
};
