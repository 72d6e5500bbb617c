//! The tools of assistants against the simulated HighLevel, driven by the official client.

mod contacts;
mod house;
mod lists;
