//! The simulated vendors: real HTTP servers with state, faults and signed webhooks.
//!
//! Must not know: the hub. It learns of a hub what a vendor learns: an address and what comes over
//! HTTP. Nor the hub's own clients of Notion, RepairShopr and models, so that both cannot share one
//! wrong belief.

pub mod clock;
mod control;
pub mod fault;
pub mod highlevel;
mod line;
pub mod models;
pub mod notion;
pub mod repairshopr;
mod request_log;
pub mod server;

pub use clock::SandboxClock;
pub use line::Line;
