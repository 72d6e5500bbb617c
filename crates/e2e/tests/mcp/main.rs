//! The tools of assistants against the simulated HighLevel, driven by the official client.

mod calendars;
mod confirm;
mod contacts;
mod house;
mod invoices;
mod lists;
mod messages;
mod mirror;
mod operations;
mod opportunities;
mod person;
mod white_label;
