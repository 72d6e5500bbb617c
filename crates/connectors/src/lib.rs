//! Vendors spoken in the words of the hub: one module per system.
//!
//! A connector is a [`domain::Source`] (reads the vendor's events), a [`domain::Destination`]
//! (carries out the hub's actions), a [`domain::Counterpart`] (keeps rows), or several of these.
//!
//! Must not know: the HTTP server, MCP, SQL.

pub mod application;
pub mod highlevel;
mod identity;
pub mod model;
mod new_connection;
pub mod notion;
pub mod repairshopr;
mod rows;
mod runs;
mod safe;
mod shared_signature;
mod snapshot;
#[cfg(test)]
mod stand_ins;
pub mod subscriber;

pub use self::{
    new_connection::{Connecting, NewConnection, NewConnectionError, OwnerName},
    rows::RowEvents,
    runs::RunEvents,
    safe::{Safe, SafeError},
    snapshot::Snapshots,
};
