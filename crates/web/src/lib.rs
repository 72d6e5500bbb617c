//! The doors of the hub: webhook ingress, the guarded routes, health and metrics, over HTTP.
//!
//! Must not know: a vendor's models. A door knows its source only as [`domain::Source`].

mod events;
mod guard;
mod health;
mod ingress;
mod me;
mod metrics;
mod problem;
mod routes;
mod server;

pub use self::{
    ingress::BODY_LIMIT,
    metrics::Metrics,
    server::{Door, Server, Site},
};
