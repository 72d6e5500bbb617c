//! Runs through the simulated HighLevel's lists: what they cost, what they repair, and where they go on.

mod beside;
mod house;
mod kills;
mod repairs;
mod rows;
