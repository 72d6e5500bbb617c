//! The operations with a memory, one list per file, and the paths that no specification has.
//!
//! An operation in none of the lists is answered from its schema (`specimen.rs`).

use super::{
    answer::Answer, appointment_notes, appointments, associations, block_slots, businesses,
    calendar_groups, calendar_notifications, calendar_resources, calendar_slots, calendars,
    call::Call, campaigns, collections, companies, consent, contact_bulk, contact_links, contacts,
    conversations, coupons, custom_fields, custom_menus, custom_providers, custom_values,
    estimates, forms, invoice_schedules, invoice_states, invoice_templates, invoices, links,
    locations, medias, notes, oauth, object_fields, objects, opportunities, payments, permissions,
    pipelines, prices, product_bulk, products, records, recurring_tasks, refusal::Refusal,
    relations, schedules, services, snapshots, tags, tasks, templates, users, world::World,
};

/// Does an operation.
pub(crate) type Act = fn(&mut World, &Call) -> Result<Answer, Refusal>;

/// Operations by their id in the catalogue.
pub(crate) type Acts = &'static [(&'static str, Act)];

/// A path that is in no specification. Nobody has to say who they are there.
#[derive(Debug)]
pub(crate) struct Extra {
    pub(crate) name: &'static str,
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) act: Act,
}

/// All operations with a memory.
pub(crate) const LISTS: &[Acts] = &[
    appointment_notes::ACTS,
    appointments::ACTS,
    associations::ACTS,
    block_slots::ACTS,
    businesses::ACTS,
    calendar_groups::ACTS,
    calendar_notifications::ACTS,
    calendar_resources::ACTS,
    calendar_slots::ACTS,
    calendars::ACTS,
    campaigns::ACTS,
    collections::ACTS,
    companies::ACTS,
    contact_bulk::ACTS,
    contact_links::ACTS,
    contacts::ACTS,
    conversations::ACTS,
    coupons::ACTS,
    custom_fields::ACTS,
    custom_menus::ACTS,
    custom_providers::ACTS,
    custom_values::ACTS,
    estimates::ACTS,
    forms::ACTS,
    invoice_schedules::ACTS,
    invoice_states::ACTS,
    invoice_templates::ACTS,
    invoices::ACTS,
    links::ACTS,
    locations::ACTS,
    medias::ACTS,
    notes::ACTS,
    oauth::ACTS,
    object_fields::ACTS,
    objects::ACTS,
    opportunities::ACTS,
    payments::ACTS,
    permissions::ACTS,
    pipelines::ACTS,
    prices::ACTS,
    product_bulk::ACTS,
    products::ACTS,
    records::ACTS,
    recurring_tasks::ACTS,
    relations::ACTS,
    schedules::ACTS,
    services::ACTS,
    snapshots::ACTS,
    tags::ACTS,
    tasks::ACTS,
    templates::ACTS,
    users::ACTS,
];

/// The consent page under both its addresses, and what has been taken away
/// (`facts/highlevel.md` 2.2).
pub(crate) const EXTRAS: &[Extra] = &[
    Extra {
        name: "oauth.choose-location",
        method: "GET",
        path: "/oauth/chooselocation",
        act: consent::show,
    },
    Extra {
        name: "oauth.choose-location-v2",
        method: "GET",
        path: "/v2/oauth/chooselocation",
        act: consent::show,
    },
    Extra { name: "oauth.reconnect", method: "POST", path: "/oauth/reconnect", act: removed },
];

fn removed(_: &mut World, _: &Call) -> Result<Answer, Refusal> {
    Err(Refusal::bad_request("API endpoint has been removed"))
}
