//! `GET /businesses/`: businesses, skipped to.

use domain::{Entity, ListPart, Upkeep};

use super::{
    noun::{ById, Noun, Single, Turned, call},
    row,
};

const PAGE: u64 = 100;

pub(super) const BUSINESSES: Noun = Noun {
    part: ListPart { name: "businesses", entity: Entity::Business, upkeep: Upkeep::Sweep },
    // Numbers are texts here (`facts/highlevel.md` 5).
    ask: |ask| {
        call("businesses.get-businesses-by-location")
            .with("locationId", ask.location)
            .with("limit", PAGE.to_string())
            .with("skip", ask.skipped().to_string())
    },
    turn: |ask, reply| Turned::skipped(ask, reply, "businesses", PAGE),
    fields: |business| {
        row::all([
            row::told(
                business,
                &[
                    ("address", "address"),
                    ("city", "city"),
                    ("country", "country"),
                    ("description", "description"),
                    ("email", "email"),
                    ("name", "name"),
                    ("phone", "phone"),
                    ("postalCode", "postal_code"),
                    ("state", "state"),
                    ("website", "website"),
                ],
            ),
            row::moments(business, &[("createdAt", "created_at")]),
        ])
    },
    changed: &["updatedAt", "createdAt"],
    single: Single::ById(ById {
        operation: "businesses.get-business",
        id: "businessId",
        location: &[],
        envelope: Some("business"),
        fields: None,
    }),
};
