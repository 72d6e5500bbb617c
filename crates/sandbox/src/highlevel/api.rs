//! The API of the simulated HighLevel: contacts and what belongs to them, locations, opportunities, users, OAuth.
//!
//! A request passes the door (`door.rs`), which knows tokens, versions, limits and validation; the
//! operations work on a world (`world.rs`) that is seeded alike for the same seed. One file has the
//! routes of one noun. What is in no list of `route.rs` is answered 404, as HighLevel's router does.

mod account;
mod answer;
mod businesses;
mod call;
mod consent;
mod contact;
mod contact_filter;
mod contact_links;
mod contact_search;
mod contacts;
pub(crate) mod control;
mod custom_fields;
mod custom_values;
pub(crate) mod door;
mod ids;
pub(crate) mod limiter;
mod locations;
mod moment;
mod notes;
mod oauth;
mod opportunities;
mod opportunity_search;
mod phone;
mod pipelines;
mod refusal;
mod reply;
pub(crate) mod route;
mod seed;
mod shape;
mod shelf;
mod tags;
mod tasks;
mod token;
mod users;
mod version;
mod world;

#[cfg(test)]
mod tests;
