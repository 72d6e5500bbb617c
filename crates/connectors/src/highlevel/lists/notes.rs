//! `GET /contacts/{contactId}/notes`: the notes of one contact, all at once.

use domain::{Entity, ListPart, Upkeep};

use super::{
    noun::{ById, Given, Noun, Single, Turned, call},
    row,
};

pub(super) const NOTES: Noun = Noun {
    part: ListPart {
        name: "notes",
        entity: Entity::Note,
        upkeep: Upkeep::PerRecord(Entity::Contact),
    },
    ask: |ask| call("contacts.get-all-notes").with("contactId", ask.of.unwrap_or_default()),
    turn: |_, reply| Turned::whole(reply, "notes"),
    fields: |note| {
        row::all([
            row::told(note, &[("body", "body"), ("contactId", "contact_id")]),
            row::mentioned(note, &[("title", "title"), ("userId", "user_id")]),
            row::moments(note, &[("dateAdded", "created_at")]),
        ])
    },
    changed: &["dateUpdated"],
    single: Single::OfContact(ById {
        operation: "contacts.get-note",
        id: "id",
        location: &[("contactId", Given::Contact)],
        envelope: Some("note"),
        fields: None,
    }),
};
