//! The tools of assistants against the simulated HighLevel, driven by the official client.

mod calendars;
mod confirm;
mod house;
mod lists;
mod mirror;
mod opportunities;
mod person;
