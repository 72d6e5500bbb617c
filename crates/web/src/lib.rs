//! The doors of the hub: webhook ingress, health and metrics, over HTTP.
//!
//! Must not know: a vendor's models. A door knows its source only as [`domain::Source`].

mod health;
mod ingress;
mod metrics;
mod server;

pub use self::{
    ingress::BODY_LIMIT,
    metrics::Metrics,
    server::{Door, Server, Site},
};
