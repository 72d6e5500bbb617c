//! The tools of assistants against the simulated HighLevel, driven by the official client.

mod calendars;
mod house;
mod lists;
mod mirror;
mod opportunities;
mod white_label;
