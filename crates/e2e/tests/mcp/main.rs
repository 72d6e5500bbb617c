//! The tools of assistants against the simulated HighLevel, driven by the official client.

mod house;
mod lists;
mod operations;
