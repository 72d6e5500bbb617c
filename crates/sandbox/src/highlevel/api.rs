//! The API of the simulated HighLevel: contacts and what belongs to them, locations, opportunities, users, OAuth.
//!
//! A request passes the door (`door.rs`), which finds the operation in the catalogue (`route.rs`)
//! and holds the request against it: token, version, limits, scopes, values. The operations of
//! `acts.rs` work on a world (`world.rs`) that is seeded alike for the same seed; one file has those
//! of one noun. All others are answered from their schemas (`specimen.rs`).

mod account;
mod acts;
mod answer;
pub(crate) mod app;
mod appointment_notes;
mod appointments;
mod associations;
mod block_slots;
mod body;
mod booking;
pub(crate) mod browser;
mod businesses;
mod calendar_groups;
mod calendar_hours;
mod calendar_notifications;
mod calendar_resources;
mod calendar_seed;
mod calendar_slots;
mod calendars;
mod call;
mod campaigns;
mod collections;
mod companies;
mod complaint;
mod consent;
mod contact;
mod contact_bulk;
mod contact_filter;
mod contact_links;
mod contact_search;
mod contacts;
pub(crate) mod control;
mod conversations;
mod coupons;
mod custom_fields;
mod custom_menus;
mod custom_providers;
mod custom_values;
mod dialect;
pub(crate) mod door;
mod estimates;
mod forms;
mod grants;
mod ids;
mod installations;
mod invoice_dates;
mod invoice_schedules;
mod invoice_states;
mod invoice_templates;
mod invoice_totals;
mod invoices;
mod ledger;
mod ledger_seed;
pub(crate) mod limiter;
mod links;
mod locations;
mod medias;
mod moment;
mod notes;
mod oauth;
mod object_fields;
mod objects;
mod opportunities;
mod opportunity_search;
mod payments;
mod permissions;
mod phone;
mod pipelines;
mod prices;
mod product_bulk;
mod products;
mod record_values;
mod records;
mod recurring_tasks;
mod refusal;
mod relations;
mod reply;
pub(crate) mod route;
mod schedules;
mod seed;
mod services;
mod shelf;
mod snapshots;
mod specimen;
mod tags;
mod tasks;
mod templates;
mod token;
mod users;
mod version;
mod world;

#[cfg(test)]
mod desk;
#[cfg(test)]
mod tests;
